import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler, minmax_scale

from medbook.preprocessing import Standardizer, rescale, standardize


def images(seed=0, batch=20, channels=1, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return (rng.normal(100, 20, (batch, 8, 9, channels)) + 50 * np.arange(channels)).astype(dtype)


def test_rescale_by_hand():
    np.testing.assert_array_equal(rescale(np.array([[-1000, 0, 1000]])), [[0, 0.5, 1]])


def test_rescale_equals_scikit_learn():
    image = images(batch=1)[0]
    np.testing.assert_allclose(rescale(image).ravel(), minmax_scale(image.ravel()), rtol=1e-5, atol=1e-6)


@given(scale=st.floats(0.01, 100), shift=st.floats(-1000, 1000))
def test_rescale_forgets_unit_and_offset(scale, shift):
    image = images(dtype=np.float64)[0]
    np.testing.assert_allclose(rescale(scale * image + shift), rescale(image), atol=1e-9)


def test_percentiles_clip_a_hot_pixel():
    image = np.arange(1000.0).reshape(25, 40)
    image[0, 0] = 1e6
    assert np.median(rescale(image)) < 0.001
    assert np.median(rescale(image, percentiles=(1, 99))) == pytest.approx(0.5, abs=0.01)


def test_percentiles_clip_their_share():
    rescaled = rescale(images(batch=1)[0], percentiles=(10, 80))
    assert [np.mean(rescaled == 0), np.mean(rescaled == 1)] == pytest.approx([0.1, 0.2], abs=0.02)


@pytest.mark.parametrize("percentiles", [(50, 50), (99, 1), (-1, 50), (0, 101), 5, (1, 2, 3), (np.nan, 3)])
def test_percentiles_that_do_not_rise_are_refused(percentiles):
    with pytest.raises(ValueError, match="two rising numbers from 0 to 100"):
        rescale(np.eye(3), percentiles=percentiles)


def test_rescaling_a_constant_image_is_refused():
    with pytest.raises(ValueError, match="both 7; it is constant"):
        rescale(np.full((4, 4), 7.0))


def test_percentiles_within_the_background_are_refused():
    with pytest.raises(ValueError, match="widen percentiles"):
        rescale(np.eye(10), percentiles=(5, 50))


def test_standardize_equals_scikit_learn():
    image = images(batch=1)[0]
    expected = StandardScaler().fit_transform(image.reshape(-1, 1)).reshape(image.shape)
    np.testing.assert_allclose(standardize(image), expected, atol=1e-5)


def test_standardized_images_have_mean_0_and_sd_1_each():
    batch = images() * np.arange(1, 21).reshape(20, 1, 1, 1)
    standardized = standardize(batch)
    np.testing.assert_allclose(standardized.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(standardized.std(axis=(1, 2, 3)), 1, rtol=1e-5)


def test_standardizing_a_constant_image_of_a_batch_is_refused():
    batch = images()
    batch[3] = 0.1  # a mean in floats is not exactly 0.1, so its deviation would not be 0
    with pytest.raises(ValueError, match=r"an image is constant \(0\.1\)"):
        standardize(batch)


@pytest.mark.parametrize("function", [rescale, standardize])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float16])
def test_other_types_become_float32(function, dtype):
    assert function(np.arange(12).reshape(3, 4).astype(dtype)).dtype == np.float32


@pytest.mark.parametrize("channels", [1, 3])
def test_standardizer_equals_scikit_learn(channels):
    train, test = images(0, channels=channels), images(1, channels=channels)
    expected = StandardScaler().fit(train.reshape(-1, channels)).transform(test.reshape(-1, channels))
    received = Standardizer().fit(train).transform(test)
    np.testing.assert_allclose(received, expected.reshape(test.shape), atol=1e-4)


def test_standardizer_by_hand():
    standardizer = Standardizer().fit(np.array([0.0, 4.0]).reshape(2, 1, 1, 1))
    assert standardizer.transform(np.full((1, 1, 1), 6.0)).item() == 2.0


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-6), (np.float64, 1e-14)])
def test_inverse_is_exact_up_to_rounding(dtype, tolerance):
    batch = images(channels=3, dtype=dtype)
    standardizer = Standardizer().fit(batch[:10])
    restored = standardizer.inverse_transform(standardizer.transform(batch))
    assert restored.dtype == dtype
    np.testing.assert_allclose(restored, batch, rtol=tolerance)


