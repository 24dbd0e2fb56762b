"""A simulated CT patient as a list of solids, and the parts that thorax and abdomen share."""

import math
from dataclasses import dataclass

import numpy as np

from medbook.phantoms.lesions import Lesion
from medbook.phantoms.patients import SLAB_MM
from medbook.phantoms.shapes import Canvas, Ellipsoid, SmoothField, Tube

FIELD_OF_VIEW_MM = 370.0
AIR_HU, SKIN_HU, FAT_HU, MUSCLE_HU = -1000, 10, -100, 50
CORTEX_HU, MARROW_HU = 800, 300
WARP_MM = 2.0  # standard deviation of the bends that make every organ irregular


@dataclass(frozen=True)
class Solid:
    """A shape with its Hounsfield units and organ code; later solids lie over earlier ones.

    With ``in_host`` it is confined to the organ that can hold lesions, as are the vessels of lung and liver.
    """

    shape: Ellipsoid | Tube
    hu: float
    organ: int
    in_host: bool = False


@dataclass(frozen=True, eq=False)
class CTPatient:
    """One patient without noise: solids, lesions, and the fields that bend and texture them."""

    solids: list
    lesions: list  # of (Lesion, Hounsfield units)
    host: int  # code of the organ that can hold lesions
    texture_hu: float
    warp: tuple
    texture: SmoothField

    @classmethod
    def draw(cls, rng, solids, lesions, *, host, texture_hu):
        """Draw the fields of a patient whose solids and lesions are given."""
        warp = tuple(SmoothField.draw(rng, wavelengths_mm=(45, 160), waves=8) for axis in "xy")
        texture = SmoothField.draw(rng, wavelengths_mm=(9, 40), waves=16)
        return cls(solids, lesions, host, texture_hu, warp, texture)

    def paint(self, size, z):
        """Return the canvas of the healthy slice at height ``z`` in mm."""
        canvas = Canvas(size, FIELD_OF_VIEW_MM, z, warp=self.warp, warp_mm=WARP_MM, background=AIR_HU)
        _table(canvas)
        host = np.zeros((size, size), np.float32)
        for solid in self.solids:
            if solid.organ == self.host and not solid.in_host:
                window, share = canvas.share(solid.shape)
                if window is not None:
                    host[window] = np.maximum(host[window], share)
            canvas.paint(solid.shape, solid.hu, solid.organ, within=host if solid.in_host else None)
        texture = self.texture.values(canvas.x, canvas.y, z)
        canvas.image += np.float32(self.texture_hu) * texture * (canvas.labels == self.host)
        canvas.image += np.float32(5) * texture * ((canvas.labels > 0) & (canvas.labels != self.host))
        return canvas


def _table(canvas):
    """Paint the patient table: a thin shell, which the body's warp leaves straight."""
    x, y = canvas.x, canvas.y
    depth = y - 138 + x**2 / 900  # its upper face sags towards the middle
    shell = np.maximum(np.abs(depth - 9) - 9, np.abs(x) - 175)
    canvas.blend(canvas.ramp(shell), -150)
    canvas.blend(canvas.ramp(shell + 3), -920)


def body_wall(rng, width, depth, *, codes):
    """Return skin, fat under it, and the muscular wall around a cavity of half axes ``width`` and ``depth`` in mm."""
    skin, fat, muscle = codes
    fat_mm = np.exp(rng.uniform(np.log(6), np.log(22)))
    wall_mm = 15 + rng.uniform(-2, 3)
    solids = []
    for margin, hu, code in (
        (wall_mm + fat_mm + 2, SKIN_HU, skin),
        (wall_mm + fat_mm, FAT_HU + rng.uniform(-10, 10), fat),
        (wall_mm, MUSCLE_HU + rng.uniform(-6, 6), muscle),
    ):
        radii = (width + margin + 6 * (margin > wall_mm), depth + margin, np.inf)
        solids.append(Solid(Ellipsoid((0, 4, 0), radii, power=2.4), hu, code))
    # A layer of fat between the muscles of the wall.
    solids.append(Solid(Ellipsoid((0, 3, 0), (width + 12, depth + 11, np.inf), power=2.4), FAT_HU + 25, skin))
    solids.append(Solid(Ellipsoid((0, 2, 0), (width + 10, depth + 9, np.inf), power=2.4), MUSCLE_HU, muscle))
    return solids


