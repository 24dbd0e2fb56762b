"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest
from scipy.special import logsumexp

from medbook.exercises import check


def log_sum_exp(scores):
    return logsumexp(scores, axis=1)


def as_printed(scores):
    return np.log(np.exp(scores).sum(axis=1))


def of_the_batch(scores):
    return logsumexp(scores)


def keeping_the_axis(scores):
    return logsumexp(scores, axis=1, keepdims=True)


def not_added_again(scores):
    return logsumexp(scores, axis=1) - scores.max(axis=1)


def one_maximum(scores):
    return scores.max() + np.log(np.exp(scores - scores.max()).sum(axis=1))


def of_the_columns(scores):
    return logsumexp(scores, axis=0)


def smallest_first(scores):
    return scores.min() + np.log(np.exp(scores - scores.min()).sum(axis=1)) + 1


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("activations-1", "DBCAC"),
        ("activations-1", ["d", "b", "c", "a", "c"]),
        ("activations-2", 0.0755),
        ("activations-2", np.float32(0.07547)),
        ("activations-3", log_sum_exp),
        ("activations-4", 1.835),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("activations-1", "DBC", "five letters"),
        ("activations-1", "DBCAE", "five letters"),
        ("activations-1", "ABCAC", "question 1"),
        ("activations-1", "DCCAC", "several of the findings"),
        ("activations-1", "DBBAC", "add up to 1"),
        ("activations-1", "DBCAB", "one pixel"),
        ("activations-1", "DACAC", "question 2"),
        ("activations-1", "DBCBC", "question 4"),
        ("activations-2", 7.55, "not in percent"),
        ("activations-2", 0.0816, "odds / (1 + odds)"),
        ("activations-2", 0.016, "cannot be multiplied"),
        ("activations-2", 0.032, "cannot be multiplied"),
        ("activations-2", 0.995, "sign of the shift"),
        ("activations-2", 0.5, "log odds"),
        ("activations-3", 3.0, "function itself"),
        ("activations-3", as_printed, "for large scores"),
        ("activations-3", of_the_batch, "last axis only"),
        ("activations-3", keeping_the_axis, "(batch,)"),
        ("activations-3", not_added_again, "added again"),
        ("activations-3", one_maximum, "rows differ much"),
        ("activations-3", of_the_columns, "(4,), expected (5,)"),
        ("activations-3", smallest_first, "values are wrong"),
        ("activations-4", 2, "ReLU's gain"),
        ("activations-4", 1.538, "averages its square"),
        ("activations-4", 0.545, "mean square of the derivative"),
        ("activations-4", 1.3546, "standard deviation"),
        ("activations-4", 1, "average the squares"),
    ],
)
def test_wrong_answer_gets_the_hint_that_fits(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said


@pytest.mark.parametrize(("exercise", "right"), [("activations-2", "0.07"), ("activations-4", "1.83")])
def test_hint_never_tells_the_answer(capsys, exercise, right):
    for answer in (0.0816, 0.016, 7.55, 0.9, 0.3, 2, 1.538, 0.545, 1.3546):
        check(exercise, answer)
    assert right not in capsys.readouterr().out
