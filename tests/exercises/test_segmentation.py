"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest

from medbook.exercises import check
from medbook.models import TverskyLoss


def tversky_loss(y, p, alpha, beta):
    wrong = alpha * np.sum((1 - y) * p) + beta * np.sum(y * (1 - p))
    return wrong / (np.sum(y * p) + wrong)


def swapped(y, p, alpha, beta):
    return tversky_loss(y, p, beta, alpha)


def index(y, p, alpha, beta):
    return 1 - tversky_loss(y, p, alpha, beta)


def dice(y, p, alpha, beta):
    return tversky_loss(y, p, 0.5, 0.5)


def iou(y, p, alpha, beta):
    return tversky_loss(y, p, 1, 1)


def thresholded(y, p, alpha, beta):
    return tversky_loss(y, p >= 0.5, alpha, beta)


def smoothed(y, p, alpha, beta):
    return float(TverskyLoss(alpha, beta)(y[None, ..., None], p[None, ..., None]))


def zero(y, p, alpha, beta):
    return 0.0


def raising(y, p, alpha, beta):
    raise KeyError("mask")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("segmentation-1", (0.667, 0.5)),
        ("segmentation-2", tversky_loss),
        ("segmentation-3", (0.858, 0.331)),
        ("segmentation-4", 16),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("segmentation-1", 0.667, "two numbers"),
        ("segmentation-1", (66.7, 50), "per cent"),
        ("segmentation-1", (0.5, 0.667), "other order"),
        ("segmentation-1", (0.333, 0.5), "twice"),
        ("segmentation-1", (0.75, 0.5), "one mask"),
        ("segmentation-1", (0.1, 0.5), "divided by the sum"),
        ("segmentation-1", (0.667, 0.333), "once"),
        ("segmentation-1", (0.667, 0.667), "lower"),
        ("segmentation-1", (0.667, 0.1), "either mask"),
        ("segmentation-2", 0.3, "function itself"),
        ("segmentation-2", swapped, "price of a false alarm"),
        ("segmentation-2", index, "A loss is 0"),
        ("segmentation-2", dice, "Dice loss"),
        ("segmentation-2", iou, "IoU"),
        ("segmentation-2", thresholded, "no gradient"),
        ("segmentation-2", smoothed, "nothing is added"),
        ("segmentation-2", zero, "is wrong"),
        ("segmentation-2", raising, "KeyError"),
        ("segmentation-3", 0.858, "two numbers"),
        ("segmentation-3", (0.905, 0.21), "two discs"),
        ("segmentation-3", (0.751, 0.331), "IoU"),
        ("segmentation-3", (0.952, 0.1), "lengths"),
        ("segmentation-3", (0.5, 0.331), "within the larger"),
        ("segmentation-3", (0.858, 33.1), "per cent"),
        ("segmentation-3", (0.858, 0.1), "radius"),
        ("segmentation-3", (0.858, 0.21), "area"),
        ("segmentation-3", (0.858, 0.2487), "true volume"),
        ("segmentation-3", (0.858, 1.331), "ratio"),
        ("segmentation-3", (0.858, 0.5), "against one"),
        ("segmentation-4", 36, "stay"),
        ("segmentation-4", 5, "4 mm"),
        ("segmentation-4", 92, "cross-sections"),
        ("segmentation-4", 52, "all lesions"),
        ("segmentation-4", 33, "patients"),
        ("segmentation-4", 10, "too few"),
        ("segmentation-4", 20, "which numbers"),
    ],
)
def test_wrong_answer_gets_the_hint_that_fits(capsys, exercise, answer, hint):
    check(exercise, answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet: ")
    assert hint in printed


def test_tversky_of_the_test_agrees_with_the_package():
    rng = np.random.default_rng(0)
    y, p = (rng.random((5, 6)) < 0.3).astype(float), rng.random((5, 6))
    loss = TverskyLoss(0.3, 0.7, smooth=1e-9)
    assert tversky_loss(y, p, 0.3, 0.7) == pytest.approx(float(loss(y[None, ..., None], p[None, ..., None])), abs=1e-5)
