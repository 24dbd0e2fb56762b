import warnings

import numpy as np
import pytest

from medbook.metrics import bootstrap_interval, roc_auc, subgroup_table
from tests.metrics.simulated import gaussian_scores


def study(num=200, seed=0):
    """Shuffled labels and scores, so that any cut of the rows has both classes."""
    rng = np.random.default_rng(seed)
    y_true, y_score = gaussian_scores(num, rng)
    order = rng.permutation(num)
    return y_true[order], y_score[order]


def halves(num=200):
    return np.repeat(["female", "male"], num // 2)


def test_everybody_comes_first_and_then_each_subgroup():
    table = subgroup_table(roc_auc, *study(), halves())
    assert [row.name for row in table] == ["all", "female", "male"]
    assert [row.num for row in table] == [200, 100, 100]


def test_rows_hold_the_measure_of_their_images():
    y_true, y_score = study()
    female = halves() == "female"
    table = subgroup_table(roc_auc, y_true, y_score, halves())
    assert table[1].interval.estimate == roc_auc(y_true[female], y_score[female])
    assert table[1].num_positive == y_true[female].sum()


def test_interval_of_everybody_is_the_bootstraps():
    y_true, y_score = study()
    assert subgroup_table(roc_auc, y_true, y_score, halves())[0].interval == bootstrap_interval(
        roc_auc, y_true, y_score
    )


def test_counts_of_the_subgroups_add_up_with_missing_names_kept():
    sex = np.array(["f", None, "m", np.nan, ""] * 40, dtype=object)
    table = subgroup_table(roc_auc, *study(), sex)
    assert {row.name: row.num for row in table} == {"all": 200, "f": 40, "m": 40, "missing": 120}
    assert table[-1].name == "missing"


def test_numbers_are_sorted_as_numbers():
    table = subgroup_table(roc_auc, *study(), np.tile([10, 9], 100))
    assert [row.name for row in table] == ["all", "9", "10"]


def test_missing_number_comes_last():
    table = subgroup_table(roc_auc, *study(), np.tile([70.0, np.nan], 100))
    assert [row.name for row in table] == ["all", "70.0", "missing"]


def test_row_43_subgroup_of_one_class_is_shown_as_undefined():
    y_true, y_score = study()
    table = subgroup_table(roc_auc, y_true, y_score, np.where(y_true == 1, "ill", "well"))
    assert [str(row.interval) for row in table][1:] == ["undefined", "undefined"]
    assert "ill                    100       100  undefined" in str(table)


def test_small_subgroup_is_shown_as_undefined():
    site = np.repeat(["A", "B"], [191, 9])
    table = subgroup_table(roc_auc, *study(), site)
    assert (table[2].num, str(table[2].interval)) == (9, "undefined")
    assert not np.isnan(subgroup_table(roc_auc, *study(), site, min_units=9)[2].interval.estimate)


def test_patients_are_what_counts_as_small():
    patients = np.repeat(np.arange(20), 10)
    table = subgroup_table(roc_auc, *study(), np.repeat(["A", "B"], [150, 50]), groups=patients)
    assert (table[1].num_units, table[1].interval.unit) == (15, "patient")
    assert (table[2].num, table[2].num_units, str(table[2].interval)) == (50, 5, "undefined")


def test_undefined_rows_give_no_warning_but_a_line():
    y_true, y_score = study()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = str(subgroup_table(roc_auc, y_true, y_score, y_true))
    assert text.splitlines()[-1] == "undefined: a class is missing or rare, or fewer than 10 images"


def test_full_table_has_no_line_on_undefined():
    assert "undefined" not in str(subgroup_table(roc_auc, *study(), halves()))


def test_several_measures_each_have_their_table():
    measures = {"AUC": roc_auc, "prevalence": lambda y_true, y_score: np.mean(y_true)}
    table = subgroup_table(measures, *study(), halves())
    assert table[0].intervals["prevalence"].estimate == 0.5
    assert str(table).count("female") == 2


def test_text_is_aligned_and_narrower_than_72():
    names = np.repeat(["a very long name of a hospital", "B"], 100)
    measures = {"a measure with a very long name": roc_auc, "negative": lambda y_true, y_score: -1 - y_score.mean()}
    table = subgroup_table(measures, *study(), names, groups=np.arange(200))
    lines = str(table).splitlines()
    assert max(map(len, lines)) < 72
    assert "a very long name …" in str(table)
    assert len({line.index("0.") for line in lines[2:5]}) == 1


@pytest.mark.parametrize("shift", [0, 1.5])
def test_worse_subgroup_is_seen(shift):
    # the second half has scores of the first, with the disease less visible by `shift`
    y_true, y_score = study(800)
    second = halves(800) == "male"
    table = subgroup_table(roc_auc, y_true, y_score - shift * 0.6 * y_true * second, halves(800))
    assert (table[2].interval.high < table[1].interval.low) is (shift > 0)


def test_other_length_is_refused():
    with pytest.raises(ValueError, match="subgroup 3"):
        subgroup_table(roc_auc, [0, 1], [0.1, 0.2], ["a", "b", "c"])


def test_several_columns_of_scores_pass_to_the_statistic():
    y_true, y_score = study()
    y_prob = 1 / (1 + np.exp(-y_score))
    columns = np.stack([1 - y_prob, y_prob], axis=1)
    table = subgroup_table(roc_auc, y_true, columns, halves())
    assert table[1].interval.estimate == pytest.approx(
        subgroup_table(roc_auc, y_true, y_prob, halves())[1].interval.estimate
    )
