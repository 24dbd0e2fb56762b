"""Watershed: marked regions grow until they meet, at the ridges of the gradient."""

import numpy as np
from scipy import ndimage
from skimage import segmentation

from medbook.segmentation.arguments import checked_connectivity, checked_number
from medbook.segmentation.images import checked_image
from medbook.segmentation.seeds import checked_seeds


def watershed_on_gradient(image, markers=None, *, seeds=None, sigma=1.0, connectivity=1):
    """Share out all pixels among marked regions, with borders where the image changes most.

    The gradient magnitude is read as a landscape: flat inside structures, ridges at their edges.
    Water rises from each marker, and borders stand where two waters meet. It assumes that every
    structure, the background too, has a marker, and that edges are closed ridges. It fails where an
    edge is weak (the border goes where chance leads it), where noise makes ridges of its own (raise
    ``sigma``), and for structures that nobody marked, which a neighbour swallows.

    Parameters
    ----------
    image : ndarray of real numbers, shape (rows, cols) or (slices, rows, cols)
        Intensities in any unit.
    markers : ndarray of int, same shape as ``image``, optional
        Labels from 1 where the region is known, 0 elsewhere. Either ``markers`` or ``seeds`` is given.
    seeds : list, optional
        For each region, which gets the label 1, 2, ..., one index (row, col) or (slice, row, col), or a list of them.
    sigma : float, optional
        Standard deviation, in pixels along each axis, of the Gaussian whose derivatives give the gradient.
    connectivity : int, optional
        How many axes a step to a neighbour may change: 1 is across sides only.

    Returns
    -------
    ndarray of int64, same shape as ``image``
        The label of each pixel; none is 0.

    Raises
    ------
    ValueError
        If there are not markers of two regions at least, a seed lies outside the image or belongs to
        two regions, shapes differ, or the image is not one slice or volume of finite numbers.

    References
    ----------
    Beucher and Lantuéjoul, "Use of watersheds in contour detection", International Workshop on
    Image Processing, Rennes (1979). Flooding by scikit-image, gradient by SciPy.

    Examples
    --------
    >>> image = np.zeros((5, 7))
    >>> image[:, 4:] = 100
    >>> watershed_on_gradient(image, seeds=[(2, 0), (2, 6)])[2]
    array([1, 1, 1, 1, 2, 2, 2])
    """
    image = checked_image(image, "watershed_on_gradient")
    if (markers is None) == (seeds is None):
        raise ValueError("watershed_on_gradient: expected markers (a label map) or seeds (indices), one of the two.")
    markers = _checked_markers(markers, image.shape) if seeds is None else _markers_at(seeds, image.shape)
    if np.unique(markers[markers > 0]).size < 2:
        raise ValueError(
            "watershed_on_gradient: only one region is marked, which would fill the image; mark the background as well."
        )
    sigma = checked_number(sigma, "sigma", "watershed_on_gradient")
    connectivity = checked_connectivity(connectivity, image.ndim, "watershed_on_gradient")
    gradient = ndimage.gaussian_gradient_magnitude(image, sigma, mode="nearest")
    return segmentation.watershed(gradient, markers, connectivity=connectivity).astype(np.int64)


def _checked_markers(markers, shape):
    markers = np.asarray(markers)
    if markers.dtype.kind not in "iu" or markers.shape != shape or markers.min() < 0:
        raise ValueError(
            f"watershed_on_gradient: markers are {markers.dtype} of shape {markers.shape}, expected whole numbers from "
            f"0 of shape {shape}. A mask becomes markers by scipy.ndimage.label(mask)[0]; indices go in as seeds=[...]."
        )
    return markers.astype(np.int64)


def _markers_at(seeds, shape):
    markers = np.zeros(shape, np.int64)
    for label, seeds_of_region in enumerate(seeds, start=1):
        for seed in checked_seeds(seeds_of_region, shape, "watershed_on_gradient"):
            if markers[seed] not in (0, label):
                raise ValueError(
                    f"watershed_on_gradient: the seed {seed} belongs to the regions {markers[seed]} and {label}; "
                    "give it to one."
                )
            markers[seed] = label
    return markers