def test_training_images_get_mean_0_and_test_images_do_not():
    train, test = images(0), images(1) + 5
    standardizer = Standardizer().fit(train)
    assert abs(standardizer.transform(train).mean()) < 1e-5
    assert standardizer.transform(test).mean() == pytest.approx(5 / 20, abs=0.1)


def test_transform_does_not_learn():
    standardizer = Standardizer().fit(images(0))
    before = standardizer.mean.copy(), standardizer.sd.copy()
    standardizer.transform(images(1) + 500)
    assert (standardizer.mean, standardizer.sd) == before


def test_single_precision_keeps_its_digits_over_many_pixels():
    offset = np.full((64, 128, 128, 1), 1000, np.float32)
    offset[:, ::2] += 1
    standardizer = Standardizer().fit(offset)
    assert (standardizer.mean[0], standardizer.sd[0]) == (1000.5, 0.5)


def test_one_image_is_transformed_like_a_batch():
    standardizer, batch = Standardizer().fit(images()), images(1)
    np.testing.assert_array_equal(standardizer.transform(batch[0]), standardizer.transform(batch)[0])


@pytest.mark.parametrize("method", ["transform", "inverse_transform"])
def test_use_before_fit_is_refused(method):
    with pytest.raises(ValueError, match=rf"{method}: not fitted yet; call fit\(training_images\) first"):
        getattr(Standardizer(), method)(images())


def test_save_before_fit_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not fitted yet"):
        Standardizer().save(tmp_path / "standardizer.json")


@pytest.mark.parametrize("shape", [(8, 9), (8, 9, 1), (20, 8, 9), (20, 0, 9, 1)])
def test_fit_refuses_what_is_no_batch(shape):
    with pytest.raises(ValueError, match=r"expected .*\(batch, rows, cols, channels\)|images\[\.\.\., np\.newaxis\]"):
        Standardizer().fit(np.random.default_rng(0).random(shape))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_fit_and_transform_refuse_pixels_that_are_not_finite(bad):
    broken = images()
    broken[0, 0, 0, 0] = bad
    with pytest.raises(ValueError, match=r"Standardizer\.fit: 1 of 1440 pixels"):
        Standardizer().fit(broken)
    with pytest.raises(ValueError, match=r"Standardizer\.transform: 1 of 1440 pixels"):
        Standardizer().fit(images()).transform(broken)


def test_fit_refuses_a_constant_channel():
    batch = images(channels=3)
    batch[..., 1] = 0.1
    with pytest.raises(ValueError, match="channel 1 is constant"):
        Standardizer().fit(batch)


@pytest.mark.parametrize("shape", [(20, 8, 9, 3), (8, 9), (20, 8, 9)])
def test_transform_refuses_other_channels(shape):
    with pytest.raises(ValueError, match=r"image\[\.\.\., np\.newaxis\]"):
        Standardizer().fit(images()).transform(np.zeros(shape))


def test_loaded_standardizer_is_the_saved_one(tmp_path):
    standardizer = Standardizer().fit(images(channels=3))
    standardizer.save(tmp_path / "standardizer.json")
    loaded = Standardizer.load(tmp_path / "standardizer.json")
    batch = images(1, channels=3)
    np.testing.assert_array_equal(loaded.transform(batch), standardizer.transform(batch))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        '{"mean": [1]}',
        '{"mean": [1], "sd": [0]}',
        '{"mean": [1], "sd": [1, 2]}',
        '{"mean": 1, "sd": 1}',
        '{"mean": [NaN], "sd": [1]}',
        '{"mean": [1], "sd": [Infinity]}',
        '{"mean": ["x"], "sd": [1]}',
        '{"mean": [], "sd": []}',
        '{"mean": [[1], [2, 3]], "sd": [1]}',
    ],
)
def test_file_with_something_else_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"Standardizer\.load: .*other\.json"):
        Standardizer.load(path)
