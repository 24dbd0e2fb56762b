"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

from math import comb

import pytest

from medbook.exercises import check


def paths(num_blocks):
    row = [1]
    for _ in range(num_blocks):
        row = [a + b for a, b in zip([0, *row], [*row, 0], strict=True)]
    return row


def without_none(num_blocks):
    return paths(num_blocks)[1:]


def one_each(num_blocks):
    return [1] * (num_blocks + 1)


def powers(num_blocks):
    return [2**k for k in range(num_blocks + 1)]


def all_together(num_blocks):
    return 2**num_blocks


def in_order(num_blocks):
    return [comb(num_blocks, k) * (2 if k == 2 else 1) for k in range(num_blocks + 1)]


def shuffled(num_blocks):
    row = paths(num_blocks)
    return row[1:] + row[:1]


def something_else(num_blocks):
    return [k for k in range(num_blocks + 1)]


def raising(num_blocks):
    raise KeyError("blocks")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("architectures-1", (27 / 49, 7)),
        ("architectures-2", 230_144),
        ("architectures-3", paths),
        ("architectures-4", 1.79),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("architectures-1", 0.551, "two numbers"),
        ("architectures-1", (9 / 49, 7), "three convolutions"),
        ("architectures-1", (18 / 25, 5), "in place of one of 5 x 5"),
        ("architectures-1", (22 / 49, 7), "share that is left"),
        ("architectures-1", (49 / 27, 7), "other way round"),
        ("architectures-1", (0.3, 7), "count the weights"),
        ("architectures-1", (27 / 49, 9), "side by side"),
        ("architectures-1", (27 / 49, 3), "the layer before"),
        ("architectures-1", (27 / 49, 5), "two convolutions"),
        ("architectures-1", (27 / 49, 11), "size less one"),
        ("architectures-2", (221_184, 8_192), "one number"),
        ("architectures-2", 221_696, "that takes weights"),
        ("architectures-2", 229_376, "trained too"),
        ("architectures-2", 229_888, "of its own"),
        ("architectures-2", 229_760, "a scale and a shift"),
        ("architectures-2", 230_912, "not trained"),
        ("architectures-2", 230_528, "no biases"),
        ("architectures-2", 156_416, "channels coming in"),
        ("architectures-2", 295_680, "is 1 x 1"),
        ("architectures-2", 1, "three convolutions and three normalisations"),
        ("architectures-3", [1, 2, 1], "the function itself"),
        ("architectures-3", all_together, "a list"),
        ("architectures-3", without_none, "from no branch"),
        ("architectures-3", one_each, "more than one way"),
        ("architectures-3", powers, "power of two"),
        ("architectures-3", in_order, "not in which order"),
        ("architectures-3", shuffled, "the sum is right"),
        ("architectures-3", something_else, "in how many ways"),
        ("architectures-3", raising, "KeyError"),
        ("architectures-4", [1.79, 1.0], "one number"),
        ("architectures-4", 0.559, "first block over last"),
        ("architectures-4", 22.4, "gamma = 1"),
        ("architectures-4", 5504.0, "switched off"),
        ("architectures-4", 1.0, "last block's own"),
        ("architectures-4", 3.0, "take the first entry"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said
