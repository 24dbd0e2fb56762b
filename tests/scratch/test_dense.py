import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.scratch import Dense, gradient_check
from tests.scratch.keras_pass import assert_equals_keras

SHAPES = st.lists(st.integers(1, 12), min_size=2, max_size=4).map(tuple)


@given(SHAPES, st.integers(1, 12), st.booleans(), st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(shape, units, use_bias, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape, dtype="float32")
    reference = keras.layers.Dense(units, use_bias=use_bias, bias_initializer="normal")
    ours = Dense(units, use_bias=use_bias)
    reference.build(shape)
    ours.build(shape[1:])
    ours.set_weights(reference.get_weights())
    assert_equals_keras(ours, reference, x, rng)


@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 4)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_backward_passes_the_gradient_check(shape, use_bias):
    x = np.random.default_rng(1).standard_normal(shape)
    assert gradient_check(Dense(3, use_bias=use_bias), x) < 1e-7


def test_gradients_by_hand():
    layer = Dense(1)
    layer.build((2,))
    layer.set_weights([np.array([[3.0], [4.0]]), np.array([5.0])])
    assert layer.forward(np.array([[1.0, 2.0]])) == 3 + 8 + 5
    np.testing.assert_array_equal(layer.backward(np.array([[10.0]])), [[30, 40]])
    np.testing.assert_array_equal(layer.gradients[0], [[10], [20]])
    np.testing.assert_array_equal(layer.gradients[1], [10])


def test_gradients_are_those_of_the_last_pass_alone():
    layer = Dense(2)
    grad = np.ones_like(layer.forward(np.random.default_rng(0).standard_normal((3, 4))))
    layer.backward(grad)
    first = layer.gradients
    layer.backward(grad)
    for again, expected in zip(layer.gradients, first, strict=True):
        np.testing.assert_array_equal(again, expected)


def test_initial_kernel_fills_the_glorot_range():
    layer = Dense(200)
    layer.build((300,))
    limit = np.sqrt(6 / (300 + 200))
    assert 0.99 * limit < np.abs(layer.weights[0]).max() <= limit
    assert not layer.weights[1].any()


def test_initial_kernel_repeats_for_the_same_seed():
    first, second = (Dense(4, rng=np.random.default_rng(5)) for _ in range(2))
    first.build((8,))
    second.build((8,))
    np.testing.assert_array_equal(first.weights[0], second.weights[0])


def test_forgotten_flatten_shows_in_the_shape():
    assert Dense(10).forward(np.zeros((4, 7, 7, 3))).shape == (4, 7, 7, 10)


@pytest.mark.parametrize("units", [0, -1, 2.5, True, "64", None])
def test_bad_number_of_units_is_named(units):
    with pytest.raises(ValueError, match=r"Dense\(units="):
        Dense(units)


def test_other_number_of_features_is_refused():
    layer = Dense(2)
    layer.build((5,))
    with pytest.raises(ValueError, match=r"built for 5 features .* \(1, 6\).*Flatten"):
        layer.forward(np.zeros((1, 6)))


def test_missing_batch_axis_says_how_to_add_it():
    with pytest.raises(ValueError, match=r"x\[np\.newaxis\]"):
        Dense(2).forward(np.zeros(5))


@pytest.mark.parametrize("shape", [(), (0,), (3, 0)])
def test_build_with_bad_shape_is_refused(shape):
    with pytest.raises(ValueError, match="features"):
        Dense(2).build(shape)
