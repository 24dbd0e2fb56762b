"""Global pooling: one number for each feature map, whatever its size."""

import numpy as np

from medbook.scratch.image_layer import ImageLayer


class GlobalAveragePooling2D(ImageLayer):
    """Take the mean of each channel over the whole image.

    Forward: ``output[n, c] = mean over i, j of x[n, i, j, c]``, shape (batch, channels).
    Backward: each of the ``rows * cols`` pixels gets the same share of the channel's gradient.

    References
    ----------
    Chapter "Dense layers". Lin, Chen and Yan, "Network in network" (2014), arXiv:1312.4400.

    Examples
    --------
    >>> layer = GlobalAveragePooling2D()
    >>> layer.forward(np.array([[1.0, 2.0], [3.0, 6.0]]).reshape(1, 2, 2, 1))
    array([[3.]])
    >>> layer.backward(np.array([[8.0]]))[0, :, :, 0]
    array([[2., 2.],
           [2., 2.]])
    """

    def forward(self, x, training=False):
        """Return the channels' means.

        Parameters
        ----------
        x : ndarray of shape (batch, rows, cols, channels)

        Returns
        -------
        ndarray of shape (batch, channels)
        """
        x = self._checked_images(x)
        self.input_shape = x.shape
        # Columns first, then rows: partial sums stay small, so that float32 keeps its digits.
        return self._remember(x.mean(axis=2).mean(axis=1))

    def backward(self, grad):
        """Return the gradient for the images of the last forward pass, (batch, rows, cols, channels).

        Parameters
        ----------
        grad : ndarray of shape (batch, channels)
        """
        grad = self._checked_gradient(grad)
        batch, rows, cols, channels = self.input_shape
        share = grad[:, np.newaxis, np.newaxis, :] / (rows * cols)
        return np.broadcast_to(share, self.input_shape).copy()
