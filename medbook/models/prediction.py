"""Apply a network to images, with the checks that Keras leaves to a long trace."""

import numpy as np


def predict(model, images, *, batch_size=256):
    """Return the network's outputs for images, without a word on stdout.

    Parameters
    ----------
    model : keras.Model
        With one input of shape (batch, rows, cols, channels).
    images : ndarray of shape (batch, rows, cols, channels)
        May be empty.
    batch_size : int, optional
        How many are computed at a time; no result depends on it.

    Returns
    -------
    ndarray of float32 of shape (batch, ...)
        (batch, units) for a classifier: logits or probabilities, as the network was built.

    Raises
    ------
    ValueError
        If the images do not fit the network, or hold NaN or infinity.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
    >>> predict(model, np.zeros((0, 8, 8, 1))).shape
    (0, 3)
    """
    images = np.asarray(images)
    expected = model.input_shape[1:]
    fits = images.ndim == len(expected) + 1 and all(
        size in (None, have) for size, have in zip(expected, images.shape[1:], strict=True)
    )
    if not fits:
        axes = ", ".join("any" if size is None else str(size) for size in expected)
        raise ValueError(
            f"predict: images have the shape {images.shape}, but {model.name} expects (batch, {axes})."
            + _remedy(images.shape, expected)
        )
    if not np.isfinite(images).all():
        raise ValueError("predict: images hold NaN or infinity; find out where they come from.")
    if len(images) == 0:
        return np.zeros((0, *(size or 0 for size in model.output_shape[1:])), np.float32)
    return model.predict(images, batch_size=batch_size, verbose=0)


def _remedy(shape, expected):
    if shape == expected:
        return " One image becomes a batch by images[np.newaxis]."
    if len(shape) == len(expected) and expected[-1] == 1:
        return " Gray images get their channel axis by images[..., np.newaxis]."
    if len(shape) == 4 and len(expected) == 3:
        if shape[1] == expected[2] != shape[3]:
            return " Move the channels to the end: np.moveaxis(images, 1, -1)."
        if expected[2] == 1 and shape[3] > 1:
            return " The mean over the channels makes gray images: images.mean(axis=-1, keepdims=True)."
        if shape[3] == expected[2]:
            return " Resize the images as for training."
    return ""
