"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest

from medbook.exercises import check

ACTIVE = 1 / (1 + np.exp(-0.65)) - 1  # p - y of the second nodule


def dense_backward(x, kernel, grad):
    return grad @ kernel.T, x.T @ grad, grad.sum(axis=0)


def not_transposed(x, kernel, grad):
    return grad @ kernel, x.T @ grad, grad.sum(axis=0)


def exchanged(x, kernel, grad):
    return x.T @ grad, grad @ kernel.T, grad.sum(axis=0)


def with_mean(x, kernel, grad):
    return grad @ kernel.T, x.T @ grad, grad.mean(axis=0)


def divided(x, kernel, grad):
    return grad @ kernel.T, x.T @ grad / len(x), grad.sum(axis=0)


def bias_of_each_case(x, kernel, grad):
    return grad @ kernel.T, x.T @ grad, grad


def kernel_turned(x, kernel, grad):
    return grad @ kernel.T, grad.T @ x, grad.sum(axis=0)


def input_of_zeros(x, kernel, grad):
    return 0 * x, x.T @ grad, grad.sum(axis=0)


def bias_of_zeros(x, kernel, grad):
    return grad @ kernel.T, x.T @ grad, 0 * grad[0]


def without_bias(x, kernel, grad):
    return grad @ kernel.T, x.T @ grad


def raising(x, kernel, grad):
    raise KeyError("kernel")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("backpropagation-1", (2.303, 0.7)),
        ("backpropagation-1", [np.float32(2.3026), 0.7]),
        ("backpropagation-2", (0, -0.1715)),
        ("backpropagation-2", np.array([0.0, 0.5 * ACTIVE])),
        ("backpropagation-3", dense_backward),
        ("backpropagation-4", 0.2213),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("backpropagation-1", 2.303, "two numbers are asked for"),
        ("backpropagation-1", (0.357, 0.7), "which class is the *true* one"),
        ("backpropagation-1", (1.0, 0.7), "the natural one"),
        ("backpropagation-1", (4.269, 0.7), "one-hot"),
        ("backpropagation-1", (-2.303, 0.7), "minus the natural logarithm"),
        ("backpropagation-1", (2.303, -0.9), "logit of the true class"),
        ("backpropagation-1", (2.303, -0.3), "the label of tuberculosis is not 1"),
        ("backpropagation-1", (2.303, 0), "the softmax makes that depend"),
        ("backpropagation-1", (2.303, 0.21), "as short as after a sigmoid"),
        ("backpropagation-2", 0, "two numbers are asked for"),
        ("backpropagation-2", (0.6 * ACTIVE, 0.5 * ACTIVE), "is the first neuron active"),
        ("backpropagation-2", (0.3, 0.5 * ACTIVE), "what enters the first neuron"),
        ("backpropagation-2", (0, -0.5 * ACTIVE), "wrong sign"),
        ("backpropagation-2", (0, 0.5 * (ACTIVE + 1)), "uses the label 0"),
        ("backpropagation-2", (0, ACTIVE), "lacks what came in"),
        ("backpropagation-2", (0, -0.1), "three factors along one path"),
        ("backpropagation-3", 3, "hand over the function itself"),
        ("backpropagation-3", not_transposed, "in the other direction"),
        ("backpropagation-3", exchanged, "input and kernel are exchanged"),
        ("backpropagation-3", with_mean, "the bias: sum over the batch"),
        ("backpropagation-3", divided, "the kernel's gradient: sum over the batch"),
        ("backpropagation-3", bias_of_each_case, "one number a unit"),
        ("backpropagation-3", kernel_turned, "the kernel's gradient is wrong"),
        ("backpropagation-3", input_of_zeros, "the input's gradient is wrong"),
        ("backpropagation-3", bias_of_zeros, "the bias is not"),
        ("backpropagation-3", without_bias, "three arrays are asked for"),
        ("backpropagation-3", raising, "it raised KeyError"),
        ("backpropagation-4", 0.002737, "the limit in mm"),
        ("backpropagation-4", 0.02737, "ten times"),
        ("backpropagation-4", 0.2737, "a hundred times"),
        ("backpropagation-4", 9.038, "this is the curvature"),
        ("backpropagation-4", 0.1106, "a factor of 2"),
        ("backpropagation-4", 1.0, "the larger of the two curvatures"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet: ")
    assert hint in printed
