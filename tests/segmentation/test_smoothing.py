import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import morphology

from medbook.segmentation import smooth_mask
from tests.segmentation.shapes import ball, dice, random_mask

seeds = st.integers(0, 10**6)
radii = st.floats(1, 4)


def test_spike_goes_and_slit_is_filled_by_hand():
    block = np.zeros((20, 20), bool)
    block[5:15, 5:15] = True
    damaged = block.copy()
    damaged[2:5, 10] = True  # a spike one pixel wide
    damaged[8:12, 8] = False  # a slit one pixel wide
    smooth = smooth_mask(damaged, radius_pixels=1)
    assert not smooth[2:4, 10].any()
    assert smooth[8:12, 8].all()
    assert dice(block, smooth) > 0.97


@pytest.mark.parametrize("shape", [(40, 40), (28, 28, 28)])
def test_noise_on_the_border_is_removed(shape):
    mask = ball(shape, 10)
    flips = np.random.default_rng(0).random(shape) < 0.05
    assert dice(mask, smooth_mask(mask ^ flips, radius_pixels=1.5)) > dice(mask, mask ^ flips) + 0.05


@pytest.mark.parametrize("radius", [1, 2, 3, 4])
@given(seeds)
def test_result_equals_opening_and_closing_of_scikit_image(radius, seed):
    mask = np.pad(random_mask(seed), 3 * radius)  # far from the border, where conventions differ
    disk = morphology.disk(radius).astype(bool)
    expected = morphology.closing(morphology.opening(mask, disk), disk)
    np.testing.assert_array_equal(smooth_mask(mask, radius_pixels=radius), expected)


@given(seed=seeds, radius=radii)
def test_repeating_changes_nothing(seed, radius):
    once = smooth_mask(random_mask(seed), radius_pixels=radius)
    np.testing.assert_array_equal(smooth_mask(once, radius_pixels=radius), once)


@given(seed=seeds, radius=radii)
def test_transposing_axes_commutes(seed, radius):
    mask = random_mask(seed, shape=(8, 10, 12))
    received = smooth_mask(mask.T, radius_mm=radius, spacing_mm=(0.7, 0.8, 1.0))
    np.testing.assert_array_equal(received, smooth_mask(mask, radius_mm=radius, spacing_mm=(1.0, 0.8, 0.7)).T)


@pytest.mark.parametrize("spacing", [0.1, 0.7, 1 / 3, 2.5])
@given(seeds)
def test_millimetres_are_pixels_times_spacing(spacing, seed):
    mask = random_mask(seed)
    received = smooth_mask(mask, radius_mm=3 * spacing, spacing_mm=(spacing, spacing))
    np.testing.assert_array_equal(received, smooth_mask(mask, radius_pixels=3))


def test_slices_further_apart_than_the_radius_are_smoothed_each_alone():
    volume = np.stack([random_mask(seed) for seed in range(4)])
    received = smooth_mask(volume, radius_mm=2, spacing_mm=(5, 1, 1))
    np.testing.assert_array_equal(received, np.stack([smooth_mask(one, radius_pixels=2) for one in volume]))


def test_straight_border_stays_at_the_edge_of_the_image():
    half = np.zeros((20, 20), bool)
    half[:, 10:] = True
    np.testing.assert_array_equal(smooth_mask(half, radius_pixels=4), half)


def test_lesion_smaller_than_the_ball_is_deleted():
    assert not smooth_mask(ball((30, 30), 3), radius_pixels=5).any()


@pytest.mark.parametrize("shape", [(8, 8), (6, 8, 8)])
def test_empty_and_full_masks_stay(shape):
    for mask in (np.zeros(shape, bool), np.ones(shape, bool)):
        np.testing.assert_array_equal(smooth_mask(mask, radius_pixels=3), mask)


@pytest.mark.parametrize("radii_given", [{}, {"radius_pixels": 2, "radius_mm": 2}])
def test_no_radius_and_two_radii_are_refused(radii_given):
    with pytest.raises(ValueError, match="one of the two"):
        smooth_mask(np.eye(8), **radii_given)


def test_radius_below_the_spacing_is_refused():
    with pytest.raises(ValueError, match=r"smaller than the nearest neighbour, 0\.8"):
        smooth_mask(np.eye(8), radius_mm=0.5, spacing_mm=(0.8, 1))


def test_millimetres_without_spacing_are_refused():
    with pytest.raises(ValueError, match=r"spacing_mm=None.*use pixels"):
        smooth_mask(np.eye(8), radius_mm=2)


@pytest.mark.parametrize("radius", [0, -1, np.nan, "2"])
def test_radius_that_is_not_positive_is_refused(radius):
    with pytest.raises(ValueError, match=r"radius_pixels=.*above 0"):
        smooth_mask(np.eye(8), radius_pixels=radius)
