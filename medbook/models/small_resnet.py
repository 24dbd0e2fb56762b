"""ResNet for small images, of any depth, with and without its shortcuts."""

import keras
from keras import layers

from medbook.models.classifier import check_classifier, class_scores, image_input
from medbook.models.residual_block import convolution_norm, residual_block


def build_small_resnet(
    input_shape,
    units=1,
    *,
    depth=20,
    activation=None,
    filters=16,
    shortcut=True,
    dropout=0.0,
    preprocessing=None,
    name=None,
):
    """Build the ResNet that the paper trained on images of 32 x 32 pixels.

    One convolution, three stages of ``n`` basic blocks, global average pooling and a dense layer:
    ``depth = 6 n + 2`` layers with weights. The second and third stage halve the map and double the
    channels; there the shortcut takes every second pixel and adds channels of zeros. So shortcuts
    cost no parameter, and ``shortcut=False`` is the same network without them.

    Parameters
    ----------
    input_shape : (int, int, int)
        Rows, cols and channels, at least 4 x 4 pixels; float32 in [0, 1].
    units : int, optional
        Number of scores: 1 for two classes, else one a class.
    depth : int, optional
        8, 14, 20, 26, ...
    activation : {None, "sigmoid", "softmax"}, optional
        None gives logits.
    filters : int, optional
        Channels of the first stage.
    shortcut : bool, optional
        False leaves out all skip connections: a plain network.
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
    Chapter "Architectures". He, Zhang, Ren and Sun, "Deep residual learning for image
    recognition" (2016), doi:10.1109/CVPR.2016.90, section 4.2.

    Examples
    --------
    >>> residual = build_small_resnet((28, 28, 1), depth=20)
    >>> plain = build_small_resnet((28, 28, 1), depth=20, shortcut=False)
    >>> residual.count_params() == plain.count_params()
    True
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 8 or (depth - 2) % 6:
        raise ValueError(f"build_small_resnet(depth={depth!r}): expected 6 n + 2, that is 8, 14, 20, 26, ...")
    check_classifier("build_small_resnet", input_shape, units, activation, least_size=4)
    inputs, x = image_input(input_shape, preprocessing)
    x = layers.ReLU(name="stem_relu")(convolution_norm(x, filters, 3, name="stem"))
    for stage in range(3):
        for block in range((depth - 2) // 6):
            x = residual_block(
                x,
                filters * 2**stage,
                branch="basic",
                strides=2 if stage > 0 and block == 0 else 1,
                shortcut="padding" if shortcut else None,
                name=f"stage{stage + 1}_block{block + 1}",
            )
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    default_name = f"small_resnet{depth}" if shortcut else f"small_plain{depth}"
    return keras.Model(inputs, class_scores(x, units, activation, dropout=dropout), name=name or default_name)
