"""Flatten: from feature maps to one row of numbers for each image."""

import math

from medbook.scratch.layer import Layer


class Flatten(Layer):
    """Write the entries of each input in one row.

    Forward: (batch, rows, cols, channels) becomes (batch, rows * cols * channels), without
    changing a number; the channel runs fastest.
    Backward: the gradient gets the shape of the input back.

    Notes
    -----
    Met in the chapter "Dense layers".

    Examples
    --------
    >>> import numpy as np
    >>> layer = Flatten()
    >>> layer.forward(np.zeros((8, 7, 7, 64))).shape
    (8, 3136)
    >>> layer.backward(np.zeros((8, 3136))).shape
    (8, 7, 7, 64)
    """

    def forward(self, x, training=False):
        """Return ``x`` of shape (batch, ...) as an array of shape (batch, features)."""
        x = self._floats(x)
        if x.ndim == 0:
            raise ValueError("Flatten received a single number, expected an array of shape (batch, ...).")
        self.input_shape = x.shape
        # Not -1 for the second axis: an empty batch would leave it open.
        return self._remember(x.reshape(len(x), math.prod(x.shape[1:])))

    def backward(self, grad):
        """Return ``grad`` of shape (batch, features) in the shape of the last input."""
        return self._checked_gradient(grad).reshape(self.input_shape)
