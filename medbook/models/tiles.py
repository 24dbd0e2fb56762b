"""Segment an image that is too large for one pass, tile by tile, without seams."""

import itertools

import numpy as np

from medbook.models.any_size import check_same_size
from medbook.models.prediction import predict
from medbook.models.size_check import describe_misfit, fits, known_multiple


def predict_tiles(model, image, *, tile, overlap=None, margin=None, mode="reflect", batch_size=16):
    """Return a segmentation network's output for one image, put together from overlapping tiles.

    Tiles start every ``tile - overlap`` pixels; the image is padded at the end until the last one
    fits. Where two overlap, the weight of one falls as that of the other rises, as cos² and sin²,
    so that the weights always add up to 1. The ``margin`` pixels at the inner edges of each tile,
    where the network saw padding instead of the neighbourhood, have weight 0.

    Parameters
    ----------
    model : keras.Model
        Gives as many pixels as it gets; built for the size of a tile, or for any (None).
    image : ndarray of shape ([slices,] rows, cols, channels)
        One image, without the batch axis.
    tile : int or sequence of int
        Pixels along each axis; what the network takes, so a multiple of ``2 ** depth``.
    overlap : int or sequence of int, optional
        Pixels that neighbouring tiles share, at most half a tile; by default a quarter of it.
    margin : int or sequence of int, optional
        Below half the overlap; by default a quarter of it.
    mode : str, optional
        How `numpy.pad` fills behind the image's end: "reflect", "edge", "constant" (zeros), ...
    batch_size : int, optional
        Tiles computed at a time.

    Returns
    -------
    ndarray of float32 of shape ([slices,] rows, cols, units)

    Raises
    ------
    ValueError
        If image, tile, overlap or margin do not go together, or the image holds NaN.

    Notes
    -----
    The result is that of one pass, except within half a receptive field of the image's own border,
    if (1) half the receptive field is at most ``margin``, (2) ``tile - overlap`` is a multiple of
    ``2 ** depth``, so that poolings group the same pixels in every tile, and (3) the network looks
    no further, which global pooling or attention would. Let it give probabilities rather than
    logits: what is averaged in an overlap is then a probability.

    References
    ----------
    Chapter "Segmentation". Overlapping tiles: Ronneberger, Fischer and Brox (2015),
    arXiv:1505.04597.

    Examples
    --------
    >>> import keras
    >>> double = keras.Sequential([keras.Input((None, None, 1)), keras.layers.Rescaling(2)])
    >>> image = np.arange(35.0).reshape(5, 7, 1)
    >>> bool(np.allclose(predict_tiles(double, image, tile=4), 2 * image))
    True
    """
    image = np.asarray(image)
    if image.ndim != len(model.input_shape) - 1 or 0 in image.shape:
        raise ValueError(
            f"predict_tiles: expected one image of {len(model.input_shape) - 1} axes, channels last and no batch "
            f"axis, got the shape {image.shape}; of a batch, give one after the other."
        )
    sizes = image.shape[:-1]
    tiles, overlaps, margins = _check_tiling(len(sizes), tile, overlap, margin)
    multiple = known_multiple(model) or 1
    if not fits(tiles, multiple):
        raise ValueError(f"predict_tiles(tile={tile}): for {model.name}, {describe_misfit(tiles, multiple)}")
    starts = [_starts(*lengths) for lengths in zip(sizes, tiles, overlaps, strict=True)]
    ends = [start[-1] + length for start, length in zip(starts, tiles, strict=True)]
    padded = np.pad(image, [*((0, end - size) for end, size in zip(ends, sizes, strict=True)), (0, 0)], mode=mode)
    ramps = [_ramp(*lengths) for lengths in zip(overlaps, margins, strict=True)]
    blended = _blend(model, padded, starts, tiles, ramps, batch_size)
    return blended[tuple(slice(size) for size in sizes)]


def _blend(model, image, starts, tiles, ramps, batch_size):
    """Return the weighted sum of the outputs for all tiles of the padded image."""
    blended = np.zeros((*image.shape[:-1], model.output_shape[-1]), np.float32)
    for corners in _batches(itertools.product(*starts), batch_size):
        windows = [tuple(slice(c, c + length) for c, length in zip(corner, tiles, strict=True)) for corner in corners]
        batch = np.stack([image[window] for window in windows])
        outputs = predict(model, batch, batch_size=batch_size)
        check_same_size(model, batch.shape, outputs.shape)
        for window, output in zip(windows, outputs, strict=True):
            blended[window] += output * _weights(window, image.shape[:-1], ramps)[..., np.newaxis]
    return blended


def _starts(size, tile, overlap):
    step = tile - overlap
    return range(0, max(-(-(size - tile) // step), 0) * step + 1, step)


def _ramp(overlap, margin):
    """Return the rising weights (overlap,) of a tile's first pixels; reversed they are the falling ones, 1 - ramp."""
    position = (np.arange(overlap) + 0.5 - margin) / max(overlap - 2 * margin, 1)
    return np.sin(np.pi / 2 * np.clip(position, 0, 1)) ** 2


def _weights(window, ends, ramps):
    """Return the weights of one tile: the product over the axes; there is no ramp at the image's own border."""
    weights = np.ones((), np.float32)
    for part, end, ramp in zip(window, ends, ramps, strict=True):
        line = np.ones(part.stop - part.start, np.float32)
        if part.start > 0:
            line[: len(ramp)] = ramp
        if part.stop < end:
            line[len(line) - len(ramp) :] = ramp[::-1]
        weights = np.multiply.outer(weights, line)
    return weights


def _batches(items, size):
    """Return lists of ``size`` items (the last may be shorter), made one after the other."""
    iterator = iter(items)
    return iter(lambda: list(itertools.islice(iterator, size)), [])


def _check_tiling(dims, tile, overlap, margin):
    """Return tile, overlap and margin as one whole number for each axis."""
    tiles = _per_axis("tile", tile, dims)
    overlaps = _per_axis("overlap", [length // 4 for length in tiles] if overlap is None else overlap, dims)
    margins = _per_axis("margin", [length // 4 for length in overlaps] if margin is None else margin, dims)
    for length, shared, dropped in zip(tiles, overlaps, margins, strict=True):
        if length < 1 or not 0 <= 2 * shared <= length:
            raise ValueError(f"predict_tiles(tile={tile}, overlap={overlap}): expected 0 <= overlap <= tile / 2.")
        if not 0 <= 2 * dropped <= max(shared - 1, 0):
            raise ValueError(
                f"predict_tiles(overlap={overlap}, margin={margin}): expected a margin of 0 or more and less than half "
                f"of the {shared} pixels that tiles share; enlarge the overlap."
            )
    return tiles, overlaps, margins


def _per_axis(name, value, dims):
    values = [value] * dims if np.ndim(value) == 0 else list(value)
    if len(values) != dims or not all(isinstance(one, (int, np.integer)) for one in values):
        raise ValueError(f"predict_tiles({name}={value}): expected a whole number, or one for each of {dims} axes.")
    return values
