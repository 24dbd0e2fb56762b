"""Take noise out of an image, and measure how much there is."""

import numpy as np
from skimage import filters, restoration

from medbook.preprocessing.images import checked_image, each_image

# Median of the absolute value of a standard normal variable.
MEDIAN_ABSOLUTE_NORMAL = 0.6744897501960817


def denoise(image, *, method="gaussian", strength=1.0, noise_sd=None):
    """Reduce the noise of an image.

    Every method guesses that neighbours are alike, and so removes what is small and faint along
    with the noise: judge by what must stay visible, not by smoothness.

    Parameters
    ----------
    image : ndarray of float, shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Intensities in any unit; it stays the same.
    method : {"gaussian", "median", "nonlocal_means", "total_variation"}, optional
        - "gaussian": weighted mean of the neighbours. Blurs edges as well as noise.
        - "median": median of the neighbours. Removes single outliers, keeps straight edges.
        - "nonlocal_means": mean of pixels whose surroundings look alike, within 6 pixels.
        - "total_variation": the nearest image with little change in total. Keeps edges, makes steps
          of slopes.
    strength : float, optional
        - "gaussian": standard deviation of the Gaussian, in pixels.
        - "median": half side of the square, in whole pixels: 1 takes 3 × 3.
        - "nonlocal_means": how much patches may differ, in standard deviations of the noise; the
          filter's ``h``.
        - "total_variation": weight of the total variation against fidelity, in standard deviations
          of the noise.
    noise_sd : float, optional
        Standard deviation of the noise in the units of ``image``, for the last two methods; without
        it, `estimate_noise_sd` of each image.

    Returns
    -------
    ndarray of the same shape and dtype

    Raises
    ------
    ValueError
        If ``method`` is unknown, ``strength`` is not positive (for "median": not whole),
        ``noise_sd`` is not positive, or the image is not one of floats without NaN or infinity.

    References
    ----------
    Buades, Coll and Morel, "A non-local algorithm for image denoising" (2005),
    doi:10.1109/CVPR.2005.38. Rudin, Osher and Fatemi, "Nonlinear total variation based noise
    removal algorithms" (1992), doi:10.1016/0167-2789(92)90242-F; solved as in Chambolle, "An
    algorithm for total variation minimization and applications" (2004),
    doi:10.1023/B:JMIV.0000011325.36760.1e. All four are computed by scikit-image.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> noisy = np.full((32, 32), 100.0) + rng.normal(0, 10, (32, 32))
    >>> bool(denoise(noisy, method="total_variation").std() < noisy.std() / 2)
    True
    """
    image = checked_image(image, "denoise")
    if method not in METHODS:
        raise ValueError(f"denoise(method={method!r}): expected one of {', '.join(METHODS)}.")
    if not (np.isfinite(strength) and strength > 0):
        raise ValueError(f"denoise(strength={strength}): expected a number above 0.")
    if noise_sd is not None and not (np.isfinite(noise_sd) and noise_sd > 0):
        raise ValueError(f"denoise(noise_sd={noise_sd}): expected a number above 0, or None to estimate it.")

    def filtered(one):
        # scikit-image's filters tell colour from gray by an axis of channels, which is added where it lacks.
        channels_last = one if one.ndim == 3 else one[..., np.newaxis]
        channels_last = channels_last.astype(np.result_type(one, np.float32), copy=False)  # not all know half precision
        return METHODS[method](channels_last, strength, noise_sd).reshape(one.shape).astype(one.dtype, copy=False)

    return each_image(filtered, image)


def estimate_noise_sd(image):
    """Estimate the standard deviation of white noise in an image.

    Second differences along rows and then cols remove what changes smoothly, anatomy for the most
    part, and multiply the standard deviation of noise by 6; edges are outliers, which a median
    ignores. Pixels where they are exactly 0, as in padding, are left out. Noise that is smooth
    itself (after interpolation, or from many CT kernels) is underestimated.

    Parameters
    ----------
    image : ndarray of float, shape (rows, cols) or (rows, cols, channels)
        At least 3 × 3 pixels.

    Returns
    -------
    float
        In the units of ``image``, all channels together; 0 for an image without noise.

    Raises
    ------
    ValueError
        If the image is too small, a batch, not of floats, or holds NaN or infinity.

    References
    ----------
    Immerkær, "Fast noise variance estimation" (1996), doi:10.1006/cviu.1996.0060; with a median in
    place of the mean.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> ramp = np.linspace(0, 1000, 64) * np.ones((64, 1))
    >>> round(estimate_noise_sd(ramp + rng.normal(0, 20, ramp.shape)))
    20
    """
    image = checked_image(image, "estimate_noise_sd")
    if image.ndim == 4 or min(image.shape[:2]) < 3:
        raise ValueError(
            f"estimate_noise_sd: image has the shape {image.shape}, expected one image of at least 3 x 3 pixels."
        )
    differences = np.diff(np.diff(image.astype(np.float64), n=2, axis=0), n=2, axis=1)
    differences = np.abs(differences[differences != 0])
    return float(np.median(differences) / MEDIAN_ABSOLUTE_NORMAL / 6) if differences.size else 0.0


def _gaussian(image, strength, noise_sd):
    return filters.gaussian(image, strength, mode="nearest", preserve_range=True, channel_axis=-1)


def _median(image, strength, noise_sd):
    if strength != int(strength):
        raise ValueError(f'denoise(method="median", strength={strength}): expected a whole number of pixels.')
    side = 2 * int(strength) + 1
    return filters.median(image, np.ones((side, side, 1)), mode="nearest")


def _nonlocal_means(image, strength, noise_sd):
    sd = estimate_noise_sd(image) if noise_sd is None else noise_sd
    if sd == 0:
        return image.copy()
    return restoration.denoise_nl_means(
        image, patch_size=5, patch_distance=6, h=strength * sd, sigma=sd, preserve_range=True, channel_axis=-1
    )


def _total_variation(image, strength, noise_sd):
    sd = estimate_noise_sd(image) if noise_sd is None else noise_sd
    if sd == 0:
        return image.copy()
    # scikit-image's eps of 2e-4 stops so early that more weight can remove less; at 1e-5 the result has converged.
    return restoration.denoise_tv_chambolle(image, weight=strength * sd, eps=1e-5, channel_axis=-1)


METHODS = {
    "gaussian": _gaussian,
    "median": _median,
    "nonlocal_means": _nonlocal_means,
    "total_variation": _total_variation,
}
