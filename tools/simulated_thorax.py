"""The simulated patient of data/: a thorax as shapes with Hounsfield units, drawn on any plane.

Coordinates are DICOM's, in mm: x to the patient's left, y to the back, z to the head (LPS), z counted
from the diaphragm. Edges are ramps, so that the last digit of a square root, in which processors differ,
is rounded away later; random numbers are raw bits of PCG64, which NumPy never changes.
"""

from dataclasses import dataclass

import numpy as np

AIR_HU, LUNG_HU, FAT_HU, MUSCLE_HU, BLOOD_HU, HEART_WALL_HU, LIVER_HU = -1000, -850, -100, 50, 200, 100, 80
CORTEX_HU, MARROW_HU, CARTILAGE_HU, DISC_HU, NODULE_HU = 800, 200, 120, 90, 40
EDGE_MM = 2.5  # width of the ramp at every edge: one CT pixel


def random_integers(shape, seed):
    """Draw nearly normal integers of mean 0 and SD 209.02: sums of eight random bytes."""
    raw = np.random.PCG64(seed).random_raw(int(np.prod(shape)))
    return raw.view(np.uint8).reshape(*shape, 8).sum(axis=-1, dtype=np.int64) - 1020


RANDOM_SD = float(np.sqrt(8 * (256**2 - 1) / 12))


@dataclass
class Ellipsoid:
    """An ellipsoid; a radius of infinity makes it a cylinder, a power above 2 more like a box."""

    center: tuple
    radii: tuple
    power: float = 2
    is_open_below: bool = False  # goes on downwards from its center as a cylinder

    def box(self):
        """Return lower and upper corner in mm."""
        low, high = np.subtract(self.center, self.radii), np.add(self.center, self.radii)
        return (np.array([low[0], low[1], -np.inf]) if self.is_open_below else low), high

    def distance_mm(self, x, y, z):
        """Return the distance to the surface to first order, negative inside."""
        z = np.maximum(z, self.center[2]) if self.is_open_below else z
        scaled = [abs(axis - c) / r for axis, c, r in zip((x, y, z), self.center, self.radii, strict=True)]
        level = sum(s**self.power for s in scaled) ** (1 / self.power) + 1e-6
        slope = np.sqrt(
            sum(((s / level) ** (self.power - 1) / r) ** 2 for s, r in zip(scaled, self.radii, strict=True))
        )
        return (level - 1) / (slope + 1e-9)


@dataclass
class Capsule:
    """A tube with round ends."""

    start: tuple
    end: tuple
    radius: float

    def box(self):
        """Return lower and upper corner in mm."""
        return np.minimum(self.start, self.end) - self.radius, np.maximum(self.start, self.end) + self.radius

    def distance_mm(self, x, y, z):
        """Return the distance to the surface, negative inside."""
        axis, offset = np.subtract(self.end, self.start), [x - self.start[0], y - self.start[1], z - self.start[2]]
        along = np.clip(sum(o * a for o, a in zip(offset, axis, strict=True)) / sum(axis**2), 0, 1)
        return np.sqrt(sum((o - along * a) ** 2 for o, a in zip(offset, axis, strict=True))) - self.radius


CAVITY = Ellipsoid((0, -4, 30), (112, 76, 188), 2.3, is_open_below=True)


VESSEL_ROOTS = ((0.9, -0.3), (0.6, 0.5), (0.2, 0.9), (0.1, -0.9), (-0.4, -0.5), (-0.9, 0.3), (-0.5, 0.8))  # up, back


def vessel_tree(start, direction, length_mm, radius_mm, depth, draw):
    """Return the branches of a lung vessel as capsules: at each fork two thinner, shorter ones."""
    end = start + length_mm * direction
    branches = [Capsule(tuple(start), tuple(end), radius_mm)]
    for side in (-1, 1) if depth else ():
        turn = np.cross(direction, [next(draw), next(draw), next(draw)])
        turned = direction + side * 0.75 * turn / np.sqrt(sum(turn**2))
        turned /= np.sqrt(sum(turned**2))
        branches += vessel_tree(end, turned, 0.8 * length_mm, 0.72 * radius_mm, depth - 1, draw)
    return branches


def lung_vessels():
    """Return the vessel trees of both lungs."""
    draw = iter(random_integers((5000,), seed=1) / 1020)
    roots = [(side, up, back) for side in (-1, 1) for up, back in VESSEL_ROOTS]
    trees = []
    for side, up, back in roots:
        direction = np.array([0.75 * side, back, up])
        start = np.array([40.0 * side, 8, 80 + 12 * up])
        trees += vessel_tree(start, direction / np.sqrt(sum(direction**2)), 30, 4.5, 5, draw)
    return trees


