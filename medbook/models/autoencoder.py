"""A convolutional autoencoder: an image through a bottleneck of few numbers, and back."""

import keras
from keras import layers

from medbook.models.classifier import is_count


def build_autoencoder(image_shape, bottleneck=16, *, filters=(16, 32), noise=0.0, name="autoencoder"):
    """Build a convolutional autoencoder.

    The encoder halves the image once for each number in ``filters`` (convolution 3 x 3 with
    stride 2, ReLU), and a dense layer keeps ``bottleneck`` numbers; the decoder goes the way back with
    transposed convolutions. Trained on ``fit(images, images)`` with a loss that compares pixels,
    it learns what its images have in common. With ``noise``, the encoder sees a noisy image and the
    loss asks for the clean one: a denoising autoencoder.

    Parameters
    ----------
    image_shape : (int, int, int)
        Rows, cols and channels; rows and cols are multiples of ``2 ** len(filters)``.
    bottleneck : int, optional
        How many numbers stand for an image.
    filters : sequence of int, optional
        Channels after each halving.
    noise : float, optional
        Standard deviation of the Gaussian noise that is added while training, in units of the images.
    name : str, optional

    Returns
    -------
    keras.Model
        Not compiled, images (batch, rows, cols, channels) -> images of the same shape, in [0, 1].
        Its two halves are layers: ``get_layer("encoder")``, images -> (batch, bottleneck), and
        ``get_layer("decoder")``, the reverse.

    Raises
    ------
    ValueError
        If an argument is out of range, or the image is no multiple as above.

    References
    ----------
    Chapter "Autoencoders". Hinton and Salakhutdinov, "Reducing the dimensionality of data with
    neural networks", Science 313:504-507 (2006), doi:10.1126/science.1127647. Denoising: Vincent,
    Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising
    autoencoders" (2008), doi:10.1145/1390156.1390294.

    Examples
    --------
    >>> model = build_autoencoder((32, 32, 1), bottleneck=8)
    >>> model.get_layer("encoder").output_shape, model.output_shape
    ((None, 8), (None, 32, 32, 1))
    """
    rows, cols, channels = _check(image_shape, bottleneck, filters, noise)
    images = x = keras.Input((rows, cols, channels), name="images")
    x = layers.Rescaling(4.0, -2.0, name="center")(x)
    for number, num_filters in enumerate(filters, 1):
        x = layers.Conv2D(num_filters, 3, 2, padding="same", activation="relu", name=f"down{number}")(x)
    grid = x.shape[1:]
    code = layers.Dense(bottleneck, name="code")(layers.Flatten(name="flatten")(x))
    encoder = keras.Model(images, code, name="encoder")

    code = x = keras.Input((bottleneck,), name="code")
    x = layers.Dense(grid[0] * grid[1] * grid[2], activation="relu", name="dense")(x)
    x = layers.Reshape(grid, name="grid")(x)
    for number, num_filters in enumerate(reversed(filters), 1):
        x = layers.Conv2DTranspose(num_filters, 3, 2, padding="same", activation="relu", name=f"up{number}")(x)
    drawn = layers.Conv2D(channels, 3, padding="same", activation="sigmoid", name="drawn")(x)
    decoder = keras.Model(code, drawn, name="decoder")

    images = keras.Input((rows, cols, channels), name="images")
    noisy = layers.GaussianNoise(noise, name="noise")(images) if noise else images
    return keras.Model(images, decoder(encoder(noisy)), name=name)


def _check(image_shape, bottleneck, filters, noise):
    """Return the shape, or raise `ValueError`."""
    shape, factor = tuple(image_shape), 2 ** len(filters)
    if len(shape) != 3 or not all(is_count(size) for size in shape) or shape[0] % factor or shape[1] % factor:
        raise ValueError(
            f"build_autoencoder(image_shape={image_shape}): expected (rows, cols, channels), and with {len(filters)} "
            f"halvings rows and cols that are multiples of {factor}. Crop or pad the images, or take fewer filters."
        )
    if not filters or not all(is_count(num) for num in filters):
        raise ValueError(f"build_autoencoder(filters={filters}): expected the channels of at least one layer.")
    if not is_count(bottleneck):
        raise ValueError(f"build_autoencoder(bottleneck={bottleneck!r}): expected a whole number of at least 1.")
    if not 0 <= noise < float("inf"):
        raise ValueError(f"build_autoencoder(noise={noise}): expected a standard deviation of at least 0.")
    return shape
