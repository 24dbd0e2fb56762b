import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.scratch import AveragePooling2D, MaxPooling2D, gradient_check
from tests.scratch.keras_pass import assert_equals_keras

BOTH = pytest.mark.parametrize("layer_class", [MaxPooling2D, AveragePooling2D])


@st.composite
def arguments_and_shape(draw):
    """Draw pool_size, strides and padding, and a shape of images that they accept."""
    pool_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    strides = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = draw(st.sampled_from(["valid", "same"]))
    smallest = pool_size if padding == "valid" else (1, 1)
    rows, cols = (draw(st.integers(low, low + 9)) for low in smallest)
    return (pool_size, strides, padding), (draw(st.integers(1, 3)), rows, cols, draw(st.integers(1, 5)))


@BOTH
@given(drawn=arguments_and_shape(), seed=st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(layer_class, drawn, seed):
    arguments, shape = drawn
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape, dtype="float32")
    reference = getattr(keras.layers, layer_class.__name__)(*arguments)
    assert_equals_keras(layer_class(*arguments), reference, x, rng)


@given(drawn=arguments_and_shape(), seed=st.integers(0, 2**32 - 1))
def test_ties_go_where_tensorflow_sends_them(drawn, seed):
    arguments, shape = drawn
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, shape).astype("float32")  # three grey levels: most windows have several largest pixels
    assert_equals_keras(MaxPooling2D(*arguments), keras.layers.MaxPooling2D(*arguments), x, rng)


@BOTH
@given(drawn=arguments_and_shape())
def test_backward_passes_the_gradient_check(layer_class, drawn):
    arguments, (batch, rows, cols, channels) = drawn
    # Distinct values, far apart compared with the step: no maximum changes hands.
    x = np.random.default_rng(3).permutation(rows * cols * channels).reshape(1, rows, cols, channels) / 10
    assert gradient_check(layer_class(*arguments), x) < 1e-7


def test_maximum_by_hand():
    image = np.array([[1, 2, 7, 0], [4, 3, 5, 6]]).reshape(1, 2, 4, 1)
    np.testing.assert_array_equal(MaxPooling2D(2).forward(image)[0, :, :, 0], [[4, 7]])


def test_mean_by_hand():
    image = np.array([[1, 2, 7, 0], [4, 3, 5, 6]]).reshape(1, 2, 4, 1)
    np.testing.assert_array_equal(AveragePooling2D(2).forward(image)[0, :, :, 0], [[2.5, 4.5]])


def test_first_of_equal_pixels_takes_the_gradient():
    layer = MaxPooling2D(2)
    layer.forward(np.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(layer.backward(np.full((1, 1, 1, 1), 5.0))[0, :, :, 0], [[5, 0], [0, 0]])


def test_overlapping_windows_add_up_by_hand():
    layer = MaxPooling2D(2, strides=1)
    layer.forward(np.array([[0, 0, 0], [0, 9, 0], [0, 0, 0]]).reshape(1, 3, 3, 1))
    gradient = layer.backward(np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 2, 2, 1))
    np.testing.assert_array_equal(gradient[0, :, :, 0], [[0, 0, 0], [0, 10, 0], [0, 0, 0]])


def test_negative_images_are_not_pulled_to_zero_at_the_border():
    output = MaxPooling2D(2, padding="same").forward(np.full((1, 3, 3, 1), -7.0))
    np.testing.assert_array_equal(output, np.full((1, 2, 2, 1), -7.0))


def test_constant_image_keeps_its_mean_at_the_border():
    output = AveragePooling2D(3, strides=2, padding="same").forward(np.full((1, 6, 7, 2), 5.0))
    np.testing.assert_array_equal(output, np.full((1, 3, 4, 2), 5.0))


@BOTH
@given(drawn=arguments_and_shape())
def test_gradient_reaches_the_pixels_whole(layer_class, drawn):
    # Each output is one pixel, or a mean whose shares add up to one: what goes in comes out.
    arguments, shape = drawn
    rng = np.random.default_rng(0)
    layer = layer_class(*arguments)
    grad = rng.standard_normal(layer.forward(rng.standard_normal(shape)).shape)
    assert layer.backward(grad).sum() == pytest.approx(grad.sum(), abs=1e-9)


def test_shift_by_one_stride_shifts_the_output():
    x = np.random.default_rng(0).standard_normal((1, 12, 12, 2))
    layer = MaxPooling2D(2)
    shifted = layer.forward(np.roll(x, (2, 4), axis=(1, 2)))
    np.testing.assert_array_equal(shifted, np.roll(layer.forward(x), (1, 2), axis=(1, 2)))


@BOTH
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_blocks_do_not_change_the_result(layer_class, padding, monkeypatch):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((3, 11, 9, 2))
    layer = layer_class(3, 2, padding)
    output = layer.forward(x)
    grad = rng.standard_normal(output.shape)
    gradient = layer.backward(grad)
    monkeypatch.setattr("medbook.scratch.windows.BLOCK_BYTES", 1)
    np.testing.assert_array_equal(layer.forward(x), output)
    np.testing.assert_allclose(layer.backward(grad), gradient, rtol=1e-12)


@BOTH
def test_second_backward_pass_starts_from_zero(layer_class):
    layer = layer_class(2)
    grad = layer.forward(np.random.default_rng(0).standard_normal((1, 4, 4, 1)))
    np.testing.assert_array_equal(layer.backward(grad), layer.backward(grad))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(pool_size=0), "pool_size=0"),
        (dict(pool_size=(2, 2, 2)), "pool_size="),
        (dict(strides=1.5), "strides=1.5"),
        (dict(padding="full"), "padding='full'"),
    ],
)
@BOTH
def test_bad_argument_is_named(layer_class, arguments, message):
    with pytest.raises(ValueError, match=f"{layer_class.__name__}.*{message}"):
        layer_class(**arguments)


@BOTH
def test_window_larger_than_image_says_what_to_do(layer_class):
    with pytest.raises(ValueError, match='padding="same"'):
        layer_class(5).forward(np.zeros((1, 4, 4, 1)))