VESSELS = lung_vessels()
ASCENDING, ARCH, DESCENDING = (-16, -20, 100), (3, 8, 110), (24, 36, 98)
MEDIASTINUM = [  # after the lungs: (shape, HU), later ones over earlier ones
    (Ellipsoid((2, -4, 30), (33, 76, 165)), FAT_HU),
    (Ellipsoid((0, 44, 60), (27, 24, np.inf)), FAT_HU),
    (Ellipsoid((18, -26, 32), (62, 45, 50)), FAT_HU),
    (Ellipsoid((19, -26, 32), (58, 40, 46)), HEART_WALL_HU),
    (Ellipsoid((42, -18, 28), (24, 19, 30)), BLOOD_HU),  # left ventricle
    (Ellipsoid((6, -44, 28), (28, 14, 30)), BLOOD_HU),  # right ventricle
    (Ellipsoid((-20, -22, 42), (16, 20, 26)), BLOOD_HU),  # right atrium
    (Ellipsoid((10, 4, 56), (28, 15, 18)), BLOOD_HU),  # left atrium
    (Capsule((-24, -6, 40), (-24, -6, 150), 9), BLOOD_HU),  # superior vena cava
    (Capsule((16, -40, 58), (22, -14, 80), 13), BLOOD_HU),  # pulmonary trunk and arteries
    (Capsule((22, -14, 80), (-44, 6, 78), 10), BLOOD_HU),
    (Capsule((22, -14, 80), (48, 8, 84), 10), BLOOD_HU),
    (Capsule((-4, -20, 60), ASCENDING, 15), BLOOD_HU),
    (Capsule(ASCENDING, ARCH, 14), BLOOD_HU),
    (Capsule(ARCH, DESCENDING, 12.5), BLOOD_HU),
    (Capsule(DESCENDING, (20, 34, -90), 12), BLOOD_HU),
    (Ellipsoid((5, 28, 0), (8, 6, np.inf)), MUSCLE_HU - 10),  # esophagus
    (Capsule((0, 12, 88), (0, 4, 330), 9), AIR_HU),  # trachea and main bronchi
    (Capsule((0, 12, 88), (-42, 14, 68), 7), AIR_HU),
    (Capsule((0, 12, 88), (44, 16, 66), 6), AIR_HU),
]
ABDOMEN = [
    (Ellipsoid((-54, 0, -75), (76, 98, 98)), LIVER_HU),
    (Ellipsoid((60, 6, -88), (72, 92, 98)), MUSCLE_HU),
    (Ellipsoid((0, 0, -268), (400, 400, 210)), MUSCLE_HU),
]
SPINE = [
    (Ellipsoid((0, 48, 0), (17, 14, np.inf), 2.5), DISC_HU),
    (Ellipsoid((0, 70, 0), (13, 12, np.inf)), CORTEX_HU),  # arch around the canal
    (Ellipsoid((0, 69, 0), (8.5, 7.5, np.inf)), 0),
    (Ellipsoid((0, 69, 0), (5, 4, np.inf)), 40),  # cord
]
for height in range(-135, 352, 27):
    SPINE += [
        (Ellipsoid((0, 48, height), (18, 15, 11.5), 4), CORTEX_HU),
        (Ellipsoid((0, 48, height), (15.5, 12.5, 9.5), 4), MARROW_HU),
        (Ellipsoid((0, 86, height - 8), (3.5, 9, 9)), CORTEX_HU),  # spinous process
        (Ellipsoid((20, 68, height), (13, 4, 6)), CORTEX_HU),  # transverse processes
        (Ellipsoid((-20, 68, height), (13, 4, 6)), CORTEX_HU),
    ]
CLAVICLES = [
    Capsule((side * start[0], *start[1:]), (side * end[0], *end[1:]), 6)
    for side in (-1, 1)
    for start, end in (((16, -80, 176), (75, -66, 190)), ((75, -66, 190), (150, -20, 204)))
]
STERNUM = [
    (Ellipsoid((0, -85, 95), (19, 6, 75), 3), CORTEX_HU),
    (Ellipsoid((0, -85, 95), (16.5, 3.5, 72), 3), MARROW_HU),
]


