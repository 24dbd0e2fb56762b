"""What counts as an image and as a mask here, and how a change of one is carried to the other.

An image is an array of floats of shape (rows, cols), (rows, cols, channels) or
(batch, rows, cols, channels): the number of axes says which. Its mask has the same shape without
channels, or with one, and holds labels: booleans or whole numbers. The two are told apart by their
numbers, because a label map that is interpolated like an image gains labels that nobody drew.
"""

import numpy as np

# More than red, green, blue and opacity is rather a stack of images whose channel axis was forgotten.
MAX_CHANNELS = 4

AXES = "(rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)"


def checked_image(image, function):
    """Return ``image`` as an array of floats in the machine's byte order.

    Parameters
    ----------
    image : ndarray of float
        Of shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels).
    function : str
        Name of the function that asks, for the message.

    Raises
    ------
    ValueError
        If shape, type or values are not those of an image.

    Examples
    --------
    >>> checked_image(np.zeros((2, 2), dtype=np.uint8), "resize")
    Traceback (most recent call last):
        ...
    ValueError: resize: image holds uint8, expected floats. A mask or label map goes in as mask=...; \
intensities as image.astype(np.float32).
    """
    image = checked_pixels(image, function)
    if image.dtype.kind != "f":
        raise ValueError(
            f"{function}: image holds {image.dtype}, expected floats. A mask or label map goes in as mask=...; "
            "intensities as image.astype(np.float32)."
        )
    return image


def checked_pixels(image, function):
    """Return ``image`` as an array of numbers, booleans and whole numbers included.

    For functions that copy pixels or measure them, but never mix neighbours.
    """
    image = np.asarray(image)
    if image.ndim not in (2, 3, 4) or 0 in image.shape:
        raise ValueError(f"{function}: image has the shape {image.shape}, expected {AXES} with at least one pixel.")
    if image.ndim > 2 and image.shape[-1] > MAX_CHANNELS:
        raise ValueError(
            f"{function}: image has the shape {image.shape}, whose last axis would be {image.shape[-1]} channels; "
            f"at most {MAX_CHANNELS} are expected. A batch or volume of gray images needs a channel axis: "
            "images[..., np.newaxis]."
        )
    return finite(image, function)


def finite(values, function):
    """Return ``values`` in the machine's byte order, which files do not always keep; refuse NaN and infinity."""
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{function}: image holds {values.dtype}, expected real numbers.")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        num_bad = np.count_nonzero(~np.isfinite(values))
        raise ValueError(
            f"{function}: {num_bad} of {values.size} pixels are NaN or infinite, and would spread to others. "
            "Replace them first, for example np.nan_to_num(image, nan=image[np.isfinite(image)].min())."
        )
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def checked_mask(mask, function):
    """Return ``mask`` as an array of labels: booleans, whole numbers, or floats that are whole."""
    mask = np.asarray(mask)
    if mask.dtype.kind not in "biuf" or (mask.dtype.kind == "f" and not np.array_equal(mask, np.rint(mask))):
        raise ValueError(
            f"{function}: mask holds {mask.dtype} that are not whole numbers, expected labels. "
            "Threshold a map of probabilities first (mask > 0.5), or pass it as image."
        )
    return mask.astype(mask.dtype.newbyteorder("="), copy=False)


def checked_shape(shape, function):
    """Return ``shape`` as a pair of whole numbers (rows, cols), each at least 1."""
    sizes = tuple(shape) if isinstance(shape, (tuple, list, np.ndarray)) else (shape,)
    whole = all(isinstance(size, (int, np.integer)) and not isinstance(size, bool) for size in sizes)
    if len(sizes) != 2 or not whole or min(sizes) < 1:
        raise ValueError(f"{function}(shape={shape!r}): expected (rows, cols), whole numbers of at least 1.")
    return int(sizes[0]), int(sizes[1])


def each_image(change, image):
    """Apply ``change`` to an image, or to each image of a batch."""
    return np.stack([change(one) for one in image]) if image.ndim == 4 else change(image)


def image_size(image):
    """Return (rows, cols) of an image or of each image of a batch."""
    return image.shape[1:3] if image.ndim == 4 else image.shape[:2]


def with_mask(image_changed, change, mask, image, function):
    """Return the changed image alone, or with its mask changed by ``change``.

    Parameters
    ----------
    image_changed : ndarray
        What became of the image.
    change : callable
        Takes and returns an array of shape (rows, cols, 1); keeps its dtype and invents no values.
    mask : ndarray or None
        Labels, of the shape of ``image`` without channels or with one.
    image : ndarray
        The image before it was changed.
    function : str
        Name of the function that asks, for the message.

    Returns
    -------
    ndarray or (ndarray, ndarray)
    """
    if mask is None:
        return image_changed
    mask = checked_mask(mask, function)
    pixels = image.shape[:-1] if image.ndim > 2 else image.shape
    if mask.shape not in (pixels, (*pixels, 1)):
        raise ValueError(
            f"{function}: mask has the shape {mask.shape} and the image {image.shape}; "
            f"expected a mask of {pixels} or {(*pixels, 1)}."
        )
    mask_changed = each_image(change, mask.reshape(*pixels, 1))
    return image_changed, mask_changed if mask.ndim > len(pixels) else mask_changed[..., 0]
