import numpy as np
import pytest

from medbook.models import build_cnn, fit_normalization, load_weights, save_weights
from medbook.preprocessing import Standardizer


def images(channels=1, seed=0, offset=100):
    rng = np.random.default_rng(seed)
    return (rng.normal(offset, 20, (30, 8, 9, channels)) + 50 * np.arange(channels)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 3])
def test_layer_equals_the_standardizer(channels):
    train, test = images(channels), images(channels, seed=1)
    expected = Standardizer().fit(train).transform(test)
    np.testing.assert_allclose(fit_normalization(train)(test), expected, rtol=1e-5, atol=1e-5)


def test_large_offset_costs_no_digits():
    """In single precision, the mean of squares minus the square of the mean would be noise here."""
    train = np.round(images(offset=0)).astype(np.float32) + 50000
    expected = Standardizer().fit(train).transform(train)
    np.testing.assert_allclose(fit_normalization(train)(train), expected, atol=2e-3)


def test_training_images_get_mean_zero_and_standard_deviation_one():
    normalised = fit_normalization(images(3))(images(3)).numpy()
    np.testing.assert_allclose(normalised.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(normalised.std(axis=(0, 1, 2)), 1, rtol=1e-5)


def test_statistics_travel_with_the_weights(tmp_path):
    first, other = (build_cnn((8, 9, 1), preprocessing=fit_normalization(images(seed=s) * (s + 1))) for s in (0, 1))
    save_weights(first, tmp_path / "cnn.npz")
    load_weights(other, tmp_path / "cnn.npz")
    np.testing.assert_allclose(other(images(seed=2)), first(images(seed=2)), rtol=1e-5)


def test_statistics_are_not_trained():
    assert fit_normalization(images()).trainable_weights == []


@pytest.mark.parametrize("shape", [(8, 9), (30, 8, 9), (0, 8, 9, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(batch, rows, cols, channels\)"):
        fit_normalization(np.zeros(shape))


def test_constant_channel_is_refused():
    train = images(3)
    train[..., 1] = 5
    with pytest.raises(ValueError, match="channel 1 is constant"):
        fit_normalization(train)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixel_that_is_not_finite_is_refused(value):
    train = images()
    train[3, 2, 1, 0] = value
    with pytest.raises(ValueError, match="NaN or infinity"):
        fit_normalization(train)
