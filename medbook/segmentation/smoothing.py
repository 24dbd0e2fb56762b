"""Smooth the border of a mask by mathematical morphology."""

import numpy as np
from scipy import ndimage

from medbook.segmentation.arguments import checked_number, checked_spacing
from medbook.segmentation.images import checked_mask


def smooth_mask(mask, *, radius_pixels=None, radius_mm=None, spacing_mm=None):
    """Remove from a mask what is thinner than a ball, and fill the gaps into which no ball fits.

    An opening (erosion, then dilation) followed by a closing (dilation, then erosion) by a disc, in
    volumes a ball, of the given radius. Straight and gently curved borders stay where they are. It
    assumes that nothing of the structure is thinner than the ball. It fails on vessels, on sharp
    corners, and on lesions smaller than the ball, which it deletes.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols) or (slices, rows, cols)
        What lies outside of the array is unknown and changes nothing at its border.
    radius_pixels : float, optional
        Radius in pixels, at least 1. Either this or ``radius_mm`` is given.
    radius_mm : float, optional
        Radius in mm, at least the smallest spacing. Where slices lie further apart than the radius,
        each is smoothed alone.
    spacing_mm : tuple of float, optional
        Distances of neighbouring pixels, (row, col) or (slice, row, col); goes with ``radius_mm``.

    Returns
    -------
    ndarray of bool, same shape

    Raises
    ------
    ValueError
        If not exactly one radius is given, it is too small to change anything, the spacing does not
        fit, or ``mask`` is not one slice or volume of booleans.

    References
    ----------
    Serra, "Image Analysis and Mathematical Morphology", Academic Press (1982). Distances by SciPy.

    Examples
    --------
    >>> mask = np.array([[0, 0, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0]])
    >>> smooth_mask(mask, radius_pixels=1).astype(int)
    array([[0, 0, 1, 0, 0],
           [0, 1, 1, 1, 0],
           [0, 0, 1, 0, 0],
           [0, 0, 0, 0, 0]])
    """
    mask = checked_mask(mask, "smooth_mask")
    radius, spacing = _checked_radius(mask.ndim, radius_pixels, radius_mm, spacing_mm)
    opened = _dilate(_erode(mask, radius, spacing), radius, spacing)
    return _erode(_dilate(opened, radius, spacing), radius, spacing)


def _erode(mask, radius, spacing):
    """Keep the pixels that have no background within the radius."""
    if mask.all():  # no background to measure the distance to
        return mask
    return ndimage.distance_transform_edt(mask, sampling=spacing) > radius


def _dilate(mask, radius, spacing):
    return ~_erode(~mask, radius, spacing)


def _checked_radius(num_axes, radius_pixels, radius_mm, spacing_mm):
    if (radius_pixels is None) == (radius_mm is None):
        raise ValueError("smooth_mask: expected radius_pixels, or radius_mm with spacing_mm, one of the two.")
    name, radius = ("radius_pixels", radius_pixels) if radius_mm is None else ("radius_mm", radius_mm)
    radius = checked_number(radius, name, "smooth_mask")
    spacing = np.ones(num_axes) if radius_mm is None else checked_spacing(spacing_mm, num_axes, "smooth_mask")
    radius *= 1 + 1e-9  # three pixels of 0.7 mm lie within 2.1 mm, rounding or not
    if radius < spacing.min():
        raise ValueError(
            f"smooth_mask({name}={radius:g}): smaller than the nearest neighbour, {spacing.min():g}, so nothing "
            "would change; raise it, or leave the smoothing out."
        )
    return radius, spacing
