"""Choosing, on validation data, the score from which on a case is called positive."""

import numpy as np
from sklearn.metrics import roc_curve

from medbook.metrics.inputs import binary_labels, same_length, scores


def choose_threshold(y_true, y_score, *, sensitivity=None, specificity=None):
    """Return the threshold that reaches a wanted sensitivity or specificity, or the best sum of both.

    A case with a score of at least the threshold is called positive. Choose on validation data and
    judge on others: on the data it was chosen on, a threshold looks better than it is.

    Parameters
    ----------
    y_true : array_like of shape (num,)
        The reference standard, 1 = diseased and 0 = healthy.
    y_score : array_like of shape (num,)
        Higher = more suspicious.
    sensitivity : float, optional
        At least this share of the diseased is called positive; of all such thresholds the highest,
        which spares most healthy. For screening.
    specificity : float, optional
        At least this share of the healthy is called negative; of all such thresholds the lowest,
        which finds most diseased. For confirming. With neither, Youden's J = sensitivity +
        specificity - 1 is largest, as if missing a diseased case and alarming a healthy one
        weighed the same at equal numbers.

    Returns
    -------
    float
        One of the scores; infinite where only calling nobody positive does it.

    Raises
    ------
    ValueError
        If both are given, or one class is missing, or scores or labels are none.

    References
    ----------
    Youden, "Index for rating diagnostic tests", Cancer 3:32-35 (1950),
    doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.

    Examples
    --------
    >>> y_true, y_score = [0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.6, 0.4, 0.7, 0.9]
    >>> choose_threshold(y_true, y_score, sensitivity=1)
    0.4
    >>> choose_threshold(y_true, y_score, specificity=0.95)
    0.7
    """
    if sensitivity is not None and specificity is not None:
        raise ValueError(
            f"choose_threshold(sensitivity={sensitivity}, specificity={specificity}): one threshold cannot be "
            "set by both; give one, or none for Youden's J."
        )
    false_positive_rate, true_positive_rate, thresholds = _curve(y_true, y_score)
    # the curve runs from the highest threshold to the lowest
    if sensitivity is not None:
        best = np.argmax(true_positive_rate >= _wanted(sensitivity, "sensitivity"))
    elif specificity is not None:
        best = np.flatnonzero(1 - false_positive_rate >= _wanted(specificity, "specificity"))[-1]
    else:
        best = np.argmax(true_positive_rate - false_positive_rate)
    return float(thresholds[best])


def _wanted(value, name):
    if np.ndim(value) != 0 or not 0 < value <= 1:
        raise ValueError(f"choose_threshold({name}={value!r}): expected a number above 0 and at most 1, as 0.95.")
    return value - 1e-12  # 1 - 0.3 is a hair above what 7 of 10 give


def _curve(y_true, y_score):
    diseased = binary_labels(y_true, "y_true", "choose_threshold")
    y_score = scores(y_score, "y_score", "choose_threshold")
    same_length("choose_threshold", y_true=diseased, y_score=y_score)
    if y_score.ndim != 1 or diseased.all() or not diseased.any():
        raise ValueError(
            f"choose_threshold: {np.count_nonzero(diseased)} of {len(diseased)} cases are diseased and y_score has "
            f"the shape {y_score.shape}; expected both classes and (num,). Use a larger validation set."
        )
    return roc_curve(diseased, y_score, drop_intermediate=False)
