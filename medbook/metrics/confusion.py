"""Counting right and wrong decisions: sensitivity, specificity and what follows from the four counts."""

from dataclasses import dataclass

import numpy as np

from medbook.metrics.inputs import binary_labels, same_length, scores, undefined


def sensitivity(y_true, y_pred):
    """Return the share of the diseased that are called positive: TP / (TP + FN).

    Also called recall or true positive rate.

    Parameters
    ----------
    y_true : array_like of shape (num,)
        The reference standard, 1 = diseased and 0 = healthy.
    y_pred : array_like of shape (num,)
        Decisions, 1 = positive. Scores are refused: apply a threshold first.

    Returns
    -------
    float
        In [0, 1]; nan with a RuntimeWarning where nobody is diseased.

    Raises
    ------
    ValueError
        If lengths differ, or a value is neither 0 nor 1.

    References
    ----------
    Altman and Bland, "Diagnostic tests 1: sensitivity and specificity", BMJ 308:1552 (1994),
    doi:10.1136/bmj.308.6943.1552.

    Examples
    --------
    >>> sensitivity([1, 1, 1, 0, 0], [1, 1, 0, 0, 1])
    0.6666666666666666
    """
    diseased, positive = _checked(y_true, y_pred, "sensitivity")
    if not diseased.any():
        return undefined(f"sensitivity is undefined: none of {len(diseased)} cases is diseased (y_true = 1).")
    return float(np.mean(positive[diseased]))


def specificity(y_true, y_pred):
    """Return the share of the healthy that are called negative: TN / (TN + FP).

    Parameters
    ----------
    y_true : array_like of shape (num,)
        The reference standard, 1 = diseased and 0 = healthy.
    y_pred : array_like of shape (num,)
        Decisions, 1 = positive. Scores are refused: apply a threshold first.

    Returns
    -------
    float
        In [0, 1]; nan with a RuntimeWarning where nobody is healthy.

    Raises
    ------
    ValueError
        If lengths differ, or a value is neither 0 nor 1.

    References
    ----------
    Altman and Bland, "Diagnostic tests 1: sensitivity and specificity", BMJ 308:1552 (1994),
    doi:10.1136/bmj.308.6943.1552.

    Examples
    --------
    >>> specificity([1, 1, 1, 0, 0], [1, 1, 0, 0, 1])
    0.5
    """
    diseased, positive = _checked(y_true, y_pred, "specificity")
    if diseased.all():
        return undefined(f"specificity is undefined: none of {len(diseased)} cases is healthy (y_true = 0).")
    return float(np.mean(~positive[~diseased]))


@dataclass(frozen=True)
class ConfusionCounts:
    """True and false positives, true and false negatives, and the measures made of them.

    Each measure is a float, or nan with a RuntimeWarning where its denominator is 0.

    Parameters
    ----------
    tp, fp, tn, fn : int
        Counts of cases.

    Examples
    --------
    Predictive values follow the share of diseased cases; sensitivity and specificity do not:

    >>> balanced = ConfusionCounts(tp=90, fp=10, tn=90, fn=10)
    >>> screening = ConfusionCounts(tp=90, fp=990, tn=8910, fn=10)
    >>> (balanced.sensitivity, balanced.specificity) == (screening.sensitivity, screening.specificity)
    True
    >>> print(f"{balanced.ppv:.3f} {screening.ppv:.3f}")
    0.900 0.083
    """

    tp: int
    fp: int
    tn: int
    fn: int

    @property
    def num(self):
        """Number of cases."""
        return self.tp + self.fp + self.tn + self.fn

    @property
    def prevalence(self):
        """Share of diseased cases."""
        return _ratio(self.tp + self.fn, self.num, "prevalence", "there is no case")

    @property
    def sensitivity(self):
        """Share of the diseased that are called positive."""
        return _ratio(self.tp, self.tp + self.fn, "sensitivity", "no case is diseased")

    @property
    def specificity(self):
        """Share of the healthy that are called negative."""
        return _ratio(self.tn, self.tn + self.fp, "specificity", "no case is healthy")

    @property
    def ppv(self):
        """Share of the positive calls that are right, at this prevalence (precision)."""
        return _ratio(self.tp, self.tp + self.fp, "ppv", "no case is called positive")

    @property
    def npv(self):
        """Share of the negative calls that are right, at this prevalence."""
        return _ratio(self.tn, self.tn + self.fn, "npv", "no case is called negative")

    @property
    def accuracy(self):
        """Share of right calls; compare it with the share of the larger class."""
        return _ratio(self.tp + self.tn, self.num, "accuracy", "there is no case")

    @property
    def f1(self):
        """Harmonic mean of sensitivity and ppv."""
        reason = "no case is diseased or called positive"
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn, "f1", reason)


def operating_point(y_true, y_score, threshold):
    """Count right and wrong decisions where a score of at least ``threshold`` is called positive.

    Parameters
    ----------
    y_true : array_like of shape (num,)
        The reference standard, 1 = diseased and 0 = healthy.
    y_score : array_like of shape (num,)
        Higher = more suspicious.
    threshold : float
        Chosen on validation data, see `choose_threshold`.

    Returns
    -------
    ConfusionCounts

    Raises
    ------
    ValueError
        If lengths differ, a label is neither 0 nor 1, or a score or the threshold is NaN.

    Examples
    --------
    >>> point = operating_point([0, 0, 1, 1], [0.1, 0.5, 0.5, 0.9], 0.5)
    >>> point
    ConfusionCounts(tp=2, fp=1, tn=1, fn=0)
    >>> point.sensitivity, point.specificity
    (1.0, 0.5)
    """
    y_score = scores(y_score, "y_score", "operating_point")
    if y_score.ndim != 1 or np.ndim(threshold) != 0 or np.isnan(threshold):
        raise ValueError(
            f"operating_point(threshold={threshold!r}), y_score of shape {y_score.shape}: expected one number and "
            "(num,). Of (num, 2) probabilities, pass y_score[:, 1]."
        )
    diseased, positive = _checked(y_true, y_score >= threshold, "operating_point")
    return ConfusionCounts(
        tp=int(np.sum(diseased & positive)),
        fp=int(np.sum(~diseased & positive)),
        tn=int(np.sum(~diseased & ~positive)),
        fn=int(np.sum(diseased & ~positive)),
    )


def _checked(y_true, y_pred, function):
    diseased = binary_labels(y_true, "y_true", function)
    positive = binary_labels(y_pred, "y_pred", function)
    same_length(function, y_true=diseased, y_pred=positive)
    return diseased, positive


def _ratio(part, total, name, reason):
    return part / total if total else undefined(f"{name} is undefined: {reason}.")
