"""A network: layers in a row."""

import numpy as np

from medbook.scratch.layer import Layer
from medbook.scratch.network_input import check_shape, checked_numbers
from medbook.scratch.training import train


class Sequential(Layer):
    """Layers in a row, each fed with the output of the one before.

    A ``Sequential`` is itself a layer: it has ``weights`` and ``gradients`` (those of its layers,
    in order), ``forward`` and ``backward``, and passes ``gradient_check``.

    Parameters
    ----------
    layers : list of Layer

    Attributes
    ----------
    layers : list of Layer
    output_shapes : list of tuple
        Shape of each layer's output without the batch axis, known after ``build``.

    Raises
    ------
    ValueError
        If ``layers`` is empty, or holds something that is not a layer, or one layer twice.

    References
    ----------
    Chapter "Training".

    Examples
    --------
    >>> from medbook.scratch import Adam, BinaryCrossentropy, Dense, Sigmoid
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 2), dtype="float32")
    >>> y = x[:, 0] > x[:, 1]
    >>> network = Sequential([Dense(1), Sigmoid()])
    >>> history = network.fit(x, y, loss=BinaryCrossentropy(), optimizer=Adam(0.1), epochs=5)
    >>> history["accuracy"][-1] > 0.95
    True
    >>> network.predict(x).shape
    (200, 1)
    """

    def __init__(self, layers):
        self.layers = list(layers)
        self.built = False
        self.input_shape = None
        self.output_shapes = []
        _check_layers(self.layers)

    @property
    def weights(self):
        """The trainable arrays of all layers, in order."""
        return [weight for layer in self.layers for weight in layer.weights]

    @weights.setter
    def weights(self, arrays):
        expected = len(self.weights)
        if len(arrays) != expected:
            raise ValueError(f"Sequential received {len(arrays)} weights, expected {expected}.")
        remaining = iter(arrays)
        for layer in self.layers:
            layer.weights = [next(remaining) for _ in layer.weights]

    @property
    def gradients(self):
        """The derivative of the loss for each of ``weights``, from the last backward pass."""
        return [gradient for layer in self.layers for gradient in layer.gradients]

    @property
    def state(self):
        """The arrays that layers keep without gradient descent, in order."""
        return [array for layer in self.layers for array in layer.state]

    def build(self, input_shape):
        """Create the weights of all layers.

        Parameters
        ----------
        input_shape : tuple of int
            Without the batch axis: (rows, cols, channels) for images.
        """
        x = np.zeros((1, *input_shape), np.float32)
        shapes = []
        for layer in self.layers:
            x = layer.forward(x)
            shapes.append(x.shape[1:])
        self.input_shape, self.output_shapes, self.built = tuple(input_shape), shapes, True

    def forward(self, x, training=False):
        """Return the output of the last layer for the batch ``x``."""
        if not self.built:
            self.build(np.shape(x)[1:])
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def backward(self, grad):
        """Return the loss gradient with respect to the input of the last forward pass."""
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def backward_to_weights(self, grad):
        """Fill ``gradients`` as ``backward`` does, without the gradient of the input.

        Training does not need the latter, and for a convolution it is half of the work.
        """
        with_weights = [index for index, layer in enumerate(self.layers) if layer.weights]
        if not with_weights:
            return
        first, *later = self.layers[with_weights[0] :]
        for layer in reversed(later):
            grad = layer.backward(grad)
        first.needs_input_gradient = False
        try:
            first.backward(grad)
        finally:
            first.needs_input_gradient = True

    def get_weights(self):
        """Return copies of all arrays in the order of the same Keras model's ``get_weights()``."""
        return [array for layer in self.layers for array in layer.get_weights()]

    def set_weights(self, weights):
        """Replace all arrays, for instance by those of the same Keras model's ``get_weights()``.

        Raises
        ------
        ValueError
            If the network is not built, or number or shapes of the arrays differ.
        """
        if not self.built:
            raise ValueError("Sequential has no weights yet: call build(input_shape) before set_weights().")
        current = [layer.get_weights() for layer in self.layers]
        expected = [array.shape for arrays in current for array in arrays]
        received = [np.shape(array) for array in weights]
        if received != expected:
            raise ValueError(f"Sequential.set_weights() received arrays of shapes {received}, expected {expected}.")
        remaining = iter(weights)
        for layer, arrays in zip(self.layers, current, strict=True):
            if arrays:
                layer.set_weights([next(remaining) for _ in arrays])

    def fit(
        self,
        x,
        y,
        *,
        loss,
        optimizer,
        epochs=1,
        batch_size=32,
        shuffle=True,
        validation_data=None,
        class_weight=None,
        rng=None,
        verbose=False,
    ):
        """Train the network.

        Parameters
        ----------
        x : ndarray of shape (samples, ...)
            Images (samples, rows, cols, channels), or rows of features. Computed in float32.
        y : ndarray
            Labels, as ``loss`` expects them.
        loss : Loss
            After a last layer ``Sigmoid`` or ``Softmax``, a cross-entropy is computed from that
            layer's input (the logits), as Keras does inside ``fit``: it stays exact where
            probabilities round to 0 or 1.
        optimizer : Optimizer
        epochs, batch_size : int, optional
            How often all samples are seen, and how many make one step. The last batch of an
            epoch may be smaller.
        shuffle : bool, optional
            Whether each epoch draws a new order of the samples.
        validation_data : (ndarray, ndarray), optional
            Samples and labels that are judged, and not learned, after each epoch.
        class_weight : dict of int to float, optional
            Factor of the loss of each class, for class labels; 1 for classes that are not named.
        rng : numpy.random.Generator, optional
            Draws the orders; seed 0 without it.
        verbose : bool, optional
            Whether each epoch's numbers are written to stderr.

        Returns
        -------
        dict of list of float
            One entry an epoch: "loss", for a cross-entropy "accuracy", and with validation data
            "val_loss" and "val_accuracy". As in Keras, the first two are means over the batches
            while the weights change, so that they lag behind the validation's.

        Raises
        ------
        TrainingDiverged
            If loss or weights stop being finite.
        ValueError
            If samples, labels, loss and network do not fit together.
        """
        x = self._checked_input(x)
        return train(
            self,
            x,
            y,
            loss=loss,
            optimizer=optimizer,
            epochs=_checked_count(epochs, "epochs"),
            batch_size=_checked_count(batch_size, "batch_size"),
            validation_data=self._checked_pair(validation_data),
            class_weight=class_weight,
            rng=(np.random.default_rng(0) if rng is None else rng) if shuffle else None,
            verbose=verbose,
        )

    def predict(self, x, batch_size=32):
        """Return the outputs for samples ``x``, computed ``batch_size`` at a time in float32.

        Parameters
        ----------
        x : ndarray of shape (samples, ...)
        batch_size : int, optional

        Returns
        -------
        ndarray of shape (samples, ...)
            Empty for no samples.
        """
        x = self._checked_input(x)
        batch_size = _checked_count(batch_size, "batch_size")
        starts = range(0, len(x), batch_size)
        outputs = [self.forward(x[start : start + batch_size].astype(np.float32, copy=False)) for start in starts]
        return np.concatenate(outputs) if outputs else np.zeros((0, *self.output_shapes[-1]), np.float32)

    def summary(self):
        """Return a table of the layers, their output shapes and numbers of parameters, as text.

        Raises
        ------
        ValueError
            If the network is not built.
        """
        if not self.built:
            raise ValueError("Sequential.summary() needs shapes: call build(input_shape) first.")
        counts = [sum(array.size for array in layer.get_weights()) for layer in self.layers]
        trainable = sum(weight.size for weight in self.weights)
        lines = [f"{'layer':<24}{'output shape':<28}{'parameters':>12}"]
        for layer, shape, count in zip(self.layers, self.output_shapes, counts, strict=True):
            shape = "(" + ", ".join(["batch", *map(str, shape)]) + ")"
            lines.append(f"{type(layer).__name__:<24}{shape:<28}{count:>12,}")
        lines.append(f"{'total':<52}{sum(counts):>12,}")
        lines.append(f"{'of these, trainable':<52}{trainable:>12,}")
        return "\n".join(lines)

    def _checked_pair(self, validation_data):
        if validation_data is None:
            return None
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
            raise ValueError("fit(validation_data=...): expected a pair (x, y) of samples and labels.")
        return self._checked_input(validation_data[0]), validation_data[1]

    def _checked_input(self, x):
        x = checked_numbers(x)
        if not self.built:
            self.build(x.shape[1:])
        check_shape(x.shape, self.input_shape)
        return x


def _check_layers(layers):
    for index, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            hint = " Write it with parentheses." if isinstance(layer, type) else ""
            raise ValueError(
                f"Sequential(layers): entry {index} is {layer!r}, expected a layer of medbook.scratch.{hint}"
            )
    if not layers:
        raise ValueError("Sequential(layers=[]): expected at least one layer.")
    if len({id(layer) for layer in layers}) < len(layers):
        raise ValueError("Sequential(layers): the same layer occurs twice; make a new one for each place.")


def _checked_count(value, name):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name}={value!r}: expected a whole number of at least 1.")
    return int(value)
