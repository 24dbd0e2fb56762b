"""Connected regions of a mask: keep the largest, remove the small."""

import numpy as np
from scipy import ndimage

from medbook.segmentation.arguments import checked_connectivity, checked_count, checked_number, checked_spacing
from medbook.segmentation.images import checked_mask

MM3_PER_ML = 1000


def remove_small_regions(
    mask, *, min_size=None, min_area_mm2=None, min_volume_ml=None, spacing_mm=None, connectivity=1
):
    """Remove the connected regions of a mask that are too small to be what is sought.

    It assumes that small means false. It fails where small findings matter: a rule that helps the
    mean Dice may delete the one early metastasis. Choose the size on validation data.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols) or (slices, rows, cols)
    min_size : int, optional
        Smallest region that stays, in pixels or voxels. Exactly one of the three sizes is given.
    min_area_mm2, min_volume_ml : float, optional
        The same in square millimetres for one slice, or in millilitres for a volume; they need ``spacing_mm``.
    spacing_mm : tuple of float, optional
        Distances of neighbouring pixels, (row, col) or (slice, row, col).
    connectivity : int, optional
        How many axes a step to a neighbour may change: 1 is across sides only, so that regions
        which touch at a corner count each alone.

    Returns
    -------
    ndarray of bool, same shape

    Raises
    ------
    ValueError
        If not exactly one size is given, it or the spacing does not fit the mask, or ``mask`` is not
        one slice or volume of booleans.

    Examples
    --------
    >>> mask = np.array([[1, 1, 0, 0], [1, 0, 0, 1]])
    >>> remove_small_regions(mask, min_size=2).astype(int)
    array([[1, 1, 0, 0],
           [1, 0, 0, 0]])
    >>> remove_small_regions(mask, min_area_mm2=1, spacing_mm=(0.5, 0.5)).any()
    np.False_
    """
    mask = checked_mask(mask, "remove_small_regions")
    connectivity = checked_connectivity(connectivity, mask.ndim, "remove_small_regions")
    min_pixels = _size_in_pixels(mask.ndim, min_size, min_area_mm2, min_volume_ml, spacing_mm)
    labels, sizes = _label(mask, connectivity)
    stays = sizes >= min_pixels * (1 - 1e-9)  # a size in mm that is met exactly may be missed by rounding
    stays[0] = False
    return stays[labels]


def largest_component(mask, *, num=1, connectivity=1):
    """Keep the largest connected region of a mask, or the few largest.

    It assumes that the organ is one piece (``num`` pieces), and larger than every error. It fails
    where the mask is torn (half of the organ goes), where an error hangs on the organ by a thin
    bridge (it stays: `smooth_mask` first), and for lesions, of which there may be any number.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols) or (slices, rows, cols)
        An empty one stays empty.
    num : int, optional
        How many regions stay, such as 2 for lungs or kidneys; all where there are fewer. Of regions
        of the same size, the one that comes first in the array is kept first.
    connectivity : int, optional
        How many axes a step to a neighbour may change: 1 is across sides only.

    Returns
    -------
    ndarray of bool, same shape

    Raises
    ------
    ValueError
        If ``num`` or ``connectivity`` is out of range, or ``mask`` is not one slice or volume of booleans.

    Examples
    --------
    >>> mask = np.array([[1, 1, 0, 0], [1, 0, 0, 1]])
    >>> largest_component(mask).astype(int)
    array([[1, 1, 0, 0],
           [1, 0, 0, 0]])
    """
    mask = checked_mask(mask, "largest_component")
    num = checked_count(num, "num", "largest_component", least=1)
    connectivity = checked_connectivity(connectivity, mask.ndim, "largest_component")
    labels, sizes = _label(mask, connectivity)
    from_largest = 1 + np.argsort(-sizes[1:], kind="stable")
    return np.isin(labels, from_largest[:num])


def _label(mask, connectivity):
    """Return a label map, and the number of pixels of each label, the background's first."""
    labels, num_labels = ndimage.label(mask, ndimage.generate_binary_structure(mask.ndim, connectivity))
    return labels, np.bincount(labels.ravel(), minlength=num_labels + 1)


def _size_in_pixels(num_axes, min_size, min_area_mm2, min_volume_ml, spacing_mm):
    function, name = "remove_small_regions", "min_area_mm2" if num_axes == 2 else "min_volume_ml"
    if sum(size is not None for size in (min_size, min_area_mm2, min_volume_ml)) != 1:
        raise ValueError(f"{function}: expected one size, min_size in pixels or {name} with spacing_mm.")
    if min_size is not None:
        return checked_count(min_size, "min_size", function, least=1)
    value = min_area_mm2 if num_axes == 2 else min_volume_ml
    if value is None:
        raise ValueError(f"{function}: a mask of {num_axes} axes is measured by {name}, or in pixels by min_size.")
    unit = 1 if num_axes == 2 else MM3_PER_ML
    return checked_number(value, name, function) * unit / np.prod(checked_spacing(spacing_mm, num_axes, function))
