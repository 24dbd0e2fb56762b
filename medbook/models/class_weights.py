"""Weights that make rare classes count as much as frequent ones."""

import numpy as np


def class_weights(labels):
    """Return the factor of each class's loss with which all classes count alike.

    ``weight = samples / (classes * samples of this class)``. Weighted training answers as if the
    classes were equally frequent: its probabilities are too high for the rare class, and need
    calibration before anyone reads them as risks.

    Parameters
    ----------
    labels : ndarray of shape (num,) or (num, 1)
        Class of each training sample, counted from 0. Of two classes, booleans will do.

    Returns
    -------
    dict of int to float
        For the ``class_weight`` of ``fit``; classes without samples have no entry.

    Raises
    ------
    ValueError
        If there are no labels, or they are not whole numbers from 0.

    References
    ----------
    Chapter "Training". scikit-learn's ``compute_class_weight("balanced")`` is the same.

    Examples
    --------
    >>> class_weights(np.array([0, 0, 0, 1]))
    {0: 0.6666666666666666, 1: 2.0}
    """
    labels = np.asarray(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(
            f"class_weights: labels have the shape {labels.shape}, expected (num,) with at least one label. "
            "One-hot labels become class numbers by labels.argmax(axis=1)."
        )
    numbers = labels.dtype.kind in "biuf" and np.isfinite(labels).all()
    if not numbers or np.any((labels < 0) | (labels != np.floor(labels))):
        raise ValueError(
            f"class_weights: labels hold {labels[0]!r} and others of {labels.dtype}, expected whole numbers from 0. "
            "Names become numbers by np.unique(labels, return_inverse=True)[1]."
        )
    classes, counts = np.unique(labels.astype(int), return_counts=True)
    weights = len(labels) / (len(classes) * counts)
    return {int(label): float(weight) for label, weight in zip(classes, weights, strict=True)}
