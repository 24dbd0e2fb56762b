"""Noise of computed tomography: random, but with the spectrum that filtered back-projection gives it."""

import numpy as np
from scipy import fft


def noise_amplitude(size, *, cutoff):
    """Return the factors that turn white noise into noise of CT, in the half plane of frequencies of ``rfft2``.

    Filtered back-projection multiplies by a ramp, which raises the noise power in proportion to the
    frequency; the reconstruction kernel rolls it off. Rays across the shoulders or hips meet most tissue
    and carry most noise: it draws streaks from side to side.

    Parameters
    ----------
    size : int
        Rows and columns.
    cutoff : float
        Frequency at which the kernel has fallen to ``1 / e`` in power, as a share of the Nyquist frequency: low
        for a smooth kernel, high for a sharp one.

    Returns
    -------
    ndarray of float32, shape (size, size // 2 + 1)
        Noise of standard deviation 1 keeps it.

    References
    ----------
    Riederer, Pelc and Chesler, "The noise power spectrum in computed X-ray tomography", Physics in
    Medicine and Biology 23 (1978) 446-454, doi:10.1088/0031-9155/23/3/008.

    Examples
    --------
    >>> noise_amplitude(64, cutoff=0.5).shape
    (64, 33)
    """
    down, across = 2 * fft.fftfreq(size)[:, np.newaxis], 2 * fft.fftfreq(size)[np.newaxis]
    squared = down**2 + across**2
    streaks = 1 + 0.5 * (down**2 - across**2) / np.maximum(squared, 1e-12)
    power = np.sqrt(squared) * np.exp(-squared / cutoff**2) * streaks
    return np.sqrt(power / power.mean())[:, : size // 2 + 1].astype(np.float32)


def correlated_noise(rng, amplitude):
    """Draw noise of mean 0 and standard deviation 1 with the given spectrum.

    Parameters
    ----------
    rng : numpy.random.Generator
    amplitude : ndarray of shape (size, size // 2 + 1)
        From ``noise_amplitude``.

    Returns
    -------
    ndarray of float32, shape (size, size)
    """
    size = len(amplitude)
    white = rng.standard_normal((size, size), dtype=np.float32)
    return fft.irfft2(fft.rfft2(white) * amplitude, s=white.shape)
