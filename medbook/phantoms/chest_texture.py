"""Fractal texture for lung tissue and lesions, defined in millimetres rather than pixels."""

import math
from functools import lru_cache

import numpy as np
from scipy.ndimage import zoom

ATLAS_SIZE = 512
ATLAS_STEP_MM = 1.5  # one period of the texture is 768 mm, twice the film
OCTAVES = ((8, 1.0), (16, 0.75), (32, 0.5), (64, 0.36), (128, 0.25), (256, 0.17))  # (lattice size, amplitude)


def fractal_texture(x, y, *, offset, scale=1.0):
    """Look up fractal noise of mean 0 and standard deviation about 1 at film positions.

    The same place in the patient shows the same texture whatever the number of pixels: the noise is
    averaged over blocks about as large as a pixel before it is looked up.

    Parameters
    ----------
    x : ndarray of shape (cols,)
    y : ndarray of shape (rows,)
        Positions in mm, evenly spaced.
    offset : (float, float)
        Which piece of the texture, in mm along y and x; it repeats after 768 mm.
    scale : float, optional
        Above 1, the texture is coarser.

    Returns
    -------
    ndarray of float32 of shape (rows, cols)
    """
    pixel_mm = float(x[1] - x[0]) / scale if len(x) > 1 else ATLAS_STEP_MM
    level = min(round(math.log2(max(pixel_mm / ATLAS_STEP_MM, 1))), 4)
    atlas = _atlas(level)
    top, bottom, down = _neighbours(y / scale + offset[0], level)
    left, right, across = _neighbours(x / scale + offset[1], level)
    down = down[:, np.newaxis]
    lines = atlas.take(top, axis=0) * (1 - down) + atlas.take(bottom, axis=0) * down
    return lines.take(left, axis=1) * (1 - across) + lines.take(right, axis=1) * across  # lines[:, left] is slower


@lru_cache(maxsize=8)
def _atlas(level):
    """Return one period of the texture, averaged over blocks of ``2**level`` samples."""
    if level > 0:
        fine = _atlas(level - 1)
        return (0.25 * (fine[::2, ::2] + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2])).astype(np.float32)
    rng = np.random.default_rng(1895)  # any number: it fixes the texture, not what a film shows of it
    atlas = np.zeros((ATLAS_SIZE, ATLAS_SIZE))
    for lattice_size, amplitude in OCTAVES:
        lattice = rng.standard_normal((lattice_size, lattice_size))
        octave = zoom(lattice, ATLAS_SIZE / lattice_size, order=3, mode="grid-wrap", grid_mode=True)
        atlas += amplitude * octave / octave.std()
    atlas -= atlas.mean()
    return (atlas / atlas.std()).astype(np.float32)


def _neighbours(position_mm, level):
    """Return the two samples around each position, and how far it lies towards the second."""
    size = ATLAS_SIZE >> level
    # Block averages sit half a block further on than single samples.
    position = position_mm / (ATLAS_STEP_MM * 2**level) - 0.5
    first = np.floor(position).astype(np.int64)
    return first % size, (first + 1) % size, (position - first).astype(np.float32)
