"""What counts as an image and as a mask here.

An image is one slice (rows, cols) or one volume (slices, rows, cols) of gray values, a mask an array
of booleans of the same shape. There is no batch axis: neighbours along all axes belong together, so
a stack of separate images goes in one by one.
"""

import numpy as np

# A last axis as short as this, behind two longer ones, is rather channels than the columns of a volume.
MAX_CHANNELS = 4


def checked_image(image, function):
    """Return ``image`` as float64, which holds every gray value exactly and can be subtracted without overflow.

    Parameters
    ----------
    image : ndarray of shape (rows, cols) or (slices, rows, cols)
        Whole numbers or floats.
    function : str
        Name of the function that asks, for the message.

    Raises
    ------
    ValueError
        If shape, type or values are not those of an image.

    Examples
    --------
    >>> checked_image(np.zeros((64, 64, 1)), "otsu")
    Traceback (most recent call last):
        ...
    ValueError: otsu: image has the shape (64, 64, 1), whose last axis looks like channels; \
pass one of them, image[..., 0].
    """
    image = np.asarray(image)
    _check_axes(image, "image", function)
    return checked_values(image, function)


def checked_values(image, function):
    """Return gray values of any shape as float64; refuse NaN, infinity, booleans and what is no number."""
    image = np.asarray(image)
    if image.dtype.kind not in "iuf" or image.size == 0:
        raise ValueError(
            f"{function}: image holds {image.size} values of type {image.dtype}, expected gray values, "
            "whole numbers or floats; booleans are a mask already."
        )
    image = image.astype(np.float64)
    num_bad = np.count_nonzero(~np.isfinite(image))
    if num_bad:
        raise ValueError(
            f"{function}: {num_bad} of {image.size} pixels are NaN or infinite. Replace them first, "
            "for example np.nan_to_num(image, nan=image[np.isfinite(image)].min())."
        )
    return image


def checked_mask(mask, function, name="mask"):
    """Return ``mask`` as booleans; numbers are accepted where all are 0 or 1.

    Parameters
    ----------
    mask : ndarray of shape (rows, cols) or (slices, rows, cols)
    function, name : str
        Who asks, and how the argument is called there, for the message.

    Raises
    ------
    ValueError
        If the shape is another, or a value is neither 0 nor 1.

    Examples
    --------
    >>> checked_mask(np.array([[0, 2]]), "fill_holes")
    Traceback (most recent call last):
        ...
    ValueError: fill_holes: mask holds values other than 0 and 1, expected booleans; \
pass one label, labels == 1, or probabilities above a threshold, probabilities > 0.5.
    """
    mask = np.asarray(mask)
    _check_axes(mask, name, function)
    if mask.dtype.kind not in "biuf" or not ((mask == 0) | (mask == 1)).all():
        raise ValueError(
            f"{function}: {name} holds values other than 0 and 1, expected booleans; "
            "pass one label, labels == 1, or probabilities above a threshold, probabilities > 0.5."
        )
    return mask.astype(bool)


def _check_axes(array, name, function):
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise ValueError(
            f"{function}: {name} has the shape {array.shape}, expected one slice (rows, cols) or one volume "
            "(slices, rows, cols) with at least one pixel; of a batch, pass each alone."
        )
    if array.ndim == 3 and array.shape[-1] <= MAX_CHANNELS < min(array.shape[:2]):
        raise ValueError(
            f"{function}: {name} has the shape {array.shape}, whose last axis looks like channels; "
            f"pass one of them, {name}[..., 0]."
        )
