"""The exercises of the chapter "Evaluation"."""

import numpy as np


def _predictive_value(answer):
    """Exercise 1: share of right positive calls at 1 % prevalence, with sensitivity and specificity of 0.9."""
    share = float(answer)
    if np.isclose(share, 9 / 108, atol=0.002):
        return None
    if np.isclose(share, 0.9, atol=0.005):
        return (
            "that is the share of the sick who are called positive; turn it round: of the positive, how many are sick?"
        )
    if np.isclose(share, 99 / 108, atol=0.003):
        return "that is the share of positive calls that are wrong."
    if np.isclose(share, 9 / 99, atol=0.002):
        return "divide by all positive calls, right ones included."
    if np.isclose(share, 0.108, atol=0.0015):
        return "that is the share of all people who are called positive."
    if np.isclose(share, 0.009, atol=0.0005):
        return "that is the share of all people who are sick and called so; divide by those called positive."
    if share > 0.99 and share <= 1:
        return "that is the negative predictive value."
    if share > 1:
        return "a share lies between 0 and 1: right positive calls over all positive calls."
    return "take 1,000 people: how many are sick and called positive, how many healthy and called positive?"


def _auc_of_pairs(function):
    """Exercise 2: share of sick-healthy pairs that are ranked right; ties count one half."""
    if not callable(function):
        return "hand over the function itself: check('evaluation-2', auc_of_pairs)."
    for sick, healthy in (([3.0, 1.0, 0.5], [0.2, 2.0]), ([1.0, 2.0, 2.0], [2.0, 0.0, 1.0, -1.0])):
        gaps = np.subtract.outer(sick, healthy)
        won, tied, pairs = np.sum(gaps > 0), np.sum(gaps == 0), gaps.size
        received = function(list(sick), list(healthy))
        if np.ndim(received) != 0:
            return "one number is asked for: the share of all pairs."
        if np.isclose(received, (won + tied / 2) / pairs):
            continue
        example = f"(sick {sick}, healthy {healthy})"
        if np.isclose(received, won + tied / 2):
            return f"that is a number of pairs; divide by how many there are {example}."
        if np.isclose(received, 1 - (won + tied / 2) / pairs):
            return f"the other way round: a sick film should have the higher score {example}."
        if tied and np.isclose(received, won / pairs):
            return f"equal scores are counted as lost; they count one half {example}."
        if tied and np.isclose(received, (won + tied) / pairs):
            return f"equal scores are counted as won; they count one half {example}."
        if np.isclose(received, np.mean(np.array(sick)[: len(healthy)] > np.array(healthy)[: len(sick)])):
            return f"each sick film meets every healthy one, not only the one beside it {example}."
        return f"compare every sick score with every healthy one {example}."
    return None


def _new_prevalence(answer):
    """Exercise 3: a probability of 0.8 at a prevalence of one half, carried to 2 %."""
    odds = 4 * 0.02 / 0.98
    probability = float(answer)
    if np.isclose(probability, odds / (1 + odds), atol=0.0015):
        return None
    if np.isclose(probability, odds, atol=0.0015):
        return "these are the new odds; odds o are a probability of o / (1 + o)."
    if np.isclose(probability, 0.8, atol=0.005):
        return "the film is the same, but a sick film is much rarer there."
    if np.isclose(probability, 0.016, atol=0.001):
        return "multiply the odds, not the probability, and by a ratio of odds."
    if np.isclose(probability, 0.032, atol=0.0015):
        return "the healthy have become more frequent, too: use the odds of prevalence, not the prevalence alone."
    if probability > 0.9:
        return "upside down: where disease is rare, the probability falls."
    if np.isclose(probability, 0.02, atol=0.001):
        return "that is what one knows without the film; the film speaks for disease."
    return "odds of disease are p / (1 - p); multiply them by the new odds of prevalence over the old."


def _ratio_of_widths(answer):
    """Exercise 4: width of the interval by patient over that by film, for the regression."""
    ratio = float(answer)
    if 1.6 <= ratio <= 2.0:
        return None
    if 0.98 <= ratio <= 1.02:
        return "both intervals are by film, or both by patient: groups=patients belongs to one of them."
    if 0.5 <= ratio <= 0.63:
        return "that is the ratio the other way round."
    if 1.5 <= ratio < 1.6:
        return "did you take the network's scores? The regression's are asked for."
    if 0 < ratio < 0.2:
        return "that is a width, or a difference of widths; divide one width by the other."
    if ratio == 4:
        return "four is the number of films of a patient; films of one patient are alike but not copies. Measure it."
    return "compute bootstrap_interval with and without groups=patients, and divide (high - low) of the two."


EXERCISES = {
    "evaluation-1": _predictive_value,
    "evaluation-2": _auc_of_pairs,
    "evaluation-3": _new_prevalence,
    "evaluation-4": _ratio_of_widths,
}
