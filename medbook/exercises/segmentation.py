"""The exercises of the chapter "Segmentation"."""

import numpy as np


def _by_hand(answer):
    """Exercise 1: Dice and IoU of 80 and 100 pixels that share 60."""
    try:
        dice, iou = answer
    except TypeError:
        return "two numbers are asked for: check('segmentation-1', (dice, iou))."
    if max(dice, iou) > 1:
        return "both are shares, from 0 to 1; not per cent, not pixels."
    if abs(dice - 0.5) < 0.006 and abs(iou - 2 / 3) < 0.006:
        return "both numbers are there, in the other order: Dice is never the smaller one."
    if abs(dice - 1 / 3) < 0.006:
        return "Dice counts the overlap twice, since it divides by both sizes."
    if abs(dice - 0.75) < 0.006 or abs(dice - 0.6) < 0.006:
        return "this is the overlap as a share of one mask; Dice divides by the sizes of both."
    if abs(dice - 2 / 3) > 0.006:
        return "Dice: twice the overlap, divided by the sum of both sizes."
    if abs(iou - 1 / 3) < 0.006:
        return "Dice is right. The union counts the overlap once, the sum of both sizes counts it twice."
    if abs(iou - 2 / 3) < 0.006:
        return "Dice is right. IoU divides by what either mask covers, and is lower."
    if abs(iou - 0.5) > 0.006:
        return "Dice is right. How many pixels does either mask cover?"
    return None


def _tversky(function):
    """Exercise 2: one minus the Tversky index of a mask and probabilities."""
    if not callable(function):
        return "hand over the function itself: check('segmentation-2', tversky_loss)."
    for y, p, alpha, beta in _predictions():
        expected = _tversky_loss(y, p, alpha, beta)
        received = float(function(y.copy(), p.copy(), alpha, beta))
        if abs(received - expected) < 1e-6:
            continue
        thresholded = (p >= 0.5).astype(float)
        wrong = {
            "alpha is the price of a false alarm, beta that of a miss.": _tversky_loss(y, p, beta, alpha),
            "this is the index: 1 for a perfect mask. A loss is 0 there.": 1 - expected,
            "both prices are taken for one half, which is the Dice loss.": _tversky_loss(y, p, 0.5, 0.5),
            "both prices are taken for 1, which is one minus the IoU.": _tversky_loss(y, p, 1, 1),
            "keep the probabilities: a threshold has no gradient.": _tversky_loss(y, thresholded, alpha, beta),
            "without smoothing, please: nothing is added to the hits.": _tversky_loss(y, p, alpha, beta, smooth=1),
        }
        for hint, value in wrong.items():
            if abs(received - value) < 1e-6:
                return hint
        return f"for y = {y.tolist()}, p = {p.tolist()} it returned {received:.4f}, which is wrong."
    return None


def _predictions():
    """Yield (y, p, alpha, beta), none of which makes two plausible mistakes equal."""
    yield np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.array([[0.9, 0.3, 0.2], [0.1, 0.6, 0.7]]), 0.3, 0.8
    yield np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.8, 0.7], [0.4, 0.1]]), 1.5, 0.2


def _tversky_loss(y, p, alpha, beta, smooth=0):
    wrong = alpha * np.sum((1 - y) * p) + beta * np.sum(y * (1 - p))
    return wrong / (np.sum(y * p) + smooth + wrong)


def _one_millimetre(answer):
    """Exercise 3: Dice and error of volume of spheres of 10 and 11 mm radius."""
    try:
        dice, share = answer
    except TypeError:
        return "two numbers are asked for: check('segmentation-3', (dice, share))."
    if abs(dice - 2 * 100 / 221) < 0.004:
        return "this is the Dice of two discs; a sphere grows in three directions."
    if abs(dice - 1000 / 1331) < 0.004:
        return "this is the IoU; Dice is higher."
    if abs(dice - 20 / 21) < 0.004:
        return "this compares lengths; a volume grows with the third power of the radius."
    if abs(dice - 2000 / 2331) > 0.004:
        return "the smaller sphere lies within the larger one: what is their overlap?"
    if abs(share - 33.1) < 0.6:
        return "Dice is right. A share is asked for, not per cent."
    if abs(share - 0.1) < 0.004:
        return "Dice is right. This is how much the radius is too large, not the volume."
    if abs(share - 0.21) < 0.004:
        return "Dice is right. This is how much the area of a cut is too large, not the volume."
    if abs(share - 331 / 1331) < 0.004:
        return "Dice is right. Divide by the true volume, not by the predicted one."
    if abs(share - 1.331) < 0.004:
        return "Dice is right. This is the ratio of the volumes; by how much is it more than 1?"
    if abs(share - 0.331) > 0.004:
        return "Dice is right. How large is a sphere of 11 mm against one of 10 mm?"
    return None


def _deleted(answer):
    """Exercise 4: lesions of 52 that smoothing by 6 mm deletes."""
    deleted = float(answer)
    if deleted == 16:
        return None
    if deleted == 36:
        return "these are the lesions that stay."
    if deleted == 5:
        return "this is what 4 mm delete."
    if deleted == 92:
        return "these are cross-sections, slice by slice; in three dimensions a lesion is one piece over its slices."
    if deleted == 52:
        return "these are all lesions; how many of them have no voxel left?"
    if deleted == 33:
        return "this is the number of patients; count lesions."
    if 0 < deleted < 16:
        return "too few: did you label each volume before smoothing and look which numbers are left?"
    return "label each patient's reference, smooth it, and see which numbers are left in the smoothed mask."


EXERCISES = {
    "segmentation-1": _by_hand,
    "segmentation-2": _tversky,
    "segmentation-3": _one_millimetre,
    "segmentation-4": _deleted,
}
