import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve

from medbook.metrics import expected_calibration_error, reliability_curve
from tests.metrics.simulated import calibrated_probabilities

STRATEGIES = ["uniform", "quantile"]


def test_error_by_hand():
    # called 0.9 twice, once right: |0.5 - 0.9| = 0.4; called 0.2 twice, never diseased: 0.2; each half the cases
    assert expected_calibration_error([1, 0, 0, 0], [0.9, 0.9, 0.2, 0.2]) == pytest.approx(0.3)


def test_bins_count_with_their_cases():
    assert expected_calibration_error([1, 0, 0, 0], [0.9, 0.2, 0.2, 0.2]) == pytest.approx(0.25 * 0.1 + 0.75 * 0.2)


def test_certain_and_right_is_0_and_certain_and_wrong_is_1():
    assert expected_calibration_error([0, 1], [0.0, 1.0]) == 0
    assert expected_calibration_error([0, 1], [1.0, 0.0]) == 1


def test_one_bin_compares_the_means():
    rng = np.random.default_rng(0)
    y_true, y_prob = rng.integers(0, 2, 100), rng.random(100)
    expected = abs(y_true.mean() - y_prob.mean())
    assert expected_calibration_error(y_true, y_prob, bins=1) == pytest.approx(expected)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("bins", [2, 10, 15])
def test_curve_equals_scikit_learn(strategy, bins):
    y_true, y_prob = calibrated_probabilities(300, np.random.default_rng(bins))
    observed, mean = calibration_curve(y_true, y_prob, n_bins=bins, strategy=strategy)
    curve = reliability_curve(y_true, y_prob, bins=bins, strategy=strategy)
    np.testing.assert_allclose(curve.observed_fraction, observed)
    np.testing.assert_allclose(curve.mean_probability, mean)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_values_on_the_edges_fall_where_scikit_learn_puts_them(strategy):
    y_prob = np.repeat(np.linspace(0, 1, 11), 3)
    y_true = np.tile([0, 1, 1], 11)
    _, mean = calibration_curve(y_true, y_prob, n_bins=10, strategy=strategy)
    np.testing.assert_allclose(reliability_curve(y_true, y_prob, strategy=strategy).mean_probability, mean)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_error_is_the_weighted_mean_over_the_curve(strategy):
    y_true, y_prob = calibrated_probabilities(500, np.random.default_rng(0))
    curve = reliability_curve(y_true, y_prob**2, strategy=strategy)
    expected = np.average(np.abs(curve.observed_fraction - curve.mean_probability), weights=curve.count)
    assert expected_calibration_error(y_true, y_prob**2, strategy=strategy) == pytest.approx(expected)


def test_quantile_bins_hold_equally_many():
    y_true, y_prob = calibrated_probabilities(1000, np.random.default_rng(0))
    assert set(reliability_curve(y_true, y_prob, strategy="quantile").count) == {100}


def test_every_case_is_in_one_bin():
    y_true, y_prob = calibrated_probabilities(777, np.random.default_rng(0))
    assert reliability_curve(y_true, y_prob).count.sum() == 777


def test_interval_of_each_bin_is_wilsons():
    curve = reliability_curve([1, 0, 0, 0, 1], [0.9, 0.9, 0.2, 0.2, 0.9], confidence=0.9)
    expected = [binomtest(k, n).proportion_ci(0.9, method="wilson") for k, n in [(0, 2), (2, 3)]]
    np.testing.assert_allclose(np.transpose([curve.low, curve.high]), expected)


def test_true_probabilities_have_a_small_error_and_twisted_ones_a_large():
    y_true, y_prob = calibrated_probabilities(50_000, np.random.default_rng(0))
    assert expected_calibration_error(y_true, y_prob) < 0.01
    assert expected_calibration_error(y_true, y_prob**3) > 0.1


def test_few_cases_push_the_error_of_true_probabilities_up():
    rng = np.random.default_rng(0)
    few = np.mean([expected_calibration_error(*calibrated_probabilities(50, rng)) for _ in range(50)])
    many = np.mean([expected_calibration_error(*calibrated_probabilities(5000, rng)) for _ in range(50)])
    assert few > 5 * many


def test_classes_are_judged_by_the_one_that_is_called():
    y_prob = [[0.7, 0.2, 0.1], [0.1, 0.7, 0.2]]
    assert expected_calibration_error([0, 2], y_prob) == pytest.approx(0.2)  # half right, called with 0.7


def test_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="'even'"):
        expected_calibration_error([0, 1], [0.1, 0.9], strategy="even")


@pytest.mark.parametrize("bins", [0, 2.5, True])
def test_number_of_bins_must_be_whole(bins):
    with pytest.raises(ValueError, match=f"bins={bins}"):
        reliability_curve([0, 1], [0.1, 0.9], bins=bins)
