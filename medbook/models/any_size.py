"""Segment images whose size does not fit the network: pad, predict, crop back."""

import numpy as np

from medbook.models.prediction import predict
from medbook.models.size_check import known_multiple


def predict_any_size(model, images, *, multiple=None, mode="reflect", batch_size=16):
    """Return a segmentation network's outputs for images of any size.

    Each axis is padded at its end to the next size that fits, and the output cropped to the
    image. Padding is context that was not measured: pixels within half a receptive field of
    the padded sides depend on ``mode``.

    Parameters
    ----------
    model : keras.Model
        Gives as many pixels as it gets. Best built with open sizes, (None, None, channels); where
        a size is fixed, smaller images are padded to it.
    images : ndarray of shape (batch, [slices,] rows, cols, channels)
        All of one size. Several sizes: one call for each.
    multiple : int, optional
        What sizes must be a multiple of; networks of `build_unet` and `build_encoder_decoder` know
        it themselves.
    mode : str, optional
        How `numpy.pad` fills: "reflect", "edge", "constant" (zeros), ...
    batch_size : int, optional
        How many are computed at a time.

    Returns
    -------
    ndarray of float32 of shape (batch, [slices,] rows, cols, units)

    Raises
    ------
    ValueError
        If the images do not fit the network, are larger than its fixed size (use `predict_tiles`)
        or hold NaN, or if ``multiple`` is needed.

    References
    ----------
    Chapter "Segmentation".

    Examples
    --------
    >>> from medbook.models import build_unet
    >>> model = build_unet((None, None, 1), depth=2, filters=2)
    >>> predict_any_size(model, np.zeros((3, 30, 21, 1))).shape
    (3, 30, 21, 1)
    """
    images = np.asarray(images)
    if images.ndim != len(model.input_shape) or 0 in images.shape[1:]:
        return predict(model, images, batch_size=batch_size)  # which says what is wrong with the shape
    sizes = images.shape[1:-1]
    if len(images) == 0:
        return np.zeros((0, *sizes, model.output_shape[-1]), np.float32)
    missing = [target - size for target, size in zip(_target_sizes(model, sizes, multiple), sizes, strict=True)]
    padded = np.pad(images, [(0, 0), *((0, amount) for amount in missing), (0, 0)], mode=mode)
    outputs = predict(model, padded, batch_size=batch_size)
    check_same_size(model, padded.shape, outputs.shape)
    return outputs[(slice(None), *(slice(size) for size in sizes))]


def check_same_size(model, shape_in, shape_out):
    """Raise `ValueError` unless images (batch, ..., channels) came out as (batch, ..., units) of their size."""
    if shape_out[:-1] != shape_in[:-1]:
        raise ValueError(
            f"{model.name} turns images of shape {shape_in} into {shape_out}: it is no segmentation network with "
            "one output for each pixel, or its sizes must be multiples of a number that has to be given as multiple=."
        )


def _target_sizes(model, sizes, multiple):
    fixed = model.input_shape[1:-1]
    if multiple is None and None in fixed:
        multiple = known_multiple(model)
        if multiple is None:
            raise ValueError(
                f"predict_any_size(multiple=None): {model.name} does not say which sizes fit; "
                "give multiple=2 ** (number of poolings)."
            )
    for size, limit in zip(sizes, fixed, strict=True):
        if limit is not None and size > limit:
            raise ValueError(
                f"predict_any_size: images of {sizes} pixels exceed the {fixed} that {model.name} was built for; "
                "use predict_tiles, or build the network with open sizes (None) and give it the same weights."
            )
    return [limit or -(-size // multiple) * multiple for size, limit in zip(sizes, fixed, strict=True)]
