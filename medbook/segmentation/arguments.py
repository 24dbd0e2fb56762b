"""Checks of the numbers that go with an image: counts, sizes, neighbourhoods, spacings."""

import numpy as np


def checked_count(value, name, function, *, least, most=None):
    """Return a whole number that is at least ``least`` and, where given, at most ``most``.

    Examples
    --------
    >>> checked_count(0, "num", "largest_component", least=1)
    Traceback (most recent call last):
        ...
    ValueError: largest_component(num=0): expected a whole number of at least 1.
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        bound = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{function}({name}={value!r}): expected a whole number {bound}.")
    return int(value)


def checked_number(value, name, function, *, zero=False):
    """Return a finite number above 0, or with ``zero`` not below it."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not np.isfinite(value) or value < 0 or (value == 0 and not zero):
        raise ValueError(
            f"{function}({name}={value!r}): expected a finite number, {'at least' if zero else 'above'} 0."
        )
    return float(value)


def checked_connectivity(connectivity, num_axes, function):
    """Return how many axes a step to a neighbour may change: 1, up to the number of axes."""
    return checked_count(connectivity, "connectivity", function, least=1, most=num_axes)


def checked_spacing(spacing_mm, num_axes, function):
    """Return distances of neighbouring pixels along each axis, in mm, as an array.

    Examples
    --------
    >>> checked_spacing((5.0, 0.7, 0.7), 2, "smooth_mask")
    Traceback (most recent call last):
        ...
    ValueError: smooth_mask(spacing_mm=(5.0, 0.7, 0.7)): expected (row, col) in mm, above 0, for a mask of 2 axes; \
of one slice of a volume, spacing_mm[1:]. Where a file gives no spacing, sizes in mm are unknown: use pixels.
    """
    try:
        spacing = np.asarray(spacing_mm, dtype=np.float64)
        valid = spacing.shape == (num_axes,) and np.isfinite(spacing).all() and (spacing > 0).all()
    except (TypeError, ValueError):
        valid = False
    if not valid:
        axes = "(row, col)" if num_axes == 2 else "(slice, row, col)"
        raise ValueError(
            f"{function}(spacing_mm={spacing_mm!r}): expected {axes} in mm, above 0, for a mask of {num_axes} axes; "
            "of one slice of a volume, spacing_mm[1:]. "
            "Where a file gives no spacing, sizes in mm are unknown: use pixels."
        )
    return spacing
