import keras
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medbook.scratch import AveragePooling2D, GlobalAveragePooling2D, gradient_check
from tests.scratch.keras_pass import assert_equals_keras

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 20), st.integers(1, 20), st.integers(1, 6))


@given(SHAPES, st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(shape, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape, dtype="float32")
    assert_equals_keras(GlobalAveragePooling2D(), keras.layers.GlobalAveragePooling2D(), x, rng)


def test_backward_passes_the_gradient_check():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 2))
    assert gradient_check(GlobalAveragePooling2D(), x) < 1e-7


@given(SHAPES)
def test_equals_average_pooling_over_the_whole_image(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    expected = AveragePooling2D(shape[1:3]).forward(x)[:, 0, 0]
    np.testing.assert_allclose(GlobalAveragePooling2D().forward(x), expected, atol=1e-14)


def test_moving_the_image_around_changes_nothing():
    x = np.random.default_rng(0).standard_normal((1, 8, 8, 3))
    moved = np.roll(x, (3, 5), axis=(1, 2))
    layer = GlobalAveragePooling2D()
    np.testing.assert_allclose(layer.forward(moved), layer.forward(x), atol=1e-15)


def test_float32_keeps_its_digits_on_large_images():
    x = np.random.default_rng(0).standard_normal((1, 512, 512, 1), dtype="float32") + 100
    np.testing.assert_allclose(GlobalAveragePooling2D().forward(x), x.astype(float).mean(axis=(1, 2)), rtol=1e-6)


def test_gradient_can_be_written_to():
    layer = GlobalAveragePooling2D()
    gradient = layer.backward(layer.forward(np.ones((1, 2, 2, 1))))
    gradient[0, 0, 0, 0] = 7
    np.testing.assert_array_equal(gradient[0, :, :, 0], [[7, 0.25], [0.25, 0.25]])
