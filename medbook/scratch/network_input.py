"""Checks of what a network is fed with: real, finite numbers, in the axes that it was built for."""

import numpy as np


def checked_numbers(x):
    """Return ``x`` as an array, if it is a batch of numbers that float32 can hold.

    Raises
    ------
    ValueError
        If ``x`` holds text, complex, NaN, infinite or huge numbers, or has no batch axis.

    Examples
    --------
    >>> checked_numbers([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    x = np.asarray(x)
    if x.dtype.kind not in "biuf":
        raise ValueError(f"The network received x of type {x.dtype}, expected numbers.")
    if x.ndim < 2:
        raise ValueError(
            f"The network received x of shape {x.shape}, expected a batch: (batch, rows, cols, channels) "
            "for images, (batch, features) for tables. One sample becomes a batch with x[np.newaxis]."
        )
    largest = np.finfo(np.float32).max
    if x.size and not (x.min() >= -largest and x.max() <= largest):  # False for NaN as well
        count = np.count_nonzero(~(np.abs(x) <= largest))
        raise ValueError(
            f"The network received {count} values of x that are NaN, infinite or too large for float32: "
            "find out where they come from, and replace them, for instance by np.nan_to_num(x, posinf=0, neginf=0)."
        )
    return x


def check_shape(shape, input_shape):
    """Raise unless a batch of ``shape`` suits a network that was built for ``input_shape``.

    Number of axes and channels must agree. Rows and columns may differ, where no dense layer
    counts pixels; if one does, it raises.

    Parameters
    ----------
    shape : tuple of int
        (batch, rows, cols, channels), or (batch, features).
    input_shape : tuple of int
        The same without batch.
    """
    if len(shape) == len(input_shape) + 1 and shape[-1] == input_shape[-1]:
        return
    expected = "(" + ", ".join(map(str, ("batch", *input_shape))) + ")"
    if len(input_shape) == 3:
        expected += ", that is (batch, rows, cols, channels)." + _remedy(shape, channels=input_shape[2])
    raise ValueError(f"The network received x of shape {shape}, expected {expected}")


def _remedy(shape, *, channels):
    if len(shape) == 3 and channels == 1:
        return " Add the channel axis: x[..., np.newaxis]."
    if len(shape) == 4 and shape[1] == channels:
        return " Move the channels to the end: np.moveaxis(x, 1, -1)."
    if len(shape) == 4 and channels == 1:
        return " The mean over the channels makes gray images: x.mean(axis=-1, keepdims=True)."
    return ""
