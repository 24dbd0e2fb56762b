"""Batch normalisation: give each channel mean 0 and variance 1, then learn scale and shift."""

import numpy as np

from medbook.scratch.layer import Layer, channel_sum


class BatchNormalization(Layer):
    """Normalise each channel (the last axis) over all other axes.

    Forward: ``normalised = (x - mean) / sqrt(variance + epsilon)`` and
    ``output = gamma * normalised + beta``, of the shape of ``x``. While training, mean and variance
    are those of the batch, and the moving ones follow:
    ``moving = momentum * moving + (1 - momentum) * batch``. Otherwise the moving ones are used.
    Backward: with ``g = grad * gamma / sqrt(variance + epsilon)``, the input's gradient is
    ``g - mean(g) - normalised * mean(g * normalised)`` while training, for the batch's own mean and
    variance depend on ``x`` too, and ``g`` otherwise. Those of gamma and beta are the sums of
    ``grad * normalised`` and of ``grad``.

    Parameters
    ----------
    momentum : float, optional
        Share that the moving statistics keep at each batch, in [0, 1).
    epsilon : float, optional
        Added to the variance, so that a constant channel is not divided by zero.

    Attributes
    ----------
    weights : [gamma, beta]
        Scale and shift, each of shape (channels,); learned, starting at 1 and 0.
    state : [moving_mean, moving_variance]
        Each of shape (channels,), starting at 0 and 1; not learned.

    Raises
    ------
    ValueError
        If an argument is out of range, or an input does not fit.

    Notes
    -----
    As in Keras, the variance divides by the number of values, not by one less, also in the moving
    variance. An empty batch leaves the moving statistics alone.

    References
    ----------
    Chapter "Training". Ioffe and Szegedy, "Batch normalization: accelerating deep network training
    by reducing internal covariate shift" (2015), arXiv:1502.03167.

    Examples
    --------
    >>> layer = BatchNormalization()
    >>> layer.forward(np.array([[1.0], [2.0], [3.0]]), training=True).round(3)
    array([[-1.224],
           [ 0.   ],
           [ 1.224]])
    >>> moving_mean, moving_variance = layer.state
    >>> moving_mean
    array([0.02], dtype=float32)
    """

    def __init__(self, momentum=0.99, epsilon=1e-3):
        super().__init__()
        if not 0 <= momentum < 1:
            raise ValueError(f"BatchNormalization(momentum={momentum!r}): expected a number in [0, 1).")
        if not 0 < epsilon < np.inf:
            raise ValueError(f"BatchNormalization(epsilon={epsilon!r}): expected a number above 0.")
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)

    def build(self, input_shape):
        """Create weights and moving statistics for inputs of ``input_shape`` (..., channels)."""
        if len(input_shape) < 1 or input_shape[-1] < 1:
            raise ValueError(
                f"BatchNormalization.build({tuple(input_shape)}): expected (channels,) or (rows, cols, channels), "
                "channels at least 1."
            )
        channels = input_shape[-1]
        self.weights = [np.ones(channels, np.float32), np.zeros(channels, np.float32)]
        self.state = [np.zeros(channels, np.float32), np.ones(channels, np.float32)]
        self.built = True

    def forward(self, x, training=False):
        """Return the normalised batch.

        Parameters
        ----------
        x : ndarray of shape (batch, channels) or (batch, rows, cols, channels)
        training : bool, optional
            Normalise by the batch's own statistics, and let the moving ones follow.

        Returns
        -------
        ndarray of the shape of ``x``
        """
        x = self._checked(x)
        gamma, beta = self.weights
        self.training = training and x.size > 0
        mean, variance = self._batch_statistics(x) if self.training else self.state
        self.scale = (1 / np.sqrt(variance + self.epsilon)).astype(x.dtype)
        self.normalized = (x - mean.astype(x.dtype)) * self.scale
        return self._remember(gamma * self.normalized + beta)

    def _batch_statistics(self, x):
        """Return mean and variance of each channel, and let the moving ones follow them."""
        num_values = x.size // x.shape[-1]
        mean = channel_sum(x) / num_values
        variance = channel_sum((x - mean) ** 2) / num_values
        for moving, batch in zip(self.state, (mean, variance), strict=True):
            moving *= self.momentum
            moving += (1 - self.momentum) * batch.astype(moving.dtype)
        return mean, variance

    def backward(self, grad):
        """Return the gradient for the last input, in its shape; fill ``gradients``.

        Parameters
        ----------
        grad : ndarray of the shape of the last output
        """
        grad = self._checked_gradient(grad)
        gamma, beta = self.weights
        by_gamma, by_beta = channel_sum(grad * self.normalized), channel_sum(grad)
        self.gradients = [by_gamma, by_beta]
        if self.training:
            num_values = grad.size // grad.shape[-1]
            grad = grad - (by_beta + self.normalized * by_gamma) / num_values
        return grad * (gamma * self.scale)

    def _checked(self, x):
        x = self._floats(x)
        if x.ndim < 2:
            raise ValueError(
                f"BatchNormalization received an array of shape {x.shape}, expected (batch, channels) or "
                "(batch, rows, cols, channels): for a single example add the batch axis with x[np.newaxis]."
            )
        if not self.built:
            self.build(x.shape[1:])
        channels = self.weights[0].size
        if x.shape[-1] != channels:
            raise ValueError(
                f"BatchNormalization was built for {channels} channels and received an array of shape {x.shape}: "
                "the last axis must hold the channels."
            )
        return x
