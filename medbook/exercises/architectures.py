"""The exercises of the chapter "Architectures"."""

from math import comb

import numpy as np


def _share_and_reach(answer):
    """Exercise 1: weights left, and reach, of three 3 x 3 kernels in place of one 7 x 7."""
    if np.shape(answer) != (2,):
        return "two numbers are asked for: check('architectures-1', (share, reach))."
    share, reach = answer
    if np.isclose(share, 9 / 49, rtol=0.01):
        return "there are three convolutions, not one."
    if np.isclose(share, 18 / 25, rtol=0.01):
        return "that is two of 3 x 3 in place of one of 5 x 5."
    if np.isclose(share, 22 / 49, rtol=0.01):
        return "that is the share saved; asked for is the share that is left."
    if np.isclose(share, 49 / 27, rtol=0.01):
        return "the other way round: the stack's weights over the large kernel's."
    if not np.isclose(share, 27 / 49, rtol=0.01):
        return "count the weights of both: kernel rows times kernel cols times channels in times channels out."
    if reach == 9:
        return "the share is right; the kernels do not lie side by side: each adds its size less one."
    if reach == 3:
        return "the share is right; 3 pixels of the layer before, but those see more of the image."
    if reach == 5:
        return "the share is right; this is the reach of two convolutions."
    if reach != 7:
        return "the share is right; each convolution widens the view by its size less one."
    return None


def _block_parameters(answer):
    """Exercise 2: trained numbers of a residual block from 64 to 128 channels."""
    if np.ndim(answer) != 0:
        return "one number is asked for: check('architectures-2', parameters)."
    branch, projection, norm = 9 * 64 * 128 + 9 * 128 * 128, 64 * 128, 2 * 128
    hints = {
        branch + 2 * norm: "the shortcut changes the number of channels, and that takes weights.",
        branch + projection: "the normalisations are trained too: a scale and a shift for each channel.",
        branch + projection + 2 * norm: "the shortcut's convolution has a normalisation of its own.",
        branch + projection + 3 * 128: "each normalisation has a scale and a shift for each channel.",
        branch + projection + 6 * norm: "this counts the moving statistics, which are not trained.",
        branch + projection + 3 * norm + 3 * 128: "the convolutions have no biases.",
        2 * 9 * 64 * 128 + projection + 3 * norm: "the second convolution has another number of channels coming in.",
        branch + 9 * projection + 3 * norm: "the kernel in the shortcut is 1 x 1.",
    }
    if answer in hints:
        return hints[answer]
    if answer != branch + projection + 3 * norm:
        return "add up three convolutions and three normalisations; mind the channels that come in."
    return None


def _paths(function):
    """Exercise 3: number of paths through k of n branches."""
    if not callable(function):
        return "hand over the function itself: check('architectures-3', paths)."
    for num_blocks in (1, 2, 3, 5, 27):
        expected, received = [comb(num_blocks, k) for k in range(num_blocks + 1)], function(num_blocks)
        if np.ndim(received) == 0:
            return "a list is asked for, one entry for each number of branches; this is one number."
        received = [int(value) for value in received]
        if received == expected:
            continue
        if received in (expected[1:], expected[:-1]):
            return f"for {num_blocks} blocks there are {num_blocks + 1} entries: from no branch to all of them."
        if set(received) == {1}:
            return "there is more than one way to choose the branches that are passed through."
        if received == [2**k for k in range(num_blocks + 1)]:
            return "all paths together are a power of two; here they are sorted by their number of branches."
        if sum(received) == sum(expected):
            return "the sum is right, the order or the split is not: entry k belongs to exactly k branches."
        if received[:3] == [1, num_blocks, num_blocks * (num_blocks - 1)] and num_blocks > 1:
            return "which branches counts, not in which order you name them."
        return f"for {num_blocks} blocks: in how many ways can k of them be the ones whose branch is taken?"
    return None


def _gradient_ratio(answer):
    """Exercise 4: growth of the gradient with gamma = 0.2, residual, seed 0."""
    if np.ndim(answer) != 0:
        return "one number is asked for, the first entry of what gradient_norms returns."
    ratio = float(answer)
    if abs(ratio - RATIO) < 0.02:
        return None
    if abs(ratio - 1 / RATIO) < 0.02:
        return "the other way round: first block over last."
    if 18 < ratio < 26:
        return "that is the growth with gamma = 1; hand gamma=0.2 to gradient_norms."
    if ratio > 1000:
        return "that is the plain chain: its shortcut is switched off."
    if ratio == 1:
        return "that is the last block's own norm, or gamma = 0; the first entry is asked for."
    return "use gradient_norms(shortcut=True, seed=0, gamma=0.2) and take the first entry."


RATIO = 1.79  # measured in the chapter, equal to two digits on all processors

EXERCISES = {
    "architectures-1": _share_and_reach,
    "architectures-2": _block_parameters,
    "architectures-3": _paths,
    "architectures-4": _gradient_ratio,
}
