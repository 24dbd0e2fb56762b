"""What the layers that work on images have in common: shape checks and padding."""

import numpy as np

from medbook.scratch.layer import Layer


class ImageLayer(Layer):
    """A layer whose input is a batch of images, ``(batch, rows, cols, channels)``.

    Notes
    -----
    Padding as in TensorFlow: with "same" the output has ``ceil(rows / stride)`` rows, for which
    ``(rows_out - 1) * stride + span - rows`` rows are added around the image. Half of them go
    above; where their number is odd, the extra one goes below. Likewise for columns.
    """

    def build(self, input_shape):
        """Check that ``input_shape`` is that of an image, (rows, cols, channels)."""
        if len(input_shape) != 3 or min(input_shape) < 1:
            raise ValueError(
                f"{type(self).__name__}.build({tuple(input_shape)}): expected (rows, cols, channels), each at least 1."
            )
        self.built = True

    def _checked_images(self, x):
        """Return ``x`` as floating-point images; raise if it has not four axes, or images without pixels."""
        x = self._floats(x)
        if x.ndim != 4 or 0 in x.shape[1:]:
            remedy = {3: ": add the channel axis with x[..., np.newaxis]", 4: ", with at least one pixel and channel"}
            raise ValueError(
                f"{type(self).__name__} received an array of shape {x.shape}, "
                f"expected (batch, rows, cols, channels){remedy.get(x.ndim, '')}."
            )
        return x

    def _pair(self, value, argument):
        """Return one number or a pair of them as a pair (rows, cols)."""
        rows, cols = value if isinstance(value, (tuple, list)) and len(value) == 2 else (value, value)
        return self._positive(rows, argument), self._positive(cols, argument)

    def _padding(self, value):
        if value not in ("valid", "same"):
            raise ValueError(f'{type(self).__name__}(padding={value!r}): expected "valid" or "same".')
        return value

    def _padded(self, x, spans, *, fill=0.0):
        """Return ``x`` with as many pixels of value ``fill`` around it as ``padding`` asks for.

        ``spans`` is how many rows and cols of the image a window covers.
        """
        self.pads = [self._pads(*sizes) for sizes in zip(x.shape[1:3], spans, self.strides, strict=True)]
        if not np.any(self.pads):
            return x
        return np.pad(x, [(0, 0), *self.pads, (0, 0)], constant_values=fill)

    def _pads(self, size, span, stride):
        """Return how many pixels go before and after an image axis of ``size`` pixels."""
        if self.padding == "valid":
            if size < span:
                raise ValueError(
                    f'{type(self).__name__}(padding="valid"): a window that spans {span} pixels does not fit '
                    f'into {size}. Use padding="same", a smaller window or larger images.'
                )
            return 0, 0
        size_out = -(-size // stride)
        total = max(0, (size_out - 1) * stride + span - size)
        return total // 2, total - total // 2

    def _cropped(self, padded):
        """Undo ``_padded``: return the view of ``padded`` that shows the pixels of the image."""
        (above, below), (left, right) = self.pads
        rows, cols = padded.shape[1:3]
        return padded[:, above : rows - below, left : cols - right]
