"""The book's plain network: a few convolutions, each followed by batch normalisation and pooling."""

import keras
from keras import layers

from medbook.models.classifier import check_classifier, class_scores, image_input

# A map of at most this many pixels a side is not pooled further: what remains is averaged at the end.
SMALLEST_POOLED = 7


def build_cnn(
    input_shape, units=1, *, activation=None, filters=(16, 32, 64, 64), dropout=0.0, preprocessing=None, name="cnn"
):
    """Build a small convolutional classifier.

    Each number in ``filters`` is one block: convolution 3 x 3 ("same", no bias, since the
    normalisation shifts anyway), batch normalisation, ReLU and, while the map is larger than
    7 pixels, max pooling that halves it. Then global average pooling and a dense layer.

    Parameters
    ----------
    input_shape : (int, int, int)
        Rows, cols and channels of an image, at least 3 x 3 pixels; float32 in [0, 1].
    units : int, optional
        Number of scores: 1 for two classes, else one a class.
    activation : {None, "sigmoid", "softmax"}, optional
        None gives logits, for a loss with ``from_logits=True``.
    filters : sequence of int, optional
        Output channels of each block.
    dropout : float, optional
        Share of the features that are set to zero in training, just before the dense layer.
    preprocessing : keras.Layer or list of keras.Layer, optional
        What happens to the images first, such as ``[augmentation(shift=0.1), fit_normalization(x_train)]``.
        None brings [0, 1] to [-2, 2], ``[]`` leaves the images as they are.
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
    Chapter "Architectures". Batch normalisation: Ioffe and Szegedy (2015), arXiv:1502.03167;
    global average pooling: Lin, Chen and Yan, "Network in network" (2013), arXiv:1312.4400.

    Examples
    --------
    >>> model = build_cnn((64, 64, 1))
    >>> model.output_shape, model.count_params()
    ((None, 1), 60817)
    """
    check_classifier("build_cnn", input_shape, units, activation, least_size=3)
    inputs, x = image_input(input_shape, preprocessing)
    for number, num_filters in enumerate(filters, 1):
        x = layers.Conv2D(num_filters, 3, padding="same", use_bias=False, name=f"conv{number}")(x)
        # Keras' momentum of 0.99 needs hundreds of steps before the running statistics are those of the data.
        x = layers.BatchNormalization(momentum=0.9, name=f"norm{number}")(x)
        x = layers.ReLU(name=f"relu{number}")(x)
        if min(x.shape[1:3]) > SMALLEST_POOLED:
            x = layers.MaxPooling2D(name=f"pool{number}")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(inputs, class_scores(x, units, activation, dropout=dropout), name=name)
