"""Simulated cine ultrasound: a beating left ventricle in a sector of speckle."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from medbook.phantoms.cine_echo import BLOOD, echo_map, shift_to_first
from medbook.phantoms.cine_heart import draw_heart, ventricles, volumes_ml
from medbook.phantoms.cine_sector import (
    BEAMS,
    DEPTH_MM,
    DEPTHS,
    FIELD_MM,
    HALF_ANGLE,
    complex_noise,
    envelope,
    log_compress,
    pixel_positions,
    scan_convert,
    scan_map,
    sector,
)

DURATION_S = 1.0  # of a cine, from an R wave on: about one beat
ATTENUATION_DB_PER_MM = 0.25  # there and back: 0.5 dB per cm and MHz at 2.5 MHz
NOISE_DB = -64.0  # of the electronics, relative to muscle next to the probe
HAZE_DB, HAZE_MM = 0.0, 14.0  # echoes between probe and ribs, and the depth over which they fade


@dataclass(frozen=True, eq=False)
class CineUltrasound:
    """Simulated cines with their references; the axes are (num, frames, rows, cols).

    Parameters
    ----------
    images : ndarray of float32, shape (num, frames, rows, cols)
        Log-compressed echoes in [0, 1]; 0 outside the sector.
    labels : ndarray of int64, shape (num,)
        0: ejection fraction of at least 50 %; 1: reduced.
    masks : ndarray of bool, shape (num, frames, rows, cols)
        Cavity of the left ventricle.
    volumes_ml : ndarray of float32, shape (num, frames)
        Volume of that cavity.
    ejection_fractions : ndarray of float32, shape (num,)
        ``(EDV - ESV) / EDV``, from the end-diastolic and the end-systolic volume.
    heart_rates_bpm : ndarray of float32, shape (num,)
    frame_times_s : ndarray of float64, shape (frames,)
        Seconds after the R wave that starts each cine.
    sector_mask : ndarray of bool, shape (rows, cols)
    patient_ids, site_ids : ndarray of int64, shape (num,)
        One cine a patient; the site's machine decides gain and dynamic range.
    spacing_mm : (float, float)
        Distance of neighbouring pixels along rows and cols.
    class_names : tuple of str
    """

    images: np.ndarray
    labels: np.ndarray
    masks: np.ndarray
    volumes_ml: np.ndarray
    ejection_fractions: np.ndarray
    heart_rates_bpm: np.ndarray
    frame_times_s: np.ndarray
    sector_mask: np.ndarray
    patient_ids: np.ndarray
    site_ids: np.ndarray
    spacing_mm: tuple
    class_names: tuple = ("normal", "reduced ejection fraction")


def cine_ultrasound(num, *, size=112, num_frames=16, rng, prevalence=0.5, contrast=1.0, noise=1.0):
    """Simulate cines of the heart as seen from its apex (four-chamber view).

    The left ventricle is a truncated ellipsoid whose volume follows a cardiac cycle; its muscle
    keeps its own volume, so that it thickens in systole. Beams in a sector meet scatterers: those
    of tissue move with it, those of blood are new in every frame. Their echoes blur into speckle,
    fade with depth, are amplified again, compressed by a logarithm, and drawn as a fan.

    Parameters
    ----------
    num : int
        Number of patients, one cine each.
    size : int, optional
        Rows and columns; the field is 168 mm wide whatever the size.
    num_frames : int, optional
        Frames in the second that a cine lasts. From 13 on, one of them is at end-systole.
    rng : numpy.random.Generator
        One number is drawn from it. Each patient has a generator of their own, so that the first
        patients of many are those of few, and a patient stays the same when size or a dial changes.
    prevalence : float, optional
        Probability of a reduced ejection fraction.
    contrast : float, optional
        Multiplies the difference between blood and muscle (30 dB).
    noise : float, optional
        Multiplies electronic noise and near-field haze. Speckle stays: it is no noise.

    Returns
    -------
    CineUltrasound

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Shung, "Diagnostic Ultrasound: Imaging and Blood Flow Measurements" (2nd edition, 2015).
    Ouyang et al., "Video-based AI for beat-to-beat assessment of cardiac function", Nature 580
    (2020), doi:10.1038/s41586-020-2145-8: real cines of this view and size.

    Examples
    --------
    >>> cines = cine_ultrasound(2, rng=np.random.default_rng(0))
    >>> cines.images.shape, cines.volumes_ml.shape
    ((2, 16, 112, 112), (2, 16))
    """
    _check(num, size, num_frames, rng, prevalence, contrast, noise)
    times = np.arange(num_frames) * (DURATION_S / num_frames)
    images = np.zeros((num, num_frames, size, size), np.float32)
    masks = np.zeros(images.shape, bool)
    volumes = np.zeros((num, num_frames), np.float32)
    fractions, rates = np.zeros(num, np.float32), np.zeros(num, np.float32)
    sites = np.zeros(num, np.int64)
    inside = scan_map(size)[0].copy()
    seed = int(rng.integers(2**63))  # one draw, so that the first patients do not depend on how many follow
    for patient in range(num):
        child = np.random.default_rng((seed, patient))
        heart, machine = draw_heart(child, prevalence), _Machine(child)
        phases = ventricles(heart, times)
        _draw_masks(masks[patient], heart, phases, inside)
        _draw_frames(images[patient], heart, phases, machine, child, contrast, noise)
        volumes[patient] = volumes_ml(heart, times)
        fractions[patient], rates[patient], sites[patient] = heart.ejection_fraction, 60 / heart.beat_s, machine.site
    return CineUltrasound(
        images=images,
        labels=(fractions < 0.5).astype(np.int64),
        masks=masks,
        volumes_ml=volumes,
        ejection_fractions=fractions,
        heart_rates_bpm=rates,
        frame_times_s=times,
        sector_mask=inside,
        patient_ids=np.arange(num),
        site_ids=sites,
        spacing_mm=(FIELD_MM / size, FIELD_MM / size),
    )


class _Machine:
    """One examination: the site's settings, what weakens the beams, and the scatterers of tissue and haze."""

    def __init__(self, rng):
        self.site = int(rng.integers(3))
        self.dynamic_range_db = (46.0, 50.0, 54.0)[self.site]
        self.gain_db = (-17.0, -18.0, -19.0)[self.site] + rng.uniform(-2, 2)
        depth, angle = sector().depth_mm, sector().angle_rad
        # Time-gain compensation makes up for the attenuation, though not quite.
        self.residue_db = rng.uniform(-4, 1) * depth / DEPTH_MM
        # A rib shades the beams on one side; ribs and fat weaken all a little differently.
        edge, side, darkness = HALF_ANGLE * rng.uniform(0.62, 0.95), rng.choice([-1, 1]), rng.uniform(4, 22)
        shade_db = -darkness / (1 + np.exp(-(side * angle - edge) / 0.03))
        window_db = gaussian_filter(rng.standard_normal(BEAMS), 5, mode="nearest") * 8
        patches_db = zoom(rng.standard_normal((10, 8)), (DEPTHS / 10, BEAMS / 8), order=1) * 4
        self.beam_db = (self.residue_db + shade_db + window_db + patches_db).astype(np.float32)
        self.tissue, self.haze = complex_noise(rng), complex_noise(rng)


