"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest
from skimage import transform

from medbook.exercises import check
from medbook.preprocessing import resize_mask


def by_hand(labels, shape):
    rows, cols = (
        np.floor((np.arange(new) + 0.5) * old / new).astype(int) for old, new in zip(labels.shape, shape, strict=True)
    )
    return labels[np.ix_(rows, cols)]


def from_corners(labels, shape):
    rows, cols = (np.arange(new) * old // new for old, new in zip(labels.shape, shape, strict=True))
    return labels[np.ix_(rows, cols)]


def interpolated(labels, shape):
    return np.rint(transform.resize(labels.astype(float), shape, order=1, preserve_range=True))


def strided(labels, shape):
    return labels[:: labels.shape[0] // shape[0] or 1, :: labels.shape[1] // shape[1] or 1]


def mirrored(labels, shape):
    return by_hand(labels, shape)[:, ::-1]


def transposed(labels, shape):
    return by_hand(labels, shape).T


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("preprocessing-1", (2.8, 5.6)),
        ("preprocessing-1", [2.8, 5.6]),
        ("preprocessing-2", by_hand),
        ("preprocessing-2", resize_mask),
        ("preprocessing-3", 333.8),
        ("preprocessing-4", {2, 3}),
        ("preprocessing-4", (3, 2)),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("preprocessing-1", 2.8, "two numbers"),
        ("preprocessing-1", (0.175, 0.35), "other way"),
        ("preprocessing-1", (0.7, 1.4), "old spacing"),
        ("preprocessing-1", (3, 6), "field of view"),
        ("preprocessing-1", (2.8, 2.8), "same phase"),
        ("preprocessing-1", (2.8, 1 / 5.6), "the frequency"),
        ("preprocessing-1", (2.8, 11.2), "how many pixels per period"),
        ("preprocessing-2", np.zeros((2, 2)), "the function itself"),
        ("preprocessing-2", from_corners, "shifted up and to the left"),
        ("preprocessing-2", interpolated, "labels that nobody drew"),
        ("preprocessing-2", strided, "came out with the shape"),
        ("preprocessing-2", transposed, "came out with the shape"),
        ("preprocessing-2", mirrored, "come from another pixel"),
        ("preprocessing-3", 0, "4 times"),
        ("preprocessing-3", 321.7, "with anti-aliasing"),
        ("preprocessing-3", 890, "best position"),
        ("preprocessing-3", 500, "and the smallest"),
        ("preprocessing-4", {1, 2, 3}, "it may stay"),
        ("preprocessing-4", {2, 3, 5}, "train alone"),
        ("preprocessing-4", {2, 3, 4}, "is the split itself"),
        ("preprocessing-4", {3}, "both sides of the split"),
        ("preprocessing-4", {2}, "labels of the test films"),
        ("preprocessing-4", set(), "numbers of the lines"),
        ("preprocessing-4", "six", "ValueError"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said
