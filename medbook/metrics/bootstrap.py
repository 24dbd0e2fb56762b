"""Confidence intervals by resampling patients, for any measure and for the difference of two models."""

import warnings

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from medbook.metrics.inputs import MISSING, first_few, generator, same_length, share, whole
from medbook.metrics.interval import Interval

# Resamples without a value are left out; they are those with few diseased cases, so that leaving out
# many would tell how sure we are under the condition that the study went well.
MAX_UNDEFINED = 0.1


def bootstrap_interval(statistic, *arrays, groups=None, confidence=0.95, rng=None, num_resamples=1000):
    """Return a measure with its percentile bootstrap interval.

    The study is repeated on paper: as many patients as there are get drawn with replacement, each
    with **all** of their rows, and the measure is computed anew. The interval holds the middle of
    the values found. Images of one patient resemble each other, so resampling images instead of
    patients pretends to more evidence than there is.

    Parameters
    ----------
    statistic : callable
        Takes the arrays, returns a number; nan where it is undefined.
    *arrays : array_like of shape (num, ...)
        Such as ``y_true, y_score``; rows belong together.
    groups : array_like of shape (num,), optional
        The patient of each row. Without it rows are resampled, and the result's ``unit`` says
        "image".
    confidence : float, optional
    rng : numpy.random.Generator, optional
        Seed 0 if left out.
    num_resamples : int, optional

    Returns
    -------
    Interval
        Its ends are nan, with a RuntimeWarning that says why, if more than 10 % of the resamples
        are undefined, or there is but one patient. Fewer undefined ones are left out and counted
        in ``num_undefined``.

    Raises
    ------
    ValueError
        If lengths differ, a patient is missing (None, NaN, empty), or an argument is out of range.

    Notes
    -----
    Percentile intervals are too narrow for few patients (below some 30), for the largest or
    smallest value, and for the median. What is uncertain because of training, such as the seed, is
    not in the interval: the model is taken as it is.

    References
    ----------
    Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7:1-26 (1979),
    doi:10.1214/aos/1176344552. Groups: Field and Welsh, "Bootstrapping clustered data", Journal of
    the Royal Statistical Society B 69:369-390 (2007), doi:10.1111/j.1467-9868.2007.00593.x.

    Examples
    --------
    Ten patients, and the same ten with every row stored four times:

    >>> values, patients = np.arange(10.0), np.arange(10)
    >>> print(bootstrap_interval(np.mean, values))
    4.500 [2.700, 6.400]
    >>> print(bootstrap_interval(np.mean, np.repeat(values, 4), groups=np.repeat(patients, 4)))
    4.500 [2.700, 6.400]
    >>> print(bootstrap_interval(np.mean, np.repeat(values, 4)))  # too good to be true
    4.500 [3.550, 5.400]
    """
    confidence = share(confidence, "confidence", "bootstrap_interval")
    num_resamples = whole(num_resamples, "num_resamples", "bootstrap_interval")
    rng = generator(rng, "bootstrap_interval")
    arrays = _checked_arrays(arrays, groups)
    rows_of_unit = _rows_of_unit(arrays, groups)
    estimate = _number(statistic, arrays)
    values = np.full(num_resamples, np.nan)
    if not np.isnan(estimate) and len(rows_of_unit) > 1:
        values = _resampled(statistic, arrays, rows_of_unit, rng, num_resamples)
    low, high = _middle(values, confidence, estimate, len(rows_of_unit))
    return Interval(
        estimate,
        low,
        high,
        confidence=confidence,
        unit="image" if groups is None else "patient",
        num_units=len(rows_of_unit),
        num_resamples=num_resamples,
        num_undefined=int(np.isnan(values).sum()),
    )


