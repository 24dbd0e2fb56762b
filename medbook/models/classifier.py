"""Both ends of every classifier here: the image that goes in, and the dense layer that scores the classes.

Arguments that could only be found wrong after minutes of training are refused before a layer is made.
"""

import numpy as np
from keras import Input, layers

ACTIVATIONS = (None, "sigmoid", "softmax")


def check_classifier(builder, input_shape, units, activation, *, least_size):
    """Raise `ValueError` unless image shape, classes and activation make a network that can learn.

    Parameters
    ----------
    builder : str
        Name of the function that asks, for the message.
    input_shape : tuple of int
        (rows, cols, channels).
    units : int
        Number of scores.
    activation : {None, "sigmoid", "softmax"}
    least_size : int
        Rows and columns that the poolings need at least.
    """
    shape = tuple(input_shape) if np.iterable(input_shape) else (input_shape,)
    if len(shape) != 3 or not all(is_count(size) for size in shape):
        raise ValueError(
            f"{builder}(input_shape={input_shape}): expected three whole numbers (rows, cols, channels), "
            "without the batch axis; gray images have one channel, such as (64, 64, 1)."
        )
    if min(shape[:2]) < least_size:
        raise ValueError(
            f"{builder}(input_shape={shape}): the poolings need at least {least_size} rows and cols; "
            "enlarge the images, or take a network with fewer poolings."
        )
    if not is_count(units):
        raise ValueError(f"{builder}(units={units!r}): expected a whole number of at least 1.")
    if activation not in ACTIVATIONS:
        raise ValueError(f"{builder}(activation={activation!r}): expected one of {ACTIVATIONS}; None gives logits.")
    if units == 1 and activation == "softmax":
        raise ValueError(
            f"{builder}(units=1, activation='softmax'): the softmax of one score is always 1, and nothing can be "
            "learned. For two classes use units=1 with activation='sigmoid' (or None and a loss with "
            "from_logits=True), or units=2 with 'softmax'."
        )


def image_input(input_shape, preprocessing=None):
    """Return the network's input and the same after preprocessing.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, cols, channels).
    preprocessing : keras.Layer or list of keras.Layer, optional
        Applied in order. None takes ``Rescaling(4, -2)``, which brings images in [0, 1] to [-2, 2];
        an empty list leaves the images as they are.

    Returns
    -------
    (KerasTensor, KerasTensor)
        Both of shape (batch, rows, cols, channels).
    """
    if preprocessing is None:
        preprocessing = layers.Rescaling(4.0, -2.0, name="center")
    inputs = x = Input(tuple(input_shape), name="images")
    for layer in preprocessing if isinstance(preprocessing, (list, tuple)) else [preprocessing]:
        x = layer(x)
    return inputs, x


def class_scores(x, units, activation=None, *, dropout=0.0):
    """Return the scores (batch, units) of features (batch, features): optional dropout and one dense layer."""
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    return layers.Dense(units, activation=activation, name="predictions")(x)


def is_count(value):
    """Return whether a value is a whole number of at least 1."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 1
