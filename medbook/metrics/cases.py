"""A measure of masks, case by case, ready for an interval over patients."""

import warnings

import numpy as np

from medbook.metrics.inputs import first_few, same_length


def per_case(metric, masks_true, masks_pred, **options):
    """Apply a measure of two masks to each case.

    Parameters
    ----------
    metric : callable
        Such as `dice_score` or `hausdorff95`.
    masks_true, masks_pred : array_like of shape (num, ...), or lists of masks
        The same cases in the same order; cases in a list may differ in shape.
    **options
        Handed to ``metric``, such as ``spacing_mm``, ``tolerance_mm`` or ``labels``. ``spacing_mm``
        is one tuple for all cases, or a list with that of each.

    Returns
    -------
    ndarray of float64 of shape (num,), or dict of them for ``labels``
        nan where the structure is in neither mask; one RuntimeWarning counts and names these
        cases.

    Raises
    ------
    ValueError
        If there are no cases or not equally many, or ``metric`` refuses a case, which is named.

    Notes
    -----
    nan cases stay in the array, so that it lines up with the patients. ``np.nanmean`` and
    ``np.nanmedian`` leave them out: report next to the value how many cases it rests on,
    ``np.count_nonzero(~np.isnan(values))``, and how often the model found something in the others.
    ``np.mean`` gives nan. In `bootstrap_interval` all cases are resampled, so ``num_units`` counts
    nan cases too; ``num_undefined`` counts resamples that happen to hold nothing else. Distances
    are infinite where one mask is empty, and want ``np.nanmedian``; so may be an end of the interval.

    References
    ----------
    Maier-Hein et al., "Metrics reloaded", Nature Methods 21:195-212 (2024),
    doi:10.1038/s41592-023-02151-z.

    Examples
    --------
    Twenty cases, of which the model misses two:

    >>> from medbook.metrics import bootstrap_interval, dice_score
    >>> masks_true, masks_pred = np.ones((2, 20, 4, 4))
    >>> masks_pred[:, 0] = 0
    >>> masks_pred[:2] = 0
    >>> values = per_case(dice_score, masks_true, masks_pred)
    >>> values.round(2)[:4]
    array([0.  , 0.  , 0.86, 0.86])
    >>> print(bootstrap_interval(np.nanmean, values))
    0.771 [0.643, 0.857]
    """
    num = len(masks_true)
    same_length("per_case", masks_true=masks_true, masks_pred=masks_pred)
    if num == 0:
        raise ValueError("per_case: masks_true holds no case; expected (num, rows, cols) or a list of masks.")
    found = []
    for case, given in enumerate(_options_of_cases(options, num)):
        found.append(_one_case(metric, masks_true[case], masks_pred[case], given, case))
    if not isinstance(found[0], dict):
        return _told(np.array(found, dtype=np.float64), metric)
    arrays = {name: np.array([values[name] for values in found]) for name in found[0]}
    for name, values in arrays.items():
        _told(values, metric, name)
    return arrays


def _options_of_cases(options, num):
    """Return a list with the options of each case, which differ in spacing at most."""
    spacing_mm = options.get("spacing_mm")
    several = isinstance(spacing_mm, (list, tuple, np.ndarray)) and any(np.ndim(part) for part in spacing_mm)
    if not several:
        return [options] * num
    same_length("per_case", masks_true=range(num), spacing_mm=spacing_mm)
    return [{**options, "spacing_mm": of_case} for of_case in spacing_mm]


def _one_case(metric, mask_true, mask_pred, options, case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # told once, for all cases
        try:
            return metric(mask_true, mask_pred, **options)
        except ValueError as error:
            raise ValueError(f"per_case, case {case}: {error}") from error


def _told(values, metric, structure=None):
    undefined = np.flatnonzero(np.isnan(values))
    if undefined.size:
        of = "" if structure is None else f" of structure {structure}"
        warnings.warn(
            f"{getattr(metric, '__name__', 'The measure')}{of} is undefined in {undefined.size} of {values.size} "
            f"cases, case {first_few(undefined)}: the structure is in neither mask. They are nan.",
            RuntimeWarning,
            stacklevel=3,
        )
    return values
