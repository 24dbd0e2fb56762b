"""Do probabilities mean what they say? Of cases called 80 %, four in five should be diseased."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from medbook.metrics.inputs import binary_labels, class_labels, probabilities, same_length, share, whole


@dataclass(frozen=True)
class ReliabilityCurve:
    """What was predicted and what was observed, for each bin that holds a case.

    Parameters
    ----------
    count : ndarray of int of shape (bins,)
        Cases in the bin.
    mean_probability : ndarray of shape (bins,)
        Mean of the predicted probabilities.
    observed_fraction : ndarray of shape (bins,)
        Share of the cases that are diseased.
    low, high : ndarray of shape (bins,)
        Wilson interval of that share, which takes cases as independent.
    confidence : float
    """

    count: np.ndarray
    mean_probability: np.ndarray
    observed_fraction: np.ndarray
    low: np.ndarray
    high: np.ndarray
    confidence: float


def reliability_curve(y_true, y_prob, *, bins=10, strategy="uniform", confidence=0.95):
    """Return predicted probability and observed share of disease, bin by bin.

    `sklearn.calibration.calibration_curve` gives the same two columns; here are also the counts and
    intervals, without which a bin of three cases looks like a bin of three hundred.

    Parameters
    ----------
    y_true : array_like of shape (num,)
        1 = diseased and 0 = healthy; class numbers if ``y_prob`` has a column for each class.
    y_prob : array_like of shape (num,) or (num, classes)
        Probabilities of disease. With one column a class, the probability of the class that is
        called, and whether that call is right, take the place of disease.
    bins : int, optional
        At most; those without a case are left out.
    strategy : {"uniform", "quantile"}, optional
        Bins of equal width, or of about equally many cases.
    confidence : float, optional
        Of the intervals.

    Returns
    -------
    ReliabilityCurve

    Raises
    ------
    ValueError
        If probabilities or labels are none, lengths differ, or an option is unknown.

    Examples
    --------
    >>> curve = reliability_curve([0, 0, 0, 1, 1], [0.1, 0.1, 0.2, 0.7, 0.9], bins=2)
    >>> curve.count, curve.observed_fraction
    (array([3, 2]), array([0., 1.]))
    """
    happened, y_prob = _checked(y_true, y_prob, "reliability_curve")
    confidence = share(confidence, "confidence", "reliability_curve")
    number = _bin_numbers(y_prob, bins, strategy, "reliability_curve")
    counts = np.bincount(number)
    filled = counts > 0
    count = counts[filled]
    num_happened = np.bincount(number, weights=happened)[filled].astype(np.int64)
    tests = [binomtest(int(part), int(total)) for part, total in zip(num_happened, count, strict=True)]
    ends = [test.proportion_ci(confidence_level=confidence, method="wilson") for test in tests]
    return ReliabilityCurve(
        count=count,
        mean_probability=np.bincount(number, weights=y_prob)[filled] / count,
        observed_fraction=num_happened / count,
        low=np.array([end.low for end in ends]),
        high=np.array([end.high for end in ends]),
        confidence=confidence,
    )


def expected_calibration_error(y_true, y_prob, *, bins=10, strategy="uniform"):
    """Return the mean distance between predicted and observed probability, over bins.

    Each bin's distance, between its observed share and its mean probability, counts with its number
    of cases.

    Parameters
    ----------
    y_true : array_like of shape (num,)
        1 = diseased and 0 = healthy; class numbers if ``y_prob`` has a column for each class.
    y_prob : array_like of shape (num,) or (num, classes)
        Probabilities of disease; or of each class, then it is judged how often the called class is
        right (top-label calibration). For two classes that is not the same number.
    bins : int, optional
    strategy : {"uniform", "quantile"}, optional
        Bins of equal width, or of about equally many cases.

    Returns
    -------
    float
        In [0, 1], 0 is best. Few cases per bin push it up: even a perfectly calibrated model does
        not reach 0, so compare models on the same cases and bins only.

    Raises
    ------
    ValueError
        If probabilities or labels are none, lengths differ, or an option is unknown.

    References
    ----------
    Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
    AAAI (2015), doi:10.1609/aaai.v29i1.9602. Guo et al., "On calibration of modern neural
    networks", PMLR 70:1321-1330 (2017), arXiv:1706.04599.

    Examples
    --------
    Called 0.75, diseased in one half:

    >>> expected_calibration_error([0, 1, 0, 1], [0.75, 0.75, 0.75, 0.75])
    0.25
    """
    happened, y_prob = _checked(y_true, y_prob, "expected_calibration_error")
    number = _bin_numbers(y_prob, bins, strategy, "expected_calibration_error")
    # count / num * |mean difference| = |sum of differences| / num, so that no bin divides by zero
    differences = np.bincount(number, weights=happened - y_prob)
    return float(np.abs(differences).sum() / len(y_prob))


def _checked(y_true, y_prob, function):
    """Return what should have happened and the probability given to it, both of shape (num,)."""
    y_prob = probabilities(y_prob, "y_prob", function)
    if y_prob.ndim == 1:
        happened = binary_labels(y_true, "y_true", function)
        same_length(function, y_true=happened, y_prob=y_prob)
    else:
        y_true = class_labels(y_true, y_prob.shape[1], function)
        same_length(function, y_true=y_true, y_prob=y_prob)
        happened = y_prob.argmax(axis=1) == y_true
        y_prob = y_prob.max(axis=1)
    return happened.astype(np.float64), y_prob


def _bin_numbers(y_prob, bins, strategy, function):
    """Return the number of each case's bin; a value on an edge belongs to the lower bin, as in scikit-learn."""
    if strategy not in ("uniform", "quantile"):
        raise ValueError(f'{function}(strategy={strategy!r}): expected "uniform" or "quantile".')
    edges = np.linspace(0, 1, whole(bins, "bins", function) + 1)
    if strategy == "quantile":
        edges = np.quantile(y_prob, edges)
    return np.searchsorted(edges[1:-1], y_prob)
