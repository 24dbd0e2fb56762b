"""Softmax: from scores to probabilities that add up to one."""

import numpy as np

from medbook.scratch.layer import Layer


class Softmax(Layer):
    """Turn the scores of all classes into probabilities.

    Forward: ``output[n, k] = exp(x[n, k]) / sum over j of exp(x[n, j])``, of the shape of ``x``.
    The largest score is subtracted first, which changes no quotient and keeps ``exp`` from
    overflowing.
    Backward: ``output * (grad - sum over j of grad[n, j] * output[n, j])``.

    Parameters
    ----------
    axis : int, optional
        The axis of the classes, the last by default. Axis 0 holds the batch.

    Raises
    ------
    ValueError
        If ``axis`` is not a whole number, is the batch axis or does not exist, or has a single
        entry: the softmax of one score is 1 whatever the score, and nothing can be learned.

    References
    ----------
    Chapter "Activations". Bridle, "Probabilistic interpretation of feedforward classification
    network outputs, with relationships to statistical pattern recognition" (1990),
    doi:10.1007/978-3-642-76153-9_28.

    Examples
    --------
    >>> layer = Softmax()
    >>> layer.forward(np.array([[1000.0, -1000.0]]))
    array([[1., 0.]])
    >>> layer.forward(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    >>> layer.backward(np.array([[1.0, 0.0]]))
    array([[ 0.25, -0.25]])
    """

    def __init__(self, axis=-1):
        super().__init__()
        if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)) or axis == 0:
            raise ValueError(f"Softmax(axis={axis!r}): expected a whole number other than 0, the batch axis.")
        self.axis = int(axis)

    def build(self, input_shape):
        """Check that inputs of ``input_shape`` (without the batch axis) have at least two classes."""
        shape = ("batch", *input_shape)
        axis = self.axis + len(shape) if self.axis < 0 else self.axis
        if not 0 < axis < len(shape):
            raise ValueError(
                f"Softmax(axis={self.axis}) received inputs of shape (batch, ...) = {shape}: "
                "that axis does not exist or holds the batch; expected the axis of the classes."
            )
        if shape[axis] < 2:
            raise ValueError(
                f"Softmax over an axis of size {shape[axis]}: the softmax of one score is always 1. "
                "For two classes use one unit with Sigmoid, or two units with Softmax."
            )
        self.built = True

    def forward(self, x, training=False):
        """Return the probabilities.

        Parameters
        ----------
        x : ndarray of shape (batch, classes) or (batch, ..., classes)

        Returns
        -------
        ndarray of the shape of ``x``
        """
        x = self._floats(x)
        self.build(x.shape[1:])
        exponentials = np.exp(x - x.max(axis=self.axis, keepdims=True))
        self.output = exponentials / exponentials.sum(axis=self.axis, keepdims=True)
        return self._remember(self.output)

    def backward(self, grad):
        """Return the gradient for the last input, in its shape."""
        grad = self._checked_gradient(grad)
        mean = np.sum(grad * self.output, axis=self.axis, keepdims=True)  # the gradient's expected value
        return self.output * (grad - mean)
