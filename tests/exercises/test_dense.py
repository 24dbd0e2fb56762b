"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest

from medbook.exercises import check


def dense_backward(x, kernel, grad):
    return x.T @ grad, grad.sum(axis=0), grad @ kernel.T


def transposed(x, kernel, grad):
    return grad.T @ x, grad.sum(axis=0), grad @ kernel.T


def averaged(x, kernel, grad):
    return x.T @ grad, grad.mean(axis=0), grad @ kernel.T


def sign_turned(x, kernel, grad):
    return x.T @ grad, grad.sum(axis=0), -grad @ kernel.T


def summed_over_outputs(x, kernel, grad):
    return x.T @ grad, grad.sum(axis=1), grad @ kernel.T


def half(x, kernel, grad):
    return x.T @ grad / 2, grad.sum(axis=0), grad @ kernel.T


def kernel_only(x, kernel, grad):
    return x.T @ grad


def limits(factor=1.96, ddof=1, sign=1):
    def limits_of_agreement(measured, reference):
        difference = sign * (measured - reference)
        reach = factor * difference.std(ddof=ddof)
        return difference.mean(), difference.mean() - reach, difference.mean() + reach

    return limits_of_agreement


def upper_first(measured, reference):
    bias, lower, upper = limits()(measured, reference)
    return bias, upper, lower


def absolute(measured, reference):
    return limits()(np.abs(measured - reference), 0 * reference)


def of_the_means(measured, reference):
    return limits()((measured + reference) / 2, 0 * reference)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("dense-1", 153770),
        ("dense-2", dense_backward),
        ("dense-3", limits()),
        ("dense-3", limits(ddof=0)),
        ("dense-3", limits(factor=2)),
        ("dense-4", (0.88, 0.86)),
        ("dense-4", [0.85, 0.85]),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("dense-1", 153760, "a number of its own"),
        ("dense-1", 15376, "how long the flattened row is"),
        ("dense-1", 163850, "does not pad"),
        ("dense-1", 615050, "pooling halves"),
        ("dense-1", 9620, "feature map of its own"),
        ("dense-1", 153930, "the whole network"),
        ("dense-1", 170, "global average pooling"),
        ("dense-1", 1, "follow the shape"),
        ("dense-2", 3, "the function itself"),
        ("dense-2", kernel_only, "three arrays"),
        ("dense-2", transposed, "kernel is transposed"),
        ("dense-2", averaged, "mean over the batch"),
        ("dense-2", sign_turned, "wrong sign"),
        ("dense-2", summed_over_outputs, "the bias has"),
        ("dense-2", half, "other values"),
        ("dense-3", (0, -1, 1), "the function itself"),
        ("dense-3", lambda measured, reference: 0.0, "three numbers"),
        ("dense-3", limits(sign=-1), "sign of the bias"),
        ("dense-3", absolute, "mean absolute error"),
        ("dense-3", of_the_means, "mean of the differences"),
        ("dense-3", upper_first, "lower limit comes before"),
        ("dense-3", limits(factor=1.96 / np.sqrt(40)), "interval of the mean"),
        ("dense-3", limits(factor=1), "two thirds"),
        ("dense-3", limits(factor=3), "equal distances"),
        ("dense-4", 0.88, "two numbers"),
        ("dense-4", (88, 86), "between 0 and 1"),
        ("dense-4", (0.8, 0.88), "comes first"),
        ("dense-4", (0.88, 0.75), "still a Flatten"),
        ("dense-4", (0.76, 0.75), "in the place of the mean"),
        ("dense-4", (0.99, 0.98), "those of the training"),
        ("dense-4", "six", "ValueError"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said
