import math

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from medbook.scratch import GELU, LeakyReLU, ReLU, Sigmoid, Tanh, gradient_check
from tests.scratch.keras_pass import assert_equals_keras

PAIRS = {
    ReLU: keras.activations.relu,
    LeakyReLU: keras.layers.LeakyReLU(),
    GELU: lambda x: keras.activations.gelu(x, approximate=False),
    Sigmoid: keras.activations.sigmoid,
    Tanh: keras.activations.tanh,
}
ALL = pytest.mark.parametrize("layer_class", PAIRS)
SHAPES = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)


@ALL
@given(shape=SHAPES, scale=st.floats(0.1, 30), seed=st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(layer_class, shape, scale, seed):
    rng = np.random.default_rng(seed)
    x = np.float32(scale) * rng.standard_normal(shape, dtype="float32")
    x.flat[0] = 1  # a saturated unit has few digits (slope 1 - 0.99999): it must not be the largest of all
    assert_equals_keras(layer_class(), PAIRS[layer_class], x, rng)


@given(st.floats(0, 1.5), st.integers(0, 2**32 - 1))
def test_every_negative_slope_equals_keras(negative_slope, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((4, 5), dtype="float32")
    reference = keras.layers.LeakyReLU(negative_slope=negative_slope)
    assert_equals_keras(LeakyReLU(negative_slope), reference, x, rng)


@ALL
def test_slope_at_zero_equals_keras(layer_class):
    x = np.array([[-1.0, 0.0, 1.0]], dtype="float32")
    assert_equals_keras(layer_class(), PAIRS[layer_class], x, np.random.default_rng(0))


@ALL
def test_backward_passes_the_gradient_check(layer_class):
    x = np.random.default_rng(1).standard_normal((3, 4, 2))
    x[np.abs(x) < 0.01] = 0.5  # away from the kink of ReLU
    assert gradient_check(layer_class(), x) < 1e-7


@ALL
@pytest.mark.filterwarnings("error")
def test_huge_numbers_give_finite_outputs_and_gradients(layer_class):
    layer = layer_class()
    output = layer.forward(np.array([-1e4, -100.0, 100.0, 1e4], dtype="float32"))
    assert np.isfinite(output).all()
    assert np.isfinite(layer.backward(np.ones(4))).all()


@ALL
def test_nan_is_not_hidden(layer_class):
    assert np.isnan(layer_class().forward(np.array([np.nan])))


def test_sigmoid_of_minus_x_is_the_rest_to_one():
    x = np.linspace(-20, 20, 81)
    np.testing.assert_allclose(Sigmoid().forward(-x), 1 - Sigmoid().forward(x), atol=1e-15)


def test_sigmoid_by_hand():
    np.testing.assert_allclose(Sigmoid().forward(np.log([1.0, 3.0, 1 / 3])), [1 / 2, 3 / 4, 1 / 4], rtol=1e-15)


def test_tanh_is_a_stretched_sigmoid():
    x = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(Tanh().forward(x), 2 * Sigmoid().forward(2 * x) - 1, atol=1e-15)


def test_gelu_weighs_by_the_normal_distribution():
    x = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(GELU().forward(x), x * norm.cdf(x), atol=1e-15)


def test_gelu_is_exact_not_the_approximation_by_tanh():
    x = np.linspace(-5, 5, 41)
    approximation = x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2
    assert np.abs(GELU().forward(x) - approximation).max() > 1e-4


def test_leaky_relu_of_slope_one_is_the_identity():
    x = np.random.default_rng(0).standard_normal((3, 4))
    np.testing.assert_array_equal(LeakyReLU(1.0).forward(x), x)


@pytest.mark.parametrize("negative_slope", [-0.1, math.inf, math.nan])
def test_bad_negative_slope_is_named(negative_slope):
    with pytest.raises(ValueError, match="negative_slope="):
        LeakyReLU(negative_slope)
