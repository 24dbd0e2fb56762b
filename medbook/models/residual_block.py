"""The residual block: a few convolutions that learn what to add to their input.

With a shortcut S and a branch F the block computes ``relu(S(x) + F(x))``; without shortcut,
``relu(F(x))``, which is a plain network. Where the branch changes neither size nor channels, S is
the identity: a block whose branch learned nothing passes its input on, so depth need not harm.
"""

from keras import layers, ops

EPSILON = 1.001e-5  # of the batch normalisations, as in keras.applications


def residual_block(x, filters, *, branch, strides=1, shortcut="projection", use_bias=False, name):
    """Apply one residual block.

    Parameters
    ----------
    x : KerasTensor of shape (batch, rows, cols, channels)
    filters : int
        Channels inside the branch.
    branch : {"basic", "bottleneck"}
        Two convolutions 3 x 3, or 1 x 1, 3 x 3 and 1 x 1 with 4 times the channels at the end.
    strides : int, optional
        2 halves rows and cols.
    shortcut : {"projection", "padding", None}
        How the input reaches the sum where its shape differs from the branch's: by a learned 1 x 1
        convolution, or by every second pixel and channels of zeros, which costs no parameter
        (options B and A of the paper). None leaves the shortcut out in any case.
    use_bias : bool, optional
        Of the convolutions; batch normalisation makes it superfluous.
    name : str

    Returns
    -------
    KerasTensor of shape (batch, rows / strides, cols / strides, channels_out)

    References
    ----------
    Chapter "Architectures". He, Zhang, Ren and Sun, "Deep residual learning for image
    recognition" (2016), doi:10.1109/CVPR.2016.90.

    Examples
    --------
    >>> import keras
    >>> x = residual_block(keras.Input((28, 28, 16)), 32, branch="basic", strides=2, name="block")
    >>> x.shape
    (None, 14, 14, 32)
    """
    options = {"use_bias": use_bias, "name": name}
    channels = filters if branch == "basic" else 4 * filters
    passed = None
    if shortcut is not None:
        passed = _shortcut(x, channels, strides, shortcut, **options)
    y = _basic(x, filters, strides, **options) if branch == "basic" else _bottleneck(x, filters, strides, **options)
    if passed is not None:
        y = layers.Add(name=f"{name}_add")([passed, y])
    return layers.ReLU(name=f"{name}_out")(y)


def convolution_norm(x, filters, kernel_size, *, strides=1, padding="same", use_bias=False, name):
    """Return x after a convolution ``{name}_conv`` and its batch normalisation ``{name}_bn``."""
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=use_bias,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=EPSILON, name=f"{name}_bn")(x)


def _basic(x, filters, strides, *, use_bias, name):
    x = convolution_norm(x, filters, 3, strides=strides, use_bias=use_bias, name=f"{name}_1")
    x = layers.ReLU(name=f"{name}_1_relu")(x)
    return convolution_norm(x, filters, 3, use_bias=use_bias, name=f"{name}_2")


def _bottleneck(x, filters, strides, *, use_bias, name):
    x = convolution_norm(x, filters, 1, strides=strides, use_bias=use_bias, name=f"{name}_1")
    x = layers.ReLU(name=f"{name}_1_relu")(x)
    x = convolution_norm(x, filters, 3, use_bias=use_bias, name=f"{name}_2")
    x = layers.ReLU(name=f"{name}_2_relu")(x)
    return convolution_norm(x, 4 * filters, 1, use_bias=use_bias, name=f"{name}_3")


def _shortcut(x, channels, strides, kind, *, use_bias, name):
    missing = channels - x.shape[-1]
    if strides == 1 and missing == 0:
        return x
    if kind == "projection":
        return convolution_norm(x, channels, 1, strides=strides, use_bias=use_bias, name=f"{name}_0")
    if strides > 1:
        x = layers.MaxPooling2D(1, strides=strides, name=f"{name}_subsample")(x)  # of one pixel: takes every second
    return ops.pad(x, [[0, 0], [0, 0], [0, 0], [missing // 2, missing - missing // 2]])
