"""Pooling: one number for each window of an image, channel by channel."""

import functools

import numpy as np

from medbook.scratch.image_layer import ImageLayer
from medbook.scratch.windows import blocks


class Pooling2D(ImageLayer):
    """The windows of ``MaxPooling2D`` and ``AveragePooling2D``, which say what becomes of each."""

    def __init__(self, pool_size=2, strides=None, padding="valid"):
        super().__init__()
        self.pool_size = self._pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else self._pair(strides, "strides")
        self.padding = self._padding(padding)

    def _combine(self, function, images):
        """Combine all entries of each window as ``function`` combines two of them.

        Rows first, then columns: for maximum and sum the order does not matter, and a 3 x 3
        window takes 2 + 2 calls in place of 8.
        """
        (pool_rows, pool_cols), (row_stride, col_stride) = self.pool_size, self.strides
        row_entries = neighbours(images, pool_rows, row_stride, axis=1)
        batch, rows_out, cols, channels = row_entries[0].shape
        cols_out = (cols - pool_cols) // col_stride + 1
        output = np.empty((batch, rows_out, cols_out, channels), images.dtype)
        for block in blocks(row_entries[0], arrays=pool_rows):
            combined = functools.reduce(function, [entry[block] for entry in row_entries])
            output[block] = functools.reduce(function, neighbours(combined, pool_cols, col_stride, axis=2))
        return output

    def _entries(self, images):
        """List the first entry of all windows, then the second of all, and so on, row by row.

        Each is a view of shape (batch, rows_out, cols_out, channels): a few calls on large
        arrays, where a loop over windows would make many on tiny ones.
        """
        (pool_rows, pool_cols), (row_stride, col_stride) = self.pool_size, self.strides
        rows = neighbours(images, pool_rows, row_stride, axis=1)
        return [entry for row in rows for entry in neighbours(row, pool_cols, col_stride, axis=2)]


def neighbours(images, size, stride, *, axis):
    """List views of the first, second, ... of ``size`` neighbours along ``axis``, at each step of ``stride``."""
    last = (images.shape[axis] - size) // stride * stride  # where the last window starts
    before = (slice(None),) * axis
    return [images[(*before, slice(start, start + last + 1, stride))] for start in range(size)]


class MaxPooling2D(Pooling2D):
    """Keep the largest value of each window.

    Forward: ``output[n, i, j, c] = max over u, v of x[n, i * stride + u, j * stride + v, c]``.
    Backward: the gradient of each output goes to the pixel that was the largest, the first one
    (row by row) of several equals; all others get nothing. Where windows overlap, it adds up.

    Parameters
    ----------
    pool_size : int or (int, int), optional
        Rows and columns of a window.
    strides : int or (int, int), optional
        Step of the window along rows and columns; by default its size, so that windows tile the image.
    padding : {"valid", "same"}, optional
        "valid" keeps the window inside the image: rows that do not fill a window are left out.
        "same" lets windows reach over the border, so that the output has ``ceil(rows / stride)``
        rows; what lies outside never is the largest.

    Raises
    ------
    ValueError
        If an argument is out of range, or an input does not fit.

    References
    ----------
    Chapter "Pooling". Ranzato, Boureau and LeCun, "Sparse feature learning for deep belief
    networks" (2007).

    Examples
    --------
    >>> layer = MaxPooling2D(pool_size=2)
    >>> image = np.array([[1.0, 5.0, 2.0, 2.0], [3.0, 4.0, 2.0, 2.0]]).reshape(1, 2, 4, 1)
    >>> layer.forward(image)[0, :, :, 0]
    array([[5., 2.]])
    >>> layer.backward(np.array([[[[10.0], [20.0]]]]))[0, :, :, 0]
    array([[ 0., 10., 20.,  0.],
           [ 0.,  0.,  0.,  0.]])
    """

    def forward(self, x, training=False):
        """Return the largest value of each window.

        Parameters
        ----------
        x : ndarray of shape (batch, rows, cols, channels)
            Kept for ``backward``, as the output is: do not change them in between.

        Returns
        -------
        ndarray of shape (batch, rows_out, cols_out, channels)
        """
        x = self._checked_images(x)
        self.x_padded = self._padded(x, self.pool_size, fill=-np.inf)
        self.output = self._combine(np.maximum, self.x_padded)
        return self._remember(self.output)

    def backward(self, grad):
        """Return the gradient for the images of the last forward pass.

        Parameters
        ----------
        grad : ndarray of shape (batch, rows_out, cols_out, channels)

        Returns
        -------
        ndarray of shape (batch, rows, cols, channels)
        """
        grad = self._checked_gradient(grad)
        gradient = np.zeros_like(self.x_padded)
        entries, grad_entries = self._entries(self.x_padded), self._entries(gradient)
        for block in blocks(grad, arrays=len(entries)):
            waiting = np.ones(grad[block].shape, bool)  # gradients that no pixel has taken yet
            for entry, grad_entry in zip(entries, grad_entries, strict=True):
                taken = waiting & (entry[block] == self.output[block])
                grad_entry[block] += grad[block] * taken
                waiting ^= taken
        return self._cropped(gradient)


