import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.scratch import Flatten, gradient_check
from tests.scratch.keras_pass import assert_equals_keras


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple), st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(shape, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape, dtype="float32")
    assert_equals_keras(Flatten(), keras.layers.Flatten(), x, rng)


def test_channel_runs_fastest():
    image = np.array([[[1, 10], [2, 20]]])  # one row, two cols, two channels
    np.testing.assert_array_equal(Flatten().forward(image[np.newaxis]), [[1, 10, 2, 20]])


def test_backward_passes_the_gradient_check():
    assert gradient_check(Flatten(), np.random.default_rng(0).standard_normal((2, 3, 2, 2))) < 1e-7


def test_backward_undoes_forward():
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 2))
    layer = Flatten()
    np.testing.assert_array_equal(layer.backward(layer.forward(x)), x)


def test_numbers_without_axes_become_one_feature_each():
    assert Flatten().forward(np.arange(5.0)).shape == (5, 1)


def test_single_number_is_refused():
    with pytest.raises(ValueError, match=r"\(batch, \.\.\.\)"):
        Flatten().forward(3.0)
