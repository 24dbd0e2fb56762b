"""Change the number of pixels: to a given shape, or to a given spacing in millimetres."""

import numpy as np
from skimage import transform

from medbook.preprocessing.images import (
    checked_image,
    checked_mask,
    checked_shape,
    each_image,
    image_size,
    with_mask,
)


def resize(image, shape, *, anti_aliasing=True, mask=None):
    """Show the same field of view with another number of pixels; the mask moves alike.

    Image values are interpolated linearly between pixel centers, so they keep their unit and stay
    within the range they had. A mask is moved by nearest neighbour and keeps its labels.

    Parameters
    ----------
    image : ndarray of float, shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Intensities in any unit. Booleans and whole numbers are refused: they may be labels.
    shape : (int, int)
        New number of rows and cols.
    anti_aliasing : bool, optional
        Whether an axis that gets smaller is blurred first, with a Gaussian of standard deviation
        ``(factor - 1) / 2`` pixels. Without, details finer than the new pixels turn into patterns
        that are not there, and a small bright spot vanishes or stays by its position.
    mask : ndarray of bool or whole numbers, optional
        Labels: the shape of ``image`` without channels, or with one. Where rows or cols get fewer,
        a label smaller than a new pixel can be lost.

    Returns
    -------
    ndarray, or (ndarray, ndarray) with ``mask``
        Image, and mask, of the new shape; each keeps its dtype.

    Raises
    ------
    ValueError
        If an array does not fit the description above, or holds NaN or infinity.

    See Also
    --------
    resized_spacing_mm : the pixel spacing of the result.
    resize_mask : for a mask without image.

    Examples
    --------
    >>> checkerboard = np.indices((4, 4)).sum(axis=0) % 2.0
    >>> resize(checkerboard, (2, 2)).round(1)
    array([[0.5, 0.5],
           [0.5, 0.5]])
    >>> image, mask = resize(checkerboard, (8, 8), mask=checkerboard == 1)
    >>> image.shape, mask.shape, mask.dtype
    ((8, 8), (8, 8), dtype('bool'))
    """
    image, shape = checked_image(image, "resize"), checked_shape(shape, "resize")

    def interpolate(one):
        # "symmetric" repeats the pixels of the edge, so that blurring keeps the mean.
        resized = transform.resize(
            one, (*shape, *one.shape[2:]), order=1, mode="symmetric", preserve_range=True, anti_aliasing=anti_aliasing
        )
        return resized.astype(image.dtype, copy=False)

    return with_mask(each_image(interpolate, image), lambda one: _nearest(one, shape), mask, image, "resize")


def resize_mask(mask, shape):
    """Resize a mask alone by nearest neighbour, such as a predicted one back to the size of its image.

    Parameters
    ----------
    mask : ndarray of bool or whole numbers, shape (rows, cols), (batch, rows, cols) or either with a last axis of 1
        Labels, not one-hot.
    shape : (int, int)
        New number of rows and cols.

    Returns
    -------
    ndarray
        Of the new shape, with the dtype of ``mask`` and no label that it had not.

    Raises
    ------
    ValueError
        If ``mask`` has another shape or fractions, or ``shape`` is not a pair of whole numbers.

    Examples
    --------
    >>> resize_mask(np.array([[0, 1], [2, 3]]), (4, 4))
    array([[0, 0, 1, 1],
           [0, 0, 1, 1],
           [2, 2, 3, 3],
           [2, 2, 3, 3]])
    """
    mask, shape = checked_mask(mask, "resize_mask"), checked_shape(shape, "resize_mask")
    has_channel = mask.ndim > 2 and mask.shape[-1] == 1
    labels = mask if has_channel else mask[..., np.newaxis]
    if labels.ndim not in (3, 4) or 0 in labels.shape:
        raise ValueError(
            f"resize_mask: mask has the shape {mask.shape}, expected (rows, cols) or (batch, rows, cols), "
            "with or without a last axis of 1; one-hot masks become labels by mask.argmax(axis=-1)."
        )
    resized = each_image(lambda one: _nearest(one, shape), labels)
    return resized if has_channel else resized[..., 0]


