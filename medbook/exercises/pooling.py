"""The exercises of the chapter "Pooling"."""

import numpy as np


def _sizes(answer):
    """Exercise 1: rows of the output and reach of two poolings."""
    try:
        rows, reach = answer
    except TypeError:
        return "two numbers are asked for: check('pooling-1', (rows, reach))."
    if rows == 128:
        return '"valid" does not pad: how often does a window of 3 fit into 512 pixels, in steps of 2?'
    if rows in (254, 509, 510, 255):
        return "this looks like one pooling only, or one with stride 1; two poolings halve the rows twice."
    if rows != 127:
        return "the number of rows: put n, k and s of each pooling in turn into the formula, and round down each time."
    if reach == 4:
        return "the rows are right; the second window holds two outputs of the first, which start two pixels apart."
    if reach == 6:
        return "the rows are right; the first windows overlap, so their pixels are not to be counted twice."
    if reach != 5:
        return "the rows are right; the reach starts at 1 and each pooling adds (k - 1) times the strides before."
    return None


def _global_average(answer):
    """Exercise 2: parameters of a network with global average pooling instead of flatten."""
    hints = {
        822_337: "this is the network with flatten; behind global average pooling the dense layer gets fewer numbers.",
        4_160: "this is the dense layer alone; the whole network is asked for.",
        19_457: "the first dense layer is still there, with one input for each channel.",
        23_552: "count the last dense layer as well, and the biases of both.",
        23_521: "the convolutions have biases, too.",
        23_456: "each layer with weights has biases, too.",
    }
    parameters = float(answer)
    if parameters == 23_617:
        return None
    return hints.get(
        parameters, "how many numbers does the dense layer get if one is kept of each channel? The rest stays as it is."
    )


def _route(function):
    """Exercise 3: backward pass of maximum pooling with windows of 2 x 2."""
    if not callable(function):
        return "hand over the function itself: check('pooling-3', route)."
    rng = np.random.default_rng(12)
    # Few values, many ties; zeros, negative numbers and a window of equals are among them.
    images = [rng.standard_normal((6, 8)), rng.integers(-2, 1, (8, 6)).astype(float), np.full((4, 4), -1.0)]
    for x, kind in zip(images, ("without ties", "with ties", "of equal numbers"), strict=True):
        grad = rng.standard_normal((x.shape[0] // 2, x.shape[1] // 2))
        received = np.asarray(function(x.copy(), grad.copy()))
        if received.shape != x.shape:
            return f"an image of shape {x.shape} gave {received.shape}: one gradient for each input pixel is asked for."
        hint = _routing_hint(received, x, grad)
        if hint is not None:
            return f"image {kind}: {hint}"
    return None


def _routing_hint(received, x, grad):
    spread = np.kron(grad, np.ones((2, 2)))
    tops = np.kron(_windows(x).max(axis=-1), np.ones((2, 2)))
    if np.allclose(received, _to_winner(x, grad, np.argmax)):
        return None
    if np.allclose(received, spread / 4):
        return "this spreads the gradient evenly, as the average does."
    if np.allclose(received, spread * (x == tops)):
        return "every one of several equal winners gets the gradient, so that it is paid out more than once."
    if np.allclose(received, spread * (x == tops) / _ties(x, tops)):
        return "equal winners share the gradient; the first is to get all of it."
    if np.allclose(received, _to_winner(x, grad, lambda window: 3 - np.argmax(window[::-1]))):
        return "the last of several equal winners gets the gradient; the first is asked for."
    if np.allclose(received, _to_winner(x, np.ones_like(grad), np.argmax)):
        return "the winners are right; what they get is the gradient of their output, not 1."
    if np.allclose(received, _to_winner(x, _windows(x).max(axis=-1), np.argmax)):
        return "the winners are right; what they get is the gradient of their output, not their own value."
    return "the gradient of each output belongs at the place of its window's largest number, zeros elsewhere."


def _windows(x):
    """View (rows, cols) as (rows / 2, cols / 2, 4): the pixels of each window, row by row."""
    rows, cols = x.shape
    return x.reshape(rows // 2, 2, cols // 2, 2).swapaxes(1, 2).reshape(rows // 2, cols // 2, 4)


def _ties(x, tops):
    """Return for each pixel how many in its window are the largest."""
    return np.kron(_windows((x == tops).astype(float)).sum(axis=-1), np.ones((2, 2)))


def _to_winner(x, grad, choose):
    routed = np.zeros(x.shape)
    windows = _windows(x)
    for (i, j), share in np.ndenumerate(grad):
        u, v = divmod(int(choose(windows[i, j])), 2)
        routed[2 * i + u, 2 * j + v] = share
    return routed


def _grain(answer):
    """Exercise 4: how much three average poolings lower the noise of CT."""
    ratio = float(answer)
    if 4.3 <= ratio <= 4.55:
        return None
    if np.isclose(ratio, 8, atol=0.2):
        return "this holds for white noise; pool the difference of the two slices instead."
    if np.isclose(ratio, 1 / 4.41, atol=0.01):
        return "the other way round: before divided by after."
    if np.isclose(ratio, 2.13, atol=0.05) or np.isclose(ratio, 10.6, atol=0.3):
        return "three poolings, not two or four."
    if np.isclose(ratio, 4.41**2, atol=0.8):
        return "this is the ratio of variances; standard deviations are asked for."
    return "subtract the slice without noise, cut out rows and columns 128 to 384, pool three times by average."


EXERCISES = {
    "pooling-1": _sizes,
    "pooling-2": _global_average,
    "pooling-3": _route,
    "pooling-4": _grain,
}
