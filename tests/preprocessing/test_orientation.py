import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import transform

from medbook.preprocessing import flip, rotate
from tests.preprocessing.shapes import LAYOUTS, dice, disc, mask_shape


def noise(shape=(9, 9), dtype=np.float64):
    return np.random.default_rng(0).normal(100, 20, shape).astype(dtype)


def test_quarter_turn_by_hand():
    np.testing.assert_array_equal(rotate(np.array([[1.0, 2.0], [3.0, 4.0]]), 90), [[2, 4], [1, 3]])


@pytest.mark.parametrize("degrees", [90, -90, 270, 450.0])
def test_four_quarter_turns_are_the_identity(degrees):
    image, mask = noise(), noise() > 100
    turned, turned_mask = image, mask
    for _ in range(4):
        turned, turned_mask = rotate(turned, degrees, mask=turned_mask)
    np.testing.assert_array_equal(turned, image)
    np.testing.assert_array_equal(turned_mask, mask)


def test_half_turn_of_any_shape_is_two_flips():
    image = noise((7, 10))
    np.testing.assert_array_equal(rotate(image, 180), flip(flip(image, "horizontal"), "vertical"))


@pytest.mark.parametrize("degrees", [-200, -33.3, 0.5, 45, 90, 180, 271])
def test_equals_scikit_image(degrees):
    image = noise((15, 15))
    expected = transform.rotate(image, degrees, cval=image.min(), preserve_range=True)
    np.testing.assert_allclose(rotate(image, degrees), expected, atol=1e-9)


@given(degrees=st.floats(-720, 720), seed=st.integers(0, 99))
def test_labels_are_never_invented(degrees, seed):
    mask = np.random.default_rng(seed).choice([0, 3, 200], (11, 13)).astype(np.uint8)
    _, turned = rotate(np.zeros(mask.shape), degrees, mask=mask)
    assert set(np.unique(turned)) <= {0, 3, 200}
    assert turned.shape == mask.shape


@given(degrees=st.floats(-360, 360))
def test_image_and_mask_move_alike(degrees):
    image, mask = disc(64, 80, center=(0.4, 0.6))
    assert dice(*rotate(image, degrees, mask=mask)) > 0.95


@given(degrees=st.floats(-360, 360))
def test_values_stay_within_their_range(degrees):
    image = noise((9, 13), np.float32)
    turned = rotate(image, degrees)
    assert turned.shape == image.shape
    assert image.min() <= turned.min() <= turned.max() <= image.max()


def test_turning_back_restores_the_middle():
    image, _ = disc(64, 64, radius=0.3)
    back = rotate(rotate(image, 20), -20)
    assert np.mean((back - image) ** 2) < 0.01
    assert np.mean((rotate(image, 20) - image) ** 2) < 0.01  # a disc about the center does not see a turn


def test_exact_turn_is_a_copy():
    image = noise()
    rotate(image, 180)[...] = -1
    np.testing.assert_array_equal(image, noise())


@pytest.mark.parametrize("degrees", [30, 45, 60])
def test_mask_turns_alike_in_every_dtype(degrees):
    mask = np.random.default_rng(0).integers(0, 4, (32, 32))
    expected = rotate(np.zeros(mask.shape), degrees, mask=mask)[1]
    for dtype in (np.uint8, np.float16, np.float32):
        np.testing.assert_array_equal(rotate(np.zeros(mask.shape), degrees, mask=mask.astype(dtype))[1], expected)


def test_empty_corners_take_the_minimum_of_each_image():
    batch = np.stack([np.full((9, 9, 1), -1000.0), np.full((9, 9, 1), 40.0)])
    np.testing.assert_allclose(rotate(batch, 45), batch)


def test_empty_corners_take_the_fill_value():
    turned = rotate(np.ones((9, 9)), 45, fill_value=-5)
    assert turned[0, 0] == -5
    assert turned[4, 4] == pytest.approx(1)


def test_empty_corners_of_the_mask_are_background():
    _, turned = rotate(np.ones((9, 9)), 45, mask=np.full((9, 9), 7))
    assert (turned[0, 0], turned[4, 4]) == (0, 7)


@pytest.mark.parametrize("name", ["degrees", "fill_value"])
def test_numbers_that_are_not_finite_are_refused(name):
    arguments = {"degrees": 10, name: np.nan}
    with pytest.raises(ValueError, match=f"rotate\\({name}=nan\\)"):
        rotate(np.zeros((4, 4)), **arguments)


def test_horizontal_flip_exchanges_left_and_right():
    np.testing.assert_array_equal(flip(np.array([[1.0, 2.0], [3.0, 4.0]]), "horizontal"), [[2, 1], [4, 3]])


def test_vertical_flip_exchanges_top_and_bottom():
    np.testing.assert_array_equal(flip(np.array([[1.0, 2.0], [3.0, 4.0]]), "vertical"), [[3, 4], [1, 2]])


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_flips_are_involutions(direction, layout):
    image, mask = noise(layout, np.float32), noise(mask_shape(layout)) > 100
    once, mask_once = flip(image, direction, mask=mask)
    twice, mask_twice = flip(once, direction, mask=mask_once)
    assert not np.array_equal(once, image)
    np.testing.assert_array_equal(twice, image)
    np.testing.assert_array_equal(mask_twice, mask)


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_flipped_image_and_mask_move_alike(direction):
    image, mask = disc(64, 80, center=(0.4, 0.6))
    flipped, flipped_mask = flip(image, direction, mask=mask)
    np.testing.assert_array_equal(flipped > 0.5, flipped_mask)


def test_labels_can_be_flipped_as_image():
    assert flip(np.eye(3, dtype=np.uint8), "horizontal").dtype == np.uint8


@pytest.mark.parametrize("direction", ["left", "", None, 0])
def test_unknown_direction_is_refused(direction):
    with pytest.raises(ValueError, match='expected "horizontal"'):
        flip(np.zeros((4, 4)), direction)
