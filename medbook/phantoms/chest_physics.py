"""From path lengths to a film: Beer-Lambert, scatter, blur, quantum noise and the display."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from medbook.phantoms.chest_grid import FIELD_MM

# Letters as bars (left, top, right, bottom) in units of the letter's height.
LETTERS = {
    "L": ((0.0, 0.0, 0.2, 1.0), (0.2, 0.8, 0.62, 1.0)),
    "R": (
        (0.0, 0.0, 0.2, 1.0),
        (0.2, 0.0, 0.55, 0.18),
        (0.5, 0.12, 0.68, 0.45),
        (0.2, 0.4, 0.55, 0.57),
        (0.34, 0.57, 0.52, 0.78),
        (0.48, 0.76, 0.68, 1.0),
    ),
}


@dataclass(frozen=True)
class Site:
    """One hospital's equipment and habits."""

    soft_per_mm: float  # linear attenuation of soft tissue at its tube voltage
    bone_per_mm: float  # what bone attenuates more than soft tissue
    scatter_share: float  # of all photons at the detector
    blur_mm: float  # focal spot and detector, standard deviation
    resampling_px: float  # blur from making the stored image, in pixels
    photons: float  # per pixel in the open beam
    center: float  # of the display window, off its usual place, in units of the span from lung to solid tissue
    width: float  # of the display window
    gamma: float
    marker: str
    marker_side: int
    marker_bottom: bool
    collimated: float  # how often the edges are shuttered


@dataclass(frozen=True)
class Exposure:
    """What changes from film to film at one site."""

    brightness: float
    contrast: float
    dose: float
    marker_xy: tuple  # mm off its usual place
    shutter: tuple  # mm covered at left, top, right, bottom


@lru_cache(maxsize=64)
def site_of(site_id):
    """Return a hospital; the same id gives the same hospital on every machine."""
    rng = np.random.default_rng([7919, int(site_id)])
    marker_side = 1 if rng.random() < 0.6 else -1
    # Higher tube voltage: bone fades faster than soft tissue.
    voltage = rng.uniform(0, 1)
    return Site(
        soft_per_mm=0.0205 - 0.003 * voltage,
        bone_per_mm=0.050 - 0.018 * voltage,
        scatter_share=rng.uniform(0.2, 0.5),
        blur_mm=rng.uniform(0.3, 1.1),
        resampling_px=rng.uniform(0.2, 0.55),
        photons=rng.uniform(60000, 180000),
        center=rng.uniform(-0.15, 0.15),
        width=rng.uniform(0.8, 1.2),
        gamma=rng.uniform(0.8, 1.25),
        marker="L" if marker_side > 0 else "R",
        marker_side=marker_side,
        marker_bottom=bool(rng.random() < 0.2),
        collimated=rng.uniform(0, 0.4),
    )


def draw_exposure(rng, site):
    """Draw one film's exposure and window."""
    brightness, contrast, dose = rng.standard_normal(3)
    marker_xy = rng.uniform(-8, 8, 2)
    is_shuttered = rng.random() < site.collimated
    shutter = is_shuttered * np.maximum(rng.uniform(-14, 14, 4), 0)
    return Exposure(
        brightness=float(0.10 * brightness),
        contrast=float(np.exp(0.07 * contrast)),
        dose=float(np.exp(0.25 * dose)),
        marker_xy=tuple(float(value) for value in marker_xy),
        shutter=tuple(float(value) for value in shutter),
    )


def expose(attenuation, site, grid, *, dose, noise, quantum):
    """Return the optical density ``-log(photons / photons in the open beam)`` that the detector stores.

    Parameters
    ----------
    attenuation : ndarray of shape (rows, cols)
        Line integral of the attenuation coefficient, unitless.
    site : Site
    grid : Grid
    dose : float
        Of this film, as a share of the site's usual one.
    noise : float
        Multiplies the standard deviation of the quantum noise.
    quantum : ndarray of shape (rows, cols)
        Standard normal numbers.

    Notes
    -----
    The number of photons in a pixel follows Poisson's law. Here it is ``mean + sqrt(mean) * z`` with a normal
    number z, which is close for means in the hundreds: exact Poisson numbers are drawn by rejection, where
    one rounding error of another processor would change all numbers that follow. Photons are counted per
    pixel whatever its size, so that small images are as noisy as large ones.
    """
    primary = np.exp(-attenuation)
    width = max(3, round(75.0 / grid.pixel_mm))
    # Scatter forgets where it came from within centimetres: a broad, smooth share of the primary beam.
    scatter = uniform_filter(uniform_filter(primary, width, mode="nearest"), width, mode="nearest")
    photons = (1 - site.scatter_share) * primary + site.scatter_share * scatter
    sigma = float(np.hypot(site.blur_mm / grid.pixel_mm, site.resampling_px))
    photons = gaussian_filter(photons, sigma, mode="nearest", truncate=3.0)
    mean = photons * (site.photons * dose)
    counts = mean + noise * np.sqrt(mean) * quantum
    np.maximum(counts, 0.5, out=counts)  # a detector never reads less than its own dark signal
    return -np.log(counts * (1 / (site.photons * dose)))


def display(density, site, exposure, body_mm, lung_mm):
    """Map optical density to gray levels in [0, 1], dense = bright, along a film's S-shaped curve.

    This is DICOM's SIGMOID window (PS3.3 C.11.2.1.3.1), placed where a body of this thickness needs it.

    Parameters
    ----------
    density : ndarray of shape (rows, cols)
    site : Site
    exposure : Exposure
    body_mm, lung_mm : float
        Thickness of the body in its middle, and of the air in it.
    """
    # What a body like this one gives behind lung and behind solid tissue.
    low = site.soft_per_mm * (body_mm - lung_mm)
    high = site.soft_per_mm * body_mm * 0.93
    span = high - low
    center = low + span * (0.13 + site.center + exposure.brightness)
    width = span * 2.6 * site.width * exposure.contrast
    level = 1 / (1 + np.exp((center - density) * (4 / width)))
    return level**site.gamma


def print_marker(image, site, exposure, grid):
    """Print a letter into a corner of the stored image, as the console does, in place."""
    height = 26.0
    x = site.marker_side * 148 + exposure.marker_xy[0] - 0.3 * height
    y = (122 if site.marker_bottom else -158) + 0.5 * exposure.marker_xy[1]
    opacity = np.zeros_like(image)
    for left, top, right, bottom in LETTERS[site.marker]:
        cols = _coverage(grid.x_film, x + left * height, x + right * height, grid.pixel_mm)
        rows = _coverage(grid.y_film, y + top * height, y + bottom * height, grid.pixel_mm)
        np.maximum(opacity, rows[:, np.newaxis] * cols[np.newaxis, :], out=opacity)
    image += opacity * (0.97 - image)


def _coverage(centers, low, high, pixel_mm):
    """Return which share of each pixel lies between low and high, along one axis."""
    start = np.maximum(centers - pixel_mm / 2, low)
    stop = np.minimum(centers + pixel_mm / 2, high)
    return np.clip((stop - start) / pixel_mm, 0, 1)


def shutter_open(exposure, grid):
    """Return where the collimator leaves the film open, of shape (rows, cols), or True where everywhere."""
    if not any(exposure.shutter):
        return True
    left, top, right, bottom = exposure.shutter
    half = FIELD_MM / 2
    x, y = grid.x_film[np.newaxis, :], grid.y_film[:, np.newaxis]
    return (x > left - half) & (x < half - right) & (y > top - half) & (y < half - bottom)
