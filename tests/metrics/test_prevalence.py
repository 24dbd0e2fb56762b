import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.metrics import (
    adjust_prevalence,
    expected_calibration_error,
    operating_point,
    predictive_values,
    reliability_curve,
    roc_auc,
)
from tests.metrics.simulated import calibrated_probabilities

SHARE = st.floats(0.01, 0.99)


def test_predictive_values_by_hand():
    # 1000 people, 100 diseased: 80 found of 100, 90 alarmed of 900
    ppv, npv = predictive_values(0.8, 0.9, 0.1)
    assert ppv == pytest.approx(80 / 170)
    assert npv == pytest.approx(810 / 830)


@pytest.mark.parametrize("prevalence", [0.01, 0.1, 0.5])
def test_predictive_values_equal_counts_in_a_simulated_population(prevalence):
    rng = np.random.default_rng(0)
    diseased = rng.random(400_000) < prevalence
    positive = np.where(diseased, rng.random(400_000) < 0.85, rng.random(400_000) < 0.07)
    counted = operating_point(diseased, positive, 0.5)
    ppv, npv = predictive_values(0.85, 0.93, prevalence)
    assert counted.ppv == pytest.approx(ppv, abs=4 * np.sqrt(ppv * (1 - ppv) / positive.sum()))
    assert counted.npv == pytest.approx(npv, abs=4 * np.sqrt(npv * (1 - npv) / (~positive).sum()))


def test_predictive_values_of_counts_return_at_their_own_prevalence():
    point = operating_point([0, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 1, 0, 1], 0.5)
    values = predictive_values(point.sensitivity, point.specificity, point.prevalence)
    np.testing.assert_allclose(values, (point.ppv, point.npv))


def test_predictive_values_of_arrays_equal_those_of_each():
    prevalence = np.array([0.01, 0.2, 0.7])
    together = predictive_values(0.8, 0.9, prevalence)
    np.testing.assert_array_equal(together, np.transpose([predictive_values(0.8, 0.9, each) for each in prevalence]))


def test_test_that_calls_nobody_has_no_ppv():
    with pytest.warns(RuntimeWarning, match="ppv is undefined where nobody would be called positive"):
        ppv, npv = predictive_values(0.0, 1.0, 0.3)
    assert np.isnan(ppv)
    assert npv == 0.7


def test_undefined_sensitivity_passes_through():
    assert np.isnan(predictive_values(np.nan, 0.9, 0.1)).all()


def test_adjusted_probability_by_hand():
    # odds 1 at prevalence 1/2 become odds 1/3 at prevalence 1/4
    assert adjust_prevalence([0.5], train_prevalence=0.5, new_prevalence=0.25) == pytest.approx(0.25)


@given(SHARE, SHARE, SHARE)
def test_there_and_back_is_the_same(probability, before, after):
    there = adjust_prevalence([probability], train_prevalence=before, new_prevalence=after)
    back = adjust_prevalence(there, train_prevalence=after, new_prevalence=before)
    assert back == pytest.approx(probability)


@given(SHARE, SHARE, SHARE)
def test_positive_result_means_the_ppv(sensitivity, specificity, after):
    # a test with two results is a model with two probabilities
    ppv, _ = predictive_values(sensitivity, specificity, 0.5)
    expected, _ = predictive_values(sensitivity, specificity, after)
    assert adjust_prevalence([ppv], train_prevalence=0.5, new_prevalence=after) == pytest.approx(expected)


def test_adjustment_restores_calibration_and_keeps_the_auc():
    y_true, truth = calibrated_probabilities(50_000, np.random.default_rng(0), prevalence=0.05)
    trained = adjust_prevalence(truth, train_prevalence=0.05, new_prevalence=0.5)  # what balanced training gives
    adjusted = adjust_prevalence(trained, train_prevalence=0.5, new_prevalence=0.05)
    assert expected_calibration_error(y_true, trained) > 0.1
    assert expected_calibration_error(y_true, adjusted) < 0.005
    assert roc_auc(y_true, adjusted) == pytest.approx(roc_auc(y_true, trained))


def test_bayes_model_trained_elsewhere_is_calibrated_here():
    # the probabilities come from the densities at prevalence 0.5, the patients from prevalence 0.1
    rng = np.random.default_rng(1)
    y_true = (rng.random(50_000) < 0.1).astype(int)
    balanced = 1 / (1 + np.exp(-2 * (2 * y_true + rng.normal(size=50_000) - 1)))
    curve = reliability_curve(y_true, adjust_prevalence(balanced, train_prevalence=0.5, new_prevalence=0.1))
    standard_error = np.sqrt(curve.mean_probability * (1 - curve.mean_probability) / curve.count)
    assert (np.abs(curve.observed_fraction - curve.mean_probability) < 4 * standard_error).all()


@pytest.mark.parametrize("prevalence", [0, 1, 50, np.nan])
def test_prevalence_that_is_no_share_is_refused(prevalence):
    with pytest.raises(ValueError, match=f"new_prevalence={prevalence}"):
        adjust_prevalence([0.5], train_prevalence=0.5, new_prevalence=prevalence)


def test_column_for_each_class_is_refused():
    with pytest.raises(ValueError, match=r"pass y_prob\[:, 1\]"):
        adjust_prevalence([[0.2, 0.8]], train_prevalence=0.5, new_prevalence=0.1)
