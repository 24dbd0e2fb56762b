"""What labels, scores and probabilities must be; checked once, before anything is counted.

A column (num, 1), as a Keras layer with one unit returns it, means the same as (num,).
"""

import warnings

import numpy as np

# How a missing name of a patient or subgroup reads as text: None, NaN and pandas' kinds of it.
MISSING = ("", "None", "nan", "<NA>", "NaT")


def undefined(reason):
    """Warn that a measure has no value for these data, and why; return nan.

    Parameters
    ----------
    reason : str

    Returns
    -------
    float
        nan, because 0, 0.5 or 1 would be read as a result.
    """
    warnings.warn(f"{reason} The result is nan.", RuntimeWarning, stacklevel=3)
    return float("nan")


def binary_labels(values, name, function):
    """Return labels 0 and 1 as booleans of shape (num,).

    Parameters
    ----------
    values : array_like of shape (num,)
        0 and 1, or booleans.
    name, function : str
        The argument's name and the function that asks, for the message.

    Raises
    ------
    ValueError
        If there are no labels, or other values than 0 and 1.

    Examples
    --------
    >>> binary_labels([0, 1, 1], "y_true", "sensitivity")
    array([False,  True,  True])
    >>> binary_labels([0.2, 0.9], "y_pred", "sensitivity")
    Traceback (most recent call last):
        ...
    ValueError: sensitivity: y_pred holds 0.2, expected only 0 and 1 (1 = disease). Scores become labels by a \
threshold, such as y_score >= 0.5.
    """
    values = _column(values, name, function)
    foreign = ~((values == 0) | (values == 1))
    if foreign.any():
        raise ValueError(
            f"{function}: {name} holds {values[foreign.argmax()].item()!r}, expected only 0 and 1 (1 = disease). "
            "Scores become labels by a threshold, such as y_score >= 0.5."
        )
    return values.astype(bool)


def class_labels(values, num_classes, function):
    """Return class numbers 0 to ``num_classes - 1`` as integers of shape (num,)."""
    values = _column(values, "y_true", function)
    foreign = ~np.isin(values, np.arange(num_classes))
    if foreign.any():
        raise ValueError(
            f"{function}: y_true holds {values[foreign.argmax()].item()!r}, expected class numbers 0 to "
            f"{num_classes - 1}, one for each of the {num_classes} columns."
        )
    return values.astype(np.int64)


def scores(values, name, function):
    """Return finite numbers of shape (num,) or (num, classes) as float64.

    Raises
    ------
    ValueError
        If a value is NaN or infinite; the message says how many and where.

    Examples
    --------
    >>> scores([0.1, np.nan, 0.3, np.nan], "y_score", "roc_auc")
    Traceback (most recent call last):
        ...
    ValueError: roc_auc: y_score has 2 of 4 values NaN or infinite, in row 1, 3. Find out why the model gives no \
number there; leaving these rows out changes the question.
    """
    values = np.asarray(values)
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if values.dtype.kind not in "biuf" or values.ndim not in (1, 2) or not values.size:
        raise ValueError(
            f"{function}: {name} has the shape {values.shape} and holds {values.dtype}, expected numbers of shape "
            "(num,) or (num, classes) with at least one row."
        )
    bad = ~np.isfinite(values)
    if bad.any():
        rows = np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1))
        raise ValueError(
            f"{function}: {name} has {np.count_nonzero(bad)} of {values.size} values NaN or infinite, in row "
            f"{first_few(rows)}. Find out why the model gives no number there; leaving these rows out changes "
            "the question."
        )
    return values.astype(np.float64)


def probabilities(values, name, function):
    """Return numbers in [0, 1] as float64; rows of (num, classes) must add up to 1."""
    values = scores(values, name, function)
    if values.min() < 0 or values.max() > 1:
        raise ValueError(
            f"{function}: {name} reaches from {values.min():g} to {values.max():g}, expected probabilities in "
            "[0, 1]. Logits become probabilities by a sigmoid (scipy.special.expit) or softmax."
        )
    # float32 softmax over many classes misses 1 by some 1e-6
    if values.ndim == 2 and not np.allclose(values.sum(axis=1), 1, atol=1e-3):
        row = np.abs(values.sum(axis=1) - 1).argmax()
        raise ValueError(
            f"{function}: row {row} of {name} adds up to {values[row].sum():g}, expected 1: a probability for each of "
            "the classes, which exclude one another (softmax). Take findings that may coexist column by column."
        )
    return values


def same_length(function, **arrays):
    """Raise a ValueError unless all arrays have equally many rows."""
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        counted = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"{function}: expected one row per case in each array, but the rows are: {counted}.")


def share(value, name, function):
    """Return ``value`` as a float if it lies between 0 and 1, both excluded."""
    if np.ndim(value) != 0 or not 0 < value < 1:
        raise ValueError(f"{function}({name}={value!r}): expected one number above 0 and below 1, such as 0.95.")
    return float(value)


def whole(value, name, function):
    """Return ``value`` as an int if it is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{function}({name}={value!r}): expected a whole number of at least 1.")
    return int(value)


def generator(rng, function):
    """Return ``rng``, or a generator of seed 0 for None."""
    rng = np.random.default_rng(0) if rng is None else rng
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"{function}(rng={rng!r}): expected a numpy.random.Generator, as of default_rng(seed).")
    return rng


def first_few(rows):
    """Return row numbers as text, at most five of them."""
    return ", ".join(str(row) for row in rows[:5]) + (", ..." if len(rows) > 5 else "")


def _column(values, name, function):
    values = np.asarray(values)
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if values.ndim != 1 or not values.size or values.dtype.kind not in "biuf":
        raise ValueError(
            f"{function}: {name} has the shape {values.shape} and holds {values.dtype}, expected numbers of shape "
            "(num,) with at least one case. One-hot labels become class numbers by y.argmax(axis=1)."
        )
    return values
