"""The dense layer: each output is a weighted sum of all inputs."""

import numpy as np

from medbook.scratch.layer import Layer, channel_sum


class Dense(Layer):
    """Multiply by a learned matrix and add a learned bias.

    Forward: ``output = x @ kernel + bias``, shapes (batch, features) @ (features, units) + (units,).
    Backward: the gradients are ``x.T @ grad`` for the kernel, the sum of ``grad`` over the batch
    for the bias, and ``grad @ kernel.T`` for the input.

    Parameters
    ----------
    units : int
        Number of outputs.
    use_bias : bool, optional
        Whether a learned number is added to each output.
    rng : numpy.random.Generator, optional
        Draws the initial kernel, uniform within ``sqrt(6 / (features + units))`` (Glorot and
        Bengio 2010, Keras' default); seed 0 without it. The bias starts at zero.

    Raises
    ------
    ValueError
        If an argument is out of range, or an input does not fit.

    Notes
    -----
    As in Keras, an input may have more axes than two: the last one holds the features, and the
    same matrix is applied at each position of the others. A forgotten ``Flatten`` is therefore
    no error here; it shows in the shape of the output.

    References
    ----------
    Chapter "Dense layers". Glorot and Bengio, "Understanding the difficulty of training deep
    feedforward neural networks" (2010), for the initial weights.

    Examples
    --------
    >>> layer = Dense(units=2)
    >>> layer.build((3,))
    >>> layer.set_weights([np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([10.0, 20.0])])
    >>> layer.forward(np.array([[1.0, 2.0, 3.0]]))
    array([[14., 25.]])
    >>> layer.backward(np.array([[1.0, 1.0]]))
    array([[1., 1., 2.]])
    """

    def __init__(self, units, *, use_bias=True, rng=None):
        super().__init__()
        self.units = self._positive(units, "units")
        self.use_bias = use_bias
        self.rng = rng

    def build(self, input_shape):
        """Create kernel and bias for inputs of ``input_shape`` (features,) or (..., features)."""
        if len(input_shape) < 1 or input_shape[-1] < 1:
            raise ValueError(
                f"Dense.build({tuple(input_shape)}): expected (features,), at least 1; put Flatten() before for images."
            )
        features = input_shape[-1]
        rng = np.random.default_rng(0) if self.rng is None else self.rng
        limit = np.sqrt(6 / (features + self.units))
        self.weights = [rng.uniform(-limit, limit, (features, self.units)).astype(np.float32)]
        if self.use_bias:
            self.weights.append(np.zeros(self.units, np.float32))
        self.built = True

    def forward(self, x, training=False):
        """Return the weighted sums.

        Parameters
        ----------
        x : ndarray of shape (batch, features) or (batch, ..., features)
            Kept for ``backward``: do not change it in between.

        Returns
        -------
        ndarray of shape (batch, units) or (batch, ..., units)
        """
        x = self._floats(x)
        if x.ndim < 2:
            raise ValueError(
                f"Dense received an array of shape {x.shape}, expected (batch, features): "
                "for a single example add the batch axis with x[np.newaxis]."
            )
        if not self.built:
            self.build(x.shape[1:])
        kernel = self.weights[0]
        if x.shape[-1] != len(kernel):
            raise ValueError(
                f"Dense was built for {len(kernel)} features and received an array of shape {x.shape}: "
                "the last axis must hold the features. Images need Flatten() before."
            )
        self.x = x
        output = x @ kernel
        if self.use_bias:
            output += self.weights[1]
        return self._remember(output)

    def backward(self, grad):
        """Return the gradient for the last input, in its shape; fill ``gradients``.

        Parameters
        ----------
        grad : ndarray of shape (batch, units) or (batch, ..., units)
        """
        grad = self._checked_gradient(grad)
        kernel = self.weights[0]
        features, units = kernel.shape
        self.gradients = [self.x.reshape(-1, features).T @ grad.reshape(-1, units)]
        if self.use_bias:
            self.gradients.append(channel_sum(grad))
        return grad @ kernel.T if self.needs_input_gradient else None
