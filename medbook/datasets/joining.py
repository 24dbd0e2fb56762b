"""Joining parts to a whole."""

from dataclasses import replace

import numpy as np

from medbook.datasets.dataset import PER_IMAGE


def concatenate(datasets, **fields):
    """Return one data set with the images of several of the same kind, in order.

    Parameters
    ----------
    datasets : sequence of Dataset
        With the same fields; what is not one entry an image is taken from the first.
    **fields
        What is to change, such as ``split=None``.

    Returns
    -------
    Dataset

    Examples
    --------
    >>> from medbook.datasets import Dataset
    >>> dataset = Dataset.from_arrays(np.zeros((3, 8, 8)), [0, 1, 1], name="own")
    >>> len(concatenate([dataset, dataset.select([0])]))
    4
    """
    first = datasets[0]
    joined = {
        key: None if getattr(first, key) is None else _join([getattr(part, key) for part in datasets])
        for key in PER_IMAGE
    }
    extras = {key: _join([part.extras[key] for part in datasets]) for key in first.extras}
    return replace(first, **joined, extras=extras, **fields)


def _join(pieces):
    return [entry for piece in pieces for entry in piece] if isinstance(pieces[0], list) else np.concatenate(pieces)
