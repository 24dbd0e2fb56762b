"""Curves with their spread, with a legend."""

import matplotlib.pyplot as plt
import numpy as np


def plot_curves(curves, *, x=None, xlabel=None, ylabel=None, ax=None):
    """Plot named curves; several runs of one curve become a mean and a band.

    Parameters
    ----------
    curves : dict of str to array_like of shape (points,) or (runs, points)
        Of several runs, the mean is drawn as a line and the smallest to largest as a band.
    x : array_like of shape (points,), optional
        Counted from 1 without it, as epochs are.
    xlabel, ylabel : str, optional
        With the unit in brackets, such as ``"time (s)"``.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> ax = plot_curves({"training": [0.9, 0.5, 0.4], "validation": [0.8, 0.6, 0.7]}, xlabel="epoch")
    >>> [line.get_label() for line in ax.lines]
    ['training', 'validation']
    """
    ax = plt.subplots()[1] if ax is None else ax
    for name, values in curves.items():
        runs = np.atleast_2d(values)
        points = np.arange(1, runs.shape[1] + 1) if x is None else np.asarray(x)
        (line,) = ax.plot(points, runs.mean(axis=0), label=name)
        if len(runs) > 1:
            ax.fill_between(points, runs.min(axis=0), runs.max(axis=0), color=line.get_color(), alpha=0.2, linewidth=0)
    ax.set_xlabel(xlabel or "")
    ax.set_ylabel(ylabel or "")
    ax.legend()
    return ax
