import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from medbook.preprocessing import resample, resize, resize_mask, resized_spacing_mm
from tests.preprocessing.shapes import dice, disc

SIZES = st.integers(1, 40)


def noise(shape, dtype=np.float64):
    return np.random.default_rng(0).normal(100, 20, shape).astype(dtype)


def test_linear_interpolation_by_hand():
    # New centers lie at -1/4, 1/4, 3/4, 5/4 of the old ones, which are at 0 and 1; edges repeat.
    np.testing.assert_allclose(resize(np.array([[0.0, 4.0]]), (1, 4)), [[0, 1, 3, 4]])


@given(rows=SIZES, cols=SIZES, value=st.floats(-1000, 1000, width=32))
def test_constant_image_stays_constant(rows, cols, value):
    resized = resize(np.full((17, 23), value, np.float32), (rows, cols))
    np.testing.assert_allclose(resized, value, rtol=1e-6)


@given(rows=SIZES, cols=SIZES, anti_aliasing=st.booleans())
def test_values_stay_within_their_range(rows, cols, anti_aliasing):
    image = noise((17, 23), np.float32)
    resized = resize(image, (rows, cols), anti_aliasing=anti_aliasing)
    assert resized.shape == (rows, cols)
    assert image.min() <= resized.min() <= resized.max() <= image.max()


def test_own_shape_changes_nothing():
    np.testing.assert_allclose(resize(noise((9, 7)), (9, 7)), noise((9, 7)), rtol=1e-12)


@pytest.mark.parametrize("factor", [2, 3, 4, 6])
def test_mean_is_kept_by_anti_aliased_shrinking(factor):
    # Single pixels scatter with SD 20 about 100; whole-factor means of them must not.
    image = noise((60, 48))
    assert resize(image, (60 // factor, 48 // factor)).mean() == pytest.approx(image.mean(), abs=0.5)


def test_halving_without_blur_is_the_mean_of_four_pixels():
    image = noise((8, 6))
    expected = image.reshape(4, 2, 3, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(resize(image, (4, 3), anti_aliasing=False), expected)


def test_checkerboard_becomes_gray_with_anti_aliasing_and_another_checkerboard_without():
    checkerboard = np.indices((63, 63)).sum(axis=0) % 2.0
    aliased = resize(checkerboard, (21, 21), anti_aliasing=False)
    np.testing.assert_allclose(aliased, np.indices((21, 21)).sum(axis=0) % 2, atol=1e-6)
    assert np.abs(resize(checkerboard, (21, 21)) - 0.5).max() < 0.05


def test_small_bright_spot_vanishes_only_without_anti_aliasing():
    image = np.zeros((60, 60))
    image[30, 30] = 1
    assert resize(image, (12, 12), anti_aliasing=False).max() == 0
    assert resize(image, (12, 12)).sum() == pytest.approx(1 / 25, rel=0.2)


def test_equals_scipy_blur_and_interpolation():
    image = noise((60, 48))
    blurred = ndimage.gaussian_filter(image, sigma=1, mode="reflect")
    y, x = (np.arange(size) * 3 + 1.0 for size in (20, 16))
    expected = ndimage.map_coordinates(blurred, np.meshgrid(y, x, indexing="ij"), order=1)
    np.testing.assert_allclose(resize(image, (20, 16)), expected, rtol=1e-6)


def test_channels_do_not_mix():
    image = noise((12, 10, 3))
    alone = np.stack([resize(image[..., channel], (5, 7)) for channel in range(3)], axis=-1)
    np.testing.assert_allclose(resize(image, (5, 7)), alone)


@pytest.mark.parametrize("shape", [(40, 40), (100, 60), (64, 128), (33, 47)])
def test_image_and_mask_move_alike(shape):
    image, mask = disc(64, 64, center=(0.4, 0.6))
    assert dice(*resize(image, shape, mask=mask)) > 0.95


def test_mask_by_hand():
    labels = np.array([[1, 2], [3, 4]])
    np.testing.assert_array_equal(resize_mask(labels, (4, 4)), np.kron(labels, np.ones((2, 2), int)))


@given(rows=SIZES, cols=SIZES, seed=st.integers(0, 99))
def test_labels_are_never_invented(rows, cols, seed):
    mask = np.random.default_rng(seed).choice([0, 3, 200], (11, 13)).astype(np.uint8)
    _, resized = resize(np.zeros(mask.shape), (rows, cols), mask=mask)
    assert set(np.unique(resized)) <= set(np.unique(mask))
    np.testing.assert_array_equal(resized, resize_mask(mask, (rows, cols)))


@given(factor_rows=st.integers(1, 4), factor_cols=st.integers(1, 4))
def test_enlarged_mask_repeats_each_pixel(factor_rows, factor_cols):
    mask = np.random.default_rng(0).integers(0, 4, (5, 7))
    expected = mask.repeat(factor_rows, axis=0).repeat(factor_cols, axis=1)
    np.testing.assert_array_equal(resize_mask(mask, expected.shape), expected)


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (3, 4, 6), (3, 4, 6, 1)])
def test_mask_alone_keeps_its_axes(shape):
    rows_at = 1 if len(shape) == 4 or shape == (3, 4, 6) else 0
    expected = (*shape[:rows_at], 8, 9, *shape[rows_at + 2 :])
    assert resize_mask(np.ones(shape, bool), (8, 9)).shape == expected


def test_large_labels_are_exact():
    mask = np.array([[2**40 + 1, 7]])
    np.testing.assert_array_equal(resize_mask(mask, (1, 4)), [[2**40 + 1, 2**40 + 1, 7, 7]])


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4, 5), (0, 4)])
def test_mask_alone_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match="one-hot masks become labels"):
        resize_mask(np.ones(shape, bool), (2, 2))


