import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from medbook.scratch import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

TOLERANCE = 1e-5  # of the largest reference value

LOSSES = {
    "mse": (MeanSquaredError(), keras.losses.MeanSquaredError()),
    "binary": (BinaryCrossentropy(), keras.losses.BinaryCrossentropy()),
    "binary logits": (BinaryCrossentropy(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)),
    "categorical": (CategoricalCrossentropy(), keras.losses.CategoricalCrossentropy()),
    "categorical logits": (
        CategoricalCrossentropy(from_logits=True),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    ),
    "sparse": (SparseCategoricalCrossentropy(), keras.losses.SparseCategoricalCrossentropy()),
    "sparse logits": (
        SparseCategoricalCrossentropy(from_logits=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    ),
}


def draw_batch(name, shape, scale, rng, dtype="float32"):
    """Return labels and predictions of ``shape`` (batch, ..., classes) that suit the loss of that name."""
    y_pred = (scale * rng.standard_normal(shape)).astype(dtype)
    if name == "mse":
        return rng.standard_normal(shape).astype(dtype), y_pred
    if name.startswith("binary"):
        y_true = rng.integers(0, 2, shape)
        return y_true, y_pred if "logits" in name else expit(y_pred)
    y_true = rng.integers(0, shape[-1], shape[:-1])
    if "logits" not in name:
        y_pred = softmax(y_pred, axis=-1)
    return (y_true if name.startswith("sparse") else np.eye(shape[-1])[y_true]), y_pred


def assert_close(received, reference):
    assert np.shape(received) == np.shape(reference)
    assert np.abs(received - reference).max() <= TOLERANCE * max(np.abs(reference).max(), 1e-30)


@pytest.mark.parametrize("name", LOSSES)
@given(
    st.integers(1, 9), st.lists(st.integers(1, 4), max_size=2), st.integers(2, 6), st.sampled_from([0.1, 1, 5, 40]),
    st.booleans(), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_loss_and_gradient_equal_keras(name, batch, between, classes, scale, weighted, seed):
    import tensorflow as tf

    ours, reference = LOSSES[name]
    rng = np.random.default_rng(seed)
    y_true, y_pred = draw_batch(name, (batch, *between, classes), scale, rng)
    weight = rng.uniform(0, 3, batch).astype("float32") if weighted else None
    # Keras wants sample weights with the axes of the losses.
    spread = None if weight is None else np.broadcast_to(weight.reshape(-1, *[1] * len(between)), (batch, *between))
    y_tf = tf.constant(y_pred)
    with tf.GradientTape() as tape:
        tape.watch(y_tf)
        expected = reference(y_true, y_tf, sample_weight=spread)

    assert_close(ours(y_true, y_pred, weight), expected.numpy())
    gradient = ours.gradient(y_true, y_pred, weight)
    assert gradient.dtype == np.float32
    assert_close(gradient, tape.gradient(expected, y_tf).numpy())


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 2, 4)])
def test_gradient_equals_central_differences(name, shape):
    loss = LOSSES[name][0]
    rng = np.random.default_rng(4)
    y_true, y_pred = draw_batch(name, shape, 1.0, rng, dtype="float64")
    weight = rng.uniform(0, 2, shape[0])
    slope = np.empty_like(y_pred)
    for index in np.ndindex(y_pred.shape):
        above, below = y_pred.copy(), y_pred.copy()
        above[index] += 1e-6
        below[index] -= 1e-6
        slope[index] = (loss(y_true, above, weight) - loss(y_true, below, weight)) / 2e-6
    gradient = loss.gradient(y_true, y_pred, weight)
    assert np.abs(gradient - slope).max() < 1e-7 * np.abs(slope).max()


def test_squared_error_by_hand():
    # (0 + 9) / 2 in the first row, (4 + 0) / 2 in the second; their mean is 3.25.
    assert MeanSquaredError()([[1, 2], [3, 4]], [[1.0, 5.0], [1.0, 4.0]]) == 3.25


@pytest.mark.parametrize(("labels_shape", "predictions_shape"), [((4,), (4, 1)), ((4, 1), (4,)), ((4,), (4,))])
@pytest.mark.parametrize("loss", [MeanSquaredError(), BinaryCrossentropy()], ids=str)
def test_column_and_flat_labels_mean_the_same(loss, labels_shape, predictions_shape):
    y_true, y_pred = np.array([0, 1, 1, 0]), np.array([0.1, 0.7, 0.4, 0.3])
    expected = loss(y_true[:, None], y_pred[:, None])
    assert loss(y_true.reshape(labels_shape), y_pred.reshape(predictions_shape)) == expected
    assert loss.gradient(y_true.reshape(labels_shape), y_pred.reshape(predictions_shape)).shape == predictions_shape


@pytest.mark.parametrize(
    ("labels_shape", "predictions_shape"), [((3,), (3, 3)), ((3, 1), (3, 3)), ((1, 3), (3, 3)), ((3, 3), (3, 1))]
)
@pytest.mark.parametrize("loss", [MeanSquaredError(), BinaryCrossentropy()], ids=str)
def test_labels_that_would_be_stretched_are_refused(loss, labels_shape, predictions_shape):
    with pytest.raises(ValueError, match=r"must be equal, up to a last axis of length 1"):
        loss(np.zeros(labels_shape), np.zeros(predictions_shape))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_prediction_that_is_not_finite_is_named(name, value):
    y_true, y_pred = draw_batch(name, (3, 2), 1.0, np.random.default_rng(0))
    y_pred[1, 0] = value
    with pytest.raises(ValueError, match=rf"y_pred\[\(1, 0\)\] = {value}"):
        LOSSES[name][0](y_true, y_pred)


@pytest.mark.parametrize("name", LOSSES)
def test_empty_batch_is_refused(name):
    y_true, y_pred = draw_batch(name, (0, 2), 1.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least one sample"):
        LOSSES[name][0](y_true, y_pred)


@pytest.mark.parametrize("label", [np.nan, np.inf])
def test_label_that_is_not_finite_is_refused(label):
    with pytest.raises(ValueError, match="NaN or infinite labels"):
        MeanSquaredError()([[label]], [[1.0]])


def test_labels_as_text_are_refused():
    with pytest.raises(ValueError, match="expected numbers"):
        BinaryCrossentropy()(["normal", "pneumonia"], [0.1, 0.9])


def test_weights_of_wrong_length_are_refused():
    with pytest.raises(ValueError, match=r"one number a sample: \(2,\)"):
        MeanSquaredError()([[1], [2]], [[1.0], [2.0]], sample_weight=[1, 2, 3])


def test_arguments_are_left_as_they_were():
    y_true, y_pred, weight = np.ones((2, 1)), np.full((2, 1), 0.3), np.full(2, 2.0)
    for loss in (MeanSquaredError(), BinaryCrossentropy(), BinaryCrossentropy(from_logits=True)):
        loss(y_true, y_pred, weight)
        loss.gradient(y_true, y_pred, weight)
    np.testing.assert_array_equal(y_pred, 0.3)
    np.testing.assert_array_equal(weight, 2)
