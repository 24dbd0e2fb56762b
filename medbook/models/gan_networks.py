"""The two players of a generative adversarial network: one draws images, the other tells them from real ones."""

import keras
from keras import layers

from medbook.models.classifier import is_count


def build_generator(image_shape, *, latent_dim=64, num_classes=None, filters=(64, 32), name="generator"):
    """Build a network that turns random numbers into images: the generator of a DCGAN.

    A dense layer paints a coarse grid; each number in ``filters`` is a transposed convolution
    4 x 4 that doubles it, with batch normalisation and ReLU; a convolution 3 x 3 with sigmoid draws
    the image. Given classes, the one-hot class stands beside the random numbers.

    Parameters
    ----------
    image_shape : (int, int, int)
        Rows, cols and channels; rows and cols are multiples of ``2 ** len(filters)``.
    latent_dim : int, optional
        How many random numbers an image is made of.
    num_classes : int, optional
        With it, the generator is told which class to draw.
    filters : sequence of int, optional
        Channels after each doubling.
    name : str, optional

    Returns
    -------
    keras.Model
        Not compiled; latent (batch, latent_dim), or [latent, class numbers (batch,)], -> images
        (batch, rows, cols, channels) in [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of range, or the image is no multiple as above.

    References
    ----------
    Chapter "GAN augmentation". Radford, Metz and Chintala, "Unsupervised representation learning with deep
    convolutional generative adversarial networks" (2016), arXiv:1511.06434. With classes: Mirza and
    Osindero, "Conditional generative adversarial nets" (2014), arXiv:1411.1784.

    Examples
    --------
    >>> build_generator((28, 28, 1)).output_shape
    (None, 28, 28, 1)
    """
    rows, cols = _coarse_grid("build_generator", image_shape, num_classes, filters)
    if not is_count(latent_dim):
        raise ValueError(f"build_generator(latent_dim={latent_dim!r}): expected a whole number of at least 1.")
    latent = x = keras.Input((latent_dim,), name="latent")
    inputs = latent
    if num_classes is not None:
        inputs = [latent, keras.Input((), dtype="int32", name="classes")]
        x = layers.Concatenate(name="with_class")([latent, _one_hot(num_classes)(inputs[1])])
    x = layers.Dense(rows * cols * filters[0], use_bias=False, name="dense")(x)
    x = _normalized(layers.Reshape((rows, cols, filters[0]), name="grid")(x), 0)
    for number, num_filters in enumerate(filters, 1):
        x = layers.Conv2DTranspose(num_filters, 4, 2, padding="same", use_bias=False, name=f"up{number}")(x)
        x = _normalized(x, number)
    images = layers.Conv2D(image_shape[-1], 3, padding="same", activation="sigmoid", name="images")(x)
    return keras.Model(inputs, images, name=name)


def build_discriminator(image_shape, *, num_classes=None, filters=(32, 64), name="discriminator"):
    """Build a network that scores how real an image looks.

    Each number in ``filters`` is a convolution 4 x 4 with stride 2 and leaky ReLU; then a dense
    layer. There is no batch normalisation: images of one batch must not tell of one another.
    Given classes, a second term asks whether the image looks real *for its class*: the product of
    the features and a vector that is learned for each class.

    Parameters
    ----------
    image_shape : (int, int, int)
        Rows, cols and channels; rows and cols are multiples of ``2 ** len(filters)``.
    num_classes : int, optional
    filters : sequence of int, optional
        Channels after each halving.
    name : str, optional

    Returns
    -------
    keras.Model
        Not compiled; images (batch, rows, cols, channels) in [0, 1], or [images, class numbers
        (batch,)], -> logits (batch, 1), positive for "real".

    Raises
    ------
    ValueError
        If an argument is out of range, or the image is no multiple as above.

    References
    ----------
    Chapter "GAN augmentation". Radford et al. as in `build_generator`. Classes: Miyato and
    Koyama, "cGANs with projection discriminator" (2018), arXiv:1802.05637.

    Examples
    --------
    >>> build_discriminator((28, 28, 1)).output_shape
    (None, 1)
    """
    _coarse_grid("build_discriminator", image_shape, num_classes, filters)
    inputs = images = keras.Input(tuple(image_shape), name="images")
    x = layers.Rescaling(4.0, -2.0, name="center")(images)
    for number, num_filters in enumerate(filters, 1):
        x = layers.Conv2D(num_filters, 4, 2, padding="same", name=f"down{number}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky{number}")(x)
    features = layers.Flatten(name="features")(x)
    score = layers.Dense(1, name="score")(features)
    if num_classes is not None:
        inputs = [images, keras.Input((), dtype="int32", name="classes")]
        directions = layers.Embedding(num_classes, features.shape[-1], name="class_directions")(inputs[1])
        score = layers.Add(name="score_of_class")([score, layers.Dot(1, name="projection")([features, directions])])
    return keras.Model(inputs, score, name=name)


def _coarse_grid(builder, image_shape, num_classes, filters):
    """Return rows and cols before the first doubling, after checking what both players share."""
    shape, factor = tuple(image_shape), 2 ** len(filters)
    if len(shape) != 3 or not all(is_count(size) for size in shape):
        raise ValueError(
            f"{builder}(image_shape={image_shape}): expected three whole numbers (rows, cols, channels), "
            "such as (28, 28, 1)."
        )
    if not filters or not all(is_count(num) for num in filters):
        raise ValueError(f"{builder}(filters={filters}): expected the channels of at least one layer.")
    if num_classes is not None and not (is_count(num_classes) and num_classes > 1):
        raise ValueError(
            f"{builder}(num_classes={num_classes!r}): expected at least 2, or None for images of one kind."
        )
    if shape[0] % factor or shape[1] % factor:
        raise ValueError(
            f"{builder}(image_shape={shape}): with {len(filters)} layers, rows and cols must be multiples of {factor}. "
            "Crop or pad the images, or take fewer layers."
        )
    return shape[0] // factor, shape[1] // factor


def _one_hot(num_classes):
    return layers.CategoryEncoding(num_classes, output_mode="one_hot", name="one_hot")


def _normalized(x, number):
    # Keras' momentum of 0.99 needs hundreds of steps before the running statistics are those of the data.
    return layers.ReLU(name=f"relu{number}")(layers.BatchNormalization(momentum=0.9, name=f"norm{number}")(x))
