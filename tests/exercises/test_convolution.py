"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest
from scipy import ndimage

from medbook.exercises import check


def correlate_same(image, kernel):
    return ndimage.correlate(image, kernel, mode="nearest")


def flipped(image, kernel):
    return ndimage.convolve(image, kernel, mode="nearest")


def with_zeros(image, kernel):
    return ndimage.correlate(image, kernel, mode="constant")


def mirrored(image, kernel):
    return ndimage.correlate(image, kernel, mode="mirror")


def wrapped(image, kernel):
    return ndimage.correlate(image, kernel, mode="wrap")


def shrinking(image, kernel):
    return ndimage.correlate(image, kernel)[1:-1, 1:-1]


def blurred(image, kernel):
    return ndimage.uniform_filter(image)


def raising(image, kernel):
    raise KeyError("kernel")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("convolution-1", (127, 11)),
        ("convolution-1", [127.0, 11.0]),
        ("convolution-2", 0.72),
        ("convolution-3", correlate_same),
        ("convolution-4", 0.836),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("convolution-1", (128, 11), '"valid" does not pad'),
        ("convolution-1", (126, 11), "rounds up"),
        ("convolution-1", (255, 11), "number of rows"),
        ("convolution-1", (127, 9), "steps over"),
        ("convolution-1", (127, 7), "starts at 1"),
        ("convolution-1", 127, "two numbers"),
        ("convolution-2", 72, "not in percent"),
        ("convolution-2", 25 / 18, "other way round"),
        ("convolution-2", 0.36, "both layers"),
        ("convolution-3", np.zeros((3, 3)), "the function itself"),
        ("convolution-3", flipped, "the kernel is flipped"),
        ("convolution-3", with_zeros, "meets zeros"),
        ("convolution-3", mirrored, "mirrored"),
        ("convolution-3", wrapped, "different at the border"),
        ("convolution-3", shrinking, "gave shape"),
        ("convolution-3", blurred, "the values are not"),
        ("convolution-3", raising, "KeyError"),
        ("convolution-4", 0.868, "best in muscle is asked for"),
        ("convolution-4", 0.756, "goes the other way"),
        ("convolution-4", 0.872, "the noise to judge it in is the aorta's"),
        ("convolution-4", 0.771, "this is the matched filter"),
        ("convolution-4", 0.5, "judge it in the aorta's"),
        ("convolution-4", "six", "ValueError"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said


def test_unknown_exercise_lists_those_there_are():
    with pytest.raises(ValueError, match="convolution-1, convolution-2"):
        check("convolution-99", 1)
