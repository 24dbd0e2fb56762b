"""Normalisation inside the network, by the statistics of the training set."""

import numpy as np
from keras import layers


def fit_normalization(images, *, name="normalization"):
    """Return a layer that shifts and scales images by mean and standard deviation of the training set.

    The twin of `medbook.preprocessing.Standardizer` that lives inside the network: its numbers are
    stored with the weights, so that images to be judged later cannot miss them.

    Parameters
    ----------
    images : ndarray of shape (batch, rows, cols, channels)
        The training images, and no others.
    name : str, optional

    Returns
    -------
    keras.layers.Normalization
        For the ``preprocessing`` of a network. Images (..., channels) -> the same shape, each
        channel of the training images with mean 0 and standard deviation 1.

    Raises
    ------
    ValueError
        If the shape is another, a channel is constant, or a pixel is NaN or infinite.

    References
    ----------
    Chapter "Preprocessing".

    Examples
    --------
    >>> layer = fit_normalization(np.array([0.0, 4.0]).reshape(2, 1, 1, 1))
    >>> np.asarray(layer(np.array([6.0]).reshape(1, 1, 1, 1))).item()
    2.0
    """
    images = np.asarray(images)
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            f"fit_normalization: images have the shape {images.shape}, expected (batch, rows, cols, channels) with "
            "at least one pixel; gray images get their channel axis by images[..., np.newaxis]."
        )
    if not np.isfinite(images).all():
        raise ValueError("fit_normalization: images hold NaN or infinity; find out where they come from.")
    # In double precision: a single-precision sum over millions of pixels, as in `adapt`, loses digits.
    mean, variance = (measure(images, axis=(0, 1, 2), dtype=np.float64) for measure in (np.mean, np.var))
    constant = images.min(axis=(0, 1, 2)) == images.max(axis=(0, 1, 2))
    if constant.any():
        raise ValueError(f"fit_normalization: channel {constant.argmax()} is constant over all images; leave it out.")
    layer = layers.Normalization(name=name)
    layer.build((None, *images.shape[1:]))
    layer.set_weights([mean, variance, np.array(images.size // images.shape[3])])
    layer.finalize_state()
    return layer
