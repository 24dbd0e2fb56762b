"""ResNet in the sizes of the paper, for images of 224 x 224 pixels."""

import keras
from keras import layers

from medbook.models.classifier import check_classifier, class_scores, image_input
from medbook.models.residual_block import convolution_norm, residual_block

# Blocks in each of the four stages, and how they are built inside.
STAGES = {
    18: ((2, 2, 2, 2), "basic"),
    34: ((3, 4, 6, 3), "basic"),
    50: ((3, 4, 6, 3), "bottleneck"),
    101: ((3, 4, 23, 3), "bottleneck"),
    152: ((3, 8, 36, 3), "bottleneck"),
}


def build_resnet(
    input_shape=(224, 224, 3),
    units=1000,
    *,
    depth=50,
    activation="softmax",
    filters=64,
    shortcut=True,
    dropout=0.0,
    preprocessing=(),
    name=None,
):
    """Build ResNet with 18, 34, 50, 101 or 152 layers with weights.

    With depth 50 and more, layers are named, ordered and shaped as in ``keras.applications``, whose
    weights fit; its convolutions have biases that the normalisation makes superfluous.

    Parameters
    ----------
    input_shape : (int, int, int), optional
        Rows, cols and channels, at least 32 x 32 pixels, since the map is halved five times.
    units : int, optional
        Number of scores: 1 for two classes, else one a class.
    depth : {18, 34, 50, 101, 152}, optional
        18 and 34 have basic blocks, the others bottlenecks.
    activation : {None, "sigmoid", "softmax"}, optional
        None gives logits.
    filters : int, optional
        Channels of the first stage (inside its blocks); each next stage doubles them.
    shortcut : bool, optional
        False leaves out all skip connections, with their projections: a plain network.
    dropout : float, optional
        Before the dense layer.
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
    Chapter "Architectures". He, Zhang, Ren and Sun, "Deep residual learning for image
    recognition" (2016), doi:10.1109/CVPR.2016.90.

    Examples
    --------
    >>> build_resnet((64, 64, 1), 3, depth=18, filters=8).output_shape
    (None, 3)
    """
    if depth not in STAGES:
        raise ValueError(
            f"build_resnet(depth={depth!r}): expected one of {tuple(STAGES)}; build_small_resnet has others."
        )
    check_classifier("build_resnet", input_shape, units, activation, least_size=32)
    inputs, x = image_input(input_shape, preprocessing)
    x = _stem(x, filters)
    num_blocks, branch = STAGES[depth]
    for stage, num in enumerate(num_blocks):
        for block in range(num):
            x = residual_block(
                x,
                filters * 2**stage,
                branch=branch,
                strides=2 if stage > 0 and block == 0 else 1,
                shortcut="projection" if shortcut else None,
                use_bias=True,
                name=f"conv{stage + 2}_block{block + 1}",
            )
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    default_name = f"resnet{depth}" if shortcut else f"plain{depth}"
    return keras.Model(inputs, class_scores(x, units, activation, dropout=dropout), name=name or default_name)


def _stem(x, filters):
    """Halve rows and cols twice, by a large convolution and a pooling; padded evenly on all sides."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = convolution_norm(x, filters, 7, strides=2, padding="valid", use_bias=True, name="conv1")
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
