import keras
import numpy as np
import pytest

from medbook.scratch import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy

ONE_CLASS = [CategoricalCrossentropy, SparseCategoricalCrossentropy]


def test_half_certain_of_yes_or_no_costs_the_logarithm_of_two():
    assert BinaryCrossentropy()([1, 0], [0.5, 0.5]) == pytest.approx(np.log(2))
    assert BinaryCrossentropy(from_logits=True)([1, 0], [0.0, 0.0]) == pytest.approx(np.log(2))


def test_uniform_prediction_costs_the_logarithm_of_the_classes():
    assert CategoricalCrossentropy()(np.eye(4), np.full((4, 4), 0.25)) == pytest.approx(np.log(4))
    assert SparseCategoricalCrossentropy(from_logits=True)([0, 3], np.ones((2, 4))) == pytest.approx(np.log(4))


def test_logit_far_on_the_wrong_side_costs_its_distance():
    loss = BinaryCrossentropy(from_logits=True)
    # log(1 + exp(1000)) = 1000, where the probability itself rounds to 0.
    assert loss([1.0], np.float32([-1000])) == 1000
    np.testing.assert_array_equal(loss.gradient([1.0], np.float32([-1000])), [-1])


def test_softmax_of_huge_logits_stays_finite():
    logits = np.float32([[1000, 0, -1000]])
    loss = SparseCategoricalCrossentropy(from_logits=True)
    assert loss([2], logits) == 2000
    np.testing.assert_array_equal(loss.gradient([2], logits), [[1, 0, -1]])


@pytest.mark.parametrize(
    ("ours", "reference"),
    [
        (BinaryCrossentropy(), keras.losses.BinaryCrossentropy()),
        (CategoricalCrossentropy(), keras.losses.CategoricalCrossentropy()),
        (SparseCategoricalCrossentropy(), keras.losses.SparseCategoricalCrossentropy()),
    ],
    ids=["binary", "categorical", "sparse"],
)
def test_certain_and_wrong_probability_is_clipped_as_in_keras(ours, reference):
    import tensorflow as tf

    y_pred = tf.constant([[1.0, 0.0], [1e-8, 1.0], [0.5, 0.5]])
    y_true = np.array([1, 0, 1]) if isinstance(ours, SparseCategoricalCrossentropy) else np.eye(2)[[1, 0, 1]]
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        expected = reference(y_true, y_pred)
    assert ours(y_true, y_pred.numpy()) == pytest.approx(float(expected), rel=1e-6)
    gradient = tape.gradient(expected, y_pred).numpy()
    np.testing.assert_allclose(ours.gradient(y_true, y_pred.numpy()), gradient, rtol=1e-5)


@pytest.mark.parametrize("loss", [BinaryCrossentropy(), CategoricalCrossentropy()], ids=str)
def test_derivative_is_zero_where_the_clip_acts(loss):
    gradient = loss.gradient([[0, 1]], np.float32([[1, 0]]))
    np.testing.assert_array_equal(gradient, 0)


def test_sparse_and_one_hot_labels_cost_the_same():
    rng = np.random.default_rng(0)
    labels, logits = rng.integers(0, 3, 8), rng.standard_normal((8, 3))
    sparse, one_hot = SparseCategoricalCrossentropy(from_logits=True), CategoricalCrossentropy(from_logits=True)
    assert sparse(labels, logits) == pytest.approx(one_hot(np.eye(3)[labels], logits))
    np.testing.assert_allclose(sparse.gradient(labels, logits), one_hot.gradient(np.eye(3)[labels], logits))


def test_constant_added_to_all_logits_changes_nothing():
    logits = np.random.default_rng(0).standard_normal((8, 3))
    loss = SparseCategoricalCrossentropy(from_logits=True)
    labels = np.arange(8) % 3
    assert loss(labels, logits + 7) == pytest.approx(loss(labels, logits))


