import numpy as np
import pytest

from medbook.metrics import (
    expected_calibration_error,
    operating_point,
    predictive_values,
    roc_auc,
    sensitivity,
    specificity,
    subgroup_table,
)

BINARY = {
    "sensitivity": sensitivity,
    "specificity": specificity,
    "roc_auc": roc_auc,
    "expected_calibration_error": expected_calibration_error,
    "operating_point": lambda y_true, y_score: operating_point(y_true, y_score, 0.5),
}


@pytest.mark.parametrize("name", BINARY)
def test_other_length_is_refused_with_both(name):
    with pytest.raises(ValueError, match=rf"{name}: .*y_true 3.* 2\."):
        BINARY[name]([0, 1, 1], [0, 1])


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize(("foreign", "shown"), [(2, "2"), (-1, "-1"), (0.5, r"0\.5"), (np.nan, "nan")])
def test_label_that_is_neither_0_nor_1_is_refused_by_value(name, foreign, shown):
    with pytest.raises(ValueError, match=f"{name}: y_true holds {shown}, expected only 0 and 1"):
        BINARY[name]([0, 1, foreign], [0, 1, 1])


@pytest.mark.parametrize("name", BINARY)
def test_no_cases_are_refused(name):
    with pytest.raises(ValueError, match="at least one"):
        BINARY[name]([], [])


@pytest.mark.parametrize("name", BINARY)
def test_one_hot_labels_are_refused_with_the_remedy(name):
    with pytest.raises(ValueError, match=r"argmax\(axis=1\)"):
        BINARY[name]([[0, 1], [1, 0]], [0, 1])


@pytest.mark.parametrize("name", BINARY)
def test_booleans_mean_the_same_as_0_and_1(name):
    y_true, y_pred = np.array([0, 1, 1, 0, 1]), np.array([0, 1, 0, 1, 1])
    assert BINARY[name](y_true.astype(bool), y_pred.astype(bool)) == BINARY[name](y_true, y_pred)


@pytest.mark.parametrize("name", BINARY)
def test_arguments_are_left_alone(name):
    y_true, y_pred = np.array([0.0, 1, 1]), np.array([0.0, 1, 0])
    BINARY[name](y_true, y_pred)
    np.testing.assert_array_equal(y_true, [0, 1, 1])
    np.testing.assert_array_equal(y_pred, [0, 1, 0])


@pytest.mark.parametrize("name", ["roc_auc", "expected_calibration_error", "operating_point"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_row_44_bad_score_is_counted_and_placed(name, bad):
    with pytest.raises(ValueError, match=f"{name}: .* has 2 of 4 values NaN or infinite, in row 1, 3"):
        BINARY[name]([0, 1, 0, 1], [0.1, bad, 0.2, bad])


def test_many_bad_scores_are_named_by_the_first_five():
    with pytest.raises(ValueError, match=r"in row 0, 1, 2, 3, 4, \.\.\.\. Find out"):
        roc_auc([0, 1] * 5, np.full(10, np.nan))


def test_text_as_scores_is_refused():
    with pytest.raises(ValueError, match="expected numbers"):
        roc_auc([0, 1], ["low", "high"])


def test_logits_as_probabilities_are_refused():
    with pytest.raises(ValueError, match=r"from -3 to 2, expected probabilities.*expit"):
        expected_calibration_error([0, 1], [-3.0, 2.0])


def test_probabilities_of_coexisting_findings_are_refused():
    with pytest.raises(ValueError, match=r"row 1 of y_score adds up to 1\.4, expected 1"):
        roc_auc([0, 1], [[0.5, 0.5], [0.7, 0.7]])


def test_class_number_beyond_the_columns_is_refused():
    with pytest.raises(ValueError, match="y_true holds 3, expected class numbers 0 to 2"):
        roc_auc([0, 3], np.full((2, 3), 1 / 3))


def test_per_cent_instead_of_shares_is_refused():
    with pytest.raises(ValueError, match=r"prevalence=5\): expected shares in \[0, 1\], not per cent"):
        predictive_values(0.9, 0.9, 5)


def test_generator_that_is_a_seed_is_refused():
    with pytest.raises(ValueError, match=r"rng=3\): expected a numpy.random.Generator"):
        subgroup_table(roc_auc, [0, 1], [0.1, 0.9], ["a", "a"], rng=3)
