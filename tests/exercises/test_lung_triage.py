"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from medbook.exercises import check


def observed(first, second):
    return np.mean(first == second)


def chance(first, second):
    names = np.union1d(first, second)
    return sum(np.mean(first == name) * np.mean(second == name) for name in names)


def without_division(first, second):
    return observed(first, second) - chance(first, second)


def even_chance(first, second):
    even = 1 / len(np.union1d(first, second))
    return (observed(first, second) - even) / (1 - even)


def one_reader_twice(first, second):
    own = chance(first, first)
    return (observed(first, second) - own) / (1 - own)


def exchanged(first, second):
    return (chance(first, second) - observed(first, second)) / (1 - observed(first, second))


def zero(first, second):
    return 0.0


def raising(first, second):
    raise KeyError("normal")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("lung_triage-1", 0.524),
        ("lung_triage-2", cohen_kappa_score),
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
        ("lung_triage-2", observed, "observed agreement"),
        ("lung_triage-2", without_division, "division is missing"),
        ("lung_triage-2", even_chance, "not one over"),
        ("lung_triage-2", one_reader_twice, "one reader's twice"),
        ("lung_triage-2", exchanged, "exchanged"),
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


def test_kappa_agrees_with_scikit_learn_on_every_reading():
    from medbook.exercises.lung_triage import _chance, _readings

    for first, second in _readings():
        expected = _chance(first, second)
        ours = (np.mean(first == second) - expected) / (1 - expected)
        assert ours == pytest.approx(cohen_kappa_score(first, second))
