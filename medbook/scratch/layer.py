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

    Notes
    -----
    Met in the chapter "Convolution".
    """

    def __init__(self):
        self.weights = []
        self.gradients = []
        self.built = False

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
        """Return copies of the weights, in Keras' order."""
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        """Replace the weights by arrays of the same number and shapes, in Keras' order.

        Raises
        ------
        ValueError
            If the layer is not built, or number or shapes of the arrays differ.
        """
        name = type(self).__name__
        if not self.built:
            raise ValueError(f"{name} has no weights yet: call build(input_shape) or forward(x) before set_weights().")
        expected = [weight.shape for weight in self.weights]
        received = [np.shape(weight) for weight in weights]
        if received != expected:
            raise ValueError(f"{name}.set_weights() received arrays of shapes {received}, expected {expected}.")
        self.weights = [np.array(new, old.dtype) for new, old in zip(weights, self.weights, strict=True)]
