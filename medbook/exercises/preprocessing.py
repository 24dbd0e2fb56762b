"""The exercises of the chapter "Preprocessing"."""

import numpy as np


def _spacing_and_wave(answer):
    """Exercise 1: pixel spacing after shrinking, and the shortest wave it can show, both in mm."""
    try:
        spacing_mm, period_mm = (float(number) for number in answer)
    except TypeError:
        return "two numbers are asked for: check('preprocessing-1', (spacing_mm, period_mm))."
    if np.isclose(spacing_mm, 0.7 * 128 / 512, atol=0.01):
        return "the spacing goes the other way: fewer pixels over the same field of view lie further apart."
    if np.isclose(spacing_mm, 0.7, atol=0.01):
        return "this is the old spacing; the field of view stays, the number of pixels does not."
    if not np.isclose(spacing_mm, 2.8, atol=0.01):
        return "the spacing: rows times spacing, the field of view, is the same before and after."
    if np.isclose(period_mm, 5.6, atol=0.02):
        return None
    if np.isclose(period_mm, 2.8, atol=0.02):
        return "the spacing is right; a wave with one pixel per period looks flat: each pixel falls on the same phase."
    if np.isclose(period_mm, 1 / 5.6, atol=0.01):
        return "the spacing is right; this is the frequency (per mm), the period in mm is asked for."
    return "the spacing is right; how many pixels per period does the sampling theorem ask for?"


def _nearest(labels, shape, offset=0.5):
    rows, cols = (
        np.floor((np.arange(new) + offset) * old / new).astype(int)
        for old, new in zip(labels.shape, shape, strict=True)
    )
    return labels[np.ix_(rows, cols)]


def _move_mask(function):
    """Exercise 2: nearest neighbour by pixel centers."""
    if not callable(function):
        return "hand over the function itself: check('preprocessing-2', move_mask)."
    rng = np.random.default_rng(8)
    # No new center of these falls exactly between two old ones.
    for old, new in [((4, 6), (8, 12)), ((9, 12), (3, 4)), ((5, 7), (10, 21)), ((11, 10), (4, 6))]:
        labels = 10 * rng.integers(0, 4, old)
        received = np.asarray(function(labels.copy(), new))
        if received.shape != new:
            return f"labels of shape {old}, moved to {new}, came out with the shape {received.shape}."
        if np.array_equal(received, _nearest(labels, new)):
            continue
        if not np.isin(received, labels).all():
            return f"from {old} to {new} it made labels that nobody drew: {sorted(set(np.ravel(received).tolist()))}."
        if np.array_equal(received, _nearest(labels, new, offset=0)):
            return f"from {old} to {new} the mask is shifted up and to the left: a pixel's center lies at + 0.5."
        return f"from {old} to {new} some labels come from another pixel: where does the center of new pixel i lie?"
    return None


def _lowest_peak(answer):
    """Exercise 3: lowest peak of the nodule, shrunk 2 times without smoothing."""
    peak_hu = float(answer)
    if np.isclose(peak_hu, LOWEST_PEAK_HU, atol=2):
        return None
    if np.isclose(peak_hu, 0, atol=2):
        return "nothing left is what happens at 4 times; the slice of 128 x 128 is asked for, not of 64 x 64."
    if np.isclose(peak_hu, SMOOTHED_PEAK_HU, atol=2):
        return "this is with anti-aliasing; leave the smoothing out."
    if np.isclose(peak_hu, 890, atol=2):
        return "this is the best position; the worst is asked for."
    return "take resize(one, (128, 128), anti_aliasing=False) of each of the nodules, its maximum, and the smallest."


LOWEST_PEAK_HU, SMOOTHED_PEAK_HU = 333.8, 321.7


def _leaking_lines(answer):
    """Exercise 4: which lines of a program must move behind the split."""
    lines = {int(line) for line in np.ravel(list(answer) if isinstance(answer, (set, frozenset)) else answer)}
    if lines == {2, 3}:
        return None
    if 1 in lines:
        return "line 1 uses each film's own minimum and maximum and nothing of any other film: it may stay."
    if lines & {5, 6}:
        return "look again at what lines 5 and 6 fit on: train alone."
    if 4 in lines:
        return "line 4 is the split itself; the question is what must not happen before it."
    if lines == {3}:
        return "that one, yes: it looks at test labels. Another line puts the same film on both sides of the split."
    if lines == {2}:
        return "that one, yes: copies end up on both sides. Another line looks at the labels of the test films."
    return "give the numbers of the lines, such as {1, 6}: which ones see films that line 4 will call test?"


EXERCISES = {
    "preprocessing-1": _spacing_and_wave,
    "preprocessing-2": _move_mask,
    "preprocessing-3": _lowest_peak,
    "preprocessing-4": _leaking_lines,
}
