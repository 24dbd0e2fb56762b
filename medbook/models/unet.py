"""U-Net, in two and three dimensions: an encoder-decoder that hands fine maps across."""

import keras
from keras import layers

from medbook.models.segmenter import check_segmenter, pixel_scores, segmenter_input, spatial_layers


def build_unet(
    input_shape,
    units=1,
    *,
    depth=3,
    filters=16,
    batch_normalization=True,
    dropout=0.0,
    activation=None,
    preprocessing=None,
    name="unet",
):
    """Build a U-Net.

    Going down, each of ``depth`` levels has two convolutions 3 x 3 and a max pooling that halves
    the map, while the channels double. Going up, a transposed convolution 2 x 2 doubles the map
    and halves the channels, the map of the same size from the way down is put beside it (the
    **skip connection**), and two convolutions merge both. So the coarse maps say *what* is there,
    and the fine ones *where* exactly its border runs.

    Parameters
    ----------
    input_shape : (int or None, ..., int)
        (rows, cols, channels) for images, (slices, rows, cols, channels) for volumes, without the
        batch axis. Sizes are multiples of ``2 ** depth``, or None for all of these; float32 in [0, 1].
    units : int, optional
        Scores a pixel: 1 for one structure, else one a class, the background included.
    depth : int, optional
        Number of poolings; the paper has 4 in two dimensions, 3 in three.
    filters : int, optional
        Channels of the first level; the paper has 64.
    batch_normalization : bool, optional
        Whether one stands between each convolution and its ReLU, as in the 3-D paper.
    dropout : float, optional
        Share of the features that are set to zero in training, on the coarsest map.
    activation : {None, "sigmoid", "softmax"}, optional
        None gives logits, for a loss with ``from_logits=True``.
    preprocessing : keras.Layer or list of keras.Layer, optional
        Happens to the images, but not to the masks: normalise here, rotate and shift elsewhere.
        None brings [0, 1] to [-2, 2], ``[]`` leaves the images as they are.
    name : str, optional

    Returns
    -------
    keras.Model
        Not compiled, (batch, [slices,] rows, cols, channels) -> (batch, [slices,] rows, cols, units).

    Raises
    ------
    ValueError
        If a size is no multiple of ``2 ** depth`` (the message says which sizes are near), an
        argument is out of range, or ``units=1`` goes with "softmax".

    Notes
    -----
    The papers' convolutions have no padding: their mask is smaller than the image (388 of 572
    pixels). Here padding keeps the size; pixels near the border are judged with less context. The
    3-D paper doubles the channels one convolution earlier.

    References
    ----------
    Chapter "Segmentation". Ronneberger, Fischer and Brox, "U-Net: convolutional networks for
    biomedical image segmentation" (2015), arXiv:1505.04597. In 3-D: Çiçek, Abdulkadir, Lienkamp,
    Brox and Ronneberger, "3D U-Net: learning dense volumetric segmentation from sparse
    annotation" (2016), arXiv:1606.06650.

    Examples
    --------
    >>> build_unet((64, 64, 1)).output_shape, build_unet((None, None, None, 1), 3, depth=2).output_shape
    ((None, 64, 64, 1), (None, None, None, None, 3))
    """
    check_segmenter("build_unet", input_shape, units, activation, depth=depth, filters=[filters])
    _, pooling, _, transposed = spatial_layers(len(input_shape) - 1)
    inputs, x = segmenter_input(input_shape, preprocessing, depth=depth)
    skips = []
    for level in range(depth):
        x = _two_convolutions(x, filters * 2**level, batch_normalization, name=f"down{level + 1}")
        skips.append(x)
        x = pooling(name=f"down{level + 1}_pool")(x)
    x = _two_convolutions(x, filters * 2**depth, batch_normalization, name="bottom")
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    for level in reversed(range(depth)):
        x = transposed(filters * 2**level, 2, strides=2, name=f"up{level + 1}_transposed")(x)
        x = layers.Concatenate(name=f"up{level + 1}_skip")([skips[level], x])
        x = _two_convolutions(x, filters * 2**level, batch_normalization, name=f"up{level + 1}")
    return keras.Model(inputs, pixel_scores(x, units, activation), name=name)


def _two_convolutions(x, filters, batch_normalization, *, name):
    convolution = spatial_layers(len(x.shape) - 2)[0]
    for number in (1, 2):
        x = convolution(
            filters,
            3,
            padding="same",
            use_bias=not batch_normalization,
            kernel_initializer="he_normal",
            name=f"{name}_conv{number}",
        )(x)
        if batch_normalization:
            # Keras' momentum of 0.99 needs hundreds of steps before the running statistics are those of the data.
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm{number}")(x)
        x = layers.ReLU(name=f"{name}_relu{number}")(x)
    return x
