"""Temperature scaling: one number that makes an over-confident network say what it means."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, logsumexp, softmax

from medbook.metrics.inputs import binary_labels, class_labels, same_length, scores


class TemperatureScaling:
    """Divide logits by a temperature that is fitted on validation data.

    Above 1 the network was over-confident and probabilities move towards even odds; below 1 they
    move away. The order of the cases, and so accuracy at even odds and binary AUC, stay as they are.

    Attributes
    ----------
    temperature : float or None
        None until `fit` has run.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", PMLR 70:1321-1330
    (2017), arXiv:1706.04599.

    Examples
    --------
    Logits of 3 promise 95 %, yet one in four is wrong:

    >>> scaling = TemperatureScaling().fit([3.0, 3.0, 3.0, 3.0, -3.0, -3.0, -3.0, -3.0], [1, 1, 1, 0, 0, 0, 0, 1])
    >>> round(scaling.temperature, 3)
    2.731
    >>> scaling.transform([3.0, -3.0]).round(3)
    array([0.75, 0.25])
    """

    def __init__(self):
        self.temperature = None

    def __repr__(self):
        return f"TemperatureScaling(temperature={self.temperature})"

    def fit(self, logits, y_true):
        """Find the temperature with the smallest cross-entropy.

        Parameters
        ----------
        logits : array_like of shape (num,) or (num, classes)
            The network's output on validation images, before sigmoid or softmax.
        y_true : array_like of shape (num,)
            0 and 1, or class numbers.

        Returns
        -------
        TemperatureScaling
            Itself.

        Raises
        ------
        ValueError
            If logits or labels are none, the logits are probabilities, or no finite temperature is
            best: no case is misclassified, or the logits are no better than guessing.
        """
        logits, y_true = _checked(logits, y_true)
        # The cross-entropy is convex in 1 / T, so there is one minimum; logits may have any scale.
        scale = np.log(np.abs(logits).max())
        found = minimize_scalar(
            lambda log_temperature: _cross_entropy(logits / np.exp(log_temperature), y_true),
            bounds=(scale - 12, scale + 12),
            method="bounded",
            options={"xatol": 1e-9},
        )
        self.temperature = float(np.exp(found.x))
        return self

    def transform(self, logits):
        """Return calibrated probabilities.

        Parameters
        ----------
        logits : array_like of shape (num,) or (num, classes)

        Returns
        -------
        ndarray of float64, same shape as ``logits``; (num,) for a single column

        Raises
        ------
        ValueError
            If `fit` has not run, or logits are NaN or infinite.
        """
        if self.temperature is None:
            raise ValueError("TemperatureScaling.transform: no temperature yet; call fit(logits, y_true) first.")
        logits = scores(logits, "logits", "TemperatureScaling.transform") / self.temperature
        return expit(logits) if logits.ndim == 1 else softmax(logits, axis=1)


def _checked(logits, y_true):
    """Return logits (num, classes) and class numbers; a binary logit z becomes the two columns 0 and z."""
    function = "TemperatureScaling.fit"
    logits = scores(logits, "logits", function)
    if logits.min() >= 0 and logits.max() <= 1 and (logits.ndim == 1 or np.allclose(logits.sum(axis=1), 1, atol=1e-3)):
        raise ValueError(
            f"{function}: all logits lie in [0, 1], as probabilities do. Pass what the network gives before sigmoid "
            "or softmax; of probabilities, scipy.special.logit(p) or numpy.log(p)."
        )
    if logits.ndim == 1:
        y_true = binary_labels(y_true, "y_true", function).astype(np.int64)
        logits = np.stack([np.zeros_like(logits), logits], axis=1)
    y_true = class_labels(y_true, logits.shape[1], function)
    same_length(function, y_true=y_true, logits=logits)
    _check_temperature_exists(logits, y_true)
    return logits, y_true


def _check_temperature_exists(logits, y_true):
    """Refuse data on which the cross-entropy falls for ever towards a temperature of zero or of infinity."""
    logit_of_truth = logits[np.arange(len(y_true)), y_true]
    if np.all(logit_of_truth >= logits.max(axis=1)):
        raise ValueError(
            f"TemperatureScaling.fit: none of {len(y_true)} cases is misclassified, so that the best temperature is 0 "
            "and every probability 0 or 1. Use more or harder validation cases."
        )
    if np.mean(logit_of_truth - logits.mean(axis=1)) <= 0:
        raise ValueError(
            f"TemperatureScaling.fit: on these {len(y_true)} cases the logits are no better than guessing, so that "
            "the best temperature is infinite. Check that labels and logits are in the same order, 1 = disease."
        )


def _cross_entropy(logits, y_true):
    return np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(y_true)), y_true])
