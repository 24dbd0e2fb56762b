"""Two-dimensional convolution: the layer that slides small kernels over an image."""

import numpy as np

from medbook.scratch.image_layer import ImageLayer
from medbook.scratch.layer import channel_sum
from medbook.scratch.windows import blocks, sliding_windows


def correlate(images, kernel, *, strides=(1, 1), dilation_rate=(1, 1)):
    """Slide a kernel over a batch of images, without padding.

    Each output pixel is the sum of products of the kernel and the window below it. This is
    cross-correlation: the kernel is not flipped. All windows are written out as the rows of
    a matrix (``im2col``), so that one matrix product does the rest.

    Parameters
    ----------
    images : ndarray of shape (batch, rows, cols, channels)
    kernel : ndarray of shape (kernel_rows, kernel_cols, channels, filters)
    strides, dilation_rate : (int, int), optional
        Step of the window, and distance of neighbouring kernel entries, along rows and cols.

    Returns
    -------
    ndarray of shape (batch, rows_out, cols_out, filters)
        With ``rows_out = (rows - dilation * (kernel_rows - 1) - 1) // stride + 1``, likewise for cols.

    References
    ----------
    Chapter "Convolution". Chellapilla, Puri and Simard, "High performance convolutional neural
    networks for document processing" (2006), introduced the matrix form.

    Examples
    --------
    >>> image = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> correlate(image, np.ones((2, 2, 1, 1)))[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    windows = sliding_windows(images, kernel.shape[:2], strides=strides, dilation_rate=dilation_rate)
    filters = kernel.shape[3]
    output = np.empty((*windows.shape[:3], filters), np.result_type(images, kernel))
    for block in blocks(windows):
        columns = _columns(windows[block])
        np.matmul(columns, kernel.reshape(-1, filters), out=output[block].reshape(-1, filters))
    return output


def _columns(windows):
    """Write each window out as one row of a matrix of shape (windows, kernel_rows * kernel_cols * channels)."""
    size = np.prod(windows.shape[3:])
    if windows.shape[5] < 8:
        # A run of a few channels is too short to copy fast: copy along image rows and transpose.
        return windows.transpose(3, 4, 5, 0, 1, 2).reshape(size, -1).T
    return windows.reshape(-1, size)


class Conv2D(ImageLayer):
    """Slide a bank of learned kernels over a batch of images.

    Forward: ``output[n, i, j, f] = bias[f] + sum over u, v, c of
    padded[n, i * stride + u * dilation, j * stride + v * dilation, c] * kernel[u, v, c, f]``.
    Backward: the kernel's gradient correlates the input with ``grad``; the input's gradient
    correlates ``grad`` with the kernel, flipped and with its channel axes exchanged.

    Parameters
    ----------
    filters : int
        Number of kernels, and so of output channels.
    kernel_size : int or (int, int)
        Rows and columns of a kernel.
    strides : int or (int, int), optional
        Step of the window along rows and columns.
    padding : {"valid", "same"}, optional
        "valid" keeps the window inside the image. "same" adds zeros around it, so that the
        output has ``ceil(rows / stride)`` rows; where their number is odd, the extra zero goes
        below and to the right, as in TensorFlow.
    dilation_rate : int or (int, int), optional
        Distance between neighbouring kernel entries, in pixels.
    use_bias : bool, optional
        Whether a learned number is added to each output channel.
    rng : numpy.random.Generator, optional
        Draws the initial kernel, uniform within ``sqrt(6 / (fan_in + fan_out))`` (Glorot and
        Bengio 2010, Keras' default); seed 0 without it. The bias starts at zero.

    Raises
    ------
    ValueError
        If an argument is out of range, or an input does not fit.

    References
    ----------
    Chapter "Convolution". Dumoulin and Visin, "A guide to convolution arithmetic for deep
    learning" (2016), arXiv:1603.07285.

    Examples
    --------
    >>> layer = Conv2D(filters=8, kernel_size=3, strides=2, padding="same")
    >>> layer.forward(np.zeros((4, 28, 28, 1), dtype="float32")).shape
    (4, 14, 14, 8)
    >>> [weight.shape for weight in layer.weights]
    [(3, 3, 1, 8), (8,)]
    """

    def __init__(self, filters, kernel_size, *, strides=1, padding="valid", dilation_rate=1, use_bias=True, rng=None):
        super().__init__()
        self.filters = self._positive(filters, "filters")
        self.kernel_size = self._pair(kernel_size, "kernel_size")
        self.strides = self._pair(strides, "strides")
        self.dilation_rate = self._pair(dilation_rate, "dilation_rate")
        self.padding = self._padding(padding)
        self.use_bias = use_bias
        self.rng = rng

    def build(self, input_shape):
        """Create kernel and bias for images of ``input_shape`` (rows, cols, channels)."""
        super().build(input_shape)
        channels = input_shape[2]
        rng = np.random.default_rng(0) if self.rng is None else self.rng
        area = np.prod(self.kernel_size)
        limit = np.sqrt(6 / (area * (channels + self.filters)))
        kernel = rng.uniform(-limit, limit, (*self.kernel_size, channels, self.filters))
        self.weights = [kernel.astype(np.float32)]
        if self.use_bias:
            self.weights.append(np.zeros(self.filters, np.float32))

    def forward(self, x, training=False):
        """Return the feature maps of a batch of images.

        Parameters
        ----------
        x : ndarray of shape (batch, rows, cols, channels)
            Kept for ``backward``: do not change it in between.

        Returns
        -------
        ndarray of shape (batch, rows_out, cols_out, filters)
        """
        x = self._checked_images(x)
        if not self.built:
            self.build(x.shape[1:])
        kernel = self.weights[0]
        if x.shape[3] != kernel.shape[2]:
            raise ValueError(
                f"Conv2D was built for {kernel.shape[2]} input channels and received images of shape {x.shape}: "
                "the last axis must hold the channels."
            )
        spans = [rate * (size - 1) + 1 for rate, size in zip(self.dilation_rate, self.kernel_size, strict=True)]
        self.x_padded = self._padded(x, spans)
        output = correlate(self.x_padded, kernel, strides=self.strides, dilation_rate=self.dilation_rate)
        if self.use_bias:
            output += self.weights[1]
        return self._remember(output)

    def backward(self, grad):
        """Return the gradient for the images of the last forward pass; fill ``gradients``.

        Parameters
        ----------
        grad : ndarray of shape (batch, rows_out, cols_out, filters)

        Returns
        -------
        ndarray of shape (batch, rows, cols, channels)
        """
        grad = self._checked_gradient(grad)
        self.gradients = [self._kernel_gradient(grad)]
        if self.use_bias:
            self.gradients.append(channel_sum(grad))
        return self._input_gradient(grad) if self.needs_input_gradient else None

    def _kernel_gradient(self, grad):
        kernel = self.weights[0]
        windows = sliding_windows(
            self.x_padded, self.kernel_size, strides=self.strides, dilation_rate=self.dilation_rate
        )
        gradient = np.zeros((kernel[..., 0].size, self.filters), np.result_type(self.x_padded, grad))
        for block in blocks(windows):
            gradient += _columns(windows[block]).T @ grad[block].reshape(-1, self.filters)
        return gradient.reshape(kernel.shape)

    def _input_gradient(self, grad):
        batch, rows, cols, channels = self.x_padded.shape
        # Where the window jumped, the pixels between get zeros; around them, room for the flipped kernel.
        reach = [rate * (size - 1) for rate, size in zip(self.dilation_rate, self.kernel_size, strict=True)]
        spread = np.zeros((batch, rows + reach[0], cols + reach[1], self.filters), grad.dtype)
        spread[:, reach[0] : rows : self.strides[0], reach[1] : cols : self.strides[1]] = grad
        flipped = np.ascontiguousarray(self.weights[0][::-1, ::-1].swapaxes(2, 3))
        gradient = correlate(spread, flipped, dilation_rate=self.dilation_rate)
        return self._cropped(gradient)
