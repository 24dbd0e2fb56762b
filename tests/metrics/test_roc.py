import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score

from medbook.metrics import roc_auc
from tests.metrics.simulated import gaussian_scores, true_auc

# few different values, so that ties are common
CASES = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=1, max_size=40)


def arrays(cases):
    y_true, y_score = np.array([(1, 0), (0, 1), *cases]).T  # both classes are there
    return y_true, y_score.astype(float)


def softmax_scores(num, num_classes, rng):
    y_true = rng.integers(0, num_classes, num)
    logits = rng.normal(size=(num, num_classes)) + np.eye(num_classes)[y_true]
    return y_true, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def test_by_hand():
    # of six pairs, 0.7 loses to 0.8 and ties with 0.7: (4 + 1/2) / 6
    assert roc_auc([0, 0, 0, 1, 1], [0.1, 0.7, 0.8, 0.7, 0.9]) == pytest.approx(4.5 / 6)


@given(CASES)
def test_equals_scikit_learn(cases):
    y_true, y_score = arrays(cases)
    assert roc_auc(y_true, y_score) == pytest.approx(roc_auc_score(y_true, y_score))


@given(CASES)
def test_equals_mann_whitney_u_over_pairs(cases):
    y_true, y_score = arrays(cases)
    diseased, healthy = y_score[y_true == 1], y_score[y_true == 0]
    u = mannwhitneyu(diseased, healthy).statistic
    assert roc_auc(y_true, y_score) == pytest.approx(u / (len(diseased) * len(healthy)))


@given(CASES)
def test_monotone_change_of_scores_changes_nothing(cases):
    y_true, y_score = arrays(cases)
    assert roc_auc(y_true, np.exp(y_score)) == roc_auc(y_true, y_score)


@given(CASES)
def test_reversed_scores_give_the_rest_to_one(cases):
    y_true, y_score = arrays(cases)
    assert roc_auc(y_true, -y_score) == pytest.approx(1 - roc_auc(y_true, y_score))


def test_known_distributions_give_their_area():
    y_true, y_score = gaussian_scores(40_000, np.random.default_rng(0), separation=1.5)
    assert roc_auc(y_true, y_score) == pytest.approx(true_auc(1.5), abs=0.007)  # 3 standard errors


def test_prevalence_changes_nothing():
    y_true, y_score = gaussian_scores(40, np.random.default_rng(0))
    healthy = y_true == 0
    more_healthy = np.concatenate([y_true, np.tile(y_true[healthy], 9)])
    more_scores = np.concatenate([y_score, np.tile(y_score[healthy], 9)])
    assert roc_auc(more_healthy, more_scores) == pytest.approx(roc_auc(y_true, y_score))


@pytest.mark.parametrize("num_classes", [3, 5])
def test_classes_equal_scikit_learns_macro_one_against_the_rest(num_classes):
    y_true, y_prob = softmax_scores(200, num_classes, np.random.default_rng(0))
    expected = roc_auc_score(y_true, y_prob, multi_class="ovr", average="macro")
    assert roc_auc(y_true, y_prob) == pytest.approx(expected)


def test_two_columns_equal_the_column_of_disease():
    y_true, y_prob = softmax_scores(100, 2, np.random.default_rng(0))
    assert roc_auc(y_true, y_prob) == pytest.approx(roc_auc(y_true, y_prob[:, 1]))


def test_softmax_in_single_precision_is_accepted():
    y_true, y_prob = softmax_scores(100, 9, np.random.default_rng(0))
    assert roc_auc(y_true, y_prob.astype(np.float32)) == pytest.approx(roc_auc(y_true, y_prob), abs=1e-4)


@pytest.mark.parametrize(("label", "missing"), [(0, "diseased"), (1, "healthy")])
def test_row_43_single_class_is_nan_and_says_which(label, missing):
    with pytest.warns(RuntimeWarning, match=f"none of 3 cases is {missing}"):
        assert np.isnan(roc_auc([label] * 3, [0.1, 0.5, 0.9]))


def test_row_43_missing_class_of_several_is_nan_and_says_which():
    with pytest.warns(RuntimeWarning, match="no case of class 1 among 2"):
        assert np.isnan(roc_auc([0, 2], np.full((2, 3), 1 / 3)))


def test_row_44_constant_scores_are_one_half():
    assert roc_auc([0, 1, 0, 1, 1], np.full(5, 0.3)) == 0.5 == roc_auc_score([0, 1, 0, 1, 1], np.full(5, 0.3))


def test_row_44_ties_get_the_mean_rank():
    # one tied pair of one: it counts one half
    assert roc_auc([0, 1, 1], [0.5, 0.5, 0.9]) == 0.75 == roc_auc_score([0, 1, 1], [0.5, 0.5, 0.9])


def test_row_44_nan_is_refused_here_and_by_scikit_learn():
    for function in (roc_auc, roc_auc_score):
        with pytest.raises(ValueError, match="NaN"):
            function([0, 1], [0.1, np.nan])
