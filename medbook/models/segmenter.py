"""Both ends of every segmentation network here: the image that goes in, and a score for each pixel.

Two or three dimensions follow from the input: images are (rows, cols, channels), volumes
(slices, rows, cols, channels). Sizes may be None: such a network takes every size that fits.
"""

import numpy as np
from keras import layers

from medbook.models.classifier import ACTIVATIONS, image_input, is_count
from medbook.models.size_check import AXES, SizeCheck, describe_misfit, fits

LAYERS = {
    2: (layers.Conv2D, layers.MaxPooling2D, layers.UpSampling2D, layers.Conv2DTranspose),
    3: (layers.Conv3D, layers.MaxPooling3D, layers.UpSampling3D, layers.Conv3DTranspose),
}


def check_segmenter(builder, input_shape, units, activation, *, depth, filters):
    """Raise `ValueError` unless the arguments make a network that gives one score vector a pixel.

    Parameters
    ----------
    builder : str
        Name of the function that asks, for the message.
    input_shape : tuple of int or None
        (rows, cols, channels) or (slices, rows, cols, channels).
    units : int
        Number of scores a pixel.
    activation : {None, "sigmoid", "softmax"}
    depth : int
        Number of poolings; every size must be a multiple of ``2 ** depth``.
    filters : sequence of int
        All widths that the network will have.
    """
    shape = tuple(input_shape) if np.iterable(input_shape) else (input_shape,)
    sizes, channels = shape[:-1], shape[-1]
    if len(sizes) not in AXES or not all(size is None or is_count(size) for size in sizes) or not is_count(channels):
        raise ValueError(
            f"{builder}(input_shape={input_shape}): expected (rows, cols, channels) or (slices, rows, cols, channels), "
            "without the batch axis, sizes whole or None; gray images have one channel, such as (64, 64, 1)."
        )
    for name, values in (("depth", [depth]), ("units", [units]), ("filters", filters)):
        if not all(is_count(value) for value in values):
            raise ValueError(f"{builder}({name}={values[0] if len(values) == 1 else values}): expected at least 1.")
    if not fits(sizes, 2**depth):
        raise ValueError(f"{builder}(input_shape={shape}): {describe_misfit(sizes, 2**depth)}")
    _check_activation(builder, units, activation)


def segmenter_input(input_shape, preprocessing, *, depth):
    """Return the network's input and the same after size check and preprocessing (None: to [-2, 2])."""
    steps = preprocessing if isinstance(preprocessing, (list, tuple)) else [preprocessing]
    if preprocessing is None:
        steps = [layers.Rescaling(4.0, -2.0, name="center")]
    return image_input(input_shape, [SizeCheck(2**depth, name="size_check"), *steps])


def spatial_layers(dims):
    """Return the classes of convolution, max pooling, up-sampling and transposed convolution in 2 or 3 dimensions."""
    return LAYERS[dims]


def pixel_scores(x, units, activation=None):
    """Return the scores (batch, [slices,] rows, cols, units): one dense layer at every pixel, a 1 x 1 convolution."""
    convolution = spatial_layers(len(x.shape) - 2)[0]
    return convolution(units, 1, activation=activation, name="scores")(x)


def _check_activation(builder, units, activation):
    if activation not in ACTIVATIONS:
        raise ValueError(f"{builder}(activation={activation!r}): expected one of {ACTIVATIONS}; None gives logits.")
    if units == 1 and activation == "softmax":
        raise ValueError(
            f"{builder}(units=1, activation='softmax'): the softmax of one score is always 1, at every pixel. For one "
            "structure use units=1 with activation='sigmoid' (or None and a loss with from_logits=True), or units=2."
        )
