"""The exercises of the chapter "GAN augmentation"."""

import numpy as np
from scipy.spatial.distance import cdist

CAUGHT = 0.02  # exercise 1: the probability that the discriminator gives to "real"
FOUND = 20  # exercise 4: copies among 200 films, as the chapter's films give them


def _derivatives(answer):
    """Exercise 1: sizes of the derivatives of both generator losses by the logit."""
    if np.shape(answer) != (2,):
        return "two numbers are asked for: check('gan_augmentation-1', (minimax, non_saturating))."
    minimax, other = (float(value) for value in answer)
    if min(minimax, other) < 0:
        return "only the sizes are asked for; both derivatives have the same sign."
    pair = np.array([minimax, other])
    if np.allclose(pair, (1 - CAUGHT, CAUGHT), rtol=0.01):
        return "the other order: which of the two is called saturating, because it is flat where D is sure?"
    if np.allclose(pair, (np.log(1 / (1 - CAUGHT)), np.log(1 / CAUGHT)), rtol=0.01):
        return "these are sizes of the losses themselves; asked for are the derivatives by the logit."
    if np.isclose(other, 1 / CAUGHT, rtol=0.01):
        return "that is the derivative by the probability; the logit moves the probability by p (1 - p)."
    if np.isclose(minimax, CAUGHT * (1 - CAUGHT), rtol=0.01) or np.isclose(other, CAUGHT * (1 - CAUGHT), rtol=0.01):
        return "p (1 - p) is the slope of the sigmoid alone; multiply by the derivative of the logarithm."
    if not np.isclose(minimax, CAUGHT, rtol=0.01):
        return "minimax: what is the derivative of log(1 + e^a)? Then put the probability in."
    if not np.isclose(other, 1 - CAUGHT, rtol=0.01):
        return "the first is right; for the second, the inside of s carries a minus."
    return None


def _coverage(function):
    """Exercise 2: the share of real images with a generated one among their neighbours."""
    if not callable(function):
        return "hand over the function itself: check('gan_augmentation-2', coverage)."
    rng = np.random.default_rng(0)
    real, generated = rng.normal(size=(60, 3)), 0.7 * rng.normal(size=(45, 3)) + 0.4
    received = np.asarray(function(real.copy(), generated.copy(), 4))
    if received.ndim:
        return f"one share is asked for, the result has the shape {received.shape}: average over the real images."
    if np.isclose(received, _share(real, generated, 4)):
        return None
    for wrong, hint in _wrong_coverages(real, generated, 4):
        if np.isclose(received, wrong):
            return hint
    return "for each real image: how far is its k-th nearest other real image, and does a generated one lie nearer?"


def _balls(real, generated, k):
    """Return bool of shape (real, generated): does the generated image lie in the real one's ball?"""
    reach = np.sort(cdist(real, real), axis=1)[:, k]
    return cdist(real, generated) < reach[:, np.newaxis]


def _share(real, generated, k):
    return _balls(real, generated, k).any(axis=1).mean()


def _wrong_coverages(real, generated, k):
    """Yield what plausible mistakes return, and the hint for each."""
    inside = _balls(real, generated, k)
    yield _share(real, generated, k - 1), "each real image is its own nearest, at distance 0: it must not count."
    yield _share(generated, real, k), "the balls lie around real images, not around generated ones."
    yield inside.any(axis=0).mean(), "this is the share of generated images in any ball; count the balls instead."
    yield inside.sum() / (k * len(generated)), "this is the density: it counts a crowded ball many times."
    yield inside.any(axis=1).sum(), "this is how many balls; divide by all of them."
    yield inside.mean(), "any generated image in the ball is enough; how many there are does not matter."


def _one_in_five(answer):
    """Exercise 3: what the copying test says of a generator that copies one image in five."""
    if np.ndim(answer) != 0:
        return "one number is asked for: check('gan_augmentation-3', copying)."
    hints = {
        0.2: "the other four fifths count too: how often is a new patient's film nearer than another new patient's?",
        0.5: "that is an honest generator; here one image in five is a copy.",
        1.0: "that is a generator that only copies.",
        0.1: "a copy is always nearer than a new film, not every second time.",
        0.4: "that is the share from the films that are no copies; add the copies' share.",
        0.7: "that is one half and one fifth; but only four fifths of the films get the one half.",
    }
    for wrong, hint in hints.items():
        if np.isclose(answer, wrong, rtol=0.01):
            return hint
    if not np.isclose(answer, 0.6, rtol=0.01):
        return "a mean over two kinds of films: copies, and films like a new patient's."
    return None


def _fewest_copies(answer):
    """Exercise 4: the smallest number of copies among 200 films that the test finds."""
    if np.ndim(answer) != 0:
        return "one number is asked for: check('gan_augmentation-4', copies)."
    if answer not in (0, 5, 10, 20, 40, 80):
        return "one of the numbers tried is asked for: 0, 5, 10, 20, 40 or 80."
    if answer == 0:
        return "without copies the interval holds one half: nothing is found, rightly."
    if answer < FOUND:
        return "the estimate is above one half, but is the lower end of the interval?"
    if answer > FOUND:
        return "fewer are found already; take the smallest number whose interval lies above one half."
    return None


EXERCISES = {
    "gan_augmentation-1": _derivatives,
    "gan_augmentation-2": _coverage,
    "gan_augmentation-3": _one_in_five,
    "gan_augmentation-4": _fewest_copies,
}