def around_spine(rng, width, depth, *, bone, muscle, soft_tissue):
    """Return ribs, vertebra, spinal canal and the muscles of the back."""
    y = depth - 40
    cortex_hu, marrow_hu = CORTEX_HU + rng.uniform(-150, 150), MARROW_HU - 60 + rng.uniform(-60, 60)
    solids = [
        Solid(Ellipsoid((side * 29, y + 43, 0), (26, 17, np.inf), side * -10), MUSCLE_HU + 5, muscle)
        for side in (-1, 1)
    ]
    solids += _ribs(rng, width, depth, cortex_hu, marrow_hu, bone)
    solids += [
        Solid(Tube((side * 10, y + 24, 0), (side * 34, y + 30, 6), 5.5), cortex_hu - 150, bone) for side in (-1, 1)
    ]
    solids += [
        Solid(Ellipsoid((0, y + 22, 0), (17, 15, np.inf)), cortex_hu - 60, bone),
        Solid(Tube((0, y + 32, 4), (0, y + 54, -8), 3.5), cortex_hu - 150, bone),  # spinous process
        Solid(Ellipsoid((0, y, 0), (20, 16.5, np.inf), power=2.5), cortex_hu - 100, bone),
        Solid(Ellipsoid((0, y - 0.5, 0), (17, 13.5, np.inf), power=2.5), marrow_hu, bone),
        Solid(Ellipsoid((0, y + 23, 0), (10, 8, np.inf)), -20, soft_tissue),  # spinal canal and cord
        Solid(Ellipsoid((0, y + 23, 0), (5.5, 4.5, np.inf)), 40, soft_tissue),
    ]
    return solids


def _ribs(rng, width, depth, cortex_hu, marrow_hu, bone):
    """Return sections of ribs, lying along the wall; each moves to the front as it sinks."""
    solids = []
    for side in (-1, 1):
        for turn in np.deg2rad(np.arange(-62, 70, 24) + rng.uniform(-6, 6, 6)):
            center = np.array([side * (width + 5) * np.cos(turn) ** 0.8, (depth + 5) * np.sin(turn)])
            tangent = np.array([-side * width * np.sin(turn), depth * np.cos(turn)])
            tangent *= -rng.uniform(10, 17) / np.sqrt((tangent**2).sum())
            start, end = (*(center - tangent), 10), (*(center + tangent), -10)
            radius = rng.uniform(4, 5)
            solids.append(Solid(_long_tube(start, end, radius), cortex_hu, bone))
            solids.append(Solid(_long_tube(start, end, radius - 1.8), marrow_hu, bone))
    return solids


def _long_tube(start, end, radius):
    """Prolong a rib beyond the slab, so that each slice shows a section of it."""
    start, end = np.array(start), np.array(end)
    middle, half = (start + end) / 2, (end - start) / 2
    reach = 1.4 * SLAB_MM / 2 / abs(half[2])
    return Tube(tuple(middle - reach * half), tuple(middle + reach * half), radius)


def vessel_tree(rng, start, direction, length_mm, radius_mm, depth):
    """Return the branches of a vessel as tubes: at each fork two thinner, shorter ones."""
    (x, y, z), (a, b, c) = start, direction  # plain numbers: a tree has too many small steps for arrays
    step = length_mm * (0.75 + 0.5 * rng.random()) / math.sqrt(a * a + b * b + c * c)
    end = x + step * a, y + step * b, z + step * c
    branches = [Tube((x, y, z), end, radius_mm)]
    for side in (-1, 1) if depth else ():
        turn = side * (0.25 + 0.5 * rng.random())
        cos, sin = math.cos(turn), math.sin(turn)
        turned = cos * a - sin * b, sin * a + cos * b, c + rng.random() - 0.5
        branches += vessel_tree(rng, end, turned, 0.8 * length_mm, 0.72 * radius_mm, depth - 1)
    return branches


def draw_lesions(rng, zones, *, radii_mm, satellite_scale, values_hu):
    """Draw at most one lesion a zone, the first and largest of them through the middle of the slab.

    Parameters
    ----------
    rng : numpy.random.Generator
    zones : list of ((float, float), (float, float))
        Center and half axes along x and y, in mm, of the places for the centers.
    radii_mm, values_hu : (float, float)
        Smallest and largest.
    satellite_scale : float
        Factor on the radii of all lesions after the first, so that neighbours do not touch.

    Returns
    -------
    list of (Lesion, float)
        Lesions and their Hounsfield units.
    """
    lesions = []
    radii_mm = np.log(radii_mm)
    for index, zone in enumerate(rng.permutation(len(zones))):
        (x, y), (a, b) = zones[zone]
        radius = np.exp(rng.uniform(*radii_mm)) * (1 if index == 0 else satellite_scale)
        away, turn, lift = np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi), rng.uniform(-1, 1)
        room = 0.4 * radius if index == 0 else SLAB_MM / 2 - 1.3 * radius
        center = (x + a * away * np.cos(turn), y + b * away * np.sin(turn), room * lift)
        lesions.append((Lesion.draw(rng, center=center, mean_radius_mm=radius), rng.uniform(*values_hu)))
    return lesions[: 1 + int(rng.random() ** 2 * len(zones))]
