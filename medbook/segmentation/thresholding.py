"""Otsu's method: choose thresholds from the histogram alone."""

import numpy as np
from skimage import filters

from medbook.segmentation.arguments import checked_count
from medbook.segmentation.images import checked_image, checked_values

# The search looks at all positions of all thresholds: with more classes it takes minutes.
MAX_CLASSES = 5


def otsu_threshold(image, *, num_bins=256):
    """Return the gray value that best parts an image into a dark and a bright class.

    Of all thresholds, Otsu's leaves the classes with the smallest variance within, which is the
    largest variance between their means. It sees no positions, only the histogram, and assumes that
    this has two peaks of like width and not too different weight. It fails when one class is rare
    (a threshold inside the larger peak costs less variance than one that parts a small lesion from
    its organ), when the contrast drifts across the image (MR bias field), and when a few extreme
    values (metal on CT) stretch the histogram: choose the region and clip to a window first.

    Parameters
    ----------
    image : ndarray of real numbers, any shape
        Intensities in any unit; positions do not matter, so ``image[organ_mask]`` is allowed.
    num_bins : int, optional
        Bins of the histogram, between minimum and maximum; at least 2.

    Returns
    -------
    float
        In the unit of ``image``, midway between the two nearest gray values of the classes:
        ``image > threshold`` is the bright class.

    Raises
    ------
    ValueError
        If all pixels are equal, or ``image`` holds something else than finite numbers.

    References
    ----------
    Otsu, "A threshold selection method from gray-level histograms" (1979),
    doi:10.1109/TSMC.1979.4310076. Computed by scikit-image.

    Examples
    --------
    >>> otsu_threshold(np.array([0, 0, 10, 100, 100, 110]))
    55.0
    """
    image = checked_values(image, "otsu_threshold")
    num_bins = checked_count(num_bins, "num_bins", "otsu_threshold", least=2)
    return _thresholds(image, 2, num_bins, "otsu_threshold")[0]


def otsu(image, *, classes=2, num_bins=256):
    """Part an image into classes of gray values by Otsu's thresholds.

    Parameters
    ----------
    image : ndarray of real numbers, shape (rows, cols) or (slices, rows, cols)
        Intensities in any unit. What is assumed, and when it fails, says `otsu_threshold`.
    classes : int, optional
        Number of classes, from 2 to 5. It is not found out: with one class too many, the
        widest peak of the histogram is cut in two.
    num_bins : int, optional
        Bins of the histogram, between minimum and maximum; at least ``classes``.

    Returns
    -------
    ndarray of the same shape
        With two classes a mask of bool, True where bright; with more a label map of int64, from 0
        for the darkest class to ``classes - 1`` for the brightest.

    Raises
    ------
    ValueError
        If the image has fewer gray values than classes, is not one slice or volume of finite
        numbers, or a number is out of range.

    References
    ----------
    Otsu (1979), doi:10.1109/TSMC.1979.4310076; for more classes as in Liao, Chen and Chung, "A fast
    algorithm for multilevel thresholding" (2001). Computed by scikit-image.

    Examples
    --------
    >>> air_fat_bone = np.array([[-1000, -990, -100], [-110, 700, 720]])
    >>> otsu(air_fat_bone, classes=3)
    array([[0, 0, 1],
           [1, 2, 2]])
    >>> otsu(air_fat_bone)
    array([[False, False,  True],
           [ True,  True,  True]])
    """
    image = checked_image(image, "otsu")
    classes = checked_count(classes, "classes", "otsu", least=2, most=MAX_CLASSES)
    num_bins = checked_count(num_bins, "num_bins", "otsu", least=classes)
    thresholds = _thresholds(image, classes, num_bins, "otsu")
    return image > thresholds[0] if classes == 2 else np.digitize(image, thresholds)


def _thresholds(image, classes, num_bins, function):
    counts, edges = np.histogram(image, num_bins)
    if np.count_nonzero(counts) < classes:
        raise ValueError(
            f"{function}: the image has {np.count_nonzero(counts)} different gray values in {num_bins} bins between "
            f"{image.min():g} and {image.max():g}, too few for {classes} classes; "
            "leave a constant image out, clip extreme values, or raise num_bins."
        )
    # In place of gray values, the bins' numbers: then the result is the last bin of each lower class.
    if classes == 2:
        last_bins = [filters.threshold_otsu(hist=(counts, np.arange(num_bins)))]
    else:
        # scikit-image 0.26 weighs the first bin as if it were the second, which moves thresholds where the
        # background fills it; hence one in front, all but empty: those wholly empty are cut off first.
        padded = np.append(1e-9, counts), np.arange(-1, num_bins)
        last_bins = filters.threshold_multiotsu(classes=classes, hist=padded)
    # A bin's center would leave half of the bin on the wrong side; the middle of the gap leaves none.
    return [_middle_of_gap(image, edges[last + 1]) for last in last_bins]


def _middle_of_gap(image, edge):
    below = image < edge
    return float(image[below].max() / 2 + image[~below].min() / 2)
