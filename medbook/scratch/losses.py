"""What training minimises: the base of all losses, and the mean squared error."""

import numpy as np


class Loss:
    """A number that says how far predictions are from the labels, and its derivative.

    A loss is computed for each position (an image, or a pixel where the network draws a mask) over
    the last axis of the predictions, then averaged over all positions of the batch. That is Keras'
    reduction "sum_over_batch_size".

    Notes
    -----
    Labels of shape (batch,) and predictions of shape (batch, 1) mean the same and are accepted, in
    either order. All other shapes must be equal: where Keras lets NumPy's rules stretch labels
    (batch, 1) over predictions (batch, 3), each label would silently be compared with three outputs.

    Met in the chapter "Backpropagation".
    """

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the mean loss over the batch.

        Parameters
        ----------
        y_true : array_like
            The labels.
        y_pred : array_like of shape (batch, ..., units)
            The network's output.
        sample_weight : array_like of shape (batch,), optional
            Factor of each sample's loss. The sum is still divided by the number of positions.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If labels and predictions do not fit together, or are out of range or not finite.
        """
        y_true, y_pred = self._checked(y_true, y_pred)
        losses = self._losses(y_true, y_pred)
        return float(np.mean(losses * _spread(sample_weight, losses), dtype=np.float64))

    def gradient(self, y_true, y_pred, sample_weight=None):
        """Return the derivative of the mean loss with respect to ``y_pred``.

        Returns
        -------
        ndarray of the shape of ``y_pred``
        """
        shape = np.shape(y_pred)
        y_true, y_pred = self._checked(y_true, y_pred)
        derivative = self._derivative(y_true, y_pred)
        derivative *= _spread(sample_weight, derivative) / max(1, derivative[..., 0].size)
        return derivative.reshape(shape)

    def check_labels(self, y_true, output_shape):
        """Return the labels in the shape that goes with an output of ``output_shape``, or explain why not.

        Parameters
        ----------
        y_true : array_like
        output_shape : tuple of int
            (batch, ..., units).

        Raises
        ------
        ValueError
            If shape or values of the labels do not fit.
        """
        y_true = np.asarray(y_true)
        if y_true.dtype.kind not in "biuf":
            raise ValueError(f"{self} received labels of type {y_true.dtype}, expected numbers.")
        if y_true.size and not (np.isfinite(y_true.min()) and np.isfinite(y_true.max())):
            raise ValueError(f"{self} received NaN or infinite labels: remove these samples before training.")
        return self._checked_labels(y_true, tuple(output_shape))

    def _checked_labels(self, y_true, output_shape):
        """Return labels of exactly ``output_shape``: a last axis of length 1 may be missing or too many."""
        if y_true.shape == output_shape:
            return y_true
        if output_shape[-1] == 1 and y_true.shape == output_shape[:-1]:
            return y_true[..., np.newaxis]
        raise ValueError(
            f"{self} received labels of shape {y_true.shape} for predictions of shape {output_shape}: "
            "they must be equal, up to a last axis of length 1." + self._shape_hint(y_true.shape, output_shape)
        )

    def _shape_hint(self, labels_shape, output_shape):
        return " Each output would otherwise be compared with the labels of others."

    def _checked(self, y_true, y_pred):
        y_pred = np.asarray(y_pred)
        if not np.issubdtype(y_pred.dtype, np.floating):
            y_pred = y_pred.astype(np.float32)
        if y_pred.ndim == 1:  # (batch,) is (batch, 1)
            y_pred = y_pred[:, np.newaxis]
            y_true = np.reshape(y_true, (-1, 1)) if np.shape(y_true)[1:] == (1,) else y_true
        if y_pred.ndim == 0 or len(y_pred) == 0:
            raise ValueError(f"{self} received predictions of shape {y_pred.shape}, expected at least one sample.")
        if not np.isfinite(y_pred).all():
            index = tuple(int(i) for i in np.argwhere(~np.isfinite(y_pred))[0])
            raise ValueError(
                f"{self} received a prediction that is NaN or infinite: y_pred[{index}] = {y_pred[index]}. "
                "A smaller learning rate, or inputs scaled to [0, 1], keep training finite."
            )
        self._check_predictions(y_pred)
        return self.check_labels(y_true, y_pred.shape).astype(y_pred.dtype), y_pred

    def _check_predictions(self, y_pred):
        """Raise ValueError where finite predictions make no sense for this loss."""

    def _losses(self, y_true, y_pred):
        """Return the loss of each position, of the shape of ``y_pred`` without its last axis."""
        raise NotImplementedError

    def _derivative(self, y_true, y_pred):
        """Return the derivative of the sum of ``_losses``, a new array of the shape of ``y_pred``."""
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}()"


class MeanSquaredError(Loss):
    """Mean over the outputs of ``(y_pred - y_true) ** 2``.

    The loss of regression: predicting a diameter, an age, a pixel of a denoised image. Its
    derivative is ``2 * (y_pred - y_true) / outputs``.

    References
    ----------
    Chapter "Backpropagation".

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> loss([[1.0], [2.0]], [[1.0], [5.0]])
    4.5
    >>> loss.gradient([[1.0], [2.0]], [[1.0], [5.0]])
    array([[0.],
           [3.]])
    """

    def _losses(self, y_true, y_pred):
        return np.mean((y_pred - y_true) ** 2, axis=-1)

    def _derivative(self, y_true, y_pred):
        return 2 / y_pred.shape[-1] * (y_pred - y_true)


def _spread(sample_weight, array):
    """Return the weights of the samples with as many axes as ``array``, or 1 without weights."""
    if sample_weight is None:
        return 1
    sample_weight = np.asarray(sample_weight, array.dtype)
    if sample_weight.shape not in [(len(array),), (len(array), 1)]:
        raise ValueError(
            f"sample_weight has the shape {sample_weight.shape}, expected one number a sample: {(len(array),)}."
        )
    return sample_weight.reshape(-1, *[1] * (array.ndim - 1))