@pytest.mark.parametrize("outputs", [1, 3])
def test_binary_accuracy_equals_keras(outputs):
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 2, (50, outputs)), rng.random((50, outputs), dtype="float32")
    expected = float(np.mean(keras.metrics.binary_accuracy(y_true, y_pred)))
    assert BinaryCrossentropy().accuracy(y_true, y_pred) == pytest.approx(expected)


def test_binary_accuracy_of_logits_is_that_of_their_probabilities():
    logits = np.array([-1.0, 0.2, 0.4, 3.0])  # Keras' accuracy would call 0.2 and 0.4 "no"
    assert BinaryCrossentropy(from_logits=True).accuracy([0, 1, 1, 0], logits) == 0.75


def test_accuracy_of_classes_equals_keras():
    rng = np.random.default_rng(0)
    labels, logits = rng.integers(0, 4, 50), rng.standard_normal((50, 4))
    expected = float(np.mean(keras.metrics.sparse_categorical_accuracy(labels, logits)))
    assert SparseCategoricalCrossentropy(from_logits=True).accuracy(labels, logits) == pytest.approx(expected)
    assert CategoricalCrossentropy(from_logits=True).accuracy(np.eye(4)[labels], logits) == pytest.approx(expected)


@pytest.mark.parametrize("loss", [BinaryCrossentropy, CategoricalCrossentropy], ids=lambda loss: loss.__name__)
def test_logits_taken_for_probabilities_are_refused(loss):
    with pytest.raises(ValueError, match=r"from -2 to 3\. End the network in S\w+\(\), or use \w+\(from_logits=True\)"):
        loss()([[0, 1]], [[-2.0, 3.0]])


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("loss", ONE_CLASS)
def test_softmax_over_one_unit_is_refused(loss, from_logits):
    with pytest.raises(ValueError, match="softmax over one unit is always 1"):
        loss(from_logits=from_logits)([[1], [0]], [[1.0], [1.0]])


@pytest.mark.parametrize(("label", "named"), [(7, "7"), (-1, "-1"), (3, "3"), (0.5, "0.5")])
def test_class_index_out_of_range_is_named(label, named):
    with pytest.raises(ValueError, match=rf"the label {named}, expected whole numbers from 0 to 2"):
        SparseCategoricalCrossentropy()([0, label], np.full((2, 3), 1 / 3))


@pytest.mark.parametrize("label", [2, -1])
def test_binary_label_out_of_range_is_named(label):
    with pytest.raises(ValueError, match=rf"the label {label}, expected values from 0 to 1"):
        BinaryCrossentropy()([0, label], [0.5, 0.5])


def test_one_hot_labels_for_the_sparse_loss_are_named():
    with pytest.raises(ValueError, match="For one-hot labels use CategoricalCrossentropy"):
        SparseCategoricalCrossentropy()(np.eye(3), np.full((3, 3), 1 / 3))


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_class_indices_for_the_one_hot_loss_are_named(shape):
    with pytest.raises(ValueError, match=r"For class indices use SparseCategoricalCrossentropy, or np.eye\(3\)\[y\]"):
        CategoricalCrossentropy()(np.arange(3).reshape(shape), np.full((3, 3), 1 / 3))


def test_one_hot_labels_for_one_unit_are_named():
    with pytest.raises(ValueError, match=r"y\[..., 1\]"):
        BinaryCrossentropy()(np.eye(2), [[0.1], [0.2]])


def test_class_indices_for_binary_outputs_are_named():
    with pytest.raises(ValueError, match="use SparseCategoricalCrossentropy"):
        BinaryCrossentropy()([0, 2, 1], np.full((3, 3), 0.5))


def test_several_findings_in_one_label_are_refused_with_a_way_out():
    with pytest.raises(ValueError, match=r"sum to 2, expected 1.*Sigmoid outputs with BinaryCrossentropy"):
        CategoricalCrossentropy()([[1, 0, 1]], [[0.4, 0.2, 0.4]])
