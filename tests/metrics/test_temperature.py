import numpy as np
import pytest
from scipy.special import expit, logit, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from medbook.metrics import TemperatureScaling, expected_calibration_error, roc_auc
from tests.metrics.simulated import calibrated_probabilities


def binary(num, temperature, seed=0):
    """Logits that are too large by ``temperature``."""
    y_true, y_prob = calibrated_probabilities(num, np.random.default_rng(seed))
    return temperature * logit(y_prob), y_true


def classes(num, temperature, seed=0):
    """Labels are drawn from the softmax of some logits, which are then enlarged by ``temperature``."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(num, 4))
    y_true = (softmax(logits, axis=1).cumsum(axis=1) < rng.random((num, 1))).sum(axis=1)
    return temperature * logits, y_true


def test_temperature_by_hand():
    # every logit is 2 or -2 and four in five are right: sigmoid(2 / T) = 0.8, so 2 / T = log 4
    logits, y_true = np.repeat([2.0, -2.0], 5), [1, 1, 1, 1, 0, 0, 0, 0, 0, 1]
    assert TemperatureScaling().fit(logits, y_true).temperature == pytest.approx(2 / np.log(4), rel=1e-6)


@pytest.mark.parametrize("make", [binary, classes])
@pytest.mark.parametrize("temperature", [0.3, 1, 3])
def test_known_temperature_is_recovered(make, temperature):
    scaling = TemperatureScaling().fit(*make(40_000, temperature))
    assert scaling.temperature == pytest.approx(temperature, rel=0.04)


@pytest.mark.parametrize("make", [binary, classes])
def test_enlarging_logits_enlarges_the_temperature_by_the_same(make):
    logits, y_true = make(500, 1)
    once, enlarged = (TemperatureScaling().fit(factor * logits, y_true).temperature for factor in (1, 1e4))
    assert enlarged == pytest.approx(1e4 * once, rel=1e-6)


def test_calibration_is_better_on_other_cases():
    scaling = TemperatureScaling().fit(*binary(5000, 3))
    logits, y_true = binary(5000, 3, seed=1)
    before = expected_calibration_error(y_true, expit(logits))
    assert expected_calibration_error(y_true, scaling.transform(logits)) < before / 3


def test_ranking_is_kept():
    logits, y_true = binary(500, 2)
    y_prob = TemperatureScaling().fit(logits, y_true).transform(logits)
    assert roc_auc(y_true, y_prob) == roc_auc(y_true, logits)


def test_called_class_is_kept():
    logits, y_true = classes(500, 2)
    y_prob = TemperatureScaling().fit(logits, y_true).transform(logits)
    np.testing.assert_array_equal(y_prob.argmax(axis=1), logits.argmax(axis=1))
    np.testing.assert_allclose(y_prob.sum(axis=1), 1)


def test_equals_logistic_regression_through_the_origin():
    logits, y_true = binary(400, 2.5)
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(logits[:, np.newaxis], y_true)
    assert TemperatureScaling().fit(logits, y_true).temperature == pytest.approx(1 / model.coef_.item(), rel=1e-4)


@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_neighbouring_temperatures_have_a_larger_cross_entropy(factor):
    logits, y_true = classes(300, 2)
    scaling = TemperatureScaling().fit(logits, y_true)
    best = log_loss(y_true, scaling.transform(logits))
    assert log_loss(y_true, scaling.transform(logits / factor)) > best


def test_binary_logits_equal_two_columns():
    logits, y_true = binary(300, 2)
    columns = np.stack([-logits / 2, logits / 2], axis=1)
    one, two = TemperatureScaling().fit(logits, y_true), TemperatureScaling().fit(columns, y_true)
    assert two.temperature == pytest.approx(one.temperature, rel=1e-6)
    np.testing.assert_allclose(two.transform(columns)[:, 1], one.transform(logits), rtol=1e-6)


def test_a_column_is_the_same_as_a_row():
    logits, y_true = binary(300, 2)
    column = TemperatureScaling().fit(logits[:, np.newaxis], y_true[:, np.newaxis])
    np.testing.assert_array_equal(
        column.transform(logits[:, np.newaxis]), TemperatureScaling().fit(logits, y_true).transform(logits)
    )


def test_huge_logits_do_not_overflow():
    scaling = TemperatureScaling().fit(*binary(300, 1e6))
    with np.errstate(over="raise"):
        y_prob = scaling.transform([-1e9, 1e9])
    np.testing.assert_allclose(y_prob, [0, 1], atol=1e-12)


def test_transform_before_fit_is_refused():
    with pytest.raises(ValueError, match="call fit"):
        TemperatureScaling().transform([1.0])


def test_validation_data_without_a_mistake_are_refused():
    with pytest.raises(ValueError, match="none of 3 cases is misclassified"):
        TemperatureScaling().fit([-2.0, 1.5, 3.0], [0, 1, 1])


def test_logits_worse_than_guessing_are_refused():
    logits, y_true = binary(300, 1)
    with pytest.raises(ValueError, match="no better than guessing"):
        TemperatureScaling().fit(-logits, y_true)


@pytest.mark.parametrize("make", [binary, classes])
def test_probabilities_instead_of_logits_are_refused(make):
    logits, y_true = make(50, 1)
    y_prob = expit(logits) if logits.ndim == 1 else softmax(logits, axis=1)
    with pytest.raises(ValueError, match="as probabilities do"):
        TemperatureScaling().fit(y_prob, y_true)


def test_other_length_is_refused():
    with pytest.raises(ValueError, match="y_true 2, logits 3"):
        TemperatureScaling().fit([2.0, -1.0, 1.0], [0, 1])
