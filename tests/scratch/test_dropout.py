import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.scratch import Dropout, gradient_check
from tests.scratch.keras_pass import assert_equals_keras

RATES = st.floats(0, 0.95)


@given(RATES, st.integers(0, 2**32 - 1))
def test_without_training_equals_keras(rate, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((3, 4, 2), dtype="float32")
    assert_equals_keras(Dropout(rate), keras.layers.Dropout(rate), x, rng, training=False)


@given(RATES, st.integers(0, 2**32 - 1))
def test_numbers_that_remain_are_those_of_keras(rate, seed):
    # The masks differ, being random; where both let a number through, it has the same value.
    x = np.random.default_rng(seed).uniform(1, 2, (20, 20)).astype("float32")
    ours = Dropout(rate, rng=np.random.default_rng(seed)).forward(x, training=True)
    theirs = keras.layers.Dropout(rate, seed=seed)(x, training=True).numpy()
    both = (ours > 0) & (theirs > 0)
    np.testing.assert_allclose(ours[both], theirs[both], rtol=1e-6)
    assert np.isin(ours[ours > 0], x * np.float32(1 / (1 - rate))).all()


class SameMask(Dropout):
    """Training mode with the same mask at each pass, as the central difference needs it."""

    def forward(self, x, training=False):
        self.rng = np.random.default_rng(7)
        return super().forward(x, training=True)


def test_backward_passes_the_gradient_check_while_training():
    assert gradient_check(SameMask(0.4), np.random.default_rng(0).standard_normal((3, 10))) < 1e-7


def test_backward_passes_the_gradient_check_without_training():
    assert gradient_check(Dropout(0.4), np.random.default_rng(0).standard_normal((3, 10))) < 1e-7


@given(RATES)
def test_share_of_zeros_is_the_rate(rate):
    output = Dropout(rate).forward(np.ones((200, 200)), training=True)
    assert np.mean(output == 0) == pytest.approx(rate, abs=5 * np.sqrt(0.25 / output.size))


@given(RATES)
def test_expected_value_stays(rate):
    output = Dropout(rate).forward(np.ones((200, 200)), training=True)
    spread = np.sqrt(rate / (1 - rate) / output.size)  # standard error of the mean
    assert output.mean() == pytest.approx(1, abs=5 * spread + 1e-9)


def test_gradient_passes_where_the_number_did():
    layer = Dropout(0.5)
    output = layer.forward(np.ones((5, 8)), training=True)
    np.testing.assert_array_equal(layer.backward(np.ones((5, 8))), output)


def test_same_seed_draws_the_same_masks():
    first, second = (Dropout(0.5, rng=np.random.default_rng(3)) for _ in range(2))
    for _ in range(3):
        x = np.ones((4, 9))
        np.testing.assert_array_equal(first.forward(x, training=True), second.forward(x, training=True))


def test_each_batch_gets_a_new_mask():
    layer = Dropout(0.5)
    x = np.ones((8, 8))
    assert np.any(layer.forward(x, training=True) != layer.forward(x, training=True))


def test_inference_draws_nothing():
    layer, untouched = (Dropout(0.5, rng=np.random.default_rng(3)) for _ in range(2))
    x = np.ones((4, 9))
    layer.forward(x)
    np.testing.assert_array_equal(layer.forward(x, training=True), untouched.forward(x, training=True))


def test_inference_after_training_forgets_the_mask():
    layer = Dropout(0.5)
    layer.forward(np.ones((4, 9)), training=True)
    layer.forward(np.ones((4, 9)))
    np.testing.assert_array_equal(layer.backward(np.ones((4, 9))), np.ones((4, 9)))


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, 50, np.nan])
def test_bad_rate_is_named(rate):
    with pytest.raises(ValueError, match="rate="):
        Dropout(rate)
