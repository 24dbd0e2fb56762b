"""The exercises of the chapter "Autoencoders"."""

import numpy as np

BEFORE, AFTER, HALF = 0.939, 0.874, 0.920  # exercise 4, as the chapter's films give them; HALF: train[:250] alone
CLOSE = 0.009


def _bottleneck(answer):
    """Exercise 1: what a 64 x 64 film is flattened to after three halvings, and the weights to 32 numbers."""
    if np.shape(answer) != (2,):
        return "two numbers are asked for: check('autoencoders-1', (numbers, parameters))."
    numbers, parameters = answer
    flattened = {
        8 * 8: "each place of the grid holds as many numbers as the last convolution has filters.",
        16 * 16 * 48: "three entries in filters are three halvings.",
        16 * 16 * 32: "three entries in filters are three halvings, and the last has 48 filters.",
        4 * 4 * 48: "64, 32, 16, 8: three halvings, not four.",
        8 * 8 * 96: "only the last layer's channels are flattened; they replace those before.",
        64 * 64: "these are the film's pixels; the grid after the convolutions is asked for.",
    }
    if numbers in flattened:
        return flattened[numbers]
    if numbers != 3072:
        return "rows times cols times channels of the last convolution's output."
    hints = {
        3072 * 32: "each of the 32 units has a bias, too.",
        3072 + 32: "every unit is joined to every number, so the two multiply.",
        3072 * 32 + 3072: "biases belong to the outputs of a layer, not to its inputs.",
    }
    if parameters in hints:
        return f"the first number is right; {hints[parameters]}"
    if parameters != 3072 * 32 + 32:
        return "the first number is right; a dense layer has inputs times outputs weights, and its biases."
    return None


def _residual(function):
    """Exercise 2: the error of reconstruction by principal components."""
    if not callable(function):
        return "hand over the function itself: check('autoencoders-2', residual)."
    rng = np.random.default_rng(0)
    scale = np.linspace(3, 0.2, 30).reshape(5, 6)
    train, new = (2 + center + scale * rng.standard_normal((40, 5, 6)) for center in (0, 0.5))
    received = np.asarray(function(train, new[:7], 3))
    if received.shape == (7, 5, 6):
        return "one number an image is asked for: average over its pixels."
    if received.shape == (7, 3):
        return "these are codes; rebuild the images from them and compare."
    if received.shape != (7,):
        return f"for 7 new images the result has the shape {received.shape}, expected (7,)."
    for wrong, hint in _wrong_residuals(train, new[:7]):
        if np.allclose(received, wrong, rtol=1e-3):
            return hint
    mean = train.mean(axis=0)
    if not np.allclose(received, _error(new[:7], mean, train - mean, 3), rtol=1e-3):
        return "take the mean film and the first k directions of the training images, rebuild, subtract, square."
    return None


def _error(new, mean, basis, k):
    """Return the mean squared error of each image of ``new``, rebuilt with k directions of ``basis``."""
    directions = np.linalg.svd(basis.reshape(len(basis), -1), full_matrices=False)[2][:k]
    flat = (new - mean).reshape(len(new), -1)
    return ((flat - flat @ directions.T @ directions) ** 2).mean(axis=1)


def _wrong_residuals(train, new):
    """Yield what plausible mistakes return, and the hint for each."""
    mean = train.mean(axis=0)
    right, distance = _error(new, mean, train - mean, 3), ((new - mean) ** 2).mean(axis=(1, 2))
    for basis in (train, train - mean):
        yield _error(new, 0, basis, 3), "the mean film has to be taken off before, and added back after."
    own = new.mean(axis=0)
    yield _error(new, own, new - own, 3), "mean and directions come from the training images, not from new ones."
    yield np.sqrt(right), "this is the root of what is asked for."
    yield right * mean.size, "this is the sum over pixels; the mean is asked for."
    yield distance, "this is the distance from the mean film: nothing is rebuilt from a code."
    yield distance - right, "this is what the components explain; asked for is what is left."


def _noise_left(answer):
    """Exercise 3: noise of standard deviation 0.1 that 64 of 1,024 directions let through."""
    if np.ndim(answer) != 0:
        return "one number is asked for: check('autoencoders-3', left)."
    hints = {
        0.1 * 64 / 1024: "variances add up, standard deviations do not: which share of the variance passes?",
        0.1 / 8: "that is a mean of 64 pixels; here 64 of 1,024 directions pass.",
        0.01 * 64 / 1024: "that is the variance; the root mean square is asked for.",
        0.1 * np.sqrt(960 / 1024): "that is the noise that is removed.",
        0.1: "most directions of the noise are lost; count those that pass.",
    }
    for wrong, hint in hints.items():
        if np.isclose(answer, wrong, rtol=0.01):
            return hint
    if not np.isclose(answer, 0.025, rtol=0.03):
        return "white noise has the same variance along every direction; 64 of 1,024 pass."
    return None


def _two_hospitals(answer):
    """Exercise 4: AUC of healthy films of another hospital, before and after PCA has seen some."""
    if np.shape(answer) != (2,):
        return "two numbers are asked for: check('autoencoders-4', (before, after))."
    before, after = (float(value) for value in answer)
    if not (0 <= before <= 1 and 0 <= after <= 1):
        return "an AUC lies between 0 and 1."
    if abs(before - AFTER) < CLOSE and abs(after - BEFORE) < CLOSE:
        return "both are right, in the other order: before, then after."
    if abs(before - (1 - BEFORE)) < CLOSE:
        return "the films of the other hospital count as 1, those of the first as 0."
    if abs(before - BEFORE) > CLOSE:
        return "before: PCA of all of train with 64 numbers; healthy test films alone against elsewhere."
    if abs(after - BEFORE) < CLOSE:
        return "nothing has changed: was PCA fitted anew, to both hospitals' films?"
    if abs(after - HALF) < CLOSE:
        return "the first is right; in the second, the films of the other hospital are missing from the fit."
    if abs(after - (1 - AFTER)) < CLOSE:
        return "the first is right; in the second, too, the other hospital's films count as 1."
    if abs(after - AFTER) > CLOSE:
        return "the first is right; after: train[:250] and films(250, 5, sites=(2,)).images in one array, 64 numbers."
    return None


EXERCISES = {
    "autoencoders-1": _bottleneck,
    "autoencoders-2": _residual,
    "autoencoders-3": _noise_left,
    "autoencoders-4": _two_hospitals,
}
