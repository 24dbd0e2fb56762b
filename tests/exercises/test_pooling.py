"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest

from medbook.exercises import check
from medbook.scratch import AveragePooling2D, MaxPooling2D


def by_layer(layer):
    def route(x, grad):
        layer.forward(x[np.newaxis, :, :, np.newaxis])
        return layer.backward(grad[np.newaxis, :, :, np.newaxis])[0, :, :, 0]

    return route


def to_winners(x, grad, *, first=True, share=False):
    blame = np.zeros(x.shape)
    for (i, j), value in np.ndenumerate(grad):
        window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        winners = np.argwhere(window == window.max())
        if not share:
            winners = winners[:1] if first else winners[-1:]
        for u, v in winners:
            blame[2 * i + u, 2 * j + v] = value / len(winners)
    return blame


def to_all_winners(x, grad):
    tops = np.kron(x.reshape(len(x) // 2, 2, -1, 2).max(axis=(1, 3)), np.ones((2, 2)))
    return np.kron(grad, np.ones((2, 2))) * (x == tops)


def last(x, grad):
    return to_winners(x, grad, first=False)


def shared(x, grad):
    return to_winners(x, grad, share=True)


def ones(x, grad):
    return to_winners(x, np.ones_like(grad))


def values(x, grad):
    return to_winners(x, x.reshape(len(x) // 2, 2, -1, 2).max(axis=(1, 3)))


def unpadded(x, grad):
    return grad


def nothing(x, grad):
    return np.zeros_like(x)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("pooling-1", (127, 5)),
        ("pooling-1", [127.0, 5.0]),
        ("pooling-2", 23617),
        ("pooling-3", to_winners),
        ("pooling-3", by_layer(MaxPooling2D(2))),
        ("pooling-4", 4.41),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("pooling-1", 127, "two numbers"),
        ("pooling-1", (128, 5), '"valid" does not pad'),
        ("pooling-1", (255, 5), "one pooling only"),
        ("pooling-1", (126, 5), "round down each time"),
        ("pooling-1", (127, 4), "two pixels apart"),
        ("pooling-1", (127, 6), "not to be counted twice"),
        ("pooling-1", (127, 7), "(k - 1) times"),
        ("pooling-2", 822337, "network with flatten"),
        ("pooling-2", 4160, "dense layer alone"),
        ("pooling-2", 19457, "still there"),
        ("pooling-2", 23617 - 161, "each layer with weights"),
        ("pooling-2", 23617 - 96, "convolutions have biases"),
        ("pooling-2", 23552, "last dense layer"),
        ("pooling-2", 5507, "one is kept of each channel"),
        ("pooling-3", 3, "the function itself"),
        ("pooling-3", unpadded, "one gradient for each input pixel"),
        ("pooling-3", by_layer(AveragePooling2D(2)), "as the average does"),
        ("pooling-3", to_all_winners, "paid out more than once"),
        ("pooling-3", shared, "the first is to get all of it"),
        ("pooling-3", last, "the last of several"),
        ("pooling-3", ones, "not 1"),
        ("pooling-3", values, "not their own value"),
        ("pooling-3", nothing, "zeros elsewhere"),
        ("pooling-4", 8.0, "white noise"),
        ("pooling-4", 1 / 4.41, "other way round"),
        ("pooling-4", 2.13, "not two or four"),
        ("pooling-4", 10.6, "not two or four"),
        ("pooling-4", 4.41**2, "variances"),
        ("pooling-4", 3.0, "subtract the slice without noise"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    output = capsys.readouterr().out
    assert output.startswith("Not yet: ")
    assert hint in output
