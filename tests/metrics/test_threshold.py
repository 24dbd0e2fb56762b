import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.metrics import choose_threshold, operating_point
from tests.metrics.simulated import gaussian_scores

CASES = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=1, max_size=40)
TARGETS = st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1])


def arrays(cases):
    y_true, y_score = np.array([(1, 0), (0, 1), *cases]).T
    return y_true, y_score.astype(float)


def points(y_true, y_score):
    """Operating points of every threshold, by trying each."""
    return {value: operating_point(y_true, y_score, value) for value in [*np.unique(y_score), np.inf]}


def test_youden_by_hand():
    # at 0.6 two of two found and one of three alarmed: J = 2/3; every other threshold gives less
    assert choose_threshold([0, 0, 0, 1, 1], [0.1, 0.2, 0.7, 0.6, 0.9]) == 0.6


@given(CASES, TARGETS)
def test_sensitivity_is_reached_by_the_highest_threshold_that_does(cases, target):
    y_true, y_score = arrays(cases)
    fits = [value for value, point in points(y_true, y_score).items() if point.sensitivity >= target]
    assert choose_threshold(y_true, y_score, sensitivity=target) == max(fits)


@given(CASES, TARGETS)
def test_specificity_is_reached_by_the_lowest_threshold_that_does(cases, target):
    y_true, y_score = arrays(cases)
    fits = [value for value, point in points(y_true, y_score).items() if point.specificity >= target - 1e-12]
    assert choose_threshold(y_true, y_score, specificity=target) == min(fits)


@given(CASES)
def test_no_threshold_has_a_larger_youden_index(cases):
    y_true, y_score = arrays(cases)
    youden = {value: point.sensitivity + point.specificity for value, point in points(y_true, y_score).items()}
    assert youden[choose_threshold(y_true, y_score)] == pytest.approx(max(youden.values()))


def test_youden_lies_midway_between_equal_normal_distributions():
    y_true, y_score = gaussian_scores(100_000, np.random.default_rng(0), separation=2)
    assert choose_threshold(y_true, y_score) == pytest.approx(1, abs=0.15)


def test_highest_score_healthy_and_specificity_1_calls_nobody():
    assert choose_threshold([1, 0], [0.2, 0.9], specificity=1) == np.inf


def test_both_wishes_are_refused():
    with pytest.raises(ValueError, match=r"sensitivity=0\.9, specificity=0\.8"):
        choose_threshold([0, 1], [0.1, 0.9], sensitivity=0.9, specificity=0.8)


@pytest.mark.parametrize("target", [0, 95, -0.1, np.nan])
def test_wish_that_is_no_share_is_refused(target):
    with pytest.raises(ValueError, match=f"sensitivity={target}"):
        choose_threshold([0, 1], [0.1, 0.9], sensitivity=target)


@pytest.mark.parametrize("label", [0, 1])
def test_single_class_is_refused(label):
    with pytest.raises(ValueError, match=f"{2 * label} of 2 cases are diseased"):
        choose_threshold([label, label], [0.1, 0.9])
