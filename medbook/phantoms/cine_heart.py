"""A beating heart in closed form: volumes over the beat, the left ventricle as a truncated ellipsoid."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

# The valve plane cuts the ellipsoid this far beyond its widest circle, in semi-axes.
BASE = 0.5

# Times of the beat in seconds after the R wave. They hardly change with the heart rate: a faster
# heart shortens the rest between the two filling waves.
EJECTION_S = (0.04, 0.34)
EARLY_FILLING_S = (0.42, 0.62)  # the E wave, when the ventricle relaxes
ATRIAL_FILLING_S = 0.16  # the A wave, before the next R wave


@dataclass(frozen=True)
class Heart:
    """What stays the same over the beats of one patient; lengths are those at end-diastole.

    Parameters
    ----------
    end_diastolic_ml, ejection_fraction : float
        Largest volume of the left ventricle, and the share of it that a beat ejects.
    beat_s, atrial_share : float
        Time from R wave to R wave, and the share of the filling that the A wave brings.
    length_mm, shortening : float
        Long axis from apex to valve plane, and the share of it by which systole shortens it.
    wall_mm, right_mm, atrium_mm : float
        Thickness of the wall; width of the right ventricle; height of the atria.
    apex_mm : (float, float)
        Cavity's apex in the image plane: to the right of the probe, and below it.
    tilt_rad : float
        Angle from straight down to the long axis, towards the right.
    """

    end_diastolic_ml: float
    ejection_fraction: float
    beat_s: float
    atrial_share: float
    length_mm: float
    shortening: float
    wall_mm: float
    right_mm: float
    atrium_mm: float
    apex_mm: tuple
    tilt_rad: float

    def coordinates(self, x, z):
        """Return (across, along) in mm for points x to the right of the probe and z below it: from the apex."""
        x, z = x - self.apex_mm[0], z - self.apex_mm[1]
        sin, cos = np.float32(np.sin(self.tilt_rad)), np.float32(np.cos(self.tilt_rad))
        return x * cos - z * sin, x * sin + z * cos


@dataclass(frozen=True)
class Ventricle:
    """The left ventricle at one instant.

    Parameters
    ----------
    radius_mm, half_mm : float
        Semi-axes of the cavity's ellipsoid, across and along; its centre lies ``half_mm`` below the apex.
    wall_mm : float
        Distance from the cavity's ellipsoid to the outer one along both axes.
    opening : float
        Mitral valve: 0 closed, 1 wide open.
    """

    radius_mm: float
    half_mm: float
    wall_mm: float
    opening: float

    @property
    def length_mm(self):
        """Long axis, from the apex to the valve plane."""
        return (1 + BASE) * self.half_mm

    def level(self, across, along, margin_mm=0.0):
        """Return the size of the ellipsoid through each point, where 1 is the cavity widened by a margin."""
        return np.sqrt(
            np.square(across / (self.radius_mm + margin_mm))
            + np.square((along - self.half_mm) / (self.half_mm + margin_mm))
        )

    def cavity(self, across, along):
        """Return which points lie in the cavity: inside the ellipsoid and above the valve plane."""
        return (self.level(across, along) < 1) & (along < self.length_mm)


def draw_heart(rng, prevalence):
    """Draw a patient. The draws are the same for every ``prevalence``: it decides who is ill.

    Parameters
    ----------
    rng : numpy.random.Generator
    prevalence : float
        Probability of a reduced ejection fraction.

    Returns
    -------
    Heart
    """
    reduced = rng.random() < prevalence
    share, size, shape, wall, late, width, atrium, tilt = rng.random(8)
    volume = 95 + 75 * size if reduced else 85 + 65 * size  # failing hearts are larger on average, not always
    slimness = (0.98 if reduced else 1.02) + 0.06 * (shape - 0.5)
    fraction = 0.499 - 0.299 * share if reduced else 0.501 + 0.229 * share
    return Heart(
        end_diastolic_ml=volume,
        ejection_fraction=fraction,
        beat_s=rng.uniform(0.75, 1.05),
        atrial_share=0.15 + 0.2 * late,
        length_mm=86 * slimness * (volume / 115) ** (1 / 3),
        shortening=0.28 * fraction,
        wall_mm=8 + 3 * wall,
        right_mm=22 + 10 * width,
        atrium_mm=38 + 12 * atrium,
        apex_mm=(rng.uniform(1, 9), rng.uniform(21, 27)),
        tilt_rad=np.deg2rad(4 + 8 * tilt),
    )


def ellipsoid_ml(radius_mm, half_mm, base_mm):
    """Volume of an ellipsoid of revolution from its tip to a plane beyond its centre.

    The slice at ``t`` semi-axes from the centre is a disc of area ``pi * radius**2 * (1 - t**2)``;
    the integral over ``t`` from -1 to ``base = base_mm / half_mm`` is ``base - base**3 / 3 + 2 / 3``.

    Parameters
    ----------
    radius_mm, half_mm : float or ndarray
        Semi-axes across and along.
    base_mm : float or ndarray
        Distance of the plane from the centre.

    Returns
    -------
    float or ndarray
        Volume in ml.

    Examples
    --------
    A whole ball, where the plane touches its far end:

    >>> round(float(ellipsoid_ml(10, 10, 10) / (4 / 3 * np.pi)), 6)
    1.0
    """
    base = base_mm / half_mm
    return np.pi * radius_mm**2 * half_mm * (base - base**3 / 3 + 2 / 3) / 1000


def volumes_ml(heart, times_s):
    """Volume of the left ventricle: constant, ejected, constant, filled by the E wave and the A wave.

    Parameters
    ----------
    heart : Heart
    times_s : ndarray of shape (frames,)
        Seconds after an R wave.

    Returns
    -------
    ndarray of shape (frames,)
        Millilitres, between end-systolic and end-diastolic volume.
    """
    ejection, early, atrial = _waves(heart, times_s)
    filled = (1 - heart.atrial_share) * early + heart.atrial_share * atrial
    return heart.end_diastolic_ml * (1 - heart.ejection_fraction * (ejection - filled))


def ventricles(heart, times_s):
    """Shape of the left ventricle at each time.

    The volume fixes the radius once the long axis is known, which shortens in proportion to what is
    ejected. Muscle does not shrink: the wall keeps its volume, so it thickens as the cavity empties.

    Returns
    -------
    list of Ventricle
    """
    volume = volumes_ml(heart, times_s)
    ejected = (1 - volume / heart.end_diastolic_ml) / heart.ejection_fraction
    half = heart.length_mm * (1 - heart.shortening * ejected) / (1 + BASE)
    radius = np.sqrt(volume / ellipsoid_ml(1, half, BASE * half))
    first_half = heart.length_mm / (1 + BASE)
    first_radius = np.sqrt(heart.end_diastolic_ml / ellipsoid_ml(1, first_half, BASE * first_half))
    muscle_ml = wall_ml(first_radius, first_half, heart.wall_mm)
    opening = _opening(heart, times_s)
    return [
        Ventricle(r, h, brentq(lambda wall, r=r, h=h: wall_ml(r, h, wall) - muscle_ml, 0, 60), o)
        for r, h, o in zip(radius.tolist(), half.tolist(), opening.tolist(), strict=True)
    ]


def wall_ml(radius_mm, half_mm, wall_mm):
    """Volume in ml of the muscle between the cavity and the ellipsoid that is ``wall_mm`` larger."""
    outer = ellipsoid_ml(radius_mm + wall_mm, half_mm + wall_mm, BASE * half_mm)
    return outer - ellipsoid_ml(radius_mm, half_mm, BASE * half_mm)


def _waves(heart, times_s):
    """Return how far ejection, E wave and A wave have come in the beat that is under way, each from 0 to 1."""
    since = np.mod(times_s, heart.beat_s)
    windows = EJECTION_S, EARLY_FILLING_S, (heart.beat_s - ATRIAL_FILLING_S, heart.beat_s)
    return [_smooth_step((since - start) / (stop - start)) for start, stop in windows]


def _opening(heart, times_s):
    """Return how far the mitral valve is open: wide while blood flows, half closed at rest between the waves."""
    _, early, atrial = _waves(heart, times_s)
    flow = np.maximum(4 * early * (1 - early), 2.8 * atrial * (1 - atrial))
    return np.maximum(flow, np.where((early > 0.5) & (atrial < 0.5), 0.35, 0))


def _smooth_step(x):
    """Rise from 0 to 1 with level ends."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)
