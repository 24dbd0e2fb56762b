"""Lesions of known volume, and their masks and boxes in a slice."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Lesion:
    """A bent ellipsoid whose volume is known in closed form.

    The ellipsoid is bent by shears: x moves by a function of y and z, then y by a function of x and z. A
    shear keeps volumes, so that bends make the lesion irregular and leave its volume at
    ``4/3 * pi * a * b * c``.

    Parameters
    ----------
    center, radii : (float, float, float)
        Along x, y and z, in mm.
    bends_mm : (float, float)
        How far the shears move points along x and along y, at most.
    phases : (float, float)
        Where along the lesion they do so.

    Examples
    --------
    >>> lesion = Lesion((0, 0, 0), (10, 10, 10), (2, 2), (0.5, 1))
    >>> round(lesion.volume_ml, 3)
    4.189
    """

    center: tuple
    radii: tuple
    bends_mm: tuple
    phases: tuple

    @classmethod
    def draw(cls, rng, *, center, mean_radius_mm):
        """Draw an irregular lesion; no point of it is farther than 1.6 mean radii from its center."""
        stretch = np.exp(rng.uniform(-0.15, 0.15, 3))
        stretch /= np.prod(stretch) ** (1 / 3)
        bends = rng.uniform(0.12, 0.25, 2) * mean_radius_mm
        return cls(tuple(center), tuple(mean_radius_mm * stretch), tuple(bends), tuple(rng.uniform(0, 2 * np.pi, 2)))

    @property
    def volume_ml(self):
        """Volume in ml."""
        return float(4 / 3 * np.pi * np.prod(self.radii) / 1000)

    def level(self, x, y, z):
        """Return a function of the place that is below 1 inside, 1 on the surface, and grows as the radius does."""
        a, b, c = self.radii
        u, v, w = x - self.center[0], y - self.center[1], z - self.center[2]
        u = u + self.bends_mm[0] * np.sin(2.2 * v / b + 1.4 * w / c + self.phases[0])
        v = v + self.bends_mm[1] * np.sin(2.2 * u / a - 1.4 * w / c + self.phases[1])
        return np.sqrt((u / a) ** 2 + (v / b) ** 2 + (w / c) ** 2)

    def is_cut(self, z):
        """Tell whether the plane at height ``z`` goes through the lesion."""
        return abs(z - self.center[2]) < self.radii[2]

    def reaches(self, z, scale):
        """Tell whether the lesion, grown by a factor and half as much again, comes to the height ``z``."""
        return abs(z - self.center[2]) < 1.5 * scale * self.radii[2]

    @property
    def reach_mm(self):
        """Half widths of a box around the lesion along x and y, in mm."""
        return tuple(r + bend for r, bend in zip(self.radii[:2], self.bends_mm, strict=True))

    def mask(self, level):
        """Return which pixels lie inside; a plane that cuts the lesion always has at least one."""
        inside = level < 1
        if not inside.any():
            inside[np.unravel_index(np.argmin(level), level.shape)] = True
        return inside

    def share(self, level, pixel_mm):
        """Return the share of each pixel that the lesion covers: a ramp one pixel wide at its edge."""
        radius = np.prod(self.radii[:2]) ** 0.5
        return np.clip(0.5 - (level - 1) * np.float32(radius / pixel_mm), 0, 1).astype(np.float32)


def lesion_boxes(masks):
    """Return the smallest boxes around the true pixels of masks.

    Parameters
    ----------
    masks : iterable of ndarray of bool, shape (rows, cols)
        One a lesion; those without a true pixel have no box.

    Returns
    -------
    ndarray of int64, shape (lesions, 4)
        ``(row_start, col_start, row_stop, col_stop)``, half-open as slices are.

    Examples
    --------
    >>> mask = np.zeros((5, 5), bool)
    >>> mask[1:3, 2] = True
    >>> lesion_boxes([mask])
    array([[1, 2, 3, 3]])
    """
    boxes = []
    for mask in masks:
        rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if rows.size:
            boxes.append((rows[0], cols[0], rows[-1] + 1, cols[-1] + 1))
    return np.array(boxes, np.int64).reshape(-1, 4)
