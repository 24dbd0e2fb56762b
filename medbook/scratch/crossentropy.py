"""The losses of classification: minus the logarithm of the probability given to the true class."""

import numpy as np
from scipy.special import expit, log_softmax, softmax

from medbook.scratch.losses import Loss

# Keras' backend.epsilon(): probabilities stay this far from 0 and 1, so that their logarithm is finite.
EPSILON = 1e-7
ROUNDING = 1e-5  # by which float32 probabilities may miss 0 and 1, and their sum 1


class _Crossentropy(Loss):
    """What the cross-entropies share.

    Parameters
    ----------
    from_logits : bool, optional
        Whether predictions are the scores before the sigmoid or softmax (logits), and not
        probabilities. The logarithm is then taken without computing the probability, so that it
        stays exact where a probability would round to 0 or 1.
    """

    activation = None  # name of the layer that turns logits into probabilities

    def __init__(self, from_logits=False):
        self.from_logits = from_logits

    def accuracy(self, y_true, y_pred):
        """Return the fraction of positions whose most probable class is the true one."""
        y_true, y_pred = self._checked(y_true, y_pred)
        return float(np.mean(self._decisions(y_pred) == self._classes(y_true)))

    def _check_predictions(self, y_pred):
        lowest, highest = y_pred.min(), y_pred.max()
        if not self.from_logits and (lowest < -ROUNDING or highest > 1 + ROUNDING):
            raise ValueError(
                f"{self} expects probabilities and received predictions from {lowest:.4g} to {highest:.4g}. "
                f"End the network in {self.activation}(), or use {type(self).__name__}(from_logits=True)."
            )

    def _check_several_classes(self, num_classes):
        if num_classes == 1:
            raise ValueError(
                f"{self} received predictions with one class: a softmax over one unit is always 1, and nothing "
                "can be learned. For two classes use one unit with BinaryCrossentropy, or two units."
            )

    def _decisions(self, y_pred):
        return y_pred.argmax(axis=-1)

    def _classes(self, y_true):
        return y_true.argmax(axis=-1)

    def __repr__(self):
        return f"{type(self).__name__}({'from_logits=True' if self.from_logits else ''})"


class BinaryCrossentropy(_Crossentropy):
    """Cross-entropy of yes-or-no outputs, averaged over the outputs.

    With the probability ``p`` of "yes" and the label ``t`` (0 or 1):
    ``-t * log(p) - (1 - t) * log(1 - p)``. From the logit ``z`` with ``p = sigmoid(z)`` the same
    is ``max(z, 0) - t * z + log(1 + exp(-abs(z)))``, and its derivative ``p - t``.

    Parameters
    ----------
    from_logits : bool, optional
        Whether predictions are logits ``z``. Probabilities are clipped to [1e-7, 1 - 1e-7], as in
        Keras, and where the clip acts the derivative is zero.

    Notes
    -----
    ``accuracy`` compares probabilities with 0.5 and logits with 0, which is the same decision.
    Keras' ``metrics=["accuracy"]`` compares logits with 0.5 as well.

    References
    ----------
    Chapter "Backpropagation". Good, "Rational decisions" (1952), doi:10.1111/j.2517-6161.1952.tb00104.x.

    Examples
    --------
    >>> round(BinaryCrossentropy()([1, 0], [0.9, 0.2]), 4)
    0.1643
    >>> BinaryCrossentropy(from_logits=True).gradient([[1.0]], [[0.0]])
    array([[-0.5]])
    """

    activation = "Sigmoid"

    def _losses(self, y_true, y_pred):
        if self.from_logits:
            softplus = np.maximum(y_pred, 0) + np.log1p(np.exp(-np.abs(y_pred)))
            return np.mean(softplus - y_true * y_pred, axis=-1)
        p = np.clip(y_pred, EPSILON, 1 - EPSILON)
        return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p), axis=-1)

    def _derivative(self, y_true, y_pred):
        outputs = y_pred.shape[-1]
        if self.from_logits:
            return (expit(y_pred) - y_true) / outputs
        p = np.clip(y_pred, EPSILON, 1 - EPSILON)
        return (p == y_pred) * ((1 - y_true) / (1 - p) - y_true / p) / outputs

    def _checked_labels(self, y_true, output_shape):
        y_true = super()._checked_labels(y_true, output_shape)
        _check_fractions(self, y_true)
        return y_true

    def _shape_hint(self, labels_shape, output_shape):
        if labels_shape == (*output_shape[:-1], 2) and output_shape[-1] == 1:
            return " One-hot labels of two classes become labels of one unit by y[..., 1]."
        if output_shape[-1] > 1 and labels_shape in (output_shape[:-1], (*output_shape[:-1], 1)):
            return " For class indices and one unit per class, use SparseCategoricalCrossentropy."
        return super()._shape_hint(labels_shape, output_shape)

    def _decisions(self, y_pred):
        return y_pred > (0 if self.from_logits else 0.5)

    def _classes(self, y_true):
        return y_true


