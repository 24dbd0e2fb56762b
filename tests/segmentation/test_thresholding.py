import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.segmentation import otsu, otsu_threshold
from tests.segmentation.shapes import SHAPES, ball, dice, largest_lesions, livers, noisy


def between_class_variance(values, threshold):
    dark, bright = values[values <= threshold], values[values > threshold]
    return dark.size * bright.size / values.size**2 * (bright.mean() - dark.mean()) ** 2


def within_class_variance(values, thresholds):
    labels = np.digitize(values, thresholds)
    return sum(values[labels == label].var() * np.mean(labels == label) for label in np.unique(labels))


@pytest.mark.parametrize("shape", SHAPES)
def test_disc_and_ball_on_dark_ground_are_found_exactly(shape):
    mask = ball(shape, 5)
    np.testing.assert_array_equal(otsu(np.where(mask, 80, 20)), mask)


def test_threshold_lies_midway_between_the_classes_by_hand():
    assert otsu_threshold(np.array([[0, 1, 2], [10, 11, 12]])) == 6


@given(st.integers(0, 10**6))
def test_threshold_has_the_largest_between_class_variance_of_all(seed):
    rng = np.random.default_rng(seed)
    values = np.concatenate([[0, 255], rng.normal(80, 20, 300), rng.normal(150, 30, 200)]).clip(0, 255).round()
    best = max(between_class_variance(values, threshold) for threshold in range(255))
    assert between_class_variance(values, otsu_threshold(values)) == pytest.approx(best, rel=1e-9)


@given(st.integers(0, 10**6))
def test_two_thresholds_have_the_smallest_within_class_variance_of_all(seed):
    rng = np.random.default_rng(seed)
    image = np.concatenate([np.zeros(40), [15], rng.integers(1, 16, 30)])  # much background, as in MR
    labels = otsu(image[np.newaxis], classes=3, num_bins=16)[0]
    found = sum(image[labels == label].var() * np.mean(labels == label) for label in range(3))
    pairs = [(low + 0.5, high + 0.5) for low in range(15) for high in range(low + 1, 15)]
    assert found == pytest.approx(min(within_class_variance(image, pair) for pair in pairs), rel=1e-5)


@given(scale=st.floats(0.01, 100), shift=st.floats(-1000, 1000))
def test_unit_and_offset_do_not_matter(scale, shift):
    image = noisy(ball((24, 20), 6))
    np.testing.assert_array_equal(otsu(scale * image + shift), otsu(image))


def test_inverted_image_gives_the_other_class():
    image = noisy(ball((24, 20), 6))
    np.testing.assert_array_equal(otsu(-image), ~otsu(image))


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_transposing_axes_commutes(classes):
    image = noisy(ball((24, 20), 6))
    np.testing.assert_array_equal(otsu(image.T, classes=classes), otsu(image, classes=classes).T)


@pytest.mark.parametrize("classes", [3, 4, 5])
def test_steps_are_labelled_from_dark_to_bright(classes):
    steps = np.repeat(np.arange(classes)[:, np.newaxis], 6, axis=1)
    labels = otsu(100 * steps - 1000, classes=classes, num_bins=32)
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, steps)


def test_two_classes_are_a_mask():
    assert otsu(noisy(ball((24, 20), 6))).dtype == bool


def test_threshold_of_an_organ_ignores_the_rest():
    image = noisy(ball((24, 20), 6))
    organ = ball((24, 20), 9)
    image[~organ] = 10_000
    assert 20 < otsu_threshold(image[organ]) < 80


def test_liver_slices_are_parted_from_air():
    ct = livers()
    overlaps = [dice(o > 0, otsu(image.clip(-1000, 200))) for image, o in zip(ct.images, ct.organ_masks, strict=True)]
    assert min(overlaps) > 0.95


def test_metastases_are_found_where_half_of_the_pixels_are_lesion():
    overlaps = [
        dice(lesion[near], image[near] < otsu_threshold(image[near])) for image, lesion, _, near in largest_lesions()
    ]
    assert np.mean(overlaps) > 0.7


def test_metastases_are_missed_where_lesions_are_rare():
    ct = livers()
    livers_ = ct.organ_masks == ct.organ_names.index("liver")
    cases = zip(ct.images, ct.masks, livers_, strict=True)
    overlaps = [dice(mask[liver], image[liver] < otsu_threshold(image[liver])) for image, mask, liver in cases]
    assert np.mean(overlaps) < 0.2


@pytest.mark.parametrize("function", [otsu, otsu_threshold])
def test_constant_image_is_refused(function):
    with pytest.raises(ValueError, match="1 different gray values in 256 bins between 7 and 7"):
        function(np.full((8, 8), 7))


def test_fewer_gray_values_than_classes_are_refused():
    with pytest.raises(ValueError, match=r"2 different gray values .* too few for 3 classes"):
        otsu(np.eye(8), classes=3)


@pytest.mark.parametrize("classes", [1, 6, 2.0, True])
def test_other_numbers_of_classes_are_refused(classes):
    with pytest.raises(ValueError, match=r"otsu\(classes=.*from 2 to 5"):
        otsu(np.eye(8), classes=classes)


@pytest.mark.parametrize("num_bins", [1, 0, 10.5])
def test_too_few_bins_are_refused(num_bins):
    with pytest.raises(ValueError, match=r"num_bins=.*of at least 2"):
        otsu_threshold(np.eye(8), num_bins=num_bins)
