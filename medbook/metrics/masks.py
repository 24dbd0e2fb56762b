"""What masks must be, and what a measure is worth where a mask is empty; both in this one place.

=====================  ===================  ================================  =====================
structure is           Dice, IoU            surface distances in mm           surface Dice
=====================  ===================  ================================  =====================
in neither mask        nan and a warning    nan and a warning                 nan and a warning
in one mask only       0                    infinite                          0
in both                a number             a number                          a number
=====================  ===================  ================================  =====================

A structure that is in neither mask leaves nothing to overlap, so the measure has no value. Counting
it as 1 would let healthy cases lift the mean; whether a model stays silent on them is a question of
its own, answered by `specificity` over cases. A structure that one mask lacks is a failure and gets
the worst value, not nan: cases that drop out of a mean would make missing a tumour free of charge.
"""

import warnings
from collections.abc import Mapping

import numpy as np

from medbook.metrics.inputs import first_few


def by_structure(measure, mask_true, mask_pred, labels, function, *, worst):
    """Apply a measure to one pair of masks, or to each structure of two label maps.

    Parameters
    ----------
    measure : callable
        Takes two boolean masks of which neither is empty, returns a number.
    mask_true, mask_pred : array_like of shape (rows, cols) or (slices, rows, cols)
        Booleans or 0 and 1; whole numbers if ``labels`` are given.
    labels : sequence of int, dict of str to int, or None
        Numbers of the structures, or their names with numbers.
    function : str
        The function that asks, for the messages.
    worst : float
        The value if the structure is in one mask only.

    Returns
    -------
    float, or dict of float for ``labels``
        The dict's keys are those of ``labels``, or its numbers.

    Raises
    ------
    ValueError
        If shapes differ, or masks hold other values than promised.
    """
    values = {}
    for name, pair in mask_pairs(mask_true, mask_pred, labels, function).items():
        present = [bool(mask.any()) for mask in pair]
        # the rule of the table above
        values[name] = float(measure(*pair)) if all(present) else worst if any(present) else float("nan")
    absent = [name for name, value in values.items() if np.isnan(value)]
    if absent:
        which = "both masks are empty" if labels is None else f"structure {first_few(absent)} is in neither mask"
        warnings.warn(f"{function} is undefined: {which}. The result is nan.", RuntimeWarning, stacklevel=3)
    return values[None] if labels is None else values


def mask_pairs(mask_true, mask_pred, labels, function):
    """Return a dict that holds, for each structure (None without labels), two boolean masks of one shape."""
    check = binary_mask if labels is None else label_map
    mask_true, mask_pred = check(mask_true, "mask_true", function), check(mask_pred, "mask_pred", function)
    if mask_true.shape != mask_pred.shape:
        raise ValueError(
            f"{function}: mask_true has the shape {mask_true.shape}, mask_pred {mask_pred.shape}; expected the same. "
            "Bring the prediction back to the grid of the reference; drop an axis of channels by mask[..., 0]."
        )
    if labels is None:
        return {None: (mask_true, mask_pred)}
    return {name: (mask_true == number, mask_pred == number) for name, number in structures(labels, function).items()}


def binary_mask(values, name, function):
    """Return 0 and 1, or booleans, as booleans of shape (rows, cols) or (slices, rows, cols).

    Raises
    ------
    ValueError
        If there are other axes or other values.

    Examples
    --------
    >>> binary_mask([[0, 1], [1, 1]], "mask_true", "dice_score")
    array([[False,  True],
           [ True,  True]])
    >>> binary_mask([[0, 255]], "mask_true", "dice_score")
    Traceback (most recent call last):
        ...
    ValueError: dice_score: mask_true holds 255, expected only 0 and 1. Probabilities become a mask by a threshold, \
such as mask >= 0.5; of a label map, name the structures by labels=[1, 2] or compare, mask == 1.
    """
    values = _grid(values, name, function)
    foreign = ~((values == 0) | (values == 1))
    if foreign.any():
        raise ValueError(
            f"{function}: {name} holds {values[foreign][0].item()!r}, expected only 0 and 1. Probabilities become a "
            "mask by a threshold, such as mask >= 0.5; of a label map, name the structures by labels=[1, 2] or "
            "compare, mask == 1."
        )
    return values.astype(bool)


def label_map(values, name, function):
    """Return an array of whole numbers, one for each structure, of shape (rows, cols) or (slices, rows, cols)."""
    values = _grid(values, name, function)
    foreign = values != np.rint(values)  # NaN is not equal to itself
    if foreign.any():
        raise ValueError(
            f"{function}: {name} holds {values[foreign][0].item()!r}, expected the whole number of a structure "
            "everywhere. Probabilities of classes become a label map by probabilities.argmax(axis=-1)."
        )
    return values


def structures(labels, function):
    """Return a dict of names, or of the numbers themselves, to numbers of structures."""
    pairs = (
        list(labels.items()) if isinstance(labels, Mapping) else [(each, each) for each in np.ravel(labels).tolist()]
    )
    whole = [isinstance(number, (int, np.integer)) and not isinstance(number, bool) for _, number in pairs]
    if not pairs or not all(whole):
        raise ValueError(
            f"{function}(labels={labels!r}): expected numbers of structures such as [1, 2], or names with numbers "
            'such as {"liver": 1, "spleen": 2}.'
        )
    return dict(pairs)


def spacing(spacing_mm, num_axes, function):
    """Return the distance in mm of neighbouring elements along each axis, as a tuple of float.

    Raises
    ------
    ValueError
        If there is none, there are not ``num_axes`` numbers, or one is not finite and above 0.

    Examples
    --------
    >>> spacing((5, 0.7, 0.7), 3, "volume_ml")
    (5.0, 0.7, 0.7)
    """
    order = {2: "(row, col)", 3: "(slice, row, col)"}.get(num_axes, f"{num_axes} numbers")
    if spacing_mm is None:
        raise ValueError(
            f"{function}(spacing_mm=None): the size of a pixel is not known, so there are no millimetres; expected "
            f"{order} in mm. Ask for it where the images were made, or pass 1 for each axis and report pixels."
        )
    values = np.asarray(spacing_mm)
    numbers = values.dtype.kind in "iuf" and values.shape == (num_axes,)
    if not numbers or not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(
            f"{function}(spacing_mm={spacing_mm!r}): expected {order} in mm, each finite and above 0, for masks with "
            f"{num_axes} axes. It is not in the file where a DICOM header gives 0 or nothing."
        )
    return tuple(float(value) for value in values)


def _grid(values, name, function):
    values = np.asarray(values)
    if values.ndim not in (2, 3) or not values.size or values.dtype.kind not in "biuf":
        raise ValueError(
            f"{function}: {name} has the shape {values.shape} and holds {values.dtype}, expected numbers of shape "
            "(rows, cols) or (slices, rows, cols). Many cases go through per_case, an axis of channels is dropped by "
            "mask[..., 0]."
        )
    return values
