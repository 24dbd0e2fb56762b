"""Random changes of training images that leave the diagnosis as it is."""

import keras
from keras import layers


@keras.saving.register_keras_serializable("medbook")
class RandomGamma(layers.Layer):
    """Raise each image in [0, 1] to a random power between exp(-factor) and exp(factor), in training only."""

    def __init__(self, factor, *, seed=None, **options):
        super().__init__(**options)
        self.factor = factor
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        """Return the images (batch, rows, cols, channels), each with its own power."""
        if not training:
            return images
        shape = (keras.ops.shape(images)[0], 1, 1, 1)
        power = keras.ops.exp(keras.random.uniform(shape, -self.factor, self.factor, seed=self.seed_generator))
        return keras.ops.clip(images, 0, 1) ** power


def augmentation(
    *,
    shift=0.0,
    rotation_deg=0.0,
    zoom=0.0,
    contrast=0.0,
    gamma=0.0,
    flip=False,
    noise=0.0,
    seed=None,
    name="augmentation",
):
    """Build layers that change images at random while training, and leave them alone otherwise.

    Each image of a batch draws its own change. What moves into the frame repeats the border's pixels:
    zeros would draw a black edge that tells the angle, a reflection would draw anatomy twice.

    Parameters
    ----------
    shift : float, optional
        Largest shift up, down, left and right, as a share of rows and cols.
    rotation_deg : float, optional
        Largest angle either way, in degrees.
    zoom : float, optional
        Largest enlargement and reduction, as a share of the size.
    contrast : float, optional
        Largest change of the contrast about each image's mean, as a share; results are clipped to [0, 1].
    gamma : float, optional
        Largest change of the display curve either way: an image is raised to a power between
        ``exp(-gamma)`` and ``exp(gamma)``, as other devices show other curves.
    flip : bool, optional
        Whether half of the images are mirrored left to right. Off, since it changes the anatomy: a
        mirrored chest has its heart on the wrong side, and L and R markers turn false.
    noise : float, optional
        Standard deviation of Gaussian noise, in units of the images.
    seed : int, optional
        With it, layers made anew draw the same changes.
    name : str, optional

    Returns
    -------
    keras.Sequential
        Images (batch, rows, cols, channels) in [0, 1] -> images of the same shape. Goes first in
        the ``preprocessing`` of a network, before any scaling.

    Raises
    ------
    ValueError
        If a number is negative or too large.

    References
    ----------
    Chapter "Training".

    Examples
    --------
    >>> import numpy as np
    >>> layer = augmentation(shift=0.1, rotation_deg=10, seed=0)
    >>> images = np.random.default_rng(0).random((2, 16, 16, 1), dtype=np.float32)
    >>> bool(np.all(layer(images, training=False) == images)), bool(np.all(layer(images, training=True) == images))
    (True, False)
    """
    limits = {
        "shift": (shift, 1),
        "rotation_deg": (rotation_deg, 180),
        "zoom": (zoom, 1),
        "contrast": (contrast, 1),
        "gamma": (gamma, 3),
    }
    for argument, (value, limit) in {**limits, "noise": (noise, float("inf"))}.items():
        if not 0 <= value <= limit or value == float("inf"):
            raise ValueError(f"augmentation({argument}={value}): expected a number from 0 to {limit}.")
    border = {"fill_mode": "nearest"}
    steps = [
        (flip, layers.RandomFlip, ("horizontal",), {}),
        (shift, layers.RandomTranslation, (shift, shift), border),
        (rotation_deg, layers.RandomRotation, (rotation_deg / 360,), border),
        (zoom, layers.RandomZoom, (zoom,), border),
        (contrast, layers.RandomContrast, (contrast,), {"value_range": (0, 1)}),
        (gamma, RandomGamma, (gamma,), {}),
        (noise, layers.GaussianNoise, (noise,), {}),
    ]
    made = [
        layer(*arguments, **options, seed=None if seed is None else seed + number)
        for number, (wanted, layer, arguments, options) in enumerate(steps)
        if wanted
    ]
    return keras.Sequential(made or [layers.Identity()], name=name)
