"""Is a backward pass the derivative of its forward pass?"""

import numpy as np


def gradient_check(layer, x, *, step=1e-5, rng=None):
    """Compare a layer's backward pass with central differences.

    The loss is a random weighted sum of the layer's output. Each entry of the input and of
    each weight is moved by ``step`` in both directions; the slope that results is compared
    with what ``backward`` returns. Everything runs in float64, for at float32's seven digits
    the rounding of the difference hides errors below 1 %.

    Parameters
    ----------
    layer : Layer
        The layer to check; its weights are left as they were.
    x : ndarray
        A batch that the layer accepts. Two forward passes run for each entry: keep it small.
    step : float, optional
        How far each entry is moved.
    rng : numpy.random.Generator, optional
        Draws the weights of the loss; seed 0 without it.

    Returns
    -------
    float
        The largest difference between the two gradients, relative to the largest entry of
        the gradient it belongs to. Below 1e-7 the backward pass is right; above 1e-3, or NaN,
        it is not.

    Raises
    ------
    ValueError
        If a gradient has another shape than the array it belongs to.

    References
    ----------
    Derived in the chapter "Convolution".

    Examples
    --------
    >>> import numpy as np
    >>> from medbook.scratch import Conv2D
    >>> images = np.random.default_rng(1).standard_normal((2, 5, 5, 1))
    >>> gradient_check(Conv2D(filters=3, kernel_size=3), images) < 1e-7
    True
    """
    rng = np.random.default_rng(0) if rng is None else rng
    x = np.array(x, dtype=np.float64)
    if not layer.built:
        layer.build(x.shape[1:])
    original = layer.weights
    layer.weights = [weight.astype(np.float64) for weight in original]
    try:
        output_weights = rng.standard_normal(layer.forward(x).shape)
        gradients = [layer.backward(output_weights), *layer.gradients]
        errors = [
            _relative_error(gradient, _central_difference(layer, x, array, output_weights, step))
            for gradient, array in zip(gradients, [x, *layer.weights], strict=True)
        ]
    finally:
        layer.weights = original
    return float(np.max(errors))  # unlike max(), this does not lose a NaN


def _central_difference(layer, x, array, output_weights, step):
    """Return the slope of the loss for each entry of ``array``, which the layer uses in place."""
    slope = np.empty_like(array)
    for index in np.ndindex(array.shape):
        value = array[index]
        array[index] = value + step
        above = np.sum(layer.forward(x) * output_weights)
        array[index] = value - step
        below = np.sum(layer.forward(x) * output_weights)
        array[index] = value
        slope[index] = (above - below) / (2 * step)
    return slope


def _relative_error(received, reference):
    if received.shape != reference.shape:
        raise ValueError(f"a gradient has the shape {received.shape}, what it belongs to has {reference.shape}.")
    # A gradient that is zero everywhere is compared with 1, so that 0 against 0 is no error.
    scale = np.abs(reference).max(initial=0.0) or 1.0
    return float(np.abs(received - reference).max(initial=0.0) / scale)
