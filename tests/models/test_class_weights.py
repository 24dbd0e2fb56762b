import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from medbook.models import class_weights


@given(labels=st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_weights_equal_scikit_learn(labels):
    classes = np.unique(labels)
    expected = compute_class_weight("balanced", classes=classes, y=labels)
    assert class_weights(labels) == pytest.approx(dict(zip(classes.tolist(), expected, strict=True)))


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_all_classes_weigh_alike_and_samples_one_on_average(labels):
    weights = class_weights(labels)
    totals = [labels.count(label) * weight for label, weight in weights.items()]
    np.testing.assert_allclose(totals, len(labels) / len(weights))


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_shapes_and_types_that_fit_takes_are_taken(dtype, shape):
    weights = class_weights(np.array([0, 0, 0, 1], dtype).reshape(shape))
    assert weights == pytest.approx({0: 2 / 3, 1: 2})
    assert all(type(label) is int and type(weight) is float for label, weight in weights.items())


@pytest.mark.parametrize("labels", [[], np.eye(3), 1, np.zeros((0, 1))])
def test_labels_of_another_shape_are_refused(labels):
    with pytest.raises(ValueError, match="argmax"):
        class_weights(labels)


@pytest.mark.parametrize("labels", [[-1, 0], [0.5, 1], [np.nan, 1], [np.inf, 1], ["normal", "pneumonia"]])
def test_labels_that_are_no_class_numbers_are_refused(labels):
    with pytest.raises(ValueError, match="whole numbers from 0"):
        class_weights(labels)