class AveragePooling2D(Pooling2D):
    """Take the mean of each window.

    Forward: ``output[n, i, j, c] = mean over u, v of x[n, i * stride + u, j * stride + v, c]``.
    Backward: each pixel of a window gets the same share, the gradient over the number of pixels;
    where windows overlap, shares add up.

    Parameters
    ----------
    pool_size : int or (int, int), optional
        Rows and columns of a window.
    strides : int or (int, int), optional
        Step of the window along rows and columns; by default its size, so that windows tile the image.
    padding : {"valid", "same"}, optional
        As for ``MaxPooling2D``. With "same", the mean is over the pixels inside the image.

    Raises
    ------
    ValueError
        If an argument is out of range, or an input does not fit.

    References
    ----------
    Chapter "Pooling". LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
    document recognition" (1998), doi:10.1109/5.726791, called it sub-sampling.

    Examples
    --------
    >>> layer = AveragePooling2D(pool_size=2)
    >>> image = np.array([[1.0, 5.0, 2.0, 2.0], [3.0, 3.0, 2.0, 2.0]]).reshape(1, 2, 4, 1)
    >>> layer.forward(image)[0, :, :, 0]
    array([[3., 2.]])
    >>> layer.backward(np.array([[[[4.0], [8.0]]]]))[0, :, :, 0]
    array([[1., 1., 2., 2.],
           [1., 1., 2., 2.]])
    """

    def forward(self, x, training=False):
        """Return the mean of each window.

        Parameters
        ----------
        x : ndarray of shape (batch, rows, cols, channels)

        Returns
        -------
        ndarray of shape (batch, rows_out, cols_out, channels)
        """
        x = self._checked_images(x)
        padded = self._padded(x, self.pool_size)
        self.padded_shape = padded.shape
        inside = self._padded(np.ones((1, *x.shape[1:3], 1), x.dtype), self.pool_size)
        self.num_pixels = self._combine(np.add, inside)  # (1, rows_out, cols_out, 1)
        output = self._combine(np.add, padded)
        output /= self.num_pixels
        return self._remember(output)

    def backward(self, grad):
        """Return the gradient for the images of the last forward pass.

        Parameters
        ----------
        grad : ndarray of shape (batch, rows_out, cols_out, channels)

        Returns
        -------
        ndarray of shape (batch, rows, cols, channels)
        """
        share = self._checked_gradient(grad) / self.num_pixels
        gradient = np.zeros(self.padded_shape, share.dtype)
        grad_entries = self._entries(gradient)
        for block in blocks(share, arrays=len(grad_entries)):
            for grad_entry in grad_entries:
                grad_entry[block] += share[block]
        return self._cropped(gradient)
