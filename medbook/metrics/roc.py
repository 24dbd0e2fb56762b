"""The area under the ROC curve: how well scores rank the diseased above the healthy."""

import numpy as np

from medbook.metrics.inputs import binary_labels, class_labels, probabilities, same_length, scores, undefined


def roc_auc(y_true, y_score):
    """Return the area under the receiver operating characteristic curve.

    It is the probability that a diseased case gets a higher score than a healthy one, where equal
    scores count one half. It needs no threshold and does not depend on prevalence; it says nothing
    about calibration.

    Parameters
    ----------
    y_true : array_like of shape (num,)
        1 = diseased and 0 = healthy; class numbers if ``y_score`` has a column for each class.
    y_score : array_like of shape (num,) or (num, classes)
        Higher = more suspicious: logits or probabilities alike. With one column a class,
        probabilities, and the result is the mean over the classes, each against the rest (macro).

    Returns
    -------
    float
        1 for perfect ranking, 0.5 for none; nan with a RuntimeWarning where a class is missing.

    Raises
    ------
    ValueError
        If a score is NaN or infinite, lengths differ, or labels or probabilities are none.

    Notes
    -----
    Computed by counting, for each diseased case, the healthy ones with lower scores. That is the
    Mann-Whitney statistic over the number of pairs, and equal to `sklearn.metrics.roc_auc_score`;
    but that function checks more than a bootstrap has time for.

    References
    ----------
    Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic
    (ROC) curve", Radiology 143:29-36 (1982), doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    y_score = scores(y_score, "y_score", "roc_auc")
    if y_score.ndim == 2:
        return _mean_over_classes(y_true, y_score)
    diseased = binary_labels(y_true, "y_true", "roc_auc")
    same_length("roc_auc", y_true=diseased, y_score=y_score)
    num_diseased = np.count_nonzero(diseased)
    num_healthy = len(diseased) - num_diseased
    if not num_diseased or not num_healthy:
        missing, label = ("diseased", 1) if not num_diseased else ("healthy", 0)
        return undefined(
            f"roc_auc is undefined: none of {len(diseased)} cases is {missing} (y_true = {label}), "
            "so there is no pair to rank."
        )
    return _area(diseased, y_score)


def _mean_over_classes(y_true, y_score):
    num_classes = y_score.shape[1]
    y_score = probabilities(y_score, "y_score", "roc_auc")
    y_true = class_labels(y_true, num_classes, "roc_auc")
    same_length("roc_auc", y_true=y_true, y_score=y_score)
    counts = np.bincount(y_true, minlength=num_classes)
    if not counts.all():
        return undefined(f"roc_auc is undefined: no case of class {counts.argmin()} among {len(y_true)}.")
    if counts.max() == len(y_true):
        return undefined("roc_auc is undefined: all cases are of one class.")
    return float(np.mean([_area(y_true == number, y_score[:, number]) for number in range(num_classes)]))


def _area(diseased, y_score):
    """Return the share of pairs of a diseased and a healthy case that are ranked right; equal scores count half."""
    healthy_scores = np.sort(y_score[~diseased])
    num_below = np.searchsorted(healthy_scores, y_score[diseased], side="left")
    num_below_or_equal = np.searchsorted(healthy_scores, y_score[diseased], side="right")
    return float((num_below + num_below_or_equal).mean() / (2 * len(healthy_scores)))
