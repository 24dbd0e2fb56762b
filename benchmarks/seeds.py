"""What a result over several seeds is worth; shared by the experiments in this folder."""

import numpy as np
from scipy.stats import t as student


def mean_interval(values):
    """Return the mean over seeds with Student's 95 % interval, and the values."""
    values = np.asarray(values, float)
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return {"mean": values.mean(), "low": values.mean() - half, "high": values.mean() + half, "values": values.tolist()}
