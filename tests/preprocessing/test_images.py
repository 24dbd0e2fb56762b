import numpy as np
import pytest

from medbook.preprocessing import (
    crop_center,
    denoise,
    equalize,
    flip,
    pad,
    resample,
    rescale,
    resize,
    rotate,
    standardize,
)
from tests.preprocessing.shapes import LAYOUTS, mask_shape

ALL = {
    "resize": lambda image, **mask: resize(image, (6, 5), **mask),
    "resample": lambda image, **mask: resample(image, (1, 1), 2, **mask)[0],
    "rotate": lambda image, **mask: rotate(image, 30, **mask),
    "flip": lambda image, **mask: flip(image, "vertical", **mask),
    "crop_center": lambda image, **mask: crop_center(image, (6, 5), **mask),
    "pad": lambda image, **mask: pad(image, (16, 16), **mask),
    "denoise": denoise,
    "equalize": lambda image: equalize(image[..., :1] if image.shape[-1:] == (3,) else image),
    "rescale": rescale,
    "standardize": standardize,
}
MOVING = ["resize", "rotate", "flip", "crop_center", "pad"]
MIXING = ["resize", "resample", "rotate", "denoise", "equalize"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_not_finite_are_refused(name, bad):
    image = np.zeros((12, 10), np.float32)
    image[3, 4] = bad
    with pytest.raises(ValueError, match=r"1 of 120 pixels are NaN or infinite"):
        ALL[name](image)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(12,), (0, 10), (1, 2, 12, 10, 1), ()])
def test_other_numbers_of_axes_are_refused(name, shape):
    with pytest.raises(ValueError, match=r"expected \(rows, cols\), \(rows, cols, channels\) or \(batch"):
        ALL[name](np.zeros(shape, np.float32))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(7, 12, 10), (2, 7, 12, 10)])
def test_forgotten_channel_axis_is_refused(name, shape):
    with pytest.raises(ValueError, match=r"images\[\.\.\., np\.newaxis\]"):
        ALL[name](np.zeros(shape, np.float32))


@pytest.mark.parametrize("name", MIXING)
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64])
def test_labels_as_image_are_refused_where_pixels_mix(name, dtype):
    with pytest.raises(ValueError, match=r"A mask or label map goes in as mask="):
        ALL[name](np.ones((12, 10), dtype))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("image", [np.full((3, 3), 1j), np.full((3, 3), "1")])
def test_other_types_are_refused(name, image):
    with pytest.raises(ValueError, match="expected"):
        ALL[name](image)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_dtype_and_axes_are_kept(name, dtype, layout):
    changed = ALL[name](np.random.default_rng(0).random(layout).astype(dtype))
    assert changed.dtype == dtype
    assert changed.ndim == len(layout)


@pytest.mark.parametrize("name", ALL)
def test_byte_order_of_files_is_understood(name):
    image = np.random.default_rng(0).random((12, 10)).astype(np.float32)
    np.testing.assert_array_equal(ALL[name](image.astype(">f4")), ALL[name](image))


@pytest.mark.parametrize("name", ALL)
def test_each_image_of_a_batch_changes_as_if_alone(name):
    batch = np.random.default_rng(0).random((3, 12, 10, 1)) * np.array([1, 10, 100]).reshape(3, 1, 1, 1)
    np.testing.assert_array_equal(ALL[name](batch), np.stack([ALL[name](one) for one in batch]))


@pytest.mark.parametrize("name", ALL)
def test_input_is_left_alone(name):
    image = np.random.default_rng(0).random((12, 10))
    before = image.copy()
    ALL[name](image)[...] = -1
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("name", MOVING)
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, np.uint16, np.float32])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_mask_keeps_its_dtype_and_axes(name, dtype, layout):
    mask = np.ones(mask_shape(layout), dtype)
    for given in (mask, mask[..., np.newaxis]):
        image, moved = ALL[name](np.zeros(layout, np.float32), mask=given)
        assert (moved.dtype, moved.ndim) == (dtype, given.ndim)
        assert moved.size == image[..., 0].size if len(layout) > 2 else image.size


@pytest.mark.parametrize("name", MOVING)
@pytest.mark.parametrize("shape", [(10, 12), (12, 10, 3), (1, 12, 10), (12,)])
def test_mask_of_another_shape_is_refused(name, shape):
    with pytest.raises(ValueError, match=r"expected a mask of \(12, 10\) or \(12, 10, 1\)"):
        ALL[name](np.zeros((12, 10), np.float32), mask=np.ones(shape, bool))


@pytest.mark.parametrize("name", MOVING)
def test_probabilities_as_mask_are_refused(name):
    with pytest.raises(ValueError, match=r"mask > 0\.5"):
        ALL[name](np.zeros((12, 10), np.float32), mask=np.full((12, 10), 0.3))
