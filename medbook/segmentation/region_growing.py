"""Region growing: from a seed to all connected pixels that look like it."""

import numpy as np
from skimage import segmentation

from medbook.segmentation.arguments import checked_connectivity, checked_number
from medbook.segmentation.images import checked_image
from medbook.segmentation.seeds import checked_seeds


def region_growing(image, seeds, *, tolerance, connectivity=1):
    """Grow a region from each seed to the connected pixels of nearly the seed's gray value.

    This is the simplest form: the value to compare with is that of the seed, once and for all. It
    assumes that the structure is homogeneous and closed, and that the seed is typical of it. It
    fails by leaking (one pixel of like value in the wall, and the region runs into the neighbour),
    by noise (holes at outliers; a seed on an outlier grows nowhere) and by drifting brightness.
    Denoise first, put several seeds, and raise the tolerance until just before the area jumps.

    Parameters
    ----------
    image : ndarray of real numbers, shape (rows, cols) or (slices, rows, cols)
        Intensities in any unit.
    seeds : tuple of int, or list of them
        Index (row, col) or (slice, row, col), or several; the result is the union of their regions.
    tolerance : float
        Largest difference from the seed's value, in the unit of ``image``; it belongs to the region.
    connectivity : int, optional
        How many axes a step to a neighbour may change: 1 are the 4 (in volumes 6) pixels that share
        a side; 2, and 3 in volumes, add diagonals, through which regions leak more easily.

    Returns
    -------
    ndarray of bool, same shape as ``image``

    Raises
    ------
    ValueError
        If a seed lies outside the image, ``tolerance`` is negative, ``connectivity`` exceeds the
        number of axes, or the image is not one slice or volume of finite numbers.

    References
    ----------
    Adams and Bischof, "Seeded region growing" (1994), doi:10.1109/34.295913, where regions compete
    for pixels by their running means. Flooding by scikit-image.

    Examples
    --------
    >>> image = np.array([[50, 52, 90], [51, 90, 90], [50, 90, 49]])
    >>> region_growing(image, (0, 0), tolerance=5).astype(int)
    array([[1, 1, 0],
           [1, 0, 0],
           [1, 0, 0]])
    """
    image = checked_image(image, "region_growing")
    seeds = checked_seeds(seeds, image.shape, "region_growing")
    tolerance = checked_number(tolerance, "tolerance", "region_growing", zero=True)
    connectivity = checked_connectivity(connectivity, image.ndim, "region_growing")
    regions = (segmentation.flood(image, seed, tolerance=tolerance, connectivity=connectivity) for seed in seeds)
    return np.logical_or.reduce(list(regions))