def paired_difference(
    statistic, y_true, score_a, score_b, *, groups=None, confidence=0.95, rng=None, num_resamples=1000
):
    """Return how much better model a is than model b on the same cases, with its interval.

    Both models are judged on each resample, so that cases which are hard for both cancel out. Two
    separate intervals that overlap do not show that models are equally good.

    Parameters
    ----------
    statistic : callable
        Takes ``y_true`` and scores, returns a number; such as `roc_auc`.
    y_true : array_like of shape (num,)
    score_a, score_b : array_like of shape (num, ...)
        What the two models say of the same cases, in the same order.
    groups, confidence, rng, num_resamples : optional
        As in `bootstrap_interval`.

    Returns
    -------
    Interval
        Of ``statistic(y_true, score_a) - statistic(y_true, score_b)``. If ``0 in`` it, these data
        do not tell which model is better; that is not to say that they are equal.

    Raises
    ------
    ValueError
        As in `bootstrap_interval`.

    Examples
    --------
    Model b sees what model a sees, and some noise. Their intervals overlap, that of the difference
    excludes 0:

    >>> from medbook.metrics import roc_auc
    >>> rng = np.random.default_rng(0)
    >>> y_true = np.repeat([0, 1], 300)
    >>> score_a = y_true + rng.normal(size=600)
    >>> score_b = score_a + 0.5 * rng.normal(size=600)
    >>> for score in (score_a, score_b):
    ...     print(bootstrap_interval(roc_auc, y_true, score))
    0.771 [0.735, 0.807]
    0.742 [0.702, 0.781]
    >>> print(paired_difference(roc_auc, y_true, score_a, score_b))
    0.029 [0.010, 0.046]
    """

    def difference(y_true, score_a, score_b):
        return statistic(y_true, score_a) - statistic(y_true, score_b)

    return bootstrap_interval(
        difference,
        y_true,
        score_a,
        score_b,
        groups=groups,
        confidence=confidence,
        rng=rng,
        num_resamples=num_resamples,
    )


def _checked_arrays(arrays, groups):
    arrays = [np.asarray(values) for values in arrays]
    if not arrays or not all(values.ndim and len(values) for values in arrays):
        raise ValueError(
            f"bootstrap_interval: received arrays of the shapes {[values.shape for values in arrays]}, expected at "
            "least one, each with a row for each case."
        )
    named = {f"array {number}": values for number, values in enumerate(arrays)}
    same_length("bootstrap_interval", **named, **({} if groups is None else {"groups": groups}))
    return arrays


def _rows_of_unit(arrays, groups):
    """Return a list that holds, for each patient in order of appearance, the numbers of their rows."""
    if groups is None:
        return [np.array([row]) for row in range(len(arrays[0]))]
    names = [str(patient) for patient in groups]
    missing = [row for row, name in enumerate(names) if name in MISSING]
    if missing:
        raise ValueError(
            f"bootstrap_interval: groups names no patient in {len(missing)} of {len(names)} rows "
            f"({first_few(missing)}). They would count as one patient; "
            "give each a name of its own if they are of different patients."
        )
    rows_of_unit = {}
    for row, name in enumerate(names):
        rows_of_unit.setdefault(name, []).append(row)
    return [np.array(rows) for rows in rows_of_unit.values()]


def _number(statistic, arrays):
    value = np.asarray(statistic(*arrays), dtype=np.float64)
    if value.size != 1:
        name = getattr(statistic, "__name__", repr(statistic))
        raise ValueError(f"bootstrap_interval: {name} returned the shape {value.shape}, expected one number.")
    return float(value.item())


def _resampled(statistic, arrays, rows_of_unit, rng, num_resamples):
    values = np.empty(num_resamples)
    num_units = len(rows_of_unit)
    grouped = num_units < len(arrays[0])
    with warnings.catch_warnings():
        # that a resample is undefined is counted, not told a hundred times
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        for resample in range(num_resamples):
            drawn = rng.integers(num_units, size=num_units)
            # without groups, or with one image a patient, units come in the order of rows
            rows = np.concatenate([rows_of_unit[unit] for unit in drawn]) if grouped else drawn
            values[resample] = _number(statistic, [array[rows] for array in arrays])
    return values


def _middle(values, confidence, estimate, num_units):
    """Return the ends of the interval, or nan twice with a warning."""
    if np.isnan(estimate):
        return np.nan, np.nan  # the statistic itself has said why
    num_undefined = int(np.isnan(values).sum())
    if num_units < 2 or num_undefined > MAX_UNDEFINED * len(values):
        why = (
            "one patient or image alone shows no spread"
            if num_units < 2
            else f"{num_undefined} of {len(values)} resamples have no value, more than {MAX_UNDEFINED:.0%}; "
            "too few patients of one class"
        )
        warnings.warn(f"The interval is undefined: {why}. Its ends are nan.", RuntimeWarning, stacklevel=3)
        return np.nan, np.nan
    tail = (1 - confidence) / 2
    # Next to an infinite value, such as the distance to a structure that was missed, nothing can be interpolated.
    method = "inverted_cdf" if np.isinf(values).any() else "linear"
    low, high = np.nanquantile(values, [tail, 1 - tail], method=method)
    return float(low), float(high)
