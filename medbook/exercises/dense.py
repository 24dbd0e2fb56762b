"""The exercises of the chapter "Dense layers"."""

import numpy as np


def _count(answer):
    """Exercise 1: parameters of a dense layer behind convolution, pooling and Flatten."""
    number = int(answer)
    features = 31 * 31 * 16
    if number == features * 10 + 10:
        return None
    if number == features * 10:
        return "each output also has a number of its own that it adds."
    if number == features:
        return "this is how long the flattened row is; each output has a weight for every entry of it."
    if number == 32 * 32 * 16 * 10 + 10:
        return '"valid" does not pad: the convolution loses pixels at the border before the pooling.'
    if number == 62 * 62 * 16 * 10 + 10:
        return "the pooling halves rows and columns first."
    if number == 31 * 31 * 10 + 10:
        return "every filter of the convolution has a feature map of its own."
    if number == features * 10 + 10 + 160:
        return "this is the whole network; the dense layer alone is asked for."
    if number == 16 * 10 + 10:
        return "this would be so behind global average pooling; Flatten keeps every position."
    return "follow the shape through convolution and pooling, then count inputs times outputs, and the biases."


def _backward(function):
    """Exercise 2: the three gradients of a dense layer."""
    if not callable(function):
        return "hand over the function itself: check('dense-2', dense_backward)."
    rng = np.random.default_rng(5)
    x, kernel, grad = rng.standard_normal((4, 3)), rng.standard_normal((3, 2)), rng.standard_normal((4, 2))
    received = function(x.copy(), kernel.copy(), grad.copy())
    if not isinstance(received, (tuple, list)) or len(received) != 3:
        return "three arrays are asked for: of the kernel, of the bias, of the input."
    expected = {"kernel": x.T @ grad, "bias": grad.sum(axis=0), "input": grad @ kernel.T}
    for (name, right), array in zip(expected.items(), received, strict=True):
        hint = _gradient_hint(name, right, np.asarray(array), batch=len(x))
        if hint is not None:
            return hint
    return None


def _gradient_hint(name, right, received, batch):
    if received.shape == right.shape and np.allclose(received, right):
        return None
    if received.shape == right.T.shape and np.allclose(received, right.T):
        return f"the gradient of the {name} is transposed: it must have the shape of the {name}."
    if received.shape != right.shape:
        return f"the gradient of the {name} has shape {received.shape}; the {name} has {right.shape}."
    if np.allclose(received * batch, right):
        return f"the gradient of the {name} is a mean over the batch; if the loss averages, grad already knows."
    if np.allclose(received, -right):
        return f"the gradient of the {name} has the wrong sign: the step against it belongs to the optimizer."
    return f"the gradient of the {name} has the right shape and other values: which sum runs over the batch?"


def _limits(function):
    """Exercise 3: bias and limits of agreement."""
    if not callable(function):
        return "hand over the function itself: check('dense-3', limits_of_agreement)."
    rng = np.random.default_rng(6)
    reference = rng.normal(0.45, 0.04, 40)
    measured = reference + rng.normal(0.01, 0.02, 40)
    received = np.asarray(function(measured.copy(), reference.copy()), dtype=float)
    if received.shape != (3,):
        return "three numbers are asked for: the bias, the lower and the upper limit."
    bias, lower, upper = received
    difference = measured - reference
    mean, spread = difference.mean(), difference.std(ddof=1)
    if np.isclose(bias, -mean):
        return "the sign of the bias: take measured minus reference."
    if np.isclose(bias, np.abs(difference).mean()):
        return "this is the mean absolute error; in a bias, errors in both directions cancel."
    if not np.isclose(bias, mean):
        return "the bias is the mean of the differences."
    if upper < lower:
        return "the lower limit comes before the upper one."
    return _reach_hint((upper - lower) / 2 / spread, len(difference))


def _reach_hint(reach, num):
    """Return what is wrong with limits ``reach`` standard deviations from the bias."""
    if np.isclose(reach, 1.96, rtol=0.025):  # with either standard deviation, and with 2 for 1.96
        return None
    if np.isclose(reach, 1.96 / np.sqrt(num), rtol=0.05):
        return "this is the interval of the mean; the limits are to hold single patients."
    if np.isclose(reach, 1, rtol=0.03):
        return "one standard deviation holds two thirds of the patients, the limits are to hold about 95 %."
    return "the limits lie at equal distances around the bias, set by the standard deviation of the differences."


def _global_maximum(answer):
    """Exercise 4: AUC of the network with global maximum pooling, without and with a shift."""
    try:
        at_0, at_6 = (float(auc) for auc in answer)
    except TypeError:
        return "two numbers are asked for: check('dense-4', (auc_at_0, auc_at_6))."
    if not (0 <= at_0 <= 1 and 0 <= at_6 <= 1):
        return "an AUC lies between 0 and 1."
    if at_6 > at_0 + 0.03:
        return "the AUC without a shift comes first."
    if at_0 - at_6 > 0.06:
        return "it loses as much as a network that knows the place: is there still a Flatten or a dense layer in it?"
    if at_0 < 0.81:
        return "that is low: the maximum in the place of the mean, learning rate 0.005, eight epochs?"
    if at_0 > 0.96:
        return "better than expected: were these the test films, and not those of the training?"
    return None


EXERCISES = {
    "dense-1": _count,
    "dense-2": _backward,
    "dense-3": _limits,
    "dense-4": _global_maximum,
}
