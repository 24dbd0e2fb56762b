"""The exercises of the chapter "Activations"."""

import numpy as np
from scipy.special import logsumexp


def _outputs(answer):
    """Exercise 1: which output goes with which of five questions."""
    letters = "".join(answer).replace(" ", "").replace(",", "").upper()
    if len(letters) != 5 or set(letters) - set("ABCD"):
        return "five letters from A to D are asked for, one a question, such as check('activations-1', 'AAAAA')."
    if letters[0] != "D":
        return "question 1 asks for a quantity, which has a unit and no upper end."
    if letters[1] == "C":
        return "question 2: softmax shares out one certainty, but a film may have several of the findings, or none."
    if letters[2] == "B":
        return "question 3: exactly one of the diagnoses holds, and their probabilities should add up to 1."
    if letters[4] in "AB":
        return "question 5: think of one pixel; how many of the tissues can it belong to?"
    wrong = [
        number for number, (given, right) in enumerate(zip(letters, "DBCAC", strict=True), start=1) if given != right
    ]
    return f"look again at question {wrong[0]}: how many answers can be true at once?" if wrong else None


def _moved_probability(answer):
    """Exercise 2: a probability of 0.8, learned at a prevalence of 50 %, used at 2 %."""
    p = float(answer)
    if np.isclose(p, 0.0755, atol=0.001):
        return None
    if np.isclose(p, 7.55, atol=0.1):
        return "as a probability between 0 and 1, not in percent."
    if np.isclose(p, 0.0816, atol=0.001):
        return "these are the odds; a probability is odds / (1 + odds)."
    if np.isclose(p, 0.016, atol=0.001) or np.isclose(p, 0.032, atol=0.001):
        return "probabilities cannot be multiplied by a prevalence; log odds can be added."
    if p > 0.8:
        return "it rose, and the disease is rarer here: check the sign of the shift."
    return "turn 0.8 into log odds, add the log odds of the new prevalence, subtract those of the old, turn it back."


def _log_sum_exp(function):
    """Exercise 3: log-sum-exp of each row, without overflow and without underflow."""
    if not callable(function):
        return "hand over the function itself: check('activations-3', log_sum_exp)."
    rng = np.random.default_rng(21)
    ordinary = rng.normal(0, 3, (5, 4))
    for scores, what in [(ordinary, "ordinary"), (ordinary + 1000, "large"), (ordinary - 1000, "very negative")]:
        received, expected = np.asarray(_quietly(function, scores.copy())), logsumexp(scores, axis=1)
        if received.shape != expected.shape:
            return _shape_hint(received.shape)
        if not np.isfinite(received).all():
            return f"for {what} scores it returned {received[0]}: subtract the largest score of each row first."
        if np.allclose(received, expected - scores.max(axis=1)):
            return "what was subtracted inside has to be added again outside."
        if not np.allclose(received, expected):
            return f"for {what} scores the values are wrong; is the largest score that of each row?"
    # One row far above the others: a maximum over all rows makes the others underflow.
    mixed = np.array([[1000.0, 999.0], [-1000.0, -999.0]])
    if not np.allclose(_quietly(function, mixed.copy()), logsumexp(mixed, axis=1)):
        return "it fails where rows differ much: take the largest score of each row, not of the whole batch."
    return None


def _quietly(function, scores):
    with np.errstate(all="ignore"):
        return function(scores)


def _shape_hint(shape):
    if shape == ():
        return "one number for each row is asked for, and one number came back: sum over the last axis only."
    if shape == (5, 1):
        return "the sums keep an axis of length 1; the result should have the shape (batch,)."
    return f"scores of shape (5, 4) gave shape {shape}, expected (5,)."


def _gain(answer):
    """Exercise 4: the gain n Var(w) that keeps gradients constant through leaky ReLUs of slope 0.3."""
    gain = float(answer)
    if np.isclose(gain, 2 / 1.09, atol=0.006):
        return None
    if np.isclose(gain, 2, atol=0.01):
        return "this is ReLU's gain; the negative half passes something on as well."
    if np.isclose(gain, 2 / 1.3, atol=0.01):
        return "the mean of the derivative is not enough: the formula averages its square."
    if np.isclose(gain, 1.09 / 2, atol=0.006):
        return "this is the mean square of the derivative; which gain makes its product with it 1?"
    if np.isclose(gain, np.sqrt(2 / 1.09), atol=0.004):
        return "this is its root, which scales the standard deviation; the gain scales the variance."
    return "half of the sums are positive, with derivative 1, half negative, with 0.3: average the squares first."


EXERCISES = {
    "activations-1": _outputs,
    "activations-2": _moved_probability,
    "activations-3": _log_sum_exp,
    "activations-4": _gain,
}
