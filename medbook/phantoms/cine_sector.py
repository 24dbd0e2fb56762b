"""The ultrasound machine: a sector of beams, speckle, log compression, scan conversion."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

DEPTH_MM = 160.0
HALF_ANGLE = np.deg2rad(37.0)
FIELD_MM = 168.0  # side of the square image, in which the probe sits at the middle of the top edge

# Samples along a beam and number of beams: the same for every image size, so that a patient's
# speckle does not depend on it.
DEPTHS, BEAMS = 240, 120

# Standard deviations of the pulse along the beam, in samples, and of the beam across, in beams. A
# constant angle across means that the beam widens with depth when measured in mm.
PULSE, BEAM = 1.0, 1.7


@dataclass(frozen=True, eq=False)
class Sector:
    """Where the samples of the beams lie, and where the pixels of the image lie among them.

    Parameters
    ----------
    depth_mm, angle_rad : ndarray of shape (depths, 1) and (1, beams)
    right_mm, down_mm : ndarray of shape (depths, beams)
        Positions of the samples as seen from the probe.
    """

    depth_mm: np.ndarray
    angle_rad: np.ndarray
    right_mm: np.ndarray
    down_mm: np.ndarray


@lru_cache(maxsize=1)
def sector():
    """Return the one sector of all cines."""
    depth = ((np.arange(DEPTHS) + 0.5) * DEPTH_MM / DEPTHS).astype(np.float32)[:, None]
    angle = ((np.arange(BEAMS) + 0.5) * 2 * HALF_ANGLE / BEAMS - HALF_ANGLE).astype(np.float32)[None]
    return Sector(depth, angle, depth * np.sin(angle), depth * np.cos(angle))


def pixel_positions(size):
    """Return (right_mm, down_mm) of the pixel centres of a square image, as seen from the probe."""
    spacing = FIELD_MM / size
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(spacing)
    return (centres - np.float32(FIELD_MM / 2))[None], centres[:, None]


def complex_noise(rng, shape=(DEPTHS, BEAMS)):
    """Draw random scatterers: in-phase and quadrature parts, together of mean power 1, on the first axis."""
    return rng.standard_normal((2, *shape), dtype=np.float32) * np.float32(np.sqrt(0.5))


def envelope(echoes):
    """Blur echoes with the pulse and the beam, and return the strength of what the probe receives.

    One resolution cell holds many scatterers whose echoes add with random phases: where their mean
    strength is uniform, the envelope follows a Rayleigh distribution, whose mean is 1.91 standard
    deviations whatever the gain. This grain is **speckle**; it is not noise, it stays where the tissue stays.

    Parameters
    ----------
    echoes : ndarray of shape (2, depths, beams)
        In-phase and quadrature parts.

    Returns
    -------
    ndarray of shape (depths, beams)
        Mean power 1 where `complex_noise` came in.

    References
    ----------
    Burckhardt, "Speckle in ultrasound B-mode scans", IEEE Transactions on Sonics and Ultrasonics 25
    (1978), doi:10.1109/T-SU.1978.30978.
    """
    received = gaussian_filter(echoes, (0, PULSE, BEAM), mode="nearest", truncate=3)
    power = np.square(received[0]) + np.square(received[1])
    return np.sqrt(4 * np.pi * PULSE * BEAM * power)  # a Gaussian's sum of squares is 1 / (2 sqrt(pi) sigma)


def log_compress(strength, *, dynamic_range_db, gain_db=0.0):
    """Show strengths on a logarithmic scale from 0 to 1.

    Parameters
    ----------
    strength : ndarray
        Envelope; 1 is shown as white at a gain of 0 dB.
    dynamic_range_db : float
        What is weaker by this much is black.
    gain_db : float, optional
        Added to all.

    Returns
    -------
    ndarray of float32, same shape

    Examples
    --------
    >>> log_compress(np.array([1.0, 0.1, 0.001]), dynamic_range_db=40)
    array([1. , 0.5, 0. ], dtype=float32)
    """
    decibels = 20 * np.log10(np.maximum(strength, 1e-6)) + gain_db
    return np.clip(1 + decibels / dynamic_range_db, 0, 1).astype(np.float32)


@lru_cache(maxsize=4)
def scan_map(size):
    """Return which pixels of an image lie in the sector, and where among the samples.

    Returns
    -------
    inside : ndarray of bool, shape (size, size)
    samples : ndarray of shape (2, pixels inside)
        Fractional indices of depth and beam.
    """
    right, down = pixel_positions(size)
    depth, angle = np.hypot(right, down), np.arctan2(right, down)
    inside = (depth < DEPTH_MM) & (np.abs(angle) < HALF_ANGLE)
    samples = np.stack([depth * DEPTHS / DEPTH_MM, (angle + HALF_ANGLE) * BEAMS / (2 * HALF_ANGLE)]) - 0.5
    return inside, samples[:, inside].astype(np.float32)


def scan_convert(beams, size):
    """Draw beams side by side as the fan that they are; 0 outside.

    Parameters
    ----------
    beams : ndarray of shape (depths, beams)
    size : int

    Returns
    -------
    ndarray of float32, shape (size, size)
    """
    inside, samples = scan_map(size)
    image = np.zeros((size, size), np.float32)
    image[inside] = map_coordinates(beams, samples, order=1, mode="nearest", output=np.float32)
    return image