def _draw_masks(masks, heart, phases, inside):
    """Fill in the cavity of each frame, at the pixels' centres."""
    across, along = heart.coordinates(*pixel_positions(len(inside)))
    for mask, ventricle in zip(masks, phases, strict=True):
        mask[:] = ventricle.cavity(across, along) & inside


def _draw_frames(images, heart, phases, machine, rng, contrast, noise):
    """Fill in the frames: echoes, speckle, log compression, scan conversion."""
    beams = sector()
    first = phases[0]  # at the R wave: end-diastole
    across, along = heart.coordinates(beams.right_mm, beams.down_mm)
    sin, cos = np.sin(beams.angle_rad - heart.tilt_rad), np.cos(beams.angle_rad - heart.tilt_rad)
    direction = sin.astype(np.float32), cos.astype(np.float32)
    electronic = noise * _amplitude(NOISE_DB + ATTENUATION_DB_PER_MM * beams.depth_mm + machine.residue_db)
    haze = noise * _amplitude(HAZE_DB) * np.exp(-beams.depth_mm / HAZE_MM) * machine.haze
    for image, ventricle in zip(images, phases, strict=True):
        decibels, blood = echo_map(heart, ventricle, first, across, along, direction)
        strength = _amplitude(decibels + machine.beam_db)
        moved = _moved(machine.tissue, shift_to_first(ventricle, first, across, along), direction)
        # Blood and electronic noise are both new in every frame, so that one draw with the sum of their powers does.
        flowing = np.where(blood, strength * _amplitude(contrast * BLOOD), 0)
        echoes = np.where(blood, 0, strength) * moved + haze
        echoes += np.sqrt(np.square(flowing) + np.square(electronic)) * complex_noise(rng)
        shown = log_compress(
            envelope(echoes.astype(np.float32)), dynamic_range_db=machine.dynamic_range_db, gain_db=machine.gain_db
        )
        image[:] = scan_convert(shown, len(image))


def _moved(scatterers, shift_mm, direction):
    """Return the scatterers that are now at each sample: those of the sample from which the tissue came."""
    beams = sector()
    deeper = shift_mm[0] * direction[0] + shift_mm[1] * direction[1]
    aside = (shift_mm[0] * direction[1] - shift_mm[1] * direction[0]) / beams.depth_mm
    row = np.arange(DEPTHS)[:, None] + np.rint(deeper * np.float32(DEPTHS / DEPTH_MM)).astype(np.intp)
    col = np.arange(BEAMS) + np.rint(aside * np.float32(BEAMS / (2 * HALF_ANGLE))).astype(np.intp)
    return scatterers[:, np.clip(row, 0, DEPTHS - 1), np.clip(col, 0, BEAMS - 1)]


def _amplitude(decibels):
    """Return the amplitude that lies so many decibels above 1."""
    return np.exp(np.asarray(decibels, np.float32) * np.float32(np.log(10) / 20))


def _check(num, size, num_frames, rng, prevalence, contrast, noise):
    """Refuse arguments that are out of range."""
    for name, value, least in (("num", num, 0), ("size", size, 16), ("num_frames", num_frames, 1)):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ValueError(f"cine_ultrasound({name}={value!r}): expected a whole number of at least {least}.")
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"cine_ultrasound(rng={rng!r}): expected a generator; pass np.random.default_rng(0).")
    if not 0 <= prevalence <= 1:
        raise ValueError(f"cine_ultrasound(prevalence={prevalence!r}): expected a probability from 0 to 1.")
    for name, value in (("contrast", contrast), ("noise", noise)):
        if not 0 <= value < np.inf:
            raise ValueError(f"cine_ultrasound({name}={value!r}): expected a finite number of at least 0; 1 is usual.")
