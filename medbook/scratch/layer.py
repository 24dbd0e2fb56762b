"""What all layers of ``medbook.scratch`` have in common."""

import numpy as np


class Layer:
    """One step of a network: a forward pass, and a backward pass that differentiates it.

    A layer is built when it first sees a batch. ``weights`` and ``gradients`` are lists of
    arrays in the order of the same Keras layer's weights, so that
    ``layer.set_weights(keras_layer.get_weights())`` makes the two layers equal.

    Attributes
    ----------
    weights : list of ndarray
        The trainable arrays; empty for a layer that learns nothing.
    gradients : list of ndarray
        The derivative of the loss with respect to each of ``weights``, filled by ``backward``.
    state : list of ndarray
        Arrays that the layer keeps without learning them by gradient descent, as the moving
        statistics of ``BatchNormalization``; empty for most layers. Optimizers see ``weights``
        alone, ``get_weights`` and ``set_weights`` both, as in Keras.
    needs_input_gradient : bool
        ``False`` allows ``backward`` to return None where the gradient of the input costs much:
        training has no use for that of a network's first layer.

    Notes
    -----
    Met in the chapter "Convolution".
    """

    needs_input_gradient = True

    def __init__(self):
        self.weights = []
        self.gradients = []
        self.state = []
        self.built = False
        self.output_shape = None  # of the last forward pass
        self.output_dtype = None

    def build(self, input_shape):
        """Create the weights for inputs of ``input_shape``, given without the batch axis."""
        self.built = True

    def forward(self, x, training=False):
        """Return the layer's output for the batch ``x``."""
        raise NotImplementedError

    def backward(self, grad):
        """Return the loss gradient with respect to the input of the last forward pass.

        Parameters
        ----------
        grad : ndarray
            Gradient of the loss with respect to the output, of the output's shape.
        """
        raise NotImplementedError

    def get_weights(self):
        """Return copies of the weights and the state, in Keras' order."""
        return [array.copy() for array in self.weights + self.state]

    def set_weights(self, weights):
        """Replace weights and state by arrays of the same number and shapes, in Keras' order.

        Raises
        ------
        ValueError
            If the layer is not built, or number or shapes of the arrays differ.
        """
        name = type(self).__name__
        if not self.built:
            raise ValueError(f"{name} has no weights yet: call build(input_shape) or forward(x) before set_weights().")
        present = self.weights + self.state
        expected = [array.shape for array in present]
        received = [np.shape(array) for array in weights]
        if received != expected:
            raise ValueError(f"{name}.set_weights() received arrays of shapes {received}, expected {expected}.")
        arrays = [np.array(new, old.dtype) for new, old in zip(weights, present, strict=True)]
        self.weights, self.state = arrays[: len(self.weights)], arrays[len(self.weights) :]

    def _floats(self, x):
        """Return ``x`` as an array of float32 or wider; whole numbers become float32."""
        x = np.asarray(x)
        if np.iscomplexobj(x):
            raise ValueError(f"{type(self).__name__} received complex numbers, expected real ones: take np.abs(x).")
        return x.astype(np.result_type(x, np.float32) if x.dtype.kind == "f" else np.float32, copy=False)

    def _remember(self, output):
        """Return ``output``, and keep its shape and type for ``_checked_gradient``; the layer is built by now."""
        self.built = True
        self.output_shape, self.output_dtype = output.shape, output.dtype
        return output

    def _checked_gradient(self, grad):
        """Return ``grad`` in the type of the last output, whose shape it must have."""
        name = type(self).__name__
        if self.output_shape is None:
            raise ValueError(f"{name}.backward() needs a forward pass to differentiate: call forward(x) first.")
        if np.shape(grad) != self.output_shape:
            raise ValueError(
                f"{name}.backward() received a gradient of shape {np.shape(grad)}, "
                f"expected the shape of the last output, {self.output_shape}."
            )
        return np.asarray(grad, self.output_dtype)

    def _positive(self, value, argument):
        """Return the argument of the layer as an int; raise unless it is a whole number of at least 1."""
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{type(self).__name__}({argument}={value!r}): expected a whole number of at least 1.")
        return int(value)


def channel_sum(x):
    """Add up all axes but the last: ``(..., channels)`` becomes ``(channels,)``.

    One axis after the other: partial sums stay small, and float32 keeps its digits over a
    million pixels, where adding all in one go loses three of them.
    """
    while x.ndim > 1:
        x = x.sum(axis=-2)
    return x
