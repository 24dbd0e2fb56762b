import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from medbook.scratch import Softmax, gradient_check
from tests.scratch.keras_pass import assert_equals_keras

SHAPES = st.lists(st.integers(2, 6), min_size=2, max_size=4).map(tuple)


@given(SHAPES, st.data(), st.floats(0.1, 30), st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(shape, data, scale, seed):
    axis = data.draw(st.integers(1, len(shape) - 1) | st.just(-1))
    rng = np.random.default_rng(seed)
    x = np.float32(scale) * rng.standard_normal(shape, dtype="float32")
    x[0] = 0  # saturated probabilities have gradients of few digits: they must not be the largest of all
    assert_equals_keras(Softmax(axis), keras.layers.Softmax(axis), x, rng)


@pytest.mark.parametrize("axis", [-1, 1])
def test_backward_passes_the_gradient_check(axis):
    x = np.random.default_rng(1).standard_normal((2, 3, 4))
    assert gradient_check(Softmax(axis), x) < 1e-7


def test_probabilities_by_hand():
    scores = np.log([[1.0, 2.0, 5.0]])
    np.testing.assert_allclose(Softmax().forward(scores), [[1 / 8, 2 / 8, 5 / 8]], rtol=1e-15)


@given(SHAPES, st.floats(-1e4, 1e4))
def test_adding_a_number_to_all_scores_changes_nothing(shape, number):
    x = np.random.default_rng(0).standard_normal(shape)
    np.testing.assert_allclose(Softmax().forward(x + number), Softmax().forward(x), atol=1e-11)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_logits_of_ten_thousand_stay_finite(dtype):
    x = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]], dtype)
    layer = Softmax()
    np.testing.assert_allclose(layer.forward(x), softmax(x, axis=-1), atol=1e-7)
    assert np.isfinite(layer.backward(np.ones((2, 3)))).all()


def test_same_gradient_for_all_classes_moves_no_score():
    # Probabilities always add up to one: raising all of them is impossible.
    layer = Softmax()
    layer.forward(np.random.default_rng(0).standard_normal((4, 5)))
    np.testing.assert_allclose(layer.backward(np.ones((4, 5))), 0, atol=1e-15)


@pytest.mark.parametrize("shape", [(4, 1), (4, 3, 3, 1)])
def test_one_unit_is_refused_with_the_remedy(shape):
    with pytest.raises(ValueError, match=r"always 1.*Sigmoid"):
        Softmax().forward(np.zeros(shape))


def test_one_unit_is_refused_when_the_layer_is_built():
    with pytest.raises(ValueError, match="always 1"):
        Softmax().build((1,))


@pytest.mark.parametrize("axis", [0, 1.5, True, None])
def test_bad_axis_is_named(axis):
    with pytest.raises(ValueError, match=f"axis={axis}"):
        Softmax(axis)


@pytest.mark.parametrize("axis", [2, -2, -3])
def test_axis_that_does_not_exist_or_is_the_batch_is_refused(axis):
    with pytest.raises(ValueError, match=f"axis={axis}"):
        Softmax(axis).forward(np.zeros((4, 3)))
