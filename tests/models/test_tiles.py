import keras
import numpy as np
import pytest
from scipy import ndimage

from medbook.models import build_encoder_decoder, build_unet, predict_any_size, predict_tiles
from tests.models.networks import randomise_statistics


def identity(channels=1, dims=2):
    return keras.Sequential([keras.Input((*[None] * dims, channels)), keras.layers.Activation("linear")])


def image_of(*shape):
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def box_filter(size):
    """Return a network of one convolution: the sum of size x size pixels, zeros behind the border."""
    options = {"padding": "same", "use_bias": False, "kernel_initializer": "ones"}
    return keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(1, size, **options)])


@pytest.fixture(scope="module")
def small_unet():
    """One output depends on 21 pixels at most: 10 to each side (2 + 1 + 2 * 2 + 1 + 2)."""
    keras.utils.set_random_seed(0)
    model = build_unet((None, None, 1), 2, depth=1, filters=4)
    randomise_statistics(model)
    return model


@pytest.mark.parametrize("shape", [(37, 50, 2), (5, 90, 2), (16, 16, 2), (1, 1, 2), (40, 64, 2)])
@pytest.mark.parametrize("options", [{}, {"overlap": 0}, {"overlap": 8}, {"overlap": 7, "margin": 3}])
def test_identity_gives_the_image_back(shape, options):
    image = image_of(*shape)
    np.testing.assert_allclose(predict_tiles(identity(2), image, tile=16, **options), image, atol=1e-6)


def test_identity_gives_a_volume_back():
    volume = image_of(9, 20, 13, 1)
    found = predict_tiles(identity(dims=3), volume, tile=(4, 8, 8), overlap=(1, 4, 2), batch_size=5)
    np.testing.assert_allclose(found, volume, atol=1e-6)


@pytest.mark.parametrize("margin", [None, 0, 3])
def test_weights_of_the_tiles_add_up_to_one(margin):
    found = predict_tiles(identity(), np.ones((33, 47, 1)), tile=16, overlap=8, margin=margin)
    np.testing.assert_allclose(found, 1, atol=1e-6)


@pytest.mark.parametrize(("size", "options"), [(5, {}), (15, {"margin": 7})])
def test_kernel_below_the_overlap_gives_the_convolution_of_one_piece(size, options):
    """The margin must hold half the kernel: 2 of 5 pixels (default 4), 7 of 15."""
    image, half = image_of(70, 100, 1), size // 2
    found = predict_tiles(box_filter(size), image, tile=32, overlap=16, **options)
    expected = ndimage.convolve(image[..., 0], np.ones((size, size)), mode="constant")
    inner = slice(half, -half)
    np.testing.assert_allclose(found[inner, inner, 0], expected[inner, inner], rtol=1e-4)


def test_unet_gives_the_result_of_one_piece(small_unet):
    image, inner = image_of(91, 130, 1), slice(10, -10)
    found = predict_tiles(small_unet, image, tile=48, overlap=22, margin=10)
    expected = predict_any_size(small_unet, image[np.newaxis])[0]
    np.testing.assert_allclose(found[inner, inner], expected[inner, inner], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("overlap", "margin"), [(0, 0), (22, 0), (21, 10)])
def test_seams_show_without_margin_or_off_the_grid_of_the_poolings(small_unet, overlap, margin):
    image, inner = image_of(91, 130, 1), slice(10, -10)
    found = predict_tiles(small_unet, image, tile=48, overlap=overlap, margin=margin)
    expected = predict_any_size(small_unet, image[np.newaxis])[0]
    assert np.abs(found - expected)[inner, inner].max() > 1e-2 * expected.std()


def test_weights_change_smoothly_between_tiles():
    """A network that numbers its tiles shows the ramp: monotone, symmetric, flat in the margins."""
    constant = identity()
    steps = iter([0.0, 1.0])
    constant.predict = lambda images, **_: np.stack([np.full(image.shape, next(steps)) for image in images])
    line = predict_tiles(constant, np.zeros((8, 12, 1)), tile=8, overlap=4, margin=1)[0, :, 0]
    np.testing.assert_allclose(line, [0] * 5 + [0.5 - 0.5**1.5, 0.5 + 0.5**1.5] + [1] * 5, atol=1e-6)


@pytest.mark.parametrize("batch_size", [1, 100])
def test_batch_size_does_not_matter(batch_size):
    image = image_of(20, 30, 1)
    found = predict_tiles(box_filter(3), image, tile=16, batch_size=batch_size)
    np.testing.assert_allclose(found, predict_tiles(box_filter(3), image, tile=16), rtol=1e-6)


