"""Canny's edges: thin lines where an image changes most."""

import numpy as np
from scipy import ndimage
from skimage import feature

from medbook.segmentation.arguments import checked_number
from medbook.segmentation.images import checked_image


def canny_edges(image, *, sigma=1.0, low=0.1, high=0.3):
    """Find thin edges by Canny's method, in a single slice.

    Four steps: blur, take the gradient, keep only its maxima across the edge, and keep of these what
    is strong or connected to something strong (hysteresis). It assumes steps in white noise. It
    fails as a segmentation where edges have gaps, for then no region is enclosed; corners are
    rounded and close edges merge as ``sigma`` grows; one very strong edge (metal, the skin on CT)
    raises both thresholds for all the others: clip to a window first.

    Parameters
    ----------
    image : ndarray of real numbers, shape (rows, cols)
        Intensities in any unit. Pixels should be square.
    sigma : float, optional
        Standard deviation of the Gaussian blur, in pixels.
    low, high : float, optional
        Thresholds of the gradient as shares of its maximum in this image, ``0 < low <= high <= 1``:
        edges begin above ``high`` and go on as long as they are above ``low``.

    Returns
    -------
    ndarray of bool, shape (rows, cols)
        True on edges; never in the outermost rows and cols. Fill closed ones with `fill_holes`.

    Raises
    ------
    ValueError
        If the image is a volume or holds something else than finite numbers, or a number is out of range.

    References
    ----------
    Canny, "A computational approach to edge detection" (1986), doi:10.1109/TPAMI.1986.4767851.
    Computed by scikit-image.

    Examples
    --------
    >>> image = np.zeros((5, 8))
    >>> image[:, 4], image[:, 5:] = 50, 100
    >>> canny_edges(image).astype(int)[2]
    array([0, 0, 0, 0, 1, 0, 0, 0])
    """
    image = checked_image(image, "canny_edges")
    if image.ndim != 2:
        raise ValueError(
            f"canny_edges: image has the shape {image.shape}, expected one slice (rows, cols); pass the slices of a "
            "volume one by one, or find borders in 3-D with watershed_on_gradient."
        )
    sigma = checked_number(sigma, "sigma", "canny_edges")
    low, high = checked_number(low, "low", "canny_edges"), checked_number(high, "high", "canny_edges")
    if not low <= high <= 1:
        raise ValueError(f"canny_edges(low={low}, high={high}): expected 0 < low <= high <= 1, shares of the maximum.")
    smooth = ndimage.gaussian_filter(image - image.mean(), sigma, mode="nearest")
    # Sobel as in scikit-image, whose thresholds are in the unit of the image.
    largest = np.hypot(ndimage.sobel(smooth, axis=0), ndimage.sobel(smooth, axis=1)).max()
    if largest <= np.finfo(np.float64).eps * np.abs(image).max():  # constant up to rounding
        return np.zeros(image.shape, bool)
    # The blur is done, hence sigma 0; in units of the largest gradient the thresholds are the shares.
    return feature.canny(smooth / largest, sigma=0, low_threshold=low, high_threshold=high, mode="nearest")
