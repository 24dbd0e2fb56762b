"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest

from medbook.exercises import check

ODDS = 4 * 0.02 / 0.98


def auc_of_pairs(sick, healthy):
    wins = [(s > h) + (s == h) / 2 for s in sick for h in healthy]
    return sum(wins) / len(wins)


def ties_lost(sick, healthy):
    return np.mean(np.subtract.outer(sick, healthy) > 0)


def ties_won(sick, healthy):
    return np.mean(np.subtract.outer(sick, healthy) >= 0)


def not_divided(sick, healthy):
    return auc_of_pairs(sick, healthy) * len(sick) * len(healthy)


def upside_down(sick, healthy):
    return auc_of_pairs(healthy, sick)


def side_by_side(sick, healthy):
    return np.mean([s > h for s, h in zip(sick, healthy, strict=False)])


def difference_of_means(sick, healthy):
    return np.mean(sick) - np.mean(healthy)


def all_pairs(sick, healthy):
    return np.subtract.outer(sick, healthy) > 0


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("evaluation-1", 1 / 12),
        ("evaluation-1", 0.083),
        ("evaluation-2", auc_of_pairs),
        ("evaluation-3", ODDS / (1 + ODDS)),
        ("evaluation-3", 0.075),
        ("evaluation-4", 1.79),
    ],
)
def test_right_answer_is_accepted(exercise, answer, capsys):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("evaluation-1", 0.9, "the sick who are called positive"),
        ("evaluation-1", 99 / 108, "that are wrong"),
        ("evaluation-1", 9 / 99, "right ones included"),
        ("evaluation-1", 0.108, "of all people who are called positive"),
        ("evaluation-1", 0.009, "divide by those called positive"),
        ("evaluation-1", 891 / 892, "negative predictive value"),
        ("evaluation-1", 8.3, "between 0 and 1"),
        ("evaluation-1", 0.5, "take 1,000 people"),
        ("evaluation-2", 0.75, "the function itself"),
        ("evaluation-2", ties_lost, "counted as lost"),
        ("evaluation-2", ties_won, "counted as won"),
        ("evaluation-2", not_divided, "divide by how many"),
        ("evaluation-2", upside_down, "the other way round"),
        ("evaluation-2", side_by_side, "not only the one beside it"),
        ("evaluation-2", difference_of_means, "every healthy one"),
        ("evaluation-2", all_pairs, "one number"),
        ("evaluation-3", ODDS, "o / (1 + o)"),
        ("evaluation-3", 0.8, "much rarer"),
        ("evaluation-3", 0.016, "not the probability"),
        ("evaluation-3", 0.032, "more frequent"),
        ("evaluation-3", 196 / 197, "upside down"),
        ("evaluation-3", 0.02, "without the film"),
        ("evaluation-3", 0.5, "p / (1 - p)"),
        ("evaluation-4", 1.0, "groups=patients belongs to one"),
        ("evaluation-4", 0.56, "other way round"),
        ("evaluation-4", 1.59, "regression's"),
        ("evaluation-4", 0.048, "divide one width by the other"),
        ("evaluation-4", 4, "not copies"),
        ("evaluation-4", 7, "with and without"),
    ],
)
def test_plausible_wrong_answer_gets_its_hint(exercise, answer, hint, capsys):
    check(exercise, answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet:")
    assert hint in printed


def test_function_that_fails_is_reported_with_its_error(capsys):
    check("evaluation-2", lambda sick, healthy: sick - healthy)
    assert "TypeError" in capsys.readouterr().out
