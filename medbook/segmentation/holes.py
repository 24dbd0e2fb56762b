"""Holes of a mask: background that the mask encloses."""

import numpy as np
from scipy import ndimage

from medbook.segmentation.arguments import checked_count
from medbook.segmentation.images import checked_mask


def fill_holes(mask, *, max_size=None):
    """Fill the background that a mask encloses.

    A hole is a connected piece of background that does not reach the border of the array; pieces
    that touch at corners only are two. It assumes that the structure is solid. It fails where
    holes are real (a ring-shaped lesion, the ventricles of the brain) and where they are open: a
    notch at the border of the image, or in a volume a channel that leaves it at one slice; each
    slice filled alone, ``np.stack([fill_holes(one) for one in volume])``, closes the latter.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols) or (slices, rows, cols)
    max_size : int, optional
        Largest hole that is filled, in pixels or voxels; without it, all are.

    Returns
    -------
    ndarray of bool, same shape

    Raises
    ------
    ValueError
        If ``max_size`` is not a whole number of at least 1, or ``mask`` is not one slice or volume of booleans.

    Examples
    --------
    >>> mask = np.array([[1, 1, 1, 0], [1, 0, 1, 1], [1, 1, 1, 0]])
    >>> fill_holes(mask).astype(int)
    array([[1, 1, 1, 0],
           [1, 1, 1, 1],
           [1, 1, 1, 0]])
    """
    mask = checked_mask(mask, "fill_holes")
    filled = ndimage.binary_fill_holes(mask)
    if max_size is None:
        return filled
    max_size = checked_count(max_size, "max_size", "fill_holes", least=1)
    holes, _ = ndimage.label(filled & ~mask)
    is_small = np.bincount(holes.ravel()) <= max_size
    is_small[0] = False
    return mask | is_small[holes]
