"""Raise the contrast of an image for the eye."""

import numpy as np
from skimage import exposure

from medbook.preprocessing.images import checked_image, each_image


def equalize(image, *, method="histogram", clip_limit=0.01):
    """Spread the gray levels of an image so that frequent ones are told apart better.

    The result has no unit: equal gray no longer means equal Hounsfield units, within a CLAHE image
    not even from one place to another. Noise is raised along with contrast.

    Parameters
    ----------
    image : ndarray of float, shape (rows, cols), (rows, cols, 1) or (batch, rows, cols, 1)
        Gray images in any unit; each image of a batch by its own histogram.
    method : {"histogram", "clahe"}, optional
        - "histogram": each value becomes its rank, the share of pixels that are not brighter, over
          256 bins from minimum to maximum. A few very bright pixels take most bins: clip them first.
        - "clahe": the same in 8 × 8 tiles, with histograms clipped at ``clip_limit`` and tiles
          blended (contrast limited adaptive histogram equalisation). The limit is at least one
          pixel a bin, so on images of 64 × 64, with 64 pixels a tile, the default hardly enhances.
    clip_limit : float, optional
        For "clahe": the largest share of a tile's pixels in one bin, above 0 and up to 1; higher
        gives more contrast and more noise.

    Returns
    -------
    ndarray of the same shape and dtype
        In [0, 1], without unit.

    Raises
    ------
    ValueError
        If ``method`` is unknown, ``clip_limit`` is out of range, or the image is constant, in
        colour, not of floats, or holds NaN or infinity.

    References
    ----------
    Pizer et al., "Adaptive histogram equalization and its variations" (1987),
    doi:10.1016/S0734-189X(87)80186-X. Zuiderveld, "Contrast limited adaptive histogram
    equalization", Graphics Gems IV (1994). Both are computed by scikit-image.

    Examples
    --------
    >>> equalize(np.array([[0.0, 1.0], [2.0, 1000.0]]))
    array([[0.75, 0.75],
           [0.75, 1.  ]])
    """
    image = checked_image(image, "equalize")
    if method not in ("histogram", "clahe"):
        raise ValueError(f'equalize(method={method!r}): expected "histogram" or "clahe".')
    if not 0 < clip_limit <= 1:
        raise ValueError(f"equalize(clip_limit={clip_limit}): expected a number above 0 and up to 1.")
    if image.ndim > 2 and image.shape[-1] != 1:
        raise ValueError(f"equalize: image has {image.shape[-1]} channels, expected gray images: equalize one of them.")

    def spread(one):
        gray = one.reshape(one.shape[:2]).astype(np.float64)
        low, high = gray.min(), gray.max()
        if low == high:
            raise ValueError(f"equalize: an image is constant ({low:g}) and has no contrast to spread; leave it out.")
        if method == "histogram":
            equalized = exposure.equalize_hist(gray, nbins=256)
        else:
            equalized = exposure.equalize_adapthist((gray - low) / (high - low), clip_limit=clip_limit)
        return equalized.reshape(one.shape).astype(one.dtype)

    return each_image(spread, image)
