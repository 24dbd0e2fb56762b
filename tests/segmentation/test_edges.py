import numpy as np
import pytest
from scipy import ndimage
from skimage import feature

from medbook.segmentation import canny_edges, fill_holes
from tests.segmentation.shapes import ball, dice, noisy

DISC = ball((40, 48), 12)


def test_edges_of_a_disc_lie_on_its_border():
    edges = canny_edges(noisy(DISC, sd=5))
    border_distance = np.abs(ndimage.distance_transform_edt(DISC) - ndimage.distance_transform_edt(~DISC))
    assert edges.sum() > 2 * np.pi * 12 * 0.8
    assert border_distance[edges].max() <= 2


def test_filled_edges_give_the_disc():
    assert dice(DISC, fill_holes(canny_edges(noisy(DISC, sd=5)))) > 0.9


def test_edges_equal_scikit_image_with_the_same_thresholds():
    image = noisy(DISC)
    smooth = ndimage.gaussian_filter(image, 2, mode="nearest")
    largest = np.hypot(ndimage.sobel(smooth, axis=0), ndimage.sobel(smooth, axis=1)).max()
    expected = feature.canny(image, 2, low_threshold=0.2 * largest, high_threshold=0.5 * largest, mode="nearest")
    np.testing.assert_array_equal(canny_edges(image, sigma=2, low=0.2, high=0.5), expected)


@pytest.mark.parametrize(("scale", "shift"), [(0.5, 0), (8, 1024), (-1, -1000), (1e-6, 0)])
def test_unit_offset_and_sign_do_not_matter(scale, shift):
    np.testing.assert_array_equal(canny_edges(scale * noisy(DISC) + shift), canny_edges(noisy(DISC)))


def test_transposing_axes_commutes():
    np.testing.assert_array_equal(canny_edges(noisy(DISC).T), canny_edges(noisy(DISC)).T)


def test_more_blur_leaves_fewer_edges_in_noise():
    noise = noisy(np.zeros((64, 64), bool))
    numbers = [canny_edges(noise, sigma=sigma).sum() for sigma in (1, 2, 4)]
    assert numbers[0] > numbers[1] > numbers[2]


def test_higher_thresholds_never_add_an_edge():
    image = noisy(DISC)
    weak, strong = canny_edges(image, low=0.1, high=0.3), canny_edges(image, low=0.2, high=0.6)
    assert 0 < strong.sum() < weak.sum()
    assert not (strong & ~weak).any()


@pytest.mark.parametrize("value", [0, 0.1, -1000, 1e6])
def test_constant_image_has_no_edges(value):
    assert not canny_edges(np.full((16, 16), value)).any()


def test_volume_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="pass the slices of a volume one by one"):
        canny_edges(np.zeros((12, 14, 16)))


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.1), (0.5, 1.2)])
def test_thresholds_out_of_order_are_refused(low, high):
    with pytest.raises(ValueError, match="expected 0 < low <= high <= 1"):
        canny_edges(DISC * 1.0, low=low, high=high)


@pytest.mark.parametrize("name", ["sigma", "low", "high"])
def test_numbers_that_are_not_positive_are_refused(name):
    with pytest.raises(ValueError, match=rf"canny_edges\({name}=0\)"):
        canny_edges(DISC * 1.0, **{name: 0})
