"""Distances between the surfaces of two masks in millimetres: HD95, mean distance, surface Dice."""

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

from medbook.metrics.masks import by_structure, mask_pairs, spacing


def surface_distances(mask_true, mask_pred, *, spacing_mm):
    """Return how far each surface element of one mask is from the surface of the other.

    Surface elements are the pixels (voxels) of a mask of which a neighbour across an edge (face) is
    outside the mask; what lies beyond the image counts as outside. So in a volume of one slice all
    voxels are surface; pass ``mask[0]`` for its contour.

    Parameters
    ----------
    mask_true, mask_pred : array_like of shape (rows, cols) or (slices, rows, cols)
        Booleans or 0 and 1.
    spacing_mm : tuple of float
        (row, col) or (slice, row, col) in mm.

    Returns
    -------
    true_to_pred, pred_to_true : ndarray of float64 of shape (num_surface,)
        In mm, between centres of pixels. Infinite if the other mask is empty, without elements if
        the mask itself is.

    Raises
    ------
    ValueError
        If shapes differ, masks hold other values, or the spacing is missing, 0 or negative.

    Examples
    --------
    >>> surface_distances([[1, 1, 0, 0]], [[1, 1, 1, 1]], spacing_mm=(1, 0.5))
    (array([0., 0.]), array([0. , 0. , 0.5, 1. ]))
    """
    spacing_mm = spacing(spacing_mm, np.ndim(mask_true), "surface_distances")
    (pair,) = mask_pairs(mask_true, mask_pred, None, "surface_distances").values()
    return _directed(*pair, spacing_mm)


def hausdorff95(mask_true, mask_pred, *, spacing_mm, labels=None):
    """Return the distance that 95 % of either surface do not exceed (HD95).

    The larger of two 95th percentiles (linear between values): of the distances from the surface of
    the reference to that of the prediction, and the other way round. Some programs pool the two
    before they take the percentile, which gives less or the same. The plain Hausdorff distance, the
    maximum, is decided by a single stray pixel.

    Parameters
    ----------
    mask_true, mask_pred : array_like of shape (rows, cols) or (slices, rows, cols)
        Booleans or 0 and 1.
    spacing_mm : tuple of float
        (row, col) or (slice, row, col) in mm.
    labels : sequence of int or dict of str to int, optional
        Then both are label maps, which hold a whole number for each structure.

    Returns
    -------
    float, or dict of float for ``labels``
        In mm. Infinite if the structure is in one mask only, so that over cases the median says
        something and a mean does not; nan with a RuntimeWarning if in neither.

    Raises
    ------
    ValueError
        If shapes differ, masks hold other values, or the spacing is missing, 0 or negative.

    References
    ----------
    Huttenlocher, Klanderman and Rucklidge, "Comparing images using the Hausdorff distance", IEEE
    Transactions on Pattern Analysis and Machine Intelligence 15:850-863 (1993),
    doi:10.1109/34.232073. The definition is that of Maier-Hein et al., "Metrics reloaded", Nature
    Methods 21:195-212 (2024), doi:10.1038/s41592-023-02151-z.

    Examples
    --------
    A square, and the same two columns to the right, which are 1 mm:

    >>> square = np.zeros((8, 8), dtype=bool)
    >>> square[2:6, 1:5] = True
    >>> hausdorff95(square, np.roll(square, 2, axis=1), spacing_mm=(3, 0.5))
    1.0
    """
    spacing_mm = spacing(spacing_mm, np.ndim(mask_true), "hausdorff95")

    def measure(mask_true, mask_pred):
        return max(np.percentile(distances, 95) for distances in _directed(mask_true, mask_pred, spacing_mm))

    return by_structure(measure, mask_true, mask_pred, labels, "hausdorff95", worst=np.inf)


