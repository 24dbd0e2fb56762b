"""The exercises of the chapter "Lung triage"."""

import numpy as np


def _kappa_by_hand(answer):
    """Exercise 1: kappa of two readers who agree on 60 + 20 of 100 films."""
    hints = {
        0.80: "this is the agreement itself; chance has not been taken off yet.",
        0.58: "this is the agreement that chance would bring.",
        0.22: "this is agreement minus chance; divide by what there was to gain above chance.",
        0.60: "chance is not one half here: each reader calls most films normal.",
        0.38: "divide by what chance leaves to be gained, not by chance.",
    }
    kappa = float(answer)
    if abs(kappa - 11 / 21) < 0.006:
        return None
    for wrong, hint in hints.items():
        if abs(kappa - wrong) < 0.006:
            return hint
    if 5 < kappa <= 100:
        return "a share is asked for, not per cent."
    return "how often does each reader say normal, and how often would they agree if they did not look at the film?"


def _weighted_kappa(function):
    """Exercise 2: one minus the mean cost of two readers' calls, over the mean cost of shuffled calls."""
    if not callable(function):
        return "hand over the function itself: check('lung_triage-2', weighted_kappa)."
    for first, second, cost in _readings():
        paid, shuffled = cost[first, second].mean(), _shuffled(first, second, cost)
        received = float(function(first.copy(), second.copy(), cost.copy()))
        if abs(received - (1 - paid / shuffled)) < 1e-6:
            continue
        off_diagonal = 1.0 - np.eye(len(cost))
        swapped = 1 - cost.T[first, second].mean() / _shuffled(first, second, cost.T)
        plain = 1 - off_diagonal[first, second].mean() / _shuffled(first, second, off_diagonal)
        wrong = {
            "this is the mean cost of the calls; what would shuffled calls cost?": paid,
            "this is the ratio of two costs: 0 if the readers agree. Subtract it from 1.": paid / shuffled,
            "the cost by chance is taken for granted: one minus the mean cost is not yet compared with it.": 1 - paid,
            "shuffled calls do not use every class equally often; count each reader's classes.": 1 - paid / cost.mean(),
            "both readers' frequencies enter the chance, not one reader's twice.": (
                1 - paid / _shuffled(first, first, cost)
            ),
            "the first reader's call is the row of the cost, the second's the column.": swapped,
            "this is the plain kappa, in which every confusion costs the same.": plain,
        }
        for hint, value in wrong.items():
            if abs(received - value) < 1e-6:
                return hint
        return f"for the calls {first.tolist()} and {second.tolist()} it returned {received:.3f}, which is wrong."
    return None


def _readings():
    """Yield (first, second, cost), each calls of 0 to K - 1 and a price (K, K) that is not symmetric."""
    cost = np.array([[0.0, 3.0, 4.0], [2.0, 0.0, 1.0], [6.0, 0.5, 0.0]])
    yield np.array([0, 0, 1, 1, 2, 2, 0, 0]), np.array([0, 1, 1, 1, 2, 0, 0, 0]), cost
    yield np.array([0, 0, 0, 0, 0, 1]), np.array([0, 0, 1, 0, 0, 1]), np.array([[0.0, 1.0], [4.0, 0.0]])
    yield np.array([2, 2, 1, 1, 1]), np.array([2, 1, 1, 2, 1]), cost


def _shuffled(first, second, cost):
    """Return the mean cost if each reader's calls were shuffled."""
    return float(np.mean([cost[one, other] for one in first for other in second]))


def _queue(answer):
    """Exercise 3: films that are moved up, of 1,000 with 5 % diseased, and the share of diseased among them."""
    try:
        moved, share = answer
    except TypeError:
        return "two numbers are asked for: check('lung_triage-3', (moved, share_diseased))."
    if abs(moved - 45) < 0.5:
        return "these are the diseased among them; healthy films are moved up, too."
    if abs(moved - 285) < 0.5:
        return "these are the healthy among them; diseased films are moved up, too."
    if abs(moved - 710) < 0.5:
        return "the specificity is the share of the healthy that are NOT moved up."
    if abs(moved - 600) < 0.5:
        return "this is a queue of which half is diseased; here it is one in twenty."
    if abs(moved - 330) > 0.5:
        return "count the 50 diseased and the 950 healthy films apart."
    if abs(share - 0.9) < 0.01:
        return "330 is right; 0.9 is the share of the diseased that are moved up, asked is the other way round."
    if abs(share - 45 / 330 * 100) < 0.5:
        return "330 is right; a share is asked for, not per cent."
    if abs(share - 0.05) < 0.005:
        return "330 is right; 0.05 is the share of diseased in the whole queue, not among those that are moved up."
    if abs(share - 45 / 330) > 0.003:
        return "330 is right; how many of them are diseased?"
    return None


def _corner(answer):
    """Exercise 4: side of the smallest square that hides the letter in a corner of 48 x 48 pixels."""
    side = float(answer)
    if side == 7:
        return None
    if side == 6:
        return "the last index that a letter reaches is 6; how many rows are that, counted from 0?"
    if side in (4, 5):
        return "this is the size of the letter itself; it does not begin at the film's edge, and moves a little."
    if side == 2:
        return "this is where the letters begin."
    if side == 48:
        return "a letter is a few pixels high; did you compare films of the same patients, with equal seeds?"
    if side > 7:
        return "the letters are hidden, and anatomy that need not be; a smaller square is enough."
    return "compare all films with their twins without letters, not a single one: the letter moves a little."


EXERCISES = {
    "lung_triage-1": _kappa_by_hand,
    "lung_triage-2": _weighted_kappa,
    "lung_triage-3": _queue,
    "lung_triage-4": _corner,
}