def paint(hu, points, shape, value_hu, within=1.0):
    """Lay a shape over the image, with a ramp of EDGE_MM at its edge."""
    low, high = shape.box()
    rows, cols = slice(None), slice(None)
    for axis, a, b in zip(points, low - EDGE_MM, high + EDGE_MM, strict=True):
        near = np.flatnonzero((axis > a) & (axis < b))
        if near.size == 0:
            return
        if axis.shape[0] > 1:
            rows = slice(near[0], near[-1] + 1)
        elif axis.shape[1] > 1:
            cols = slice(near[0], near[-1] + 1)
    cropped = [
        axis[rows if axis.shape[0] > 1 else slice(None), cols if axis.shape[1] > 1 else slice(None)] for axis in points
    ]
    share = ramp(shape.distance_mm(*cropped))
    share = share * (within[rows, cols] if np.ndim(within) else within)
    hu[rows, cols] += share * (value_hu - hu[rows, cols])


def ramp(distance_mm):
    """Return the share of tissue at a distance from its surface: 1 inside, 0 outside."""
    return np.clip(0.5 - distance_mm / EDGE_MM, 0, 1)


def paint_ribs(hu, x, y, z):
    """Lay ribs around the cavity; each leaves the spine and sinks on its way to the front."""
    turn = np.arctan2(abs(x), y + 4) / np.pi  # 0 at the back, 1 at the front
    height = (z + 115 * turn) / 27
    radial_mm, vertical_mm = CAVITY.distance_mm(x, y, z) - 4.5, 27 * (height - np.round(height))
    level = np.sqrt((radial_mm / 4) ** 2 + (vertical_mm / 6) ** 2)
    length = np.clip(30 * (turn - 0.1), 0, 1) * np.clip(30 * (0.93 - turn), 0, 1)
    bone = np.clip(20 * (0.8 - turn), 0, 1)  # in front, ribs are cartilage
    for distance_mm, bone_hu in ((4 * (level - 1), CORTEX_HU), (4 * (level - 1) + 2, MARROW_HU)):
        value_hu = CARTILAGE_HU + bone * (bone_hu - CARTILAGE_HU)
        hu += ramp(distance_mm) * length * (value_hu - hu)


def body_hu(x, y, z, *, is_ct):
    """Return HU on one plane of the simulated patient, without nodule.

    x, y, z : mm relative to the diaphragm, of shape (1, cols), (rows, 1) or (1, 1). In CT, the patient lies
    on a table with the arms over the head; for the radiograph, arms hang.
    """
    points = x, y, z
    hu = np.full(np.broadcast_shapes(x.shape, y.shape, z.shape), float(AIR_HU))
    if is_ct:
        paint(hu, points, Ellipsoid((0, 60, 0), (210, 73, np.inf), 3), -150)
        paint(hu, points, Ellipsoid((0, 60, 0), (207, 70, np.inf), 3), -920)
        paint(hu, points, Ellipsoid((0, 10, 0), (400, 100, np.inf), 8), AIR_HU)
    else:
        for side in (-1, 1):
            paint(hu, points, Capsule((100 * side, 0, 185), (215 * side, 8, 120), 44), MUSCLE_HU)
    paint(hu, points, Capsule((0, 10, 150), (0, 0, 400), 58), MUSCLE_HU)
    paint(hu, points, Ellipsoid((0, -2, 130), (153, 108, 112), 2.4, is_open_below=True), FAT_HU)
    paint(hu, points, Ellipsoid((0, 0, 130), (138, 97, 100), 2.4, is_open_below=True), MUSCLE_HU)
    lung = ramp(CAVITY.distance_mm(*points))
    hu += lung * (LUNG_HU - hu)
    hu += ramp(abs(CAVITY.distance_mm(*points) - 13) - 1.2) * (FAT_HU - hu)  # between the layers of muscle
    for vessel in VESSELS:
        paint(hu, points, vessel, BLOOD_HU - 60, lung)
    for shape, value_hu in MEDIASTINUM:
        paint(hu, points, shape, value_hu)
    for shape, value_hu in ABDOMEN:
        paint(hu, points, shape, value_hu, lung)
    paint_ribs(hu, x, y, z)
    for side in (-1, 1):
        paint(hu, points, Ellipsoid((27 * side, 84, 0), (24, 19, np.inf)), MUSCLE_HU)  # muscles of the back
    for shape, value_hu in SPINE + STERNUM:
        paint(hu, points, shape, value_hu)
    return hu
