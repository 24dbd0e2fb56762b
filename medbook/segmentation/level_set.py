"""Chan and Vese's active contour: two regions, each near its own mean, with a smooth border."""

import numpy as np
from skimage import segmentation

from medbook.segmentation.arguments import checked_count
from medbook.segmentation.images import checked_image, checked_mask
from medbook.segmentation.thresholding import otsu


def chan_vese(image, *, iterations=100, smoothing=1, init="otsu"):
    """Move a contour until inside and outside are each as homogeneous as they can be.

    Every pixel at the contour goes to the side whose mean is nearer, then the contour is smoothed;
    no edge is needed, so blurred and noisy borders are found too. It assumes two regions of about
    constant brightness each. It fails with three or more classes, with a drifting brightness (MR
    bias field), and with small targets in a large field, which do not move the means: crop first.
    It finds an optimum near the start, which need not be the best one.

    Parameters
    ----------
    image : ndarray of real numbers, shape (rows, cols) or (slices, rows, cols)
        Intensities in any unit. Voxels should be about as long in all directions.
    iterations : int, optional
        Steps; the contour moves at most a few pixels in each. At least 1.
    smoothing : int, optional
        How often the contour is smoothed after each step: 0 for not at all, 1 to 4 are common.
    init : {"otsu", "checkerboard"} or ndarray of bool with the shape of ``image``, optional
        Where to begin: at Otsu's threshold, which is the optimum for a border of any roughness; from
        squares five pixels wide, as is customary, which noise may hold up far from the optimum; or
        from a mask.

    Returns
    -------
    ndarray of bool, same shape as ``image``
        From a mask, what has become of it, and in the other cases the brighter region.

    Raises
    ------
    ValueError
        If ``init`` is unknown, of another shape, empty or full, a number is out of range, or the
        image is constant or not one slice or volume of finite numbers.

    References
    ----------
    Chan and Vese, "Active contours without edges" (2001), doi:10.1109/83.902291; solved by
    morphological operators as in Márquez-Neila, Baumela and Álvarez, "A morphological approach to
    curvature-based evolution of curves and surfaces" (2014), doi:10.1109/TPAMI.2013.106. Computed
    by scikit-image.

    Examples
    --------
    >>> y, x = np.mgrid[:32, :32]
    >>> disc = np.hypot(y - 16, x - 16) < 8
    >>> noisy = 100.0 * disc + np.random.default_rng(0).normal(0, 30, disc.shape)
    >>> bool((chan_vese(noisy) == disc).mean() > 0.97)
    True
    """
    image = checked_image(image, "chan_vese")
    iterations = checked_count(iterations, "iterations", "chan_vese", least=1)
    smoothing = checked_count(smoothing, "smoothing", "chan_vese", least=0)
    if image.min() == image.max():
        raise ValueError(
            f"chan_vese: all pixels are {image.min():g}, so there are no two regions; leave the image out."
        )
    start = _start(init, image)
    # A mean of 0 keeps digits where a large offset would cancel them.
    inside = segmentation.morphological_chan_vese(
        image - image.mean(), iterations, init_level_set=start, smoothing=smoothing
    ).astype(bool)
    is_split = inside.any() and not inside.all()
    if isinstance(init, str) and is_split and image[inside].mean() < image[~inside].mean():
        return ~inside
    return inside


def _start(init, image):
    if isinstance(init, str):
        if init not in ("otsu", "checkerboard"):
            raise ValueError(f'chan_vese(init={init!r}): expected "otsu", "checkerboard" or a mask.')
        return otsu(image).astype(np.int8) if init == "otsu" else init
    mask = checked_mask(init, "chan_vese", "init")
    if mask.shape != image.shape or mask.all() or not mask.any():
        raise ValueError(
            f"chan_vese: init is a mask of shape {mask.shape} with {mask.sum()} pixels set, expected the shape "
            f"{image.shape} and pixels on both sides of the contour."
        )
    return mask.astype(np.int8)