def test_network_of_fixed_size_takes_a_larger_image():
    model = build_unet((16, 16, 1), 3, depth=1, filters=2)
    assert predict_tiles(model, image_of(20, 50, 1), tile=16, overlap=8).shape == (20, 50, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tile": 16, "overlap": 9}, "overlap <= tile / 2"),
        ({"tile": 16, "overlap": -1}, "overlap <= tile / 2"),
        ({"tile": 0}, "overlap <= tile / 2"),
        ({"tile": 16, "overlap": 8, "margin": 4}, "enlarge the overlap"),
        ({"tile": 16, "overlap": 0, "margin": 1}, "enlarge the overlap"),
        ({"tile": (16, 16, 16)}, "one for each of 2 axes"),
        ({"tile": 16.5}, "expected a whole number"),
    ],
)
def test_tiles_that_do_not_cover_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        predict_tiles(identity(), image_of(20, 20, 1), **options)


def test_row_46_tile_that_the_poolings_do_not_divide_is_refused():
    with pytest.raises(ValueError, match=r"tile=30\): for unet, rows and cols must each be a multiple of 8"):
        predict_tiles(build_unet((None, None, 1), filters=2), image_of(50, 50, 1), tile=30)


@pytest.mark.parametrize("shape", [(20, 20), (1, 20, 20, 1), (0, 20, 1)])
def test_what_is_no_single_image_is_refused(shape):
    with pytest.raises(ValueError, match="no batch axis"):
        predict_tiles(identity(), np.zeros(shape), tile=8)


def test_network_that_changes_the_size_is_refused():
    model = keras.Sequential([keras.Input((None, None, 1)), keras.layers.MaxPooling2D()])
    with pytest.raises(ValueError, match="no segmentation network"):
        predict_tiles(model, image_of(16, 16, 1), tile=8)
    with pytest.raises(ValueError, match="no segmentation network"):
        predict_any_size(model, image_of(1, 16, 16, 1), multiple=2)


# Any size


@pytest.mark.parametrize("build", [build_unet, build_encoder_decoder])
def test_row_46_any_size_keeps_the_size(build):
    model = build((None, None, 1), 2, filters=2 if build is build_unet else (2, 2, 2, 2))
    assert predict_any_size(model, image_of(2, 30, 41, 1)).shape == (2, 30, 41, 2)


def test_size_that_fits_is_left_alone(small_unet):
    images = image_of(2, 20, 26, 1)
    np.testing.assert_allclose(predict_any_size(small_unet, images), small_unet(images), rtol=1e-5, atol=1e-6)


def test_padding_reaches_half_the_receptive_field(small_unet):
    images = image_of(1, 41, 41, 1)
    whole = small_unet(np.pad(images, [(0, 0), (0, 5), (0, 5), (0, 0)]))[:, :31, :31]
    np.testing.assert_allclose(predict_any_size(small_unet, images)[:, :31, :31], whole, rtol=1e-4, atol=1e-5)


def test_network_of_fixed_size_takes_smaller_images_alone():
    model = build_unet((16, 16, 1), depth=1, filters=2)
    assert predict_any_size(model, image_of(3, 9, 16, 1)).shape == (3, 9, 16, 1)
    with pytest.raises(ValueError, match="use predict_tiles"):
        predict_any_size(model, image_of(3, 17, 16, 1))


def test_volumes_are_padded_along_all_axes():
    model = build_unet((None, None, None, 1), depth=2, filters=2)
    assert predict_any_size(model, image_of(1, 5, 7, 9, 1)).shape == (1, 5, 7, 9, 1)


def test_unknown_multiple_has_to_be_given():
    images = image_of(1, 5, 7, 1)
    with pytest.raises(ValueError, match=r"give multiple=2 \*\*"):
        predict_any_size(identity(), images)
    np.testing.assert_array_equal(predict_any_size(identity(), images, multiple=4), images)


def test_row_40_no_images_give_no_masks(small_unet):
    assert predict_any_size(small_unet, np.zeros((0, 30, 41, 1))).shape == (0, 30, 41, 2)


def test_row_38_nan_is_refused(small_unet):
    with pytest.raises(ValueError, match="NaN"):
        predict_any_size(small_unet, np.full((1, 5, 5, 1), np.nan))


def test_row_39_other_number_of_channels_is_refused(small_unet):
    with pytest.raises(ValueError, match=r"expects \(batch, any, any, 1\)"):
        predict_any_size(small_unet, np.zeros((1, 5, 5, 3)))
