"""An encoder-decoder without skip connections: all that the decoder knows passes through the coarsest grid."""

import keras
import numpy as np

from medbook.models.segmenter import check_segmenter, pixel_scores, segmenter_input, spatial_layers


def build_encoder_decoder(
    input_shape,
    units=1,
    *,
    filters=(64, 128, 256, 512),
    activation=None,
    preprocessing=None,
    name="encoder_decoder",
):
    """Build the plain encoder-decoder for segmentation.

    Encoder: for each number in ``filters`` but the last a convolution 3 x 3 with ReLU and a max
    pooling; then the last convolution, on the coarsest grid. Decoder: up-sampling by repetition
    and a convolution, through the same numbers backwards. Then a 1 x 1 convolution scores each
    pixel. With three poolings a border has to be redrawn from cells of 8 x 8 pixels.

    Parameters
    ----------
    input_shape : (int or None, ..., int)
        (rows, cols, channels) or (slices, rows, cols, channels), without the batch axis. Sizes are
        multiples of ``2 ** (len(filters) - 1)``, or None for all of these; float32 in [0, 1].
    units : int, optional
        Scores a pixel: 1 for one structure, else one a class, the background included.
    filters : sequence of int, optional
        Output channels of the encoder's convolutions. The default is the network of article A5,
        with 3,098,625 parameters for one channel and one unit; (8, 16, 32, 64) trains on a laptop.
    activation : {None, "sigmoid", "softmax"}, optional
        None gives logits, for a loss with ``from_logits=True``; the article has "sigmoid".
    preprocessing : keras.Layer or list of keras.Layer, optional
        Happens to the images, but not to the masks: normalise here, rotate and shift elsewhere.
        None brings [0, 1] to [-2, 2], ``[]`` leaves the images as they are, as in the article.
    name : str, optional

    Returns
    -------
    keras.Model
        Not compiled, (batch, [slices,] rows, cols, channels) -> (batch, [slices,] rows, cols, units).

    Raises
    ------
    ValueError
        If a size is no multiple as above, an argument is out of range, or ``units=1`` goes with "softmax".

    References
    ----------
    Chapter "Segmentation"; the page "Sources" lists article A5.

    Examples
    --------
    >>> model = build_encoder_decoder((256, 256, 1))
    >>> model.output_shape, model.count_params()
    ((None, 256, 256, 1), 3098625)
    """
    if not np.iterable(filters) or len(filters) < 2:
        raise ValueError(
            f"build_encoder_decoder(filters={filters}): expected the channels of at least two convolutions, such as "
            "(8, 16, 32, 64); there is a pooling after each but the last."
        )
    depth = len(filters) - 1
    check_segmenter("build_encoder_decoder", input_shape, units, activation, depth=depth, filters=list(filters))
    convolution, pooling, upsampling, _ = spatial_layers(len(input_shape) - 1)
    options = {"kernel_size": 3, "padding": "same", "activation": "relu"}
    inputs, x = segmenter_input(input_shape, preprocessing, depth=depth)
    for number, num_filters in enumerate(filters[:-1], 1):
        x = convolution(num_filters, **options, name=f"down{number}_conv")(x)
        x = pooling(name=f"down{number}_pool")(x)
    x = convolution(filters[-1], **options, name="bottom_conv")(x)
    for number in range(depth, 0, -1):
        x = upsampling(name=f"up{number}_repeat")(x)
        x = convolution(filters[number - 1], **options, name=f"up{number}_conv")(x)
    return keras.Model(inputs, pixel_scores(x, units, activation), name=name)
