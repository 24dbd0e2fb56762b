"""Overlap of two masks: Dice score and intersection over union."""

import numpy as np

from medbook.metrics.masks import by_structure


def dice_score(mask_true, mask_pred, *, labels=None):
    """Return twice the overlap divided by the sum of both sizes: 2 |A ∩ B| / (|A| + |B|).

    The F1 score of the pixels. The larger the structure, the more forgiving: an error of one pixel
    all around costs a small lesion far more than a liver, so small structures are compared with
    small ones.

    Parameters
    ----------
    mask_true : array_like of shape (rows, cols) or (slices, rows, cols)
        The reference standard of **one** case, booleans or 0 and 1. For many cases use `per_case`:
        stacked into one array they would be taken for slices and the large ones would decide.
    mask_pred : array_like, same shape
        Decisions; probabilities are refused.
    labels : sequence of int or dict of str to int, optional
        Then both are label maps, which hold a whole number for each structure.

    Returns
    -------
    float, or dict of float for ``labels``
        In [0, 1]. 0 if the structure is in one mask only; nan with a RuntimeWarning if in neither.

    Raises
    ------
    ValueError
        If shapes differ, or masks hold other values.

    References
    ----------
    Dice, "Measures of the amount of ecologic association between species", Ecology 26:297-302
    (1945), doi:10.2307/1932409. When to use it, and empty masks: Maier-Hein et al., "Metrics
    reloaded: recommendations for image analysis validation", Nature Methods 21:195-212 (2024),
    doi:10.1038/s41592-023-02151-z.

    Examples
    --------
    >>> dice_score([[1, 1, 0]], [[0, 1, 1]])
    0.5
    >>> dice_score([[1, 1, 2]], [[1, 2, 2]], labels={"liver": 1, "spleen": 2})
    {'liver': 0.6666666666666666, 'spleen': 0.6666666666666666}
    """
    return by_structure(_dice, mask_true, mask_pred, labels, "dice_score", worst=0.0)


def iou(mask_true, mask_pred, *, labels=None):
    """Return the overlap divided by what either mask covers: |A ∩ B| / |A ∪ B|.

    Intersection over union, the Jaccard index. It ranks any two segmentations of a case as Dice
    does, for Dice = 2 IoU / (1 + IoU), but the numbers are lower: say which one is reported.

    Parameters
    ----------
    mask_true : array_like of shape (rows, cols) or (slices, rows, cols)
        The reference standard of one case, booleans or 0 and 1.
    mask_pred : array_like, same shape
        Decisions; probabilities are refused.
    labels : sequence of int or dict of str to int, optional
        Then both are label maps, which hold a whole number for each structure.

    Returns
    -------
    float, or dict of float for ``labels``
        In [0, 1]. 0 if the structure is in one mask only; nan with a RuntimeWarning if in neither.

    Raises
    ------
    ValueError
        If shapes differ, or masks hold other values.

    References
    ----------
    Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11:37-50 (1912),
    doi:10.1111/j.1469-8137.1912.tb05611.x.

    Examples
    --------
    >>> iou([[1, 1, 0]], [[0, 1, 1]])
    0.3333333333333333
    """
    return by_structure(_iou, mask_true, mask_pred, labels, "iou", worst=0.0)


def _dice(mask_true, mask_pred):
    overlap = np.count_nonzero(mask_true & mask_pred)
    return 2 * overlap / (np.count_nonzero(mask_true) + np.count_nonzero(mask_pred))


def _iou(mask_true, mask_pred):
    return np.count_nonzero(mask_true & mask_pred) / np.count_nonzero(mask_true | mask_pred)
