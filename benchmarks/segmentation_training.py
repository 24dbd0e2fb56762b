"""Train a small U-Net on windows of real images, in two or three dimensions, and predict whole ones.

What the two real data sets of real_segmentation.py have in common.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from scipy import ndimage
from scipy.spatial.transform import Rotation

from medbook.models import CombinedLoss, SoftDice, build_unet, cosine_schedule, predict


def smooth_field(size, rng, spacing=12):
    """Return normal noise on a coarse grid, a point every ``spacing`` pixels, made smooth over an image of a size."""
    knots = rng.normal(size=[4 + length // spacing for length in size])
    start = rng.uniform(1, 2, len(size))
    axes = [first + np.arange(length) / spacing for first, length in zip(start, size, strict=True)]
    return ndimage.map_coordinates(knots, np.meshgrid(*axes, indexing="ij"), order=2)


def random_rotation(rng, dims, degrees):
    """Return a rotation matrix: in a plane by any angle up to ``degrees``, in space with this standard deviation."""
    if dims == 3:
        return Rotation.from_rotvec(rng.normal(0, degrees, 3), degrees=True).as_matrix()
    angle = np.deg2rad(rng.uniform(-degrees, degrees))
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def varied(image, mask, rng, *, size, rotation_deg, zoom, bend, gamma, contrast, noise, bias, flip=False):
    """Cut a window of a size out of an image and its mask, both moved alike; then vary the image's gray values.

    Image (..., channels) in [0, 1], mask (...), in two or three dimensions. The mask is read at the nearest pixel.
    """
    dims = mask.ndim
    grid = np.stack(np.meshgrid(*[np.arange(length) - (length - 1) / 2 for length in size], indexing="ij"))
    scales = np.exp(rng.normal(0, zoom) + rng.normal(0, zoom / 2, dims)) * (rng.choice([-1, 1], dims) if flip else 1)
    slack = np.maximum(np.abs(np.subtract(mask.shape, size)) / 2, 3)
    middle = (np.array(mask.shape) - 1) / 2 + rng.uniform(-slack, slack)
    positions = np.tensordot(random_rotation(rng, dims, rotation_deg) * scales, grid, 1)
    positions += middle.reshape(-1, *[1] * dims)
    if bend:
        positions += bend * np.stack([smooth_field(size, rng) for _ in range(dims)])
    channels = np.moveaxis(image, -1, 0)
    moved = np.stack([ndimage.map_coordinates(one, positions, order=1, mode="nearest") for one in channels], axis=-1)
    target = ndimage.map_coordinates(mask, positions, order=0, mode="constant")
    if bias:
        moved = moved * np.exp(bias * smooth_field(size, rng, 24))[..., np.newaxis]
    moved = np.clip(moved * np.exp(rng.normal(0, contrast)) + rng.normal(0, contrast / 2), 0, 1.2)
    moved = moved ** np.exp(rng.normal(0, gamma))
    return moved + rng.normal(0, noise * rng.uniform(), moved.shape), target


def batches(images, masks, rng, *, batch_size, chances=None, encode=None, **vary):
    """Yield varied windows and their class numbers without end.

    ``chances`` are of each image to be drawn; ``encode`` turns a varied mask into class numbers, if it holds others.
    """
    while True:
        chosen = rng.choice(len(images), batch_size, replace=False, p=chances)
        x, y = zip(*[varied(images[case], masks[case], rng, **vary) for case in chosen], strict=True)
        y = [encode(mask) for mask in y] if encode else y
        yield np.stack(x).astype("float32"), np.stack(y)[..., np.newaxis].astype("int32")


def train(images, masks, seed, *, depth, filters, steps, learning_rate, **options):
    """Train a U-Net of three classes on varied windows; the weights after the last step count."""
    keras.utils.set_random_seed(seed)
    source = batches(images, masks, np.random.default_rng([47, seed]), **options)
    model = build_unet((*[None] * masks[0].ndim, images[0].shape[-1]), 3, depth=depth, filters=filters)
    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = CombinedLoss([crossentropy, SoftDice(from_logits=True, include_background=False)])
    rate = cosine_schedule(learning_rate, steps=steps, warmup_steps=steps // 20)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), loss, jit_compile=False)
    for _, (x, y) in zip(range(steps), source, strict=False):
        model.train_on_batch(x, y)
    settle_normalization(model, source)
    return model


def settle_normalization(model, source, *, num=40, momentum=0.95):
    """Average the statistics of batch normalization over more batches than the last few; no weight changes."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum
    for _, (x, _) in zip(range(num), source, strict=False):
        model(x, training=True)


def softmax(logits):
    """Return probabilities (..., classes)."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def probabilities(model, image, pads, multiple=8):
    """Return class probabilities of one image, the mean over copies that are padded by so many pixels in front."""
    sizes, total = image.shape[:-1], 0
    for pad in pads:
        margins = [(front, -(length + front) % multiple) for front, length in zip(pad, sizes, strict=True)]
        padded = np.pad(image, [*margins, (0, 0)], mode="edge")
        inside = tuple(slice(front, front + length) for front, length in zip(pad, sizes, strict=True))
        total = total + softmax(predict(model, padded[np.newaxis])[0][inside])
    return total / len(pads)


def rounded(values):
    """Return a list of floats with four digits."""
    return np.round(np.asarray(values, float), 4).tolist()
