import numpy as np
import pytest
from scipy import ndimage
from skimage import segmentation

from medbook.segmentation import chan_vese, otsu
from tests.segmentation.shapes import SHAPES, ball, dice, largest_lesions, noisy

DISC = ball((40, 48), 12)


@pytest.mark.parametrize("shape", [(40, 48), (20, 24, 28)])
def test_noisy_disc_and_ball_are_found(shape):
    mask = ball(shape, 8)
    assert dice(mask, chan_vese(noisy(mask, sd=40))) > 0.9


def test_blurred_border_without_an_edge_is_found():
    blurred = ndimage.gaussian_filter(noisy(DISC, sd=30), 4)
    assert dice(DISC, chan_vese(blurred)) > 0.93


def test_noise_that_otsu_leaves_is_removed():
    image = noisy(DISC, sd=50)
    assert dice(DISC, chan_vese(image)) > dice(DISC, otsu(image)) + 0.1


def test_checkerboard_gives_the_brighter_region_by_either_sign():
    image = noisy(DISC)
    assert dice(DISC, chan_vese(image, init="checkerboard")) > 0.95
    assert dice(~DISC, chan_vese(-image, init="checkerboard")) > 0.95


def test_initial_mask_keeps_its_side():
    dark_disc = -noisy(DISC)
    assert dice(DISC, chan_vese(dark_disc, init=ball(DISC.shape, 4))) > 0.95


def test_result_equals_scikit_image():
    image = noisy(DISC)
    start = ball(DISC.shape, 5)
    expected = segmentation.morphological_chan_vese(image, 7, init_level_set=start, smoothing=2)
    np.testing.assert_array_equal(chan_vese(image, iterations=7, smoothing=2, init=start), expected)


@pytest.mark.parametrize("init", ["otsu", "checkerboard", ball((40, 48), 5)])
@pytest.mark.parametrize(("scale", "shift"), [(0.25, 0), (8, 1000)])
def test_unit_and_offset_do_not_matter(init, scale, shift):
    image = noisy(DISC)
    np.testing.assert_array_equal(chan_vese(scale * image + shift, init=init), chan_vese(image, init=init))


@pytest.mark.parametrize("shape", SHAPES)
def test_transposing_axes_commutes(shape):
    mask = ball(shape, 5)
    received = chan_vese(noisy(mask).T, smoothing=0, init=ball(shape, 3).T)
    np.testing.assert_array_equal(received, chan_vese(noisy(mask), smoothing=0, init=ball(shape, 3)).T)


def test_more_smoothing_shortens_the_border():
    lengths = []
    for smoothing in (0, 1, 3):
        mask = chan_vese(noisy(DISC, sd=60), smoothing=smoothing)
        lengths.append(np.sum(mask != ndimage.binary_erosion(mask)))
    assert lengths[0] > lengths[1] > lengths[2]


def test_whole_numbers_do_not_wrap_around():
    image = np.where(DISC, 200, 30).astype(np.uint8)
    np.testing.assert_array_equal(chan_vese(image), chan_vese(image.astype(float)))


def test_metastases_are_found_near_where_they_are():
    overlaps = []
    for image, lesion, _, near in largest_lesions():
        liver_only = np.where(near, image, np.median(image[near & ~lesion]))
        rows, cols = ndimage.find_objects(near.astype(int))[0]
        overlaps.append(dice(lesion[rows, cols], ~chan_vese(liver_only[rows, cols])))
    assert np.mean(overlaps) > 0.78


@pytest.mark.parametrize("init", [np.zeros((40, 48), bool), np.ones((40, 48), bool), ball((40, 47), 5)])
def test_empty_full_and_other_masks_are_refused(init):
    with pytest.raises(ValueError, match=r"expected the shape \(40, 48\) and pixels on both sides"):
        chan_vese(noisy(DISC), init=init)


def test_constant_image_is_refused():
    with pytest.raises(ValueError, match="all pixels are 7, so there are no two regions"):
        chan_vese(np.full((8, 8), 7))


def test_unknown_init_is_refused():
    with pytest.raises(ValueError, match=r'chan_vese\(init=\'disk\'\): expected "otsu", "checkerboard" or a mask'):
        chan_vese(noisy(DISC), init="disk")


@pytest.mark.parametrize(("name", "value"), [("iterations", 0), ("iterations", 2.5), ("smoothing", -1)])
def test_numbers_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=rf"chan_vese\({name}={value}\)"):
        chan_vese(noisy(DISC), **{name: value})