@pytest.mark.parametrize("shape", [4, (4,), (4, 0), (4, -1), (4.0, 4), (4, 4, 1), (True, 4), "44", None])
def test_shape_that_is_no_pair_of_whole_numbers_is_refused(shape):
    with pytest.raises(ValueError, match=r"resize\(shape="):
        resize(np.zeros((8, 8)), shape)


def test_resample_by_hand():
    image, spacing_mm = resample(np.zeros((100, 50)), (0.5, 1.0), 2.0)
    assert (image.shape, spacing_mm) == ((25, 25), (2.0, 2.0))


@given(rows=SIZES, cols=SIZES, spacing_mm=st.tuples(*[st.floats(0.1, 5)] * 2), wanted_mm=st.floats(0.5, 5))
def test_resampling_keeps_the_field_of_view(rows, cols, spacing_mm, wanted_mm):
    image, reached_mm = resample(np.zeros((rows, cols)), spacing_mm, wanted_mm)
    np.testing.assert_allclose(np.multiply(image.shape, reached_mm), np.multiply((rows, cols), spacing_mm), rtol=1e-9)


def test_area_in_mm2_survives_resampling():
    image, mask = disc(200, 160)
    _, resampled, spacing_mm = resample(image, (0.7, 0.9), 1.6, mask=mask)
    assert resampled.sum() * np.prod(spacing_mm) == pytest.approx(mask.sum() * 0.7 * 0.9, rel=0.02)


def test_resample_equals_resize():
    image = noise((2, 40, 30, 1), np.float32)
    resampled, _ = resample(image, (1, 1), (2, 3), anti_aliasing=False)
    np.testing.assert_array_equal(resampled, resize(image, (20, 10), anti_aliasing=False))


def test_resample_keeps_at_least_one_pixel():
    assert resample(np.ones((4, 4)), (1, 1), 100)[0].shape == (1, 1)


@pytest.mark.parametrize("spacing_mm", [None, 0, -1, (1, 0), (1, 2, 3), np.nan, (np.inf, 1), "mm"])
def test_unknown_or_impossible_spacing_is_refused(spacing_mm):
    for arguments in ((spacing_mm, 1), (1, spacing_mm)):
        with pytest.raises(ValueError, match=r"expected \(row, col\) in mm, above 0"):
            resample(np.zeros((8, 8)), *arguments)


def test_resized_spacing_by_hand():
    assert resized_spacing_mm((0.5, 0.8), (512, 512), (128, 256)) == (2.0, 1.6)


def test_resized_spacing_refuses_impossible_shapes():
    with pytest.raises(ValueError, match="expected"):
        resized_spacing_mm((1, 1), (512, 512), (0, 2))
