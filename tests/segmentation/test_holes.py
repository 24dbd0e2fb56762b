import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from skimage import measure

from medbook.segmentation import fill_holes
from tests.segmentation.shapes import SHAPES, ball, random_mask

seeds = st.integers(0, 10**6)
sizes = st.one_of(st.none(), st.integers(1, 20))


@pytest.mark.parametrize("shape", SHAPES)
def test_ring_and_shell_are_filled(shape):
    solid = ball(shape, 5)
    np.testing.assert_array_equal(fill_holes(solid & ~ball(shape, 2)), solid)


@pytest.mark.parametrize(("max_size", "holes_left"), [(3, 2), (4, 1), (8, 1), (9, 0), (None, 0)])
def test_holes_up_to_the_size_are_filled_by_hand(max_size, holes_left):
    mask = np.ones((12, 12), bool)
    mask[2:4, 2:4] = False  # 4 pixels
    mask[6:9, 6:9] = False  # 9 pixels
    assert ndimage.label(~fill_holes(mask, max_size=max_size))[1] == holes_left


def test_background_that_reaches_the_border_is_no_hole():
    mask = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1]], bool)
    np.testing.assert_array_equal(fill_holes(mask), mask)
    np.testing.assert_array_equal(fill_holes(mask, max_size=100), mask)


def test_hole_is_closed_at_corners():
    mask = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], bool)
    assert fill_holes(mask)[1, 1]


def test_channel_through_a_volume_is_closed_only_slice_by_slice():
    volume = np.broadcast_to(ball((20, 20), 6) & ~ball((20, 20), 2), (5, 20, 20))
    np.testing.assert_array_equal(fill_holes(volume), volume)
    filled = np.stack([fill_holes(one) for one in volume])
    np.testing.assert_array_equal(filled[2], ball((20, 20), 6))


@given(seed=seeds, max_size=st.integers(1, 20))
def test_filled_pixels_are_the_small_holes_of_scikit_image(seed, max_size):
    mask = random_mask(seed)
    background = np.pad(~mask, 1, constant_values=True)  # all that reaches the border becomes one piece
    expected = np.zeros_like(background)
    for region in measure.regionprops(measure.label(background, connectivity=1)):
        if region.bbox[0] > 0 and region.area <= max_size:
            expected[tuple(region.coords.T)] = True
    np.testing.assert_array_equal(fill_holes(mask, max_size=max_size), mask | expected[1:-1, 1:-1])


@given(seed=seeds, max_size=sizes)
def test_repeating_changes_nothing(seed, max_size):
    once = fill_holes(random_mask(seed), max_size=max_size)
    np.testing.assert_array_equal(fill_holes(once, max_size=max_size), once)


@given(seed=seeds, max_size=sizes)
def test_no_pixel_of_the_mask_is_lost(seed, max_size):
    mask = random_mask(seed)
    assert fill_holes(mask, max_size=max_size)[mask].all()


@given(seed=seeds, max_size=sizes)
def test_transposing_axes_commutes(seed, max_size):
    mask = random_mask(seed, shape=(6, 8, 9), share=0.8)
    np.testing.assert_array_equal(fill_holes(mask.T, max_size=max_size), fill_holes(mask, max_size=max_size).T)


@pytest.mark.parametrize("max_size", [None, 5])
def test_empty_and_full_masks_stay(max_size):
    for mask in (np.zeros((8, 8), bool), np.ones((8, 8), bool)):
        np.testing.assert_array_equal(fill_holes(mask, max_size=max_size), mask)


@pytest.mark.parametrize("max_size", [0, 2.5, "5", True])
def test_size_that_is_no_count_is_refused(max_size):
    with pytest.raises(ValueError, match=r"fill_holes\(max_size=.*of at least 1"):
        fill_holes(np.ones((8, 8), bool), max_size=max_size)
