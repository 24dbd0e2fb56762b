"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest

from medbook.exercises import check


def early_stopping(losses, patience):
    lowest, kept = np.inf, 0
    for epoch, value in enumerate(losses):
        if value < lowest:
            lowest, kept = value, epoch
        elif epoch - kept >= patience:
            return kept, epoch
    return kept, len(losses) - 1


def from_one(losses, patience):
    kept, end = early_stopping(losses, patience)
    return kept + 1, end + 1


def last_weights(losses, patience):
    end = early_stopping(losses, patience)[1]
    return end, end


def all_seeing(losses, patience):
    return int(np.argmin(losses)), early_stopping(losses, patience)[1]


def too_late(losses, patience):
    return early_stopping(losses, patience + 1)


def equal_is_lower(losses, patience):
    kept = 0
    for epoch, value in enumerate(losses):
        if value <= losses[kept]:
            kept = epoch
        if epoch - kept == patience:
            break
    return kept, epoch


def against_the_one_before(losses, patience):
    bad, kept = 0, 0
    for epoch in range(1, len(losses)):
        better = losses[epoch] < losses[epoch - 1]
        kept, bad = (epoch, 0) if better else (kept, bad + 1)
        if bad == patience:
            break
    return kept, epoch


def only_the_epoch(losses, patience):
    return early_stopping(losses, patience)[0]


def never(losses, patience):
    return early_stopping(losses, patience)[0], len(losses) - 1


def raising(losses, patience):
    raise KeyError("losses")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("training-1", (0.005, 0.0095)),
        ("training-2", (400, 39490)),
        ("training-3", early_stopping),
        ("training-4", 0.618),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("training-1", 0.005, "two numbers"),
        ("training-1", (0.0025, 0.0095), "lands at the bottom"),
        ("training-1", (0.1, 0.19), "not its square root"),
        ("training-1", (2.0, 3.8), "when does that shrink"),
        ("training-1", (0.005, 0.0005), "allows a longer step"),
        ("training-1", (0.005, 0.05), "on a steady slope"),
        ("training-1", (0.005, 0.005), "changes the limit"),
        ("training-1", (0.005, 0.009), "put beta = 0.9"),
        ("training-2", 400, "two numbers"),
        ("training-2", (16, 39490), "of one epoch"),
        ("training-2", (375, 39490), "smaller batch"),
        ("training-2", (25000, 39490), "not one a film"),
        ("training-2", (391, 39490), "round within each epoch"),
        ("training-2", (40, 39490), "how many batches"),
        ("training-2", (400, 19745), "also its square"),
        ("training-2", (400, 59235), "weights themselves"),
        ("training-2", (400, 2), "for each weight"),
        ("training-2", (400, 7), "count the arrays"),
        ("training-3", (1, 4), "the function itself"),
        ("training-3", only_the_epoch, "a pair"),
        ("training-3", from_one, "count from 0"),
        ("training-3", last_weights, "not the last ones"),
        ("training-3", all_seeing, "looks into the future"),
        ("training-3", too_late, "too early or too late"),
        ("training-3", equal_is_lower, "an equal loss is not a lower one"),
        ("training-3", against_the_one_before, "lowest so far"),
        ("training-3", raising, "KeyError"),
        ("training-4", 0.5, "what each of them is worth"),
        ("training-4", 0.118, "the AUC itself"),
        ("training-4", 0.558, "one standard deviation"),
        ("training-4", 0.7, "luckiest draw"),
        ("training-4", 0.3, "draw 30 x 100"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said


def test_ignoring_patience_is_told_to_count(capsys):
    check("training-3", never)
    assert "Not yet" in capsys.readouterr().out
