import keras
import numpy as np
import pytest

from medbook.models import CombinedLoss, SoftDice, build_encoder_decoder, build_unet, load_weights, save_weights
from tests.models.networks import randomise_statistics


def unet_parameters(channels, units, depth, filters, dims):
    """Count the weights by hand, without batch normalisation."""
    widths = [filters * 2**level for level in range(depth + 1)]
    pairs = [(a, b) for a, b in zip([channels, *widths], widths, strict=False)] + [(b, b) for b in widths]
    pairs += [(2 * b, b) for b in widths[:-1]] + [(b, b) for b in widths[:-1]]
    transposed = sum(2**dims * a * b + b for a, b in zip(widths[1:], widths, strict=False))
    return sum(3**dims * a * b + b for a, b in pairs) + transposed + filters * units + units


@pytest.mark.parametrize(("shape", "depth"), [((32, 32, 1), 3), ((16, 16, 3), 4), ((8, 8, 8, 2), 2)])
def test_parameters_are_those_of_the_formula(shape, depth):
    model = build_unet(shape, 2, depth=depth, filters=4, batch_normalization=False)
    assert model.count_params() == unet_parameters(shape[-1], 2, depth, 4, len(shape) - 1)


def test_width_and_depth_of_the_paper_give_31_million():
    """23 layers with weights: 18 convolutions 3 x 3, 4 transposed ones and the last, 1 x 1."""
    model = build_unet((16, 16, 1), 2, depth=4, filters=64, batch_normalization=False)
    assert sum(bool(layer.weights) for layer in model.layers) == 23
    assert model.count_params() == unet_parameters(1, 2, 4, 64, 2) == 31_030_658


@pytest.mark.parametrize("shape", [(16, 24, 1), (None, None, 1), (8, 16, 8, 1), (None, 16, None, 2)])
def test_mask_has_the_size_of_the_image(shape):
    assert build_unet(shape, 2, filters=2).output_shape == (None, *shape[:-1], 2)


def test_row_46_thirty_pixels_are_refused_with_what_fits():
    with pytest.raises(ValueError, match=r"multiple of 8 .* Pad to 32 x 32 .* crop to 24 x 24"):
        build_unet((30, 30, 1))


def test_row_46_open_network_refuses_images_with_the_same_words():
    model = build_unet((None, None, 1), filters=2)
    with pytest.raises(ValueError, match=r"multiple of 8 .* Pad to 32 x 32 .* crop to 24 x 24"):
        model(np.zeros((1, 30, 30, 1)))


def test_row_46_few_slices_are_padded_since_nothing_is_left_to_crop():
    with pytest.raises(ValueError, match=r"slices, rows and cols .* Pad to 8 x 32 x 32 pixels.* enlarge the images"):
        build_unet((6, 32, 32, 1))


@pytest.mark.parametrize("multiple", [8, 40])
def test_sizes_that_fit_pass_the_open_network(multiple):
    model = build_unet((None, None, 1), filters=2)
    assert model(np.zeros((1, multiple, 8, 1))).shape == (1, multiple, 8, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (16, 16)}, "whole or None"),
        ({"input_shape": (16, 16, None)}, "whole or None"),
        ({"input_shape": (1, 16, 16, 16, 1)}, "whole or None"),
        ({"units": 0}, r"units=0\): expected at least 1"),
        ({"depth": 0}, r"depth=0\): expected at least 1"),
        ({"filters": 1.5}, r"filters=1.5\): expected at least 1"),
        ({"activation": "relu"}, "None gives logits"),
        ({"activation": "softmax"}, "always 1, at every pixel"),
    ],
)
def test_arguments_that_make_no_network_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_unet(**{"input_shape": (16, 16, 1), **arguments})


def test_image_moved_by_one_coarse_pixel_moves_the_mask():
    keras.utils.set_random_seed(0)
    model = build_unet((None, None, 1), depth=2, filters=2, preprocessing=[])
    randomise_statistics(model)
    image = np.random.default_rng(0).random((1, 96, 96, 1), dtype=np.float32)
    moved = np.roll(image, (4, 8), axis=(1, 2))
    inner = slice(32, 64)
    expected = np.roll(model(image), (4, 8), axis=(1, 2))[:, inner, inner]
    np.testing.assert_allclose(model(moved)[:, inner, inner], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("build", "sees"), [(build_unet, True), (build_encoder_decoder, False)])
def test_only_skip_connections_tell_pixels_of_one_coarse_cell_apart(build, sees):
    """Bright pixels at two places of the same 2 x 2 cell look alike to whom the pooling alone reports."""
    keras.utils.set_random_seed(0)
    options = {"filters": (4, 4)} if build is build_encoder_decoder else {"depth": 1, "filters": 4}
    model = build((8, 8, 1), **options)
    for layer in model.layers:
        if layer.name in ("down1_conv", "down1_conv1", "down1_conv2"):  # so that each passes its pixels on
            kernel = np.zeros(layer.kernel.shape, np.float32)
            kernel[1, 1] = 1
            layer.kernel.assign(kernel)
    images = np.full((2, 8, 8, 1), 0.5, np.float32)
    images[0, 2, 2] = images[1, 3, 3] = 1.0
    first, second = model(images).numpy()
    assert (np.abs(first - second).max() > 1e-3) == sees


def test_dropout_acts_in_training_alone():
    model = build_unet((8, 8, 1), depth=1, filters=4, dropout=0.5, batch_normalization=False)
    images = np.random.default_rng(0).random((2, 8, 8, 1))
    assert np.array_equal(model(images), model(images))
    assert not np.array_equal(model(images, training=True), model(images, training=True))


def test_weights_come_back_into_another_size(tmp_path):
    small = build_unet((8, 8, 1), depth=1, filters=2)
    save_weights(small, tmp_path / "unet.npz")
    large = build_unet((None, None, 1), depth=1, filters=2)
    load_weights(large, tmp_path / "unet.npz")
    images = np.random.default_rng(0).random((2, 8, 8, 1), dtype=np.float32)
    np.testing.assert_allclose(large(images), small(images), atol=1e-6)


def noisy_discs(num, size, rng):
    """Return images (num, size, size, 1) of bright discs in noise, and their masks (num, size, size)."""
    rows, cols = np.mgrid[:size, :size]
    centers, radii = rng.uniform(8, size - 8, (2, num, 1, 1)), rng.uniform(3, 7, (num, 1, 1))
    masks = (rows - centers[0]) ** 2 + (cols - centers[1]) ** 2 <= radii**2
    images = 0.4 + 0.2 * masks + 0.1 * rng.standard_normal(masks.shape)
    return images[..., np.newaxis].astype(np.float32), masks.astype(np.uint8)


def test_discs_in_noise_are_learned():
    images, masks = noisy_discs(80, 32, np.random.default_rng(0))
    keras.utils.set_random_seed(0)
    model = build_unet((32, 32, 1), depth=2, filters=4)
    loss = CombinedLoss([SoftDice(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)])
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.fit(images[:60], masks[:60], epochs=8, batch_size=10, verbose=0)
    found = model.predict(images[60:], verbose=0)[..., 0] > 0
    overlap = 2 * (found & (masks[60:] == 1)).sum((1, 2)) / (found.sum((1, 2)) + masks[60:].sum((1, 2)))
    assert overlap.mean() > 0.85
