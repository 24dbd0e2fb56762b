import numpy as np
import pytest
from skimage.transform import rotate

from medbook.models import augmentation

EACH = [
    {"shift": 0.2},
    {"rotation_deg": 20},
    {"zoom": 0.2},
    {"contrast": 0.3},
    {"gamma": 0.5},
    {"noise": 0.1},
    {"flip": True},
]


def images(num=8, size=16):
    return np.random.default_rng(0).random((num, size, size, 1), dtype=np.float32)


@pytest.mark.parametrize("options", EACH, ids=lambda options: next(iter(options)))
def test_each_option_changes_images_in_training_only(options):
    x = images()
    layer = augmentation(**options, seed=1)
    np.testing.assert_array_equal(layer(x, training=False), x)
    assert np.mean(np.any(layer(x, training=True).numpy() != x, axis=(1, 2, 3))) > 0.2


def test_nothing_chosen_changes_nothing():
    np.testing.assert_array_equal(augmentation()(images(), training=True), images())


@pytest.mark.parametrize("options", EACH, ids=lambda options: next(iter(options)))
def test_same_seed_draws_the_same_changes(options):
    first, again, other = (augmentation(**options, seed=seed)(images(), training=True).numpy() for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_images_of_a_batch_change_differently():
    x = np.repeat(images(1), 8, axis=0)
    changed = augmentation(shift=0.2, seed=0)(x, training=True).numpy()
    assert len(np.unique(changed.reshape(8, -1), axis=0)) == 8


def test_shift_stays_within_its_share():
    x = np.zeros((200, 21, 21, 1), np.float32)
    x[:, 10, 10] = 1
    changed = augmentation(shift=0.2, seed=0)(x, training=True).numpy()[..., 0]
    rows, cols = (changed.sum(axis=axis) @ np.arange(21) for axis in (2, 1))
    distance = np.abs([rows - 10, cols - 10]).max(axis=1)
    assert np.all((distance > 0.9 * 0.2 * 21) & (distance <= 0.2 * 21 + 1e-3))


def test_gamma_raises_each_image_to_one_power_within_its_limits():
    x = np.tile(np.array([0, 0.2, 0.5, 1], np.float32).reshape(1, 2, 2, 1), (200, 1, 1, 1))
    changed = augmentation(gamma=0.5, seed=0)(x, training=True).numpy().reshape(200, 4)
    np.testing.assert_array_equal(changed[:, [0, 3]], np.tile([0, 1], (200, 1)))
    powers = np.log(changed[:, 1:3]) / np.log([0.2, 0.5])
    np.testing.assert_allclose(powers[:, 0], powers[:, 1], rtol=1e-4)
    assert np.all(np.abs(np.log(powers)) <= 0.5 + 1e-4)
    assert np.log(powers).min() < -0.4
    assert np.log(powers).max() > 0.4


def test_what_moves_in_repeats_the_border():
    x = np.full((50, 16, 16, 1), 0.7, np.float32)
    changed = augmentation(shift=0.3, rotation_deg=30, zoom=0.3, seed=0)(x, training=True)
    np.testing.assert_allclose(changed, x, atol=1e-5)


def test_rotation_stays_within_its_angle_in_degrees():
    """Each changed image is compared with the same one turned by all angles."""
    rows, cols = np.mgrid[-16:17, -16:17]
    bar = np.exp(-((rows / 3) ** 2) - (cols / 12) ** 2)
    angles = np.arange(-40, 41)
    turned = np.array([rotate(bar, angle) for angle in angles]).reshape(len(angles), -1)
    x = np.repeat(bar[np.newaxis, ..., np.newaxis], 100, axis=0).astype(np.float32)
    changed = augmentation(rotation_deg=20, seed=0)(x, training=True).numpy().reshape(100, -1)
    best = angles[((changed[:, np.newaxis] - turned) ** 2).sum(axis=2).argmin(axis=1)]
    assert 17 <= best.max() <= 21
    assert -21 <= best.min() <= -17


def test_contrast_keeps_images_in_zero_and_one():
    x = np.where(images() > 0.5, 0.95, 0.05).astype(np.float32)
    changed = augmentation(contrast=0.5, seed=0)(x, training=True).numpy()
    assert (changed.min(), changed.max()) == (0, 1)


def test_noise_has_its_standard_deviation():
    change = augmentation(noise=0.05, seed=0)(images(40), training=True).numpy() - images(40)
    assert change.std() == pytest.approx(0.05, rel=0.03)


def test_flip_mirrors_left_and_right_and_is_off_by_default():
    x = images(60)
    changed = augmentation(flip=True, seed=0)(x, training=True).numpy()
    mirrored = np.all(changed == x[:, :, ::-1], axis=(1, 2, 3))
    assert np.all(mirrored | np.all(changed == x, axis=(1, 2, 3)))
    assert 15 < mirrored.sum() < 45


@pytest.mark.parametrize("argument", ["shift", "rotation_deg", "zoom", "contrast", "noise"])
@pytest.mark.parametrize("value", [-0.1, 181, np.nan, np.inf])
def test_numbers_out_of_range_are_refused(argument, value):
    if argument == "noise" and value == 181:
        value = -1
    with pytest.raises(ValueError, match=rf"augmentation\({argument}="):
        augmentation(**{argument: value})
