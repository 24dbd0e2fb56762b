"""The exercises of the chapter "Training"."""

import numpy as np


def _stable_rates(answer):
    """Exercise 1: largest stable learning rates for a curvature of 400."""
    try:
        sgd, momentum = answer
    except TypeError:
        return "two numbers are asked for: check('training-1', (rate_sgd, rate_momentum))."
    if np.isclose(sgd, 1 / 400, rtol=0.01):
        return "SGD: this step lands at the bottom; a step may be longer and go past it, as long as it ends nearer."
    if np.isclose(sgd, 2 / 20, rtol=0.01):
        return "SGD: the curvature itself counts, not its square root."
    if not np.isclose(sgd, 2 / 400, rtol=0.01):
        return "SGD: a step multiplies w by 1 minus rate times curvature; when does that shrink w?"
    if np.isclose(momentum, sgd * (1 - 0.9), rtol=0.01):
        return "SGD is right; momentum allows a longer step, not a shorter one."
    if np.isclose(momentum, sgd / (1 - 0.9), rtol=0.01):
        return "SGD is right; 1 / (1 - beta) is how much further momentum gets on a steady slope, not what is stable."
    if np.isclose(momentum, sgd, rtol=0.01):
        return "SGD is right; momentum changes the limit: the formula for it stands beside that for SGD."
    if not np.isclose(momentum, 2 * 1.9 / 400, rtol=0.01):
        return "SGD is right; put beta = 0.9 into the limit for momentum."
    return None


def _steps(answer):
    """Exercise 2: steps of the optimizer, and numbers that Adam keeps."""
    try:
        steps, numbers = answer
    except TypeError:
        return "two numbers are asked for: check('training-2', (steps, numbers))."
    if steps == 16:
        return "these are the steps of one epoch."
    if steps == 15 * 25:
        return "the last, smaller batch of each epoch is a step too."
    if steps == 25 * 1000:
        return "one step a batch, not one a film."
    if steps == -(-25 * 1000 // 64):
        return "batches do not reach from one epoch into the next: round within each epoch."
    if steps != 400:
        return "the steps: how many batches does an epoch have?"
    if numbers == 19_745:
        return "the steps are right; Adam follows the gradient and also its square."
    if numbers == 3 * 19_745:
        return "the steps are right; the weights themselves are not counted."
    if numbers == 2:
        return "the steps are right; Adam keeps its averages for each weight."
    if numbers != 2 * 19_745:
        return "the steps are right; count the arrays of the weights' shape in Adam's formula."
    return None


def _early_stopping(function):
    """Exercise 3: the epoch that is kept, and the one at which training stops."""
    if not callable(function):
        return "hand over the function itself: check('training-3', early_stopping)."
    for losses, patience in _curves():
        expected, received = _stopped(losses, patience), function(list(losses), patience)
        if np.shape(received) != (2,):
            return "a pair is asked for: (epoch whose weights are kept, epoch at which it stops)."
        kept, end = (int(epoch) for epoch in received)
        if (kept, end) == expected:
            continue
        example = f"(losses {losses}, patience {patience})"
        if kept != expected[0] and 0 <= kept < len(losses) and losses[kept] == losses[expected[0]]:
            return f"an equal loss is not a lower one {example}."
        if (kept, end) == (expected[0] + 1, expected[1] + 1):
            return "one too many in both: epochs count from 0."
        if expected[0] < kept == end:
            return f"the weights to keep are those of the lowest loss, not the last ones {example}."
        if kept == int(np.argmin(losses)) != expected[0]:
            return f"this looks into the future: after the stop no epoch is seen {example}."
        if kept == expected[0] and abs(end - expected[1]) == 1:
            return f"it stops one epoch too early or too late {example}."
        if kept == expected[0]:
            return f"the kept epoch is right, the stop is not: count epochs since the lowest loss {example}."
        return f"compare each loss with the lowest so far, not with the one before {example}."
    return None


def _curves():
    yield [0.7, 0.5, 0.6, 0.55, 0.54, 0.8], 3
    yield [0.7, 0.6, 0.5, 0.4], 2
    yield [0.5, 0.6, 0.7, 0.1, 0.05], 2
    yield [0.5, 0.4, 0.4, 0.45, 0.46, 0.47, 0.3], 3
    yield [0.9, 0.8, 0.85, 0.7, 0.75, 0.6, 0.65], 2


def _stopped(losses, patience):
    best = 0
    for epoch, value in enumerate(losses):
        if value < losses[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best, epoch


def _best_of_thirty(answer):
    """Exercise 4: mean AUC of the best of thirty networks that know nothing, on 100 films."""
    auc = float(answer)
    if 0.610 <= auc <= 0.626:
        return None
    if abs(auc - 0.5) < 0.01:
        return "this is what each of them is worth; asked for is the best on the test set."
    if 0.11 <= auc <= 0.126:
        return "this is how far the best lies above 0.5; the AUC itself is asked for."
    if abs(auc - 0.558) < 0.008:
        return "this is one standard deviation above the mean; the best of thirty lies further out."
    if auc > 0.66:
        return "that is the luckiest draw of all; take the best of thirty in each repeat, then the mean over repeats."
    return "draw 30 x 100 normal scores, 50 films of each kind, take the largest of the 30 AUCs, repeat and average."


EXERCISES = {
    "training-1": _stable_rates,
    "training-2": _steps,
    "training-3": _early_stopping,
    "training-4": _best_of_thirty,
}
