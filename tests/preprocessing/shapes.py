"""Images that several tests use."""

import numpy as np


def disc(rows, cols, *, center=(0.5, 0.5), radius=0.25):
    """A bright disc on a dark ground, and its mask; center and radius as parts of the smaller side."""
    y, x = np.mgrid[:rows, :cols]
    size = min(rows, cols)
    mask = np.hypot(y - center[0] * (rows - 1), x - center[1] * (cols - 1)) <= radius * size
    return mask.astype(np.float32), mask


def dice(image, mask):
    """Dice overlap of the bright half of an image and a mask."""
    bright = image > 0.5
    return 2 * np.sum(bright & mask) / (np.sum(bright) + np.sum(mask))


LAYOUTS = [(12, 10), (12, 10, 1), (12, 10, 3), (2, 12, 10, 1), (2, 12, 10, 3)]


def mask_shape(layout):
    """The shape of a mask without channels for an image of shape ``layout``."""
    return layout[:-1] if len(layout) > 2 else layout
