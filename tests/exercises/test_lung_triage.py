"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from medbook.exercises import check


def shuffled(first, second, cost):
    a, b = ([np.mean(calls == k) for k in range(len(cost))] for calls in (first, second))
    return (np.outer(a, b) * cost).sum()


def weighted_kappa(first, second, cost):
    return 1 - cost[first, second].mean() / shuffled(first, second, cost)


def mean_cost(first, second, cost):
    return cost[first, second].mean()


def ratio(first, second, cost):
    return 1 - weighted_kappa(first, second, cost)


def without_chance(first, second, cost):
    return 1 - cost[first, second].mean()


def even_chance(first, second, cost):
    return 1 - cost[first, second].mean() / cost.mean()


def one_reader_twice(first, second, cost):
    return 1 - cost[first, second].mean() / shuffled(first, first, cost)


def transposed(first, second, cost):
    return weighted_kappa(first, second, cost.T)


def plain(first, second, cost):
    return cohen_kappa_score(first, second)


def zero(first, second, cost):
    return 0.0


def raising(first, second, cost):
    raise KeyError("normal")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("lung_triage-1", 0.524),
        ("lung_triage-2", weighted_kappa),
        ("lung_triage-3", (330, 0.136)),
        ("lung_triage-4", 7),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("lung_triage-1", 0.8, "agreement itself"),
        ("lung_triage-1", 0.58, "chance would bring"),
        ("lung_triage-1", 0.22, "divide"),
        ("lung_triage-1", 0.6, "one half"),
        ("lung_triage-1", 0.38, "leaves to be gained"),
        ("lung_triage-1", 52.4, "per cent"),
        ("lung_triage-1", 0.1, "did not look"),
        ("lung_triage-2", 0.5, "function itself"),
        ("lung_triage-2", mean_cost, "mean cost of the calls"),
        ("lung_triage-2", ratio, "Subtract"),
        ("lung_triage-2", without_chance, "not yet compared"),
        ("lung_triage-2", even_chance, "equally often"),
        ("lung_triage-2", one_reader_twice, "one reader's twice"),
        ("lung_triage-2", transposed, "is the row"),
        ("lung_triage-2", plain, "plain kappa"),
        ("lung_triage-2", zero, "is wrong"),
        ("lung_triage-2", raising, "KeyError"),
        ("lung_triage-3", 330, "two numbers"),
        ("lung_triage-3", (45, 1), "healthy films"),
        ("lung_triage-3", (285, 0), "diseased films"),
        ("lung_triage-3", (710, 0.06), "NOT"),
        ("lung_triage-3", (600, 0.75), "one in twenty"),
        ("lung_triage-3", (100, 0.5), "apart"),
        ("lung_triage-3", (330, 0.9), "other way round"),
        ("lung_triage-3", (330, 13.6), "per cent"),
        ("lung_triage-3", (330, 0.05), "whole queue"),
        ("lung_triage-3", (330, 0.3), "how many of them"),
        ("lung_triage-4", 6, "from 0"),
        ("lung_triage-4", 5, "letter itself"),
        ("lung_triage-4", 2, "begin"),
        ("lung_triage-4", 48, "equal seeds"),
        ("lung_triage-4", 9, "smaller square"),
        ("lung_triage-4", 1, "all films"),
    ],
)
def test_wrong_answer_gets_the_hint_that_fits(capsys, exercise, answer, hint):
    check(exercise, answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet: ")
    assert hint in printed


def test_weighted_kappa_with_linear_cost_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 3, (2, 60))
    cost = np.abs(np.subtract.outer(np.arange(3.0), np.arange(3)))
    ours = weighted_kappa(first, second, cost)
    assert ours == pytest.approx(cohen_kappa_score(first, second, weights="linear"))
