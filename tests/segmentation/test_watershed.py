import numpy as np
import pytest
from scipy import ndimage

from medbook.segmentation import watershed_on_gradient
from tests.segmentation.shapes import SHAPES, ball, dice, largest_lesions, noisy


def corner_and_middle(shape):
    return [(0,) * len(shape), tuple(size // 2 for size in shape)]


@pytest.mark.parametrize("shape", SHAPES)
def test_disc_and_ball_are_parted_from_the_ground(shape):
    mask = ball(shape, 5)
    labels = watershed_on_gradient(100.0 * mask, seeds=corner_and_middle(shape))
    assert dice(mask, labels == 2) > 0.9


def test_step_is_parted_at_the_edge_by_hand():
    image = np.where(np.arange(20) < 7, 10.0, 90.0) * np.ones((15, 1))
    labels = watershed_on_gradient(image, seeds=[(7, 0), (7, 19)])
    np.testing.assert_array_equal(labels == 2, image == 90)


def test_two_discs_get_a_label_each():
    left, right = ball((30, 50), 8, center=(15, 15)), ball((30, 50), 8, center=(15, 35))
    labels = watershed_on_gradient(noisy(left | right, sd=5), seeds=[(15, 15), (15, 35), (0, 0)])
    assert dice(left, labels == 1) > 0.9
    assert dice(right, labels == 2) > 0.9


def test_markers_and_seeds_give_the_same():
    image = noisy(ball((24, 20), 6))
    markers = np.zeros((24, 20), np.int32)
    markers[12, 10], markers[0, 0], markers[23, 19] = 1, 2, 2
    from_seeds = watershed_on_gradient(image, seeds=[(12, 10), [(0, 0), (23, 19)]])
    np.testing.assert_array_equal(watershed_on_gradient(image, markers), from_seeds)


def test_every_pixel_gets_a_label_and_markers_keep_theirs():
    markers = np.zeros((24, 20), int)
    markers[12, 10], markers[:2], markers[-2:] = 5, 9, 2
    labels = watershed_on_gradient(noisy(ball((24, 20), 6)), markers)
    assert labels.dtype == np.int64
    assert set(np.unique(labels)) == {2, 5, 9}
    np.testing.assert_array_equal(labels[markers > 0], markers[markers > 0])


def test_every_region_is_connected_to_its_marker():
    labels = watershed_on_gradient(noisy(ball((24, 20), 6)), seeds=[(12, 10), (0, 0), (23, 19)])
    assert [ndimage.label(labels == label)[1] for label in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.parametrize(("scale", "shift"), [(2, 0), (0.25, 64), (-4, -1024)])
def test_unit_offset_and_sign_do_not_matter(scale, shift):
    image = noisy(ball((24, 20), 6)).round()
    seeds = corner_and_middle((24, 20))
    expected = watershed_on_gradient(image, seeds=seeds)
    np.testing.assert_array_equal(watershed_on_gradient(scale * image + shift, seeds=seeds), expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_transposing_axes_commutes(shape):
    image = noisy(ball(shape, 5))
    seeds = corner_and_middle(shape)
    received = watershed_on_gradient(image.T, seeds=[seed[::-1] for seed in seeds])
    np.testing.assert_array_equal(received, watershed_on_gradient(image, seeds=seeds).T)


def test_metastases_are_found_from_one_pixel_and_a_ring_of_liver():
    overlaps = []
    for image, lesion, center, _ in largest_lesions():
        markers = np.where(ndimage.binary_dilation(lesion, iterations=4), 0, 2)
        markers[center] = 1
        overlaps.append(dice(lesion, watershed_on_gradient(image, markers, sigma=1.5) == 1))
    assert np.mean(overlaps) > 0.8


@pytest.mark.parametrize("given", [{}, {"markers": np.eye(8, dtype=int), "seeds": [(0, 0), (1, 1)]}])
def test_neither_and_both_are_refused(given):
    with pytest.raises(ValueError, match="one of the two"):
        watershed_on_gradient(np.zeros((8, 8)), **given)


@pytest.mark.parametrize("markers", [np.eye(8), np.eye(8, dtype=bool), -np.eye(8, dtype=int), np.eye(7, dtype=int)])
def test_markers_that_are_no_labels_of_the_image_are_refused(markers):
    with pytest.raises(ValueError, match=r"expected whole numbers from 0 of shape \(8, 8\)"):
        watershed_on_gradient(np.zeros((8, 8)), markers)


@pytest.mark.parametrize("markers", [np.zeros((8, 8), int), np.eye(8, dtype=int)])
def test_markers_of_one_region_are_refused(markers):
    with pytest.raises(ValueError, match="mark the background as well"):
        watershed_on_gradient(np.zeros((8, 8)), markers)


def test_seed_of_two_regions_is_refused():
    with pytest.raises(ValueError, match=r"the seed \(1, 1\) belongs to the regions 1 and 2"):
        watershed_on_gradient(np.zeros((8, 8)), seeds=[(1, 1), [(0, 0), (1, 1)]])


def test_seed_outside_the_image_is_refused():
    with pytest.raises(ValueError, match=r"the seed \(8, 0\) lies outside"):
        watershed_on_gradient(np.zeros((8, 8)), seeds=[(1, 1), (8, 0)])


@pytest.mark.parametrize("sigma", [0, -1, np.nan])
def test_sigma_that_is_not_positive_is_refused(sigma):
    with pytest.raises(ValueError, match=r"sigma=.*above 0"):
        watershed_on_gradient(np.zeros((8, 8)), seeds=[(1, 1), (7, 0)], sigma=sigma)
