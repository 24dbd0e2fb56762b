"""VGG: blocks of 3 x 3 convolutions between poolings, in full size and small."""

import keras
from keras import layers

from medbook.models.classifier import check_classifier, class_scores, image_input

# Convolutions in each of the five blocks; with the three dense layers they add up to the depth.
BLOCKS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def build_vgg(
    input_shape=(224, 224, 3),
    units=1000,
    *,
    depth=16,
    activation="softmax",
    filters=64,
    dense_units=4096,
    dropout=0.0,
    preprocessing=(),
    name=None,
):
    """Build VGG with 11, 13, 16 or 19 layers with weights.

    Layers are named, ordered and shaped as in ``keras.applications``, whose weights fit. Most of
    the 138 million parameters of VGG16 lie in the first dense layer (7 x 7 x 512 x 4096).

    Parameters
    ----------
    input_shape : (int, int, int), optional
        Rows, cols and channels; at least 32 x 32 pixels, since each of five poolings halves the map.
    units : int, optional
        Number of scores: 1 for two classes, else one a class.
    depth : {11, 13, 16, 19}, optional
    activation : {None, "sigmoid", "softmax"}, optional
        None gives logits.
    filters : int, optional
        Channels of the first block; the next have 2, 4, 8 and 8 times as many.
    dense_units : int, optional
        Width of the two hidden dense layers.
    dropout : float, optional
        After each hidden dense layer; the paper has 0.5, ``keras.applications`` none.
    preprocessing : keras.Layer or list of keras.Layer, optional
        What happens to the images first; nothing by default. None brings [0, 1] to [-2, 2].
    name : str, optional

    Returns
    -------
    keras.Model
        Not compiled, (batch, rows, cols, channels) -> (batch, units).

    Raises
    ------
    ValueError
        If an argument is out of range, or ``units=1`` goes with "softmax", which is always 1.

    References
    ----------
    Chapter "Architectures". Simonyan and Zisserman, "Very deep convolutional networks for
    large-scale image recognition" (2015), arXiv:1409.1556.

    Examples
    --------
    >>> model = build_vgg((64, 64, 1), 1, activation=None, filters=8, dense_units=32)
    >>> [layer.name for layer in model.layers][-4:]
    ['flatten', 'fc1', 'fc2', 'predictions']
    """
    if depth not in BLOCKS:
        raise ValueError(f"build_vgg(depth={depth!r}): expected one of {tuple(BLOCKS)}.")
    check_classifier("build_vgg", input_shape, units, activation, least_size=2 ** len(BLOCKS[depth]))
    inputs, x = image_input(input_shape, preprocessing)
    for number, num_convolutions in enumerate(BLOCKS[depth]):
        num_filters = filters * min(2**number, 8)
        x = vgg_block(x, num_filters, num_convolutions, name=f"block{number + 1}")
    x = layers.Flatten(name="flatten")(x)
    for number in (1, 2):
        x = layers.Dense(dense_units, activation="relu", name=f"fc{number}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout{number}")(x)
    return keras.Model(inputs, class_scores(x, units, activation), name=name or f"vgg{depth}")


def build_small_vgg(
    input_shape,
    units=1,
    *,
    blocks=(2, 2, 2),
    activation=None,
    filters=16,
    batch_normalization=True,
    dropout=0.0,
    preprocessing=None,
    name="small_vgg",
):
    """Build VGG in a size that a laptop trains: few blocks, and no hidden dense layers.

    Parameters
    ----------
    input_shape : (int, int, int)
        Rows, cols and channels, at least ``2 ** len(blocks)`` pixels a side; float32 in [0, 1].
    units : int, optional
        Number of scores: 1 for two classes, else one a class.
    blocks : sequence of int, optional
        Convolutions of each block; a pooling follows each block.
    activation : {None, "sigmoid", "softmax"}, optional
        None gives logits.
    filters : int, optional
        Channels of the first block; each next one doubles them, up to 8 times.
    batch_normalization : bool, optional
        Whether one stands between each convolution and its ReLU. The paper of 2015 had none.
    dropout : float, optional
        Before the dense layer.
    preprocessing : keras.Layer or list of keras.Layer, optional
        As for `build_cnn`.
    name : str, optional

    Returns
    -------
    keras.Model
        Not compiled, (batch, rows, cols, channels) -> (batch, units).

    Raises
    ------
    ValueError
        If an argument is out of range, or ``units=1`` goes with "softmax", which is always 1.

    References
    ----------
    As `build_vgg`.

    Examples
    --------
    >>> build_small_vgg((28, 28, 1), 3, blocks=(1, 1, 1), activation="softmax").output_shape
    (None, 3)
    """
    check_classifier("build_small_vgg", input_shape, units, activation, least_size=2 ** len(blocks))
    inputs, x = image_input(input_shape, preprocessing)
    for number, num_convolutions in enumerate(blocks):
        num_filters = filters * min(2**number, 8)
        x = vgg_block(x, num_filters, num_convolutions, batch_normalization, name=f"block{number + 1}")
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(inputs, class_scores(x, units, activation, dropout=dropout), name=name)


def vgg_block(x, filters, num_convolutions, batch_normalization=False, *, name):
    """Return x (batch, rows, cols, channels) after 3 x 3 convolutions and a pooling that halves rows and cols."""
    for number in range(1, num_convolutions + 1):
        x = layers.Conv2D(
            filters,
            3,
            padding="same",
            use_bias=not batch_normalization,
            kernel_initializer="he_normal",  # keeps the signal's size through many layers with ReLU
            name=f"{name}_conv{number}",
        )(x)
        if batch_normalization:
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm{number}")(x)
        x = layers.ReLU(name=f"{name}_relu{number}")(x)
    return layers.MaxPooling2D(name=f"{name}_pool")(x)