def resample(image, spacing_mm, new_spacing_mm, *, anti_aliasing=True, mask=None):
    """Resize to a pixel spacing in millimetres, so that images of different scanners share one scale.

    Parameters
    ----------
    image : ndarray of float, shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Intensities in any unit.
    spacing_mm : (float, float)
        Distance of neighbouring pixel centers along rows and cols, as in ``Image.spacing_mm`` of `medbook.dicom`.
    new_spacing_mm : float or (float, float)
        The spacing wanted.
    anti_aliasing : bool, optional
        As in `resize`.
    mask : ndarray of bool or whole numbers, optional
        Labels, as in `resize`.

    Returns
    -------
    image : ndarray
        With ``round(rows * spacing / new_spacing)`` rows, likewise cols; at least 1.
    mask : ndarray
        Only with ``mask``.
    spacing_mm : (float, float)
        The spacing reached. It differs a little from the one wanted where the field of view is not
        a whole number of new pixels: measure with this one.

    Raises
    ------
    ValueError
        As in `resize`, or if a spacing is unknown or not positive.

    Examples
    --------
    >>> image, spacing_mm = resample(np.zeros((512, 512), dtype=np.float32), (0.7, 0.7), 2.0)
    >>> image.shape, spacing_mm
    ((179, 179), (2.002..., 2.002...))
    """
    image = checked_image(image, "resample")
    spacing_mm = _checked_spacing(spacing_mm, "resample", "spacing_mm")
    wanted_mm = _checked_spacing(new_spacing_mm, "resample", "new_spacing_mm")
    rows, cols = image_size(image)
    shape = max(1, round(rows * spacing_mm[0] / wanted_mm[0])), max(1, round(cols * spacing_mm[1] / wanted_mm[1]))
    reached_mm = resized_spacing_mm(spacing_mm, (rows, cols), shape)
    resized = resize(image, shape, anti_aliasing=anti_aliasing, mask=mask)
    return (resized, reached_mm) if mask is None else (*resized, reached_mm)


def resized_spacing_mm(spacing_mm, shape, new_shape):
    """Return the pixel spacing of an image after `resize`; lengths measured with the old one are wrong.

    Parameters
    ----------
    spacing_mm : (float, float)
        Spacing along rows and cols before.
    shape, new_shape : (int, int)
        Number of rows and cols before and after.

    Returns
    -------
    (float, float)
        In mm; the field of view, pixels times spacing, stays the same.

    Raises
    ------
    ValueError
        If a spacing is not positive or a shape not a pair of whole numbers.

    Examples
    --------
    >>> resized_spacing_mm((0.5, 0.5), (512, 256), (256, 256))
    (1.0, 0.5)
    """
    row_mm, col_mm = _checked_spacing(spacing_mm, "resized_spacing_mm", "spacing_mm")
    rows, cols = checked_shape(shape, "resized_spacing_mm")
    new_rows, new_cols = checked_shape(new_shape, "resized_spacing_mm")
    return row_mm * rows / new_rows, col_mm * cols / new_cols


def _nearest(labels, shape):
    """Resize labels of shape (rows, cols, 1)."""
    resized = transform.resize(
        labels, (*shape, 1), order=0, mode="edge", preserve_range=True, anti_aliasing=False, clip=False
    )
    return resized.astype(labels.dtype, copy=False)


def _checked_spacing(spacing_mm, function, name):
    try:
        row_mm, col_mm = np.broadcast_to(np.asarray(spacing_mm, dtype=np.float64), 2)
        valid = np.isfinite([row_mm, col_mm]).all() and min(row_mm, col_mm) > 0
    except (TypeError, ValueError):
        valid = False
    if not valid:
        raise ValueError(
            f"{function}({name}={spacing_mm!r}): expected (row, col) in mm, above 0. "
            "Where a file gives no spacing (None), lengths are unknown: use resize."
        )
    return float(row_mm), float(col_mm)
