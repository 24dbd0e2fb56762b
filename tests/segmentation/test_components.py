import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from skimage import measure

from medbook.segmentation import largest_component, remove_small_regions
from tests.segmentation.shapes import ball, random_mask

# Regions of 5, 3, 2 and 1 pixels; the last touches the first at a corner.
REGIONS = np.array(
    [
        [1, 1, 1, 0, 0, 0, 1],
        [1, 1, 0, 0, 0, 0, 1],
        [0, 0, 1, 0, 0, 0, 1],
        [0, 0, 0, 0, 1, 1, 0],
    ],
    bool,
)
seeds = st.integers(0, 10**6)


def sizes(mask, connectivity=1):
    return sorted(region.area for region in measure.regionprops(measure.label(mask, connectivity=connectivity)))


@pytest.mark.parametrize(("min_size", "left"), [(1, [1, 2, 3, 5]), (2, [2, 3, 5]), (3, [3, 5]), (5, [5]), (6, [])])
def test_regions_of_at_least_the_size_stay_by_hand(min_size, left):
    assert sizes(remove_small_regions(REGIONS, min_size=min_size)) == left


@pytest.mark.parametrize(("num", "left"), [(1, [5]), (2, [3, 5]), (3, [2, 3, 5]), (9, [1, 2, 3, 5])])
def test_the_largest_regions_stay_by_hand(num, left):
    assert sizes(largest_component(REGIONS, num=num)) == left


def test_connectivity_2_joins_regions_at_corners():
    assert sizes(largest_component(REGIONS, connectivity=2), connectivity=2) == [6]
    assert sizes(remove_small_regions(REGIONS, min_size=6, connectivity=2), connectivity=2) == [6]


@given(seed=seeds, min_size=st.integers(1, 30))
def test_regions_that_stay_are_those_of_scikit_image(seed, min_size):
    mask = random_mask(seed, share=0.4)
    expected = [size for size in sizes(mask) if size >= min_size]
    kept = remove_small_regions(mask, min_size=min_size)
    assert sizes(kept) == expected
    assert not (kept & ~mask).any()


@given(seed=seeds, connectivity=st.integers(1, 3))
def test_largest_component_is_that_of_scipy(seed, connectivity):
    mask = random_mask(seed, shape=(6, 8, 9), share=0.3)
    labels, num_labels = ndimage.label(mask, ndimage.generate_binary_structure(3, connectivity))
    volumes = ndimage.sum_labels(mask, labels, np.arange(1, num_labels + 1))
    expected = labels == 1 + np.argmax(volumes)
    np.testing.assert_array_equal(largest_component(mask, connectivity=connectivity), expected)


@given(seed=seeds, num=st.integers(1, 4))
def test_repeating_changes_nothing(seed, num):
    mask = random_mask(seed, share=0.4)
    once, filtered = largest_component(mask, num=num), remove_small_regions(mask, min_size=4 * num)
    np.testing.assert_array_equal(largest_component(once, num=num), once)
    np.testing.assert_array_equal(remove_small_regions(filtered, min_size=4 * num), filtered)


@given(seeds)
def test_transposing_axes_commutes(seed):
    mask = random_mask(seed, shape=(6, 8, 9), share=0.3)
    received = remove_small_regions(mask.T, min_size=6)
    np.testing.assert_array_equal(received, remove_small_regions(mask, min_size=6).T)


def test_transposing_commutes_with_the_largest_component():
    np.testing.assert_array_equal(largest_component(REGIONS.T), largest_component(REGIONS).T)


def test_first_of_equal_regions_stays():
    np.testing.assert_array_equal(largest_component(np.array([[1, 0, 1, 0, 1]])), [[True, False, False, False, False]])


def test_area_in_mm2_counts_pixels_by_their_spacing():
    kept = remove_small_regions(REGIONS, min_area_mm2=3 * 0.7 * 0.7, spacing_mm=(0.7, 0.7))
    assert sizes(kept) == [3, 5]


def test_volume_in_ml_counts_voxels_by_their_spacing():
    volume = ball((20, 20, 20), 3, center=(5, 5, 5)) | ball((20, 20, 20), 5, center=(13, 13, 13))
    small_ml = ball((20, 20, 20), 3, center=(5, 5, 5)).sum() * 5 * 0.8 * 0.8 / 1000
    spacing_mm = (5, 0.8, 0.8)
    stays = remove_small_regions(volume, min_volume_ml=small_ml, spacing_mm=spacing_mm)
    goes = remove_small_regions(volume, min_volume_ml=1.01 * small_ml, spacing_mm=spacing_mm)
    np.testing.assert_array_equal(stays, volume)
    np.testing.assert_array_equal(goes, ball((20, 20, 20), 5, center=(13, 13, 13)))


@pytest.mark.parametrize("shape", [(8, 8), (4, 8, 8)])
def test_empty_and_full_masks_stay(shape):
    for mask in (np.zeros(shape, bool), np.ones(shape, bool)):
        np.testing.assert_array_equal(largest_component(mask), mask)
        np.testing.assert_array_equal(remove_small_regions(mask, min_size=8), mask)


@pytest.mark.parametrize("given_sizes", [{}, {"min_size": 3, "min_area_mm2": 2.0}, {"spacing_mm": (1, 1)}])
def test_no_size_and_two_sizes_are_refused(given_sizes):
    with pytest.raises(ValueError, match="expected one size, min_size in pixels or min_area_mm2 with spacing_mm"):
        remove_small_regions(REGIONS, **given_sizes)


def test_volume_of_a_slice_is_refused():
    with pytest.raises(ValueError, match="a mask of 2 axes is measured by min_area_mm2"):
        remove_small_regions(REGIONS, min_volume_ml=1, spacing_mm=(5, 1, 1))


def test_area_of_a_volume_is_refused():
    with pytest.raises(ValueError, match="a mask of 3 axes is measured by min_volume_ml"):
        remove_small_regions(np.ones((8, 8, 8)), min_area_mm2=1, spacing_mm=(1, 1))


@pytest.mark.parametrize("spacing_mm", [None, 0.7, (5, 0.7, 0.7), (0, 1), (np.nan, 1), ("a", 1)])
def test_spacing_that_does_not_fit_is_refused(spacing_mm):
    with pytest.raises(ValueError, match=r"spacing_mm=.*expected \(row, col\) in mm, above 0"):
        remove_small_regions(REGIONS, min_area_mm2=1, spacing_mm=spacing_mm)


@pytest.mark.parametrize("min_size", [0, -3, 2.5, True])
def test_size_that_is_no_count_is_refused(min_size):
    with pytest.raises(ValueError, match=r"min_size=.*of at least 1"):
        remove_small_regions(REGIONS, min_size=min_size)


@pytest.mark.parametrize("num", [0, 1.0, None])
def test_number_of_components_that_is_no_count_is_refused(num):
    with pytest.raises(ValueError, match=r"largest_component\(num=.*of at least 1"):
        largest_component(REGIONS, num=num)
