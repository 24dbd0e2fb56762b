"""The simulated upper abdomen at the height of the liver, as solids with Hounsfield units."""

import numpy as np

from medbook.phantoms.ct_patient import CTPatient, Solid, around_spine, body_wall, draw_lesions, vessel_tree
from medbook.phantoms.shapes import Ellipsoid, Tube

ORGANS = (
    *("background", "soft tissue", "fat", "muscle", "bone", "liver", "spleen", "kidney", "stomach", "aorta"),
    *("vena cava", "gallbladder"),
)
SOFT_TISSUE, FAT, MUSCLE, BONE, LIVER, SPLEEN, KIDNEY, STOMACH, AORTA, VENA_CAVA, GALLBLADDER = range(1, 12)

FAT_HU, LIVER_HU, VESSEL_HU = -100, 110, 150  # contrast medium in the portal venous phase
METASTASIS_HU, METASTASIS_RADII_MM = (60, 78), (8, 17)


def draw_abdomen(rng, lesion_rng):
    """Draw a patient's upper abdomen.

    Parameters
    ----------
    rng, lesion_rng : numpy.random.Generator
        Draw the anatomy and the metastases.

    Returns
    -------
    CTPatient
    """
    width, depth = 126 * np.exp(rng.normal(0, 0.04)), 92 * np.exp(rng.normal(0, 0.04))  # half axes of the cavity
    solids = body_wall(rng, width, depth, codes=(SOFT_TISSUE, FAT, MUSCLE))
    solids.append(Solid(Ellipsoid((0, 0, 0), (width, depth, np.inf), power=2.4), FAT_HU, FAT))
    solids += _liver(rng, width, depth)
    solids += _hollow_organs(rng, width, depth)
    solids += _spleen_and_kidneys(rng, width, depth)
    solids += _great_vessels(rng, depth)
    solids += around_spine(rng, width, depth, bone=BONE, muscle=MUSCLE, soft_tissue=SOFT_TISSUE)
    # Within these ellipses and a lesion's radius around them, for any patient, there is liver.
    places = ((-0.68, 0.02), (-0.54, -0.44), (-0.14, -0.55))
    zones = [((x * width, y * depth), (0.06 * width, 0.05 * depth)) for x, y in places]
    lesions = draw_lesions(
        lesion_rng, zones, radii_mm=METASTASIS_RADII_MM, satellite_scale=0.5, values_hu=METASTASIS_HU
    )
    return CTPatient.draw(rng, solids, lesions, host=LIVER, texture_hu=4)


def _liver(rng, width, depth):
    liver_hu, vessel_hu = LIVER_HU + rng.uniform(-8, 8), VESSEL_HU + rng.uniform(-6, 10)
    tip = 30 + rng.uniform(-15, 20)  # how far the left lobe reaches beyond the middle
    solids = [
        Solid(Ellipsoid((-0.53 * width, 0.02 * depth, 0), (0.45 * width, 0.88 * depth, 150), 6, 2.4), liver_hu, LIVER),
        Solid(Ellipsoid((tip - 55, -0.55 * depth, 10), (62, 0.36 * depth, 120), -4, 2.2), liver_hu, LIVER),
    ]
    cava, porta = np.array([-22.0, 22.0, 22.0]), np.array([-26.0, 4.0, -12.0])
    for root, angles, radius in ((cava, (-150, -115, 165), 5.0), (porta, (-170, -125, 140), 5.0)):
        for angle in np.deg2rad(np.array(angles) + rng.uniform(-10, 10, 3)):
            direction = np.array([np.cos(angle), np.sin(angle), rng.uniform(-0.35, 0.35)])
            tubes = vessel_tree(rng, root, direction, 34, radius * rng.uniform(0.75, 1.05), 3)
            solids += [Solid(tube, vessel_hu, LIVER, True) for tube in tubes]
    return solids


def _hollow_organs(rng, width, depth):
    x, y = 0.44 * width + rng.uniform(-6, 6), -0.4 * depth + rng.uniform(-5, 5)
    a, b = 36 + rng.uniform(-6, 8), 25 + rng.uniform(-4, 5)
    level = y - b * rng.uniform(0.2, 0.6)  # gas gathers in front of the fluid, as the patient lies on the back
    gallbladder = (-22 + rng.uniform(-5, 5), -18 + rng.uniform(-5, 5), -16)
    solids = [
        Solid(Ellipsoid((x, y, 0), (a, b, 90), -25, 2.2), 60, STOMACH),
        Solid(Ellipsoid((x, y, 0), (a - 4, b - 4, 85), -25, 2.2), 15 + rng.uniform(-10, 25), STOMACH),
        Solid(Ellipsoid((x - 3, level, 0), (0.55 * a, 0.3 * b, 70), -6, 2.5), -980, STOMACH),
        Solid(Ellipsoid(gallbladder, (11, 15, 26), 20), 8 + rng.uniform(-4, 6), GALLBLADDER),
        Solid(Ellipsoid((16, -8, -10), (26, 9, 28), -20), 95, SOFT_TISSUE),  # pancreas
    ]
    for angle in rng.uniform(-0.5, 0.5, 3) + np.array([0.1, 0.9, 1.7]):  # loops of bowel in front of the left kidney
        center = (0.52 * width + 17 * np.cos(angle), 2 + 15 * np.sin(angle), rng.uniform(-30, 10))
        solids.append(Solid(Ellipsoid(center, (11, 10, 30)), 75, SOFT_TISSUE))
        solids.append(Solid(Ellipsoid(center, (8, 7, 26)), 20, SOFT_TISSUE))
    return solids


def _spleen_and_kidneys(rng, width, depth):
    size = 1 + rng.uniform(-0.15, 0.25)
    spleen = (0.8 * width, 0.18 * depth, 8)
    solids = [Solid(Ellipsoid(spleen, (17 * size, 38 * size, 60), -14), 120 + rng.uniform(-8, 8), SPLEEN)]
    for side, z in ((-1, -30), (1, -12)):
        center = (side * 53 + rng.uniform(-4, 4), 0.53 * depth + rng.uniform(-3, 3), z)
        for radii, hu in (((27, 30, 62), FAT_HU), ((23, 26, 55), 185), ((16, 19, 46), 145), ((7, 10, 28), -70)):
            solids.append(Solid(Ellipsoid(center, radii, side * 18), hu, FAT if hu < 0 else KIDNEY))
    return solids


def _great_vessels(rng, depth):
    radius = 10 + rng.uniform(-1.5, 2)
    y = depth - 40 - 16.5 - radius  # before the vertebra
    crura = [Solid(Tube((side * 19, y + 12, -90), (side * 13, y + 6, 90), 7), 55, MUSCLE) for side in (-1, 1)]
    return [
        *crura,
        Solid(Tube((8, y, -200), (6, y + 1, 200), radius), 155 + rng.uniform(-8, 12), AORTA),
        Solid(Ellipsoid((-22, 22, 0), (13, 10, np.inf), 15), 140 + rng.uniform(-8, 8), VENA_CAVA),
    ]
