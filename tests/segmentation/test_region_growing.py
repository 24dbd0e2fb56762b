import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from medbook.segmentation import region_growing
from tests.segmentation.shapes import SHAPES, ball, dice, largest_lesions, noisy


def middle(shape):
    return tuple(size // 2 for size in shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_disc_and_ball_are_filled_exactly(shape):
    mask = ball(shape, 5)
    np.testing.assert_array_equal(region_growing(np.where(mask, 80, 20), middle(shape), tolerance=10), mask)


@pytest.mark.parametrize(("connectivity", "area"), [(1, 2), (2, 4)])
def test_diagonal_is_crossed_only_with_connectivity_2(connectivity, area):
    image = np.array([[1, 1, 0, 0], [0, 0, 1, 1]])
    assert region_growing(image, (0, 0), tolerance=0, connectivity=connectivity).sum() == area


def test_tolerance_itself_belongs_to_the_region():
    image = np.array([[10, 15, 20, 10]])
    np.testing.assert_array_equal(region_growing(image, (0, 0), tolerance=5), [[True, True, False, False]])


@pytest.mark.parametrize("connectivity", [1, 2, 3])
@given(seed=st.integers(0, 10**6), tolerance=st.floats(0, 60))
def test_region_equals_the_component_of_scipy(connectivity, seed, tolerance):
    image = noisy(ball((8, 9, 10), 3), sd=30, seed=seed)
    start = (4, 4, 4)
    structure = ndimage.generate_binary_structure(3, connectivity)
    labels, _ = ndimage.label(np.abs(image - image[start]) <= tolerance, structure)
    received = region_growing(image, start, tolerance=tolerance, connectivity=connectivity)
    np.testing.assert_array_equal(received, labels == labels[start])


@given(seed=st.integers(0, 10**6), tolerances=st.tuples(st.floats(0, 100), st.floats(0, 100)))
def test_more_tolerance_never_loses_a_pixel(seed, tolerances):
    image = noisy(ball((24, 20), 6), seed=seed)
    less, more = (region_growing(image, (12, 10), tolerance=tolerance) for tolerance in sorted(tolerances))
    assert not (less & ~more).any()


def test_more_connectivity_never_loses_a_pixel():
    image = noisy(ball((12, 14, 16), 5))
    regions = [region_growing(image, (6, 7, 8), tolerance=12, connectivity=c) for c in (1, 2, 3)]
    assert regions[0].sum() < regions[1].sum() < regions[2].sum()
    assert not (regions[0] & ~regions[1]).any()
    assert not (regions[1] & ~regions[2]).any()


def test_several_seeds_give_the_union():
    image = np.array([[10, 50, 20, 50, 10]])
    one, two = (region_growing(image, seed, tolerance=1) for seed in [(0, 0), (0, 2)])
    np.testing.assert_array_equal(region_growing(image, [(0, 0), (0, 2)], tolerance=1), one | two)


def test_seeds_may_be_an_array_of_indices():
    image = np.array([[10, 50, 20, 50, 10]])
    received = region_growing(image, np.argwhere(image == 10), tolerance=1)
    np.testing.assert_array_equal(received, image == 10)


@pytest.mark.parametrize("shape", SHAPES)
def test_transposing_axes_commutes(shape):
    image = noisy(ball(shape, 5))
    start = middle(shape)
    received = region_growing(image.T, start[::-1], tolerance=40)
    np.testing.assert_array_equal(received, region_growing(image, start, tolerance=40).T)


def test_whole_numbers_do_not_wrap_around():
    image = np.array([[250, 255, 3]], np.uint8)
    np.testing.assert_array_equal(region_growing(image, (0, 0), tolerance=20), [[True, True, False]])


def test_gap_of_one_pixel_in_the_wall_leaks():
    image = np.zeros((9, 9))
    image[:, 4] = 100
    assert region_growing(image, (4, 0), tolerance=10).sum() == 9 * 4
    image[4, 4] = 0
    assert region_growing(image, (4, 0), tolerance=10).sum() == 9 * 8 + 1


def test_metastases_are_found_from_their_innermost_pixel():
    overlaps = [
        dice(lesion, region_growing(ndimage.gaussian_filter(image, 1), center, tolerance=20))
        for image, lesion, center, _ in largest_lesions()
    ]
    assert np.mean(overlaps) > 0.75


@pytest.mark.parametrize("seed", [(24, 0), (0, 20), (-1, 0), [(3, 3), (0, 99)]])
def test_seed_outside_the_image_is_refused(seed):
    with pytest.raises(ValueError, match=r"lies outside the image of shape \(24, 20\)"):
        region_growing(np.zeros((24, 20)), seed, tolerance=1)


@pytest.mark.parametrize("seeds", [(1.0, 2.0), (1, 2, 3), [], [(1, 2), (3,)], 5, "12", [[(1, 2)]], None, (True, False)])
def test_seeds_that_are_no_index_are_refused(seeds):
    with pytest.raises(ValueError, match=r"expected one index \(row, col\) of whole numbers"):
        region_growing(np.zeros((24, 20)), seeds, tolerance=1)


@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf, "5", None])
def test_tolerance_that_is_no_distance_is_refused(tolerance):
    with pytest.raises(ValueError, match=r"region_growing\(tolerance=.*at least 0"):
        region_growing(np.zeros((24, 20)), (0, 0), tolerance=tolerance)


@pytest.mark.parametrize("connectivity", [0, 3, 1.5])
def test_connectivity_beyond_the_axes_is_refused(connectivity):
    with pytest.raises(ValueError, match=r"connectivity=.*from 1 to 2"):
        region_growing(np.zeros((24, 20)), (0, 0), tolerance=1, connectivity=connectivity)
