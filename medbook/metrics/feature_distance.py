"""How far are generated images from real ones, as clouds of feature vectors?"""

import numpy as np
from scipy.linalg import sqrtm
from sklearn.metrics.pairwise import polynomial_kernel

from medbook.metrics.inputs import generator, whole


def feature_rows(values, name, function, *, least=2):
    """Return features as float64 of shape (num, features), images flattened; at least ``least`` finite rows."""
    values = np.asarray(values)
    if values.ndim < 2 or len(values) < least or values.dtype.kind not in "biuf":
        raise ValueError(
            f"{function}: {name} has the shape {values.shape} and holds {values.dtype}, expected numbers of shape "
            f"(num, features) with at least {least} rows."
        )
    values = values.reshape(len(values), -1).astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"{function}: {name} holds NaN or infinity; find out where they come from.")
    return values


def same_width(function, **arrays):
    """Raise a ValueError unless all arrays have equally many features."""
    widths = {name: values.shape[1] for name, values in arrays.items()}
    if len(set(widths.values())) > 1:
        counted = ", ".join(f"{name} {width}" for name, width in widths.items())
        raise ValueError(f"{function}: expected features of one network, but the numbers of features are: {counted}.")


def kernel_distance(real, generated, *, subset_size=100, num_subsets=100, rng=None):
    """Return the kernel distance of two sets of images (KID), and its spread over subsets.

    The squared maximum mean discrepancy with the kernel $(x^T y / d + 1)^3$, $d$ features, unbiased:
    its mean does not depend on the number of images, unlike that of `frechet_distance`. It is
    near 0 for two samples of one distribution, and may be slightly negative.

    Parameters
    ----------
    real, generated : array_like of shape (num, features)
        Features of the images, of the same network; numbers may differ.
    subset_size : int, optional
        Images in each subset that is drawn without replacement from both; at most the smaller number.
    num_subsets : int, optional
    rng : numpy.random.Generator, optional
        Seed 0 if left out.

    Returns
    -------
    distance, spread : float
        Mean and standard deviation over subsets. Subsets overlap, so the spread is no standard
        error of the mean; judge a difference by several trainings.

    Raises
    ------
    ValueError
        If features do not fit together, are not finite, or are fewer than two.

    References
    ----------
    Chapter "GAN augmentation". Bińkowski, Sutherland, Arbel and Gretton, "Demystifying MMD GANs"
    (2018), arXiv:1801.01401.

    Examples
    --------
    >>> real, alike, other = np.random.default_rng(0).normal(size=(3, 300, 4))
    >>> abs(kernel_distance(real, alike)[0]) < 0.05, kernel_distance(real, other + 1)[0] > 2
    (True, True)
    """
    real = feature_rows(real, "real", "kernel_distance")
    generated = feature_rows(generated, "generated", "kernel_distance")
    same_width("kernel_distance", real=real, generated=generated)
    rng = generator(rng, "kernel_distance")
    size = min(whole(subset_size, "subset_size", "kernel_distance"), len(real), len(generated))
    values = [
        _squared_discrepancy(
            real[rng.choice(len(real), size, replace=False)],
            generated[rng.choice(len(generated), size, replace=False)],
        )
        for _ in range(whole(num_subsets, "num_subsets", "kernel_distance"))
    ]
    return float(np.mean(values)), float(np.std(values))


def _squared_discrepancy(x, y):
    within = sum(_mean_of_pairs(polynomial_kernel(rows, degree=3, coef0=1)) for rows in (x, y))
    return within - 2 * polynomial_kernel(x, y, degree=3, coef0=1).mean()


def _mean_of_pairs(kernel):
    """Return the mean over pairs of different rows: with the diagonal, it would be too large."""
    num = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (num * (num - 1))


def frechet_distance(real, generated):
    """Return the Fréchet distance of two sets of images (FID), each taken for a normal distribution.

    $|m_1 - m_2|^2 + tr(C_1 + C_2 - 2 (C_1 C_2)^{1/2})$ of means and covariances. From few images
    covariances come out wrong, and the distance is too large, the more so the fewer images and
    the more features: two samples of the *same* images are far apart. Compare it at equal numbers only,
    or take `kernel_distance`.

    Parameters
    ----------
    real, generated : array_like of shape (num, features)
        Features of the images, of the same network.

    Returns
    -------
    float
        0 or more.

    Raises
    ------
    ValueError
        If features do not fit together, are not finite, or are fewer than two.

    References
    ----------
    Chapter "GAN augmentation". Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter, "GANs trained
    by a two time-scale update rule converge to a local Nash equilibrium" (2017), arXiv:1706.08500.

    Examples
    --------
    >>> samples = np.random.default_rng(0).normal(size=(2, 5000, 2))
    >>> round(frechet_distance(samples[0], samples[1] + [3, 4]))
    25
    """
    real = feature_rows(real, "real", "frechet_distance")
    generated = feature_rows(generated, "generated", "frechet_distance")
    same_width("frechet_distance", real=real, generated=generated)
    covariances = [np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (real, generated)]
    shift = np.sum((real.mean(axis=0) - generated.mean(axis=0)) ** 2)
    # Of a product of covariances, which are perhaps singular, the root is real but for rounding.
    overlap = np.trace(sqrtm(covariances[0] @ covariances[1]).real)
    return max(0.0, float(shift + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * overlap))
