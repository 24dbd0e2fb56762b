"""The simulated thorax at the height of the heart, as solids with Hounsfield units."""

import numpy as np

from medbook.phantoms.ct_patient import CTPatient, Solid, around_spine, body_wall, draw_lesions, vessel_tree
from medbook.phantoms.shapes import Ellipsoid, Tube

ORGANS = ("background", "soft tissue", "fat", "muscle", "bone", "lung", "heart", "aorta")
SOFT_TISSUE, FAT, MUSCLE, BONE, LUNG, HEART, AORTA = range(1, 8)

FAT_HU, MUSCLE_HU, LUNG_HU, BLOOD_HU = -100, 50, -850, 150
NODULE_HU, NODULE_RADII_MM = (-50, 60), (4, 11)


def draw_thorax(rng, lesion_rng):
    """Draw a patient's thorax.

    Parameters
    ----------
    rng, lesion_rng : numpy.random.Generator
        Draw the anatomy and the nodules.

    Returns
    -------
    CTPatient
    """
    width, depth = 120 * np.exp(rng.normal(0, 0.05)), 86 * np.exp(rng.normal(0, 0.05))  # half axes of the cavity
    solids = body_wall(rng, width, depth, codes=(SOFT_TISSUE, FAT, MUSCLE))
    solids += _lungs(rng, width, depth)
    solids += _mediastinum(rng, depth)
    solids += around_spine(rng, width, depth, bone=BONE, muscle=MUSCLE, soft_tissue=SOFT_TISSUE)
    solids += _sternum(rng, depth)
    # Places with lung around them: beside the heart on the right, behind it on the left.
    places = ((-0.64, 0.05, 0.13, 0.36), (0.62, 0.44, 0.1, 0.2))
    zones = [((x * width, y * depth), (a * width, b * depth)) for x, y, a, b in places]
    lesions = draw_lesions(lesion_rng, zones, radii_mm=NODULE_RADII_MM, satellite_scale=0.8, values_hu=NODULE_HU)
    return CTPatient.draw(rng, solids, lesions, host=LUNG, texture_hu=18)


def _lungs(rng, width, depth):
    lung_hu = LUNG_HU + rng.uniform(-30, 30)
    lungs = [Solid(Ellipsoid((0, 0, 0), (width, depth, np.inf), power=2.4), lung_hu, LUNG)]
    for side in (-1, 1):
        hilum = np.array([side * 0.24 * width, 4.0, 0.0])
        for angle in np.linspace(-70, 75, 5) + rng.uniform(-12, 12, 5):
            turn = np.deg2rad(angle)
            direction = np.array([side * np.cos(turn), np.sin(turn), rng.uniform(-0.6, 0.6)])
            start = hilum + np.array([0, 0, rng.uniform(-20, 20)])
            lungs += [Solid(tube, BLOOD_HU - 80, LUNG, True) for tube in vessel_tree(rng, start, direction, 26, 3.6, 3)]
        lungs += _rising_vessels(rng, side, width, depth)
    return lungs


def _rising_vessels(rng, side, width, depth, count=38):
    """Return vessels that run along the body and so show up as dots."""
    vessels = []
    for place, turn, radius, height, lean in rng.uniform(-1, 1, (count, 5)):
        x, y = side * width * (0.6 + 0.33 * place), 0.8 * depth * np.sin(1.5 * turn)
        start = (x, y, 30 * height - 18)
        vessels.append(
            Solid(Tube(start, (x + 6 * lean, y + 6 * turn, 30 * height + 18), 1.7 + 0.8 * radius), 0, LUNG, True)
        )
    return vessels


def _mediastinum(rng, depth):
    heart = 1 + rng.uniform(-0.12, 0.12)
    blood_hu = BLOOD_HU + rng.uniform(-15, 15)
    wall_hu = blood_hu - 55
    angle = 35 + rng.uniform(-8, 8)
    solids = [
        Solid(Ellipsoid((0, 0, 0), (26, 0.97 * depth, np.inf)), FAT_HU, FAT),
        Solid(Ellipsoid((14, -24, -20), (62 * heart, 44 * heart, 90), angle), FAT_HU, FAT),
        Solid(Ellipsoid((14, -24, -20), (57 * heart, 39 * heart, 80), angle), wall_hu, HEART),
        Solid(
            Ellipsoid((41 * heart, -14, -18), (25 * heart, 16 * heart, 50), 50), blood_hu - 8, HEART
        ),  # left ventricle
        Solid(Ellipsoid((8, -47 * heart, -18), (27 * heart, 13 * heart, 52), 22), blood_hu, HEART),  # right ventricle
        Solid(Ellipsoid((-24 * heart, -26, -10), (17, 21, 60)), blood_hu + 10, HEART),  # right atrium
        Solid(Ellipsoid((4, 2, 8), (30, 14, 34), -8), blood_hu, HEART),  # left atrium
        Solid(Ellipsoid((-8, -24, 34), (14, 13, 40)), blood_hu, AORTA),  # ascending aorta
        Solid(Tube((24, 34, -200), (26, 32, 200), 11.5 + rng.uniform(-1.5, 2)), blood_hu, AORTA),
        Solid(Ellipsoid((2, 26, 0), (7, 5, np.inf)), MUSCLE_HU - 10, SOFT_TISSUE),  # esophagus
        Solid(Ellipsoid((3, 25.5, 6), (2, 1.5, 30)), -600, SOFT_TISSUE),
    ]
    bronchi = [Tube((side * 6, 12, 52), (side * 34, 10, 8), 5.5) for side in (-1, 1)]
    return solids + [Solid(tube, -950, SOFT_TISSUE) for tube in bronchi]


def _sternum(rng, depth):
    y = -depth - 7
    return [
        Solid(Ellipsoid((0, y, 0), (18, 6, np.inf), power=3), 550 + rng.uniform(-80, 80), BONE),
        Solid(Ellipsoid((0, y, 0), (15, 3.2, np.inf), power=3), 180, BONE),
    ]
