import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import exposure

from medbook.preprocessing import equalize

METHODS = ["histogram", "clahe"]


def faint(shape=(96, 80)):
    """Values in HU, most of them within a narrow band."""
    rng = np.random.default_rng(0)
    return np.where(rng.random(shape) < 0.9, rng.normal(40, 5, shape), rng.uniform(-1000, 1000, shape))


def test_histogram_by_hand():
    # Bins are 1 wide, so that 10.5 and 40.5 are centers: each value becomes the share that is not brighter.
    np.testing.assert_allclose(equalize(np.array([[0.0, 10.5], [40.5, 256.0]])), [[0.25, 0.5], [0.75, 1]])


def test_histogram_equals_scikit_image():
    np.testing.assert_allclose(equalize(faint()), exposure.equalize_hist(faint()))


@pytest.mark.parametrize("clip_limit", [0.01, 0.1])
def test_clahe_equals_scikit_image(clip_limit):
    scaled = (faint() - faint().min()) / np.ptp(faint())
    expected = exposure.equalize_adapthist(scaled, clip_limit=clip_limit)
    np.testing.assert_allclose(equalize(faint(), method="clahe", clip_limit=clip_limit), expected)


@pytest.mark.parametrize("method", METHODS)
@given(rows=st.integers(1, 30), cols=st.integers(2, 30))
def test_result_is_within_0_and_1(method, rows, cols):
    equalized = equalize(faint((rows, cols)), method=method)
    assert equalized.shape == (rows, cols)
    assert 0 <= equalized.min() <= equalized.max() <= 1


def test_histogram_keeps_the_order_of_values():
    values = np.sort(faint().ravel()).reshape(faint().shape)
    assert np.all(np.diff(equalize(values).ravel()) >= 0)


@pytest.mark.parametrize("method", METHODS)
@given(scale=st.floats(0.01, 100), shift=st.floats(-1000, 1000))
def test_unit_and_offset_do_not_matter(method, scale, shift):
    image = np.round(faint((24, 24)))
    difference = np.abs(equalize(scale * image + shift, method=method) - equalize(image, method=method))
    # A value on the border of two bins may fall into either.
    assert np.median(difference) < 1e-3


def test_higher_clip_limit_gives_more_contrast():
    image = np.random.default_rng(0).normal(40, 5, (256, 256)) + 300 * (np.arange(256) > 250)
    low, high = (equalize(image, method="clahe", clip_limit=limit)[:, :200].std() for limit in (0.005, 0.1))
    assert high > 1.2 * low


@pytest.mark.parametrize("method", METHODS)
def test_constant_image_is_refused(method):
    with pytest.raises(ValueError, match=r"constant \(5\)"):
        equalize(np.full((8, 8), 5.0), method=method)


def test_colour_is_refused():
    with pytest.raises(ValueError, match="3 channels, expected gray images"):
        equalize(np.random.default_rng(0).random((8, 8, 3)))


def test_unknown_method_is_refused():
    with pytest.raises(ValueError, match=r'method=\'gamma\'\): expected "histogram" or "clahe"'):
        equalize(faint(), method="gamma")


@pytest.mark.parametrize("clip_limit", [0, -1, 1.1, np.nan])
def test_clip_limit_out_of_range_is_refused(clip_limit):
    with pytest.raises(ValueError, match=r"clip_limit="):
        equalize(faint(), method="clahe", clip_limit=clip_limit)
