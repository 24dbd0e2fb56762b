import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from skimage import restoration

from medbook.preprocessing import denoise, estimate_noise_sd
from tests.preprocessing.shapes import disc

METHODS = ["gaussian", "median", "nonlocal_means", "total_variation"]
CLEAN = 100 * disc(48, 64)[0].astype(np.float64)


def noisy(sd=20, seed=0):
    return CLEAN + np.random.default_rng(seed).normal(0, sd, CLEAN.shape)


def squared_error(image):
    return np.mean((image - CLEAN) ** 2)


@pytest.mark.parametrize(("method", "share"), [*zip(METHODS, [0.3, 0.3, 0.15, 0.15], strict=True)])
def test_default_strength_leaves_a_small_share_of_the_squared_error(method, share):
    assert squared_error(denoise(noisy(), method=method)) < share * squared_error(noisy())


@pytest.mark.parametrize("method", METHODS)
@given(scale=st.floats(0.01, 100), shift=st.floats(-1000, 1000))
def test_unit_and_offset_do_not_matter(method, scale, shift):
    expected = scale * denoise(noisy(), method=method) + shift
    np.testing.assert_allclose(denoise(scale * noisy() + shift, method=method), expected, atol=0.02 * scale)


@pytest.mark.parametrize("method", METHODS)
def test_more_strength_smooths_more(method):
    roughness = [np.abs(np.diff(denoise(noisy(), method=method, strength=s), axis=0)).sum() for s in (1, 2, 4)]
    assert roughness[0] > roughness[1] > roughness[2]


@pytest.mark.parametrize("method", METHODS)
def test_constant_image_stays_constant(method):
    np.testing.assert_allclose(denoise(np.full((9, 9), -3.7), method=method), -3.7)


@pytest.mark.parametrize("method", ["gaussian", "median"])
def test_channels_do_not_mix(method):
    image = np.stack([noisy(seed=seed) for seed in range(3)], axis=-1)
    alone = np.stack([denoise(image[..., channel], method=method) for channel in range(3)], axis=-1)
    np.testing.assert_allclose(denoise(image, method=method), alone)


@pytest.mark.parametrize("method", METHODS)
def test_half_precision_stays(method):
    assert denoise(noisy().astype(np.float16), method=method).dtype == np.float16


def test_gaussian_equals_scipy():
    expected = ndimage.gaussian_filter(noisy(), 1.5, mode="nearest")
    np.testing.assert_allclose(denoise(noisy(), method="gaussian", strength=1.5), expected)


def test_median_equals_scipy():
    expected = ndimage.median_filter(noisy(), 5, mode="nearest")
    np.testing.assert_array_equal(denoise(noisy(), method="median", strength=2), expected)


def test_median_removes_an_outlier_by_hand():
    image = np.zeros((5, 5))
    image[2, 2] = 1000
    np.testing.assert_array_equal(denoise(image, method="median"), np.zeros((5, 5)))


def test_nonlocal_means_equals_scikit_image():
    expected = restoration.denoise_nl_means(
        noisy(), patch_size=5, patch_distance=6, h=16, sigma=20, preserve_range=True
    )
    received = denoise(noisy(), method="nonlocal_means", strength=0.8, noise_sd=20)
    np.testing.assert_allclose(received, expected)


def test_total_variation_equals_scikit_image():
    expected = restoration.denoise_tv_chambolle(noisy(), weight=30, eps=1e-5)
    received = denoise(noisy(), method="total_variation", strength=1.5, noise_sd=20)
    np.testing.assert_allclose(received, expected)


@pytest.mark.parametrize("method", ["nonlocal_means", "total_variation"])
def test_noise_is_estimated_where_it_is_not_given(method):
    estimated = denoise(noisy(), method=method, noise_sd=estimate_noise_sd(noisy()))
    np.testing.assert_array_equal(denoise(noisy(), method=method), estimated)


@pytest.mark.parametrize("sd", [1, 5, 20, 80])
def test_estimate_is_within_a_tenth_of_the_truth(sd):
    assert estimate_noise_sd(noisy(sd)) == pytest.approx(sd, rel=0.1)


def test_estimate_of_white_noise_is_unbiased():
    estimates = [estimate_noise_sd(np.random.default_rng(seed).normal(0, 1, (64, 64))) for seed in range(50)]
    assert np.mean(estimates) == pytest.approx(1, abs=0.01)


def test_estimate_ignores_slopes():
    y, x = np.mgrid[:64, :64]
    assert estimate_noise_sd(noisy(5)) == pytest.approx(estimate_noise_sd(noisy(5) + 30.0 * x[:48] + 7 * y[:48]))


def test_estimate_ignores_padding():
    padded = np.pad(np.random.default_rng(0).normal(0, 5, (64, 64)), 100)
    assert estimate_noise_sd(padded) == pytest.approx(5, rel=0.1)


def test_estimate_of_an_image_without_noise_is_0():
    assert estimate_noise_sd(np.full((8, 8), 0.1, np.float32)) == 0


@pytest.mark.parametrize("shape", [(2, 8), (8, 2, 1), (2, 8, 8, 1)])
def test_estimate_refuses_small_images_and_batches(shape):
    with pytest.raises(ValueError, match="expected one image of at least 3 x 3 pixels"):
        estimate_noise_sd(np.zeros(shape))


def test_unknown_method_is_refused():
    with pytest.raises(ValueError, match="expected one of gaussian, median, nonlocal_means, total_variation"):
        denoise(CLEAN, method="bilateral")


@pytest.mark.parametrize("name", ["strength", "noise_sd"])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_numbers_that_are_not_positive_are_refused(name, value):
    with pytest.raises(ValueError, match=rf"denoise\({name}={value}\)"):
        denoise(CLEAN, **{name: value})


def test_half_a_pixel_of_median_is_refused():
    with pytest.raises(ValueError, match="whole number of pixels"):
        denoise(CLEAN, method="median", strength=1.5)
