import numpy as np
import pytest

from medbook.segmentation import (
    canny_edges,
    chan_vese,
    fill_holes,
    largest_component,
    otsu,
    region_growing,
    remove_small_regions,
    smooth_mask,
    watershed_on_gradient,
)
from tests.segmentation.shapes import ball, noisy

OF_IMAGES = {
    "otsu": otsu,
    "region_growing": lambda image: region_growing(image, (0,) * np.ndim(image), tolerance=20),
    "watershed_on_gradient": lambda image: watershed_on_gradient(
        image, seeds=[(0,) * np.ndim(image), tuple(size - 1 for size in np.shape(image))]
    ),
    "canny_edges": canny_edges,
    "chan_vese": chan_vese,
}
OF_MASKS = {
    "fill_holes": fill_holes,
    "largest_component": largest_component,
    "remove_small_regions": lambda mask: remove_small_regions(mask, min_size=3),
    "smooth_mask": lambda mask: smooth_mask(mask, radius_pixels=1),
}
ALL = OF_IMAGES | OF_MASKS
RING = ball((24, 20), 8) & ~ball((24, 20), 3)


@pytest.mark.parametrize("name", OF_IMAGES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_not_finite_are_refused(name, bad):
    image = noisy(RING)
    image[3, 4] = bad
    with pytest.raises(ValueError, match=rf"{name}: 1 of 480 pixels are NaN or infinite"):
        OF_IMAGES[name](image)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(), (12,), (0, 10), (2, 12, 10, 8)])
def test_other_numbers_of_axes_are_refused(name, shape):
    with pytest.raises(ValueError, match=rf"{name}: (image|mask) has the shape .* expected one slice"):
        ALL[name](np.zeros(shape))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_are_refused(name, channels):
    with pytest.raises(ValueError, match=r"looks like channels; pass one of them, (image|mask)\[\.\.\., 0\]"):
        ALL[name](np.zeros((24, 20, channels)))


@pytest.mark.parametrize("name", OF_IMAGES)
@pytest.mark.parametrize("dtype", [bool, complex, "U1", object])
def test_images_of_other_types_are_refused(name, dtype):
    with pytest.raises(ValueError, match=rf"{name}: image holds 480 values of type"):
        OF_IMAGES[name](np.ones((24, 20), dtype))


@pytest.mark.parametrize("name", OF_MASKS)
@pytest.mark.parametrize("value", [2, -1, 0.5, np.nan, "1"])
def test_masks_of_other_values_are_refused(name, value):
    with pytest.raises(ValueError, match=rf"{name}: mask holds values other than 0 and 1"):
        OF_MASKS[name](np.full((8, 8), value))


@pytest.mark.parametrize("name", OF_IMAGES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float16, np.float32, ">f4", ">i2"])
def test_type_of_the_image_does_not_matter(name, dtype):
    image = np.where(RING, 80, 20) + np.random.default_rng(0).integers(0, 9, RING.shape)
    np.testing.assert_array_equal(OF_IMAGES[name](image.astype(dtype)), OF_IMAGES[name](image))


@pytest.mark.parametrize("name", OF_MASKS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, ">f4"])
def test_zeros_and_ones_are_as_good_as_booleans(name, dtype):
    received = OF_MASKS[name](RING.astype(dtype))
    assert received.dtype == bool
    np.testing.assert_array_equal(received, OF_MASKS[name](RING))


@pytest.mark.parametrize("name", ALL)
def test_input_is_left_alone(name):
    array = RING.copy() if name in OF_MASKS else noisy(RING)
    before = array.copy()
    ALL[name](array)[...] = True
    np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("name", ALL)
def test_read_only_and_strided_arrays_are_understood(name):
    array = RING.copy() if name in OF_MASKS else noisy(RING)
    strided = np.repeat(array, 2, axis=1)[:, ::2]
    strided.flags.writeable = False
    np.testing.assert_array_equal(ALL[name](strided), ALL[name](array))


@pytest.mark.parametrize("name", [name for name in ALL if name != "canny_edges"])
def test_volume_keeps_its_shape(name):
    ring = ball((12, 14, 16), 5) & ~ball((12, 14, 16), 2)
    assert ALL[name](ring if name in OF_MASKS else noisy(ring)).shape == (12, 14, 16)


@pytest.mark.parametrize("name", OF_IMAGES)
def test_lists_are_understood(name):
    image = noisy(RING)
    np.testing.assert_array_equal(OF_IMAGES[name](image.tolist()), OF_IMAGES[name](image))
