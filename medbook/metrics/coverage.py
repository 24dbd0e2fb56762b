"""Do generated images look like real ones, and do they show all that real ones show?"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from medbook.metrics.feature_distance import feature_rows, same_width
from medbook.metrics.inputs import whole


class DensityCoverage(NamedTuple):
    """Density (near 1 for images like real ones, not bounded) and coverage (from 0 to 1)."""

    density: float
    coverage: float


def density_coverage(real, generated, *, num_neighbors=5):
    """Return density and coverage of generated images.

    Around each real image lies a ball that reaches its ``num_neighbors``-th nearest real image.
    **Density** counts in how many balls a generated image lies, over the number expected: images that
    look like none lie in no ball. **Coverage** is the share of balls with a generated image in them:
    it falls when kinds of images are never drawn, as in mode collapse.

    Parameters
    ----------
    real, generated : array_like of shape (num, features)
        Features of the images, of the same network.
    num_neighbors : int, optional

    Returns
    -------
    DensityCoverage
        For equal distributions and equal numbers, density is 1 and coverage
        ``1 - 2 ** -num_neighbors`` on average, 0.97 for five.

    Raises
    ------
    ValueError
        If features do not fit together, are not finite, or real images are not more than neighbours.

    References
    ----------
    Chapter "GAN augmentation". Naeem, Oh, Uh, Choi and Yoo, "Reliable fidelity and diversity metrics
    for generative models" (2020), arXiv:2002.09797.

    Examples
    --------
    A generator that draws one likely image over and over covers next to nothing:

    >>> real = np.random.default_rng(0).normal(size=(100, 2))
    >>> found = density_coverage(real, np.zeros((100, 2)))
    >>> print(f"{found.density:.1f} {found.coverage:.2f}")
    0.6 0.03
    """
    num_neighbors = whole(num_neighbors, "num_neighbors", "density_coverage")
    real = feature_rows(real, "real", "density_coverage", least=num_neighbors + 1)
    generated = feature_rows(generated, "generated", "density_coverage", least=1)
    same_width("density_coverage", real=real, generated=generated)
    # kneighbors() without arguments leaves out each image itself
    reaches = NearestNeighbors(n_neighbors=num_neighbors).fit(real).kneighbors()[0][:, -1]
    inside = cdist(real, generated) < reaches[:, np.newaxis]
    return DensityCoverage(float(inside.sum() / (num_neighbors * len(generated))), float(inside.any(axis=1).mean()))