def mean_surface_distance(mask_true, mask_pred, *, spacing_mm, labels=None):
    """Return the mean of the two mean distances, from either surface to the other (MASD).

    Both surfaces weigh the same, however many elements they have.

    Parameters
    ----------
    mask_true, mask_pred, spacing_mm, labels
        As in `hausdorff95`.

    Returns
    -------
    float, or dict of float for ``labels``
        In mm; infinite and nan as in `hausdorff95`.

    Raises
    ------
    ValueError
        As in `hausdorff95`.

    Examples
    --------
    >>> mean_surface_distance([[1, 1, 0, 0]], [[1, 1, 1, 1]], spacing_mm=(1, 0.5))
    0.1875
    """
    spacing_mm = spacing(spacing_mm, np.ndim(mask_true), "mean_surface_distance")

    def measure(mask_true, mask_pred):
        return np.mean([distances.mean() for distances in _directed(mask_true, mask_pred, spacing_mm)])

    return by_structure(measure, mask_true, mask_pred, labels, "mean_surface_distance", worst=np.inf)


def normalized_surface_distance(mask_true, mask_pred, *, tolerance_mm, spacing_mm, labels=None):
    """Return the share of both surfaces that lies within a tolerance of the other: surface Dice.

    What a radiation oncologist would not redraw, if the tolerance is how much two of them differ.

    Parameters
    ----------
    mask_true, mask_pred, spacing_mm, labels
        As in `hausdorff95`.
    tolerance_mm : float
        Distances up to it are right; measured between observers, not chosen to please.

    Returns
    -------
    float, or dict of float for ``labels``
        In [0, 1]. 0 if the structure is in one mask only; nan with a RuntimeWarning if in neither.

    Raises
    ------
    ValueError
        If the tolerance is not a number of at least 0, and as in `hausdorff95`.

    Notes
    -----
    Each surface pixel counts once. Nikolov et al. weigh elements of a triangulated surface by
    area, so that values differ somewhat, most where slices are thick.

    References
    ----------
    Nikolov et al., "Clinically applicable segmentation of head and neck anatomy for radiotherapy",
    Journal of Medical Internet Research 23:e26151 (2021), doi:10.2196/26151.

    Examples
    --------
    >>> normalized_surface_distance([[1, 1, 0, 0]], [[1, 1, 1, 1]], tolerance_mm=0.5, spacing_mm=(1, 0.5))
    0.8333333333333334
    """
    function = "normalized_surface_distance"
    spacing_mm = spacing(spacing_mm, np.ndim(mask_true), function)
    if np.ndim(tolerance_mm) != 0 or not 0 <= tolerance_mm < np.inf:
        raise ValueError(f"{function}(tolerance_mm={tolerance_mm!r}): expected one number of mm, at least 0.")

    def measure(mask_true, mask_pred):
        distances = np.concatenate(_directed(mask_true, mask_pred, spacing_mm))
        return np.mean(distances <= tolerance_mm * (1 + 1e-9))  # 3 * 0.1 is a hair above 0.3

    return by_structure(measure, mask_true, mask_pred, labels, function, worst=0.0)


def _directed(mask_true, mask_pred, spacing_mm):
    """Return the distances of `surface_distances` for checked masks."""
    box = _bounding_box(mask_true | mask_pred)
    surface_true, surface_pred = _surface(mask_true[box]), _surface(mask_pred[box])
    return _to_nearest(surface_true, surface_pred, spacing_mm), _to_nearest(surface_pred, surface_true, spacing_mm)


def _bounding_box(mask):
    """Return slices around all that is in the mask: the distances are the same in it, and found sooner."""
    return tuple(slice(index.min(initial=0), index.max(initial=0) + 1) for index in np.nonzero(mask))


def _surface(mask):
    return mask & ~binary_erosion(mask)  # beyond the edge SciPy takes everything for background


def _to_nearest(surface, other, spacing_mm):
    if not other.any():
        return np.full(np.count_nonzero(surface), np.inf)
    return distance_transform_edt(~other, sampling=spacing_mm)[surface]
