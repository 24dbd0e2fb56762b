"""The exercises of the chapter "Back-propagation"."""

import numpy as np


def _pair(answer):
    """Return the two numbers of an answer, or None."""
    numbers = np.asarray(answer, dtype=float).ravel()
    return numbers if numbers.size == 2 else None


def _film(answer):
    """Exercise 1: categorical cross-entropy of one film and its derivative by one logit."""
    numbers = _pair(answer)
    if numbers is None:
        return "two numbers are asked for: check('backpropagation-1', (loss, by_logit))."
    loss, by_logit = numbers
    if np.isclose(loss, -np.log(0.7), atol=0.005):
        return "the loss: which class is the *true* one? The most probable class does not matter."
    if np.isclose(loss, -np.log10(0.1), atol=0.005):
        return "the loss: the logarithm is the natural one."
    if np.isclose(loss, -np.log([0.2, 0.1, 0.7]).sum(), atol=0.005):
        return "the loss: the labels are one-hot, so that all classes but one drop out of the sum."
    if not np.isclose(loss, -np.log(0.1), atol=0.005):
        return "the loss: minus the natural logarithm of one of the three probabilities."
    if np.isclose(by_logit, -0.9, atol=0.005):
        return "the loss is right; this is the derivative for the logit of the true class, another one is asked for."
    if np.isclose(by_logit, -0.3, atol=0.005):
        return "the loss is right; in the derivative, the label of tuberculosis is not 1."
    if np.isclose(by_logit, 0, atol=0.005):
        return (
            "the loss is right; it holds only one probability, but the softmax makes that depend on all of the logits."
        )
    if not np.isclose(by_logit, 0.7, atol=0.005):
        return "the loss is right; after a softmax the derivative for a logit is as short as after a sigmoid."
    return None


def _nodule(answer):
    """Exercise 2: two derivatives of the small network, one of them behind a silent neuron."""
    numbers = _pair(answer)
    if numbers is None:
        return "two numbers are asked for: check('backpropagation-2', (first, second))."
    first, second = numbers
    p = 1 / (1 + np.exp(-0.65))
    if np.isclose(first, 0.6 * (p - 1), atol=0.003):
        return "the first: is the first neuron active for this nodule?"
    if not np.isclose(first, 0, atol=0.003):
        return "the first: compute what enters the first neuron, and what the ReLU makes of it."
    if np.isclose(second, 0.5 * (1 - p), atol=0.003):
        return "the first is right; the second has the wrong sign: this nodule is malignant."
    if np.isclose(second, 0.5 * p, atol=0.003):
        return "the first is right; the second uses the label 0, but this nodule is malignant."
    if np.isclose(second, p - 1, atol=0.003):
        return "the first is right; the second lacks what came in: the value of the input."
    if not np.isclose(second, 0.5 * (p - 1), atol=0.003):
        return "the first is right; the second is a product of three factors along one path of the graph."
    return None


def _dense_backward(function):
    """Exercise 3: the three gradients of a dense layer."""
    if not callable(function):
        return "hand over the function itself: check('backpropagation-3', dense_backward)."
    rng = np.random.default_rng(12)
    # The square one first: only there does a missing transpose give an answer at all.
    for batch, features, units in [(3, 4, 4), (5, 3, 2), (2, 2, 6)]:
        x, kernel = rng.standard_normal((batch, features)), rng.standard_normal((features, units))
        grad = rng.standard_normal((batch, units))
        received = function(x.copy(), kernel.copy(), grad.copy())
        if not isinstance(received, (tuple, list)) or len(received) != 3:
            return "three arrays are asked for: the gradients of input, kernel and bias."
        hint = _compare([np.asarray(array) for array in received], x, kernel, grad)
        if hint is not None:
            return hint
    return None


def _compare(received, x, kernel, grad):
    """Return a hint where the gradients of one dense layer are wrong."""
    by_x, by_kernel, by_bias = received
    if _same(by_x, x.T @ grad) and _same(by_kernel, grad @ kernel.T):
        return "input and kernel are exchanged: the order is input, kernel, bias."
    if kernel.shape[0] == kernel.shape[1] and _same(by_x, grad @ kernel):
        return "the input's gradient: blame runs back through the kernel in the other direction."
    if not _same(by_x, grad @ kernel.T):
        return f"the input's gradient is wrong; it has the shape of x, {x.shape}, and yours has {by_x.shape}."
    if _same(by_kernel, x.T @ grad / len(x)):
        return "the kernel's gradient: sum over the batch; the division by N has happened in the loss."
    if not _same(by_kernel, x.T @ grad):
        return f"the kernel's gradient is wrong; it has the shape {kernel.shape}, and yours has {by_kernel.shape}."
    if _same(by_bias, grad.mean(axis=0)):
        return "the bias: sum over the batch; the division by N has happened in the loss."
    if by_bias.shape == grad.shape:
        return "the bias: one number a unit; every case of the batch passes through it."
    return None if _same(by_bias, grad.sum(axis=0)) else "input and kernel are right, the bias is not."


def _same(received, expected):
    return received.shape == expected.shape and np.allclose(received, expected)


def _limit_in_cm(answer):
    """Exercise 4: the largest learning rate for diameters in centimetres."""
    limit = float(answer)
    if np.isclose(limit, LIMIT_CM, rtol=0.01):
        return None
    if np.isclose(limit, LIMIT_MM, rtol=0.01):
        return "this is the limit in mm."
    if np.isclose(limit, 10 * LIMIT_MM, rtol=0.01):
        return "ten times the limit in mm? The curvature holds the input squared."
    if np.isclose(limit, 100 * LIMIT_MM, rtol=0.01):
        return "a hundred times the limit in mm would be right if there were no bias."
    if np.isclose(limit, 2 / LIMIT_CM, rtol=0.01):
        return "this is the curvature; the limit is 2 divided by it."
    if np.isclose(limit, LIMIT_CM / 2, rtol=0.01):
        return "a factor of 2: a step may be twice as long as the one that reaches the bottom."
    return "take the larger of the two curvatures of first_mm / 10."


# Of the chapter's 60 diameters.
LIMIT_MM, LIMIT_CM = 0.002737, 0.2213

EXERCISES = {
    "backpropagation-1": _film,
    "backpropagation-2": _nodule,
    "backpropagation-3": _dense_backward,
    "backpropagation-4": _limit_in_cm,
}
