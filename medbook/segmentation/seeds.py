"""Seeds: the pixels that somebody marks to say where a region is."""

import numpy as np


def checked_seeds(seeds, shape, function):
    """Return seeds as a list of index tuples.

    Parameters
    ----------
    seeds : tuple of int, or sequence of them
        One index (row, col) or (slice, row, col), or several.
    shape : tuple of int
        Shape of the image.
    function : str
        Name of the function that asks, for the message.

    Returns
    -------
    list of tuple of int

    Raises
    ------
    ValueError
        If there is no seed, or one is not an index of whole numbers within the image.

    Examples
    --------
    >>> checked_seeds((3, 4), (64, 64), "region_growing")
    [(3, 4)]
    >>> checked_seeds([(3, 4), (3, 64)], (64, 64), "region_growing")
    Traceback (most recent call last):
        ...
    ValueError: region_growing: the seed (3, 64) lies outside the image of shape (64, 64); \
indices start at 0, and none is negative.
    """
    axes = "(row, col)" if len(shape) == 2 else "(slice, row, col)"
    try:
        indices = np.atleast_2d(np.asarray(seeds))
    except ValueError:  # indices of different lengths
        indices = np.empty((0, 0))
    if indices.dtype.kind not in "iu" or indices.ndim != 2 or indices.shape[1] != len(shape) or indices.size == 0:
        raise ValueError(
            f"{function}(seeds={seeds!r}): expected one index {axes} of whole numbers, or a list of them; "
            "a position in mm is divided by the spacing and rounded first."
        )
    for index in indices:
        if (index < 0).any() or (index >= shape).any():
            raise ValueError(
                f"{function}: the seed {tuple(index.tolist())} lies outside the image of shape {tuple(shape)}; "
                "indices start at 0, and none is negative."
            )
    return [tuple(index.tolist()) for index in indices]