class CategoricalCrossentropy(_Crossentropy):
    """Cross-entropy of one class among several, with one-hot labels.

    ``-sum over classes of t * log(p)``, with probabilities ``p`` that are divided by their sum,
    then clipped, as in Keras. From logits ``z``, ``log(p) = z - log(sum(exp(z)))``, and the
    derivative is ``p - t``.

    Parameters
    ----------
    from_logits : bool, optional
        Whether predictions are logits, and not probabilities.

    References
    ----------
    Chapter "Backpropagation".

    Examples
    --------
    >>> round(CategoricalCrossentropy()([[0, 1, 0]], [[0.2, 0.7, 0.1]]), 4)
    0.3567
    """

    activation = "Softmax"

    def _losses(self, y_true, y_pred):
        if self.from_logits:
            return -np.sum(y_true * log_softmax(y_pred, axis=-1), axis=-1)
        p = y_pred / y_pred.sum(axis=-1, keepdims=True)
        return -np.sum(y_true * np.log(np.clip(p, EPSILON, 1 - EPSILON)), axis=-1)

    def _derivative(self, y_true, y_pred):
        if self.from_logits:
            return softmax(y_pred, axis=-1) - y_true
        total = y_pred.sum(axis=-1, keepdims=True)
        p = y_pred / total
        clipped = np.clip(p, EPSILON, 1 - EPSILON)
        by_p = (clipped == p) * (-y_true / clipped)
        return (by_p - np.sum(by_p * p, axis=-1, keepdims=True)) / total

    def _checked_labels(self, y_true, output_shape):
        self._check_several_classes(output_shape[-1])
        y_true = super()._checked_labels(y_true, output_shape)
        _check_fractions(self, y_true)
        sums = y_true.sum(axis=-1)
        if np.abs(sums - 1).max(initial=0) > 1e-3:
            worst = sums.ravel()[np.abs(sums - 1).argmax()]
            raise ValueError(
                f"{self} received labels whose classes sum to {worst:g}, expected 1: one class is true. "
                "Where several findings, or none, can be true, use Sigmoid outputs with BinaryCrossentropy."
            )
        return y_true

    def _shape_hint(self, labels_shape, output_shape):
        if labels_shape in (output_shape[:-1], (*output_shape[:-1], 1)):
            return f" For class indices use SparseCategoricalCrossentropy, or np.eye({output_shape[-1]})[y]."
        return super()._shape_hint(labels_shape, output_shape)


class SparseCategoricalCrossentropy(_Crossentropy):
    """Cross-entropy of one class among several, with class indices 0, 1, 2, ... as labels.

    The same number as ``CategoricalCrossentropy`` for the one-hot form of the labels. From
    probabilities, Keras clips first and divides by the sum afterwards, and so do we.

    Parameters
    ----------
    from_logits : bool, optional
        Whether predictions are logits, and not probabilities.

    References
    ----------
    Chapter "Backpropagation".

    Examples
    --------
    >>> round(SparseCategoricalCrossentropy()([1], [[0.2, 0.7, 0.1]]), 4)
    0.3567
    """

    activation = "Softmax"

    def _losses(self, y_true, y_pred):
        log_p = log_softmax(self._logits(y_pred), axis=-1)
        return -np.take_along_axis(log_p, self._indices(y_true), axis=-1)[..., 0]

    def _derivative(self, y_true, y_pred):
        by_logit = softmax(self._logits(y_pred), axis=-1)
        indices = self._indices(y_true)
        np.put_along_axis(by_logit, indices, np.take_along_axis(by_logit, indices, axis=-1) - 1, axis=-1)
        if self.from_logits:
            return by_logit
        clipped = np.clip(y_pred, EPSILON, 1 - EPSILON)
        return (clipped == y_pred) * by_logit / clipped

    def _logits(self, y_pred):
        return y_pred if self.from_logits else np.log(np.clip(y_pred, EPSILON, 1 - EPSILON))

    def _indices(self, y_true):
        return y_true.astype(np.intp)[..., np.newaxis]

    def _checked_labels(self, y_true, output_shape):
        num_classes = output_shape[-1]
        self._check_several_classes(num_classes)
        if y_true.shape == (*output_shape[:-1], 1):
            y_true = y_true[..., 0]
        if y_true.shape != output_shape[:-1]:
            hint = " For one-hot labels use CategoricalCrossentropy, or y.argmax(axis=-1)."
            raise ValueError(
                f"{self} received labels of shape {y_true.shape} for predictions of shape {output_shape}, "
                f"expected class indices of shape {output_shape[:-1]}." + hint * (y_true.shape == output_shape)
            )
        wrong = y_true[(y_true < 0) | (y_true >= num_classes) | (y_true != np.floor(y_true))]
        if wrong.size:
            raise ValueError(
                f"{self} received the label {wrong.flat[0]:g}, expected whole numbers from 0 to {num_classes - 1}, "
                f"for the predictions have {num_classes} classes."
            )
        return y_true

    def _classes(self, y_true):
        return y_true


def _check_fractions(loss, y_true):
    wrong = y_true[(y_true < 0) | (y_true > 1)]
    if wrong.size:
        raise ValueError(f"{loss} received the label {wrong.flat[0]:g}, expected values from 0 to 1.")
