"""Does a generator copy its training images?"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from medbook.metrics.bootstrap import bootstrap_interval
from medbook.metrics.feature_distance import feature_rows, same_width
from medbook.metrics.inputs import generator
from medbook.metrics.interval import Interval


class MemorizationTest(NamedTuple):
    """What `memorization_test` found.

    Attributes
    ----------
    copying : Interval
        Probability that a generated image lies nearer to the training images than a real one does.
    distances, neighbors : ndarray of shape (generated,)
        Distance of each generated image to its nearest training image, and that image's row.
    """

    copying: Interval
    distances: np.ndarray
    neighbors: np.ndarray


def memorization_test(training, held_out, generated, *, rng=None, num_resamples=1000):
    """Test whether generated images lie nearer to the training images than new real images do.

    A new patient's image has a nearest neighbour among the training images too. If those of
    generated images are nearer than those of real images of *other* patients, the generator repeats what
    it has seen: 1/2 is what an honest generator gets, 1 a copier, less than 1/2 one whose images are
    unlike all real ones.

    Parameters
    ----------
    training : array_like of shape (num, ...)
        What the generator was trained on: images, or features of one network.
    held_out : array_like of shape (num, ...)
        Real images of other patients, from the same hospitals.
    generated : array_like of shape (num, ...)
    rng : numpy.random.Generator, optional
        Of the interval; seed 0 if left out.
    num_resamples : int, optional

    Returns
    -------
    MemorizationTest
        ``copying`` with its interval, bootstrapped over generated images. Ties count one half.

    Raises
    ------
    ValueError
        If the three do not fit together or are not finite.

    Notes
    -----
    One number for all: a generator that repeats few patients among many new images passes. Look at the images
    with the smallest ``distances`` beside their ``neighbors``.

    References
    ----------
    Chapter "GAN augmentation". Meehan, Chaudhuri and Dasgupta, "A non-parametric test to detect
    data-copying in generative models" (2020), arXiv:2004.05675, whose statistic is the same
    before it is standardised and cut into cells.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> training, held_out, new = rng.normal(size=(3, 200, 2))
    >>> copies = training + 0.01 * rng.normal(size=(200, 2))
    >>> print(memorization_test(training, held_out, copies).copying)
    0.986 [0.984, 0.987]
    >>> 0.5 in memorization_test(training, held_out, new).copying
    True
    """
    rng = generator(rng, "memorization_test")
    named = {"training": training, "held_out": held_out, "generated": generated}
    rows = {name: feature_rows(values, name, "memorization_test", least=1) for name, values in named.items()}
    same_width("memorization_test", **rows)
    gaps = cdist(rows["generated"], rows["training"])
    distances, usual = gaps.min(axis=1), cdist(rows["held_out"], rows["training"]).min(axis=1)
    nearer = (distances[:, np.newaxis] < usual).mean(axis=1) + (distances[:, np.newaxis] == usual).mean(axis=1) / 2
    copying = bootstrap_interval(np.mean, nearer, rng=rng, num_resamples=num_resamples)
    return MemorizationTest(copying, distances, gaps.argmin(axis=1))
