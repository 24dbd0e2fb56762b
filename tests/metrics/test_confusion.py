import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from medbook.metrics import ConfusionCounts, operating_point, sensitivity, specificity

MEASURES = ("prevalence", "sensitivity", "specificity", "ppv", "npv", "accuracy", "f1")


def test_sensitivity_by_hand():
    assert sensitivity([1, 1, 1, 1, 0], [1, 1, 1, 0, 1]) == 0.75


def test_specificity_by_hand():
    assert specificity([0, 0, 0, 0, 1], [0, 0, 0, 1, 0]) == 0.75


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_both_equal_scikit_learns_recall(cases):
    y_true, y_pred = np.array([(True, True), (False, False), *cases]).T  # both classes are there
    assert sensitivity(y_true, y_pred) == pytest.approx(recall_score(y_true, y_pred))
    assert specificity(y_true, y_pred) == pytest.approx(recall_score(y_true, y_pred, pos_label=False))


def test_swapping_the_classes_swaps_the_two():
    y_true, y_pred = np.random.default_rng(0).integers(0, 2, (2, 50))
    assert sensitivity(1 - y_true, 1 - y_pred) == specificity(y_true, y_pred)


def test_sensitivity_without_disease_is_nan_and_says_why():
    with pytest.warns(RuntimeWarning, match="none of 3 cases is diseased"):
        assert np.isnan(sensitivity([0, 0, 0], [0, 1, 0]))


def test_specificity_without_healthy_is_nan_and_says_why():
    with pytest.warns(RuntimeWarning, match="none of 2 cases is healthy"):
        assert np.isnan(specificity([1, 1], [0, 1]))


def test_a_column_is_the_same_as_a_row():
    assert sensitivity([[1], [1]], np.array([[1], [0]])) == 0.5


@pytest.mark.parametrize("measure", [sensitivity, specificity])
def test_scores_instead_of_decisions_are_refused(measure):
    with pytest.raises(ValueError, match=r"y_pred holds 0\.3, expected only 0 and 1.*threshold"):
        measure([0, 1], [0.3, 0.8])


def test_operating_point_by_hand_with_a_score_on_the_threshold():
    point = operating_point([0, 0, 0, 1, 1], [0.1, 0.5, 0.6, 0.5, 0.4], 0.5)
    assert point == ConfusionCounts(tp=1, fp=2, tn=1, fn=1)


def test_measures_equal_scikit_learn():
    rng = np.random.default_rng(0)
    y_true, y_score = rng.integers(0, 2, 200), rng.random(200)
    y_pred = y_score >= 0.3
    point = operating_point(y_true, y_score, 0.3)
    assert point.ppv == pytest.approx(precision_score(y_true, y_pred))
    assert point.npv == pytest.approx(precision_score(y_true, y_pred, pos_label=0))
    assert point.f1 == pytest.approx(f1_score(y_true, y_pred))
    assert point.accuracy == pytest.approx(accuracy_score(y_true, y_pred))


def test_counts_agree_with_the_functions():
    rng = np.random.default_rng(1)
    y_true, y_pred = rng.integers(0, 2, (2, 60))
    point = operating_point(y_true, y_pred, 0.5)
    assert (point.sensitivity, point.specificity) == (sensitivity(y_true, y_pred), specificity(y_true, y_pred))
    assert (point.num, point.prevalence) == (60, y_true.mean())


@pytest.mark.parametrize("measure", MEASURES)
def test_each_measure_of_no_case_is_nan_with_a_reason(measure):
    with pytest.warns(RuntimeWarning, match=f"{measure} is undefined"):
        assert np.isnan(getattr(ConfusionCounts(0, 0, 0, 0), measure))


def test_threshold_nan_is_refused():
    with pytest.raises(ValueError, match="threshold=nan"):
        operating_point([0, 1], [0.1, 0.2], np.nan)


def test_two_columns_of_probabilities_are_refused():
    with pytest.raises(ValueError, match=r"pass y_score\[:, 1\]"):
        operating_point([0, 1], [[0.1, 0.9], [0.2, 0.8]], 0.5)
