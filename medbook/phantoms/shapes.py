"""Solids and smooth fields in millimetres, and the canvas on which one slice through them is painted."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid; an infinite radius makes it a cylinder, a power above 2 more like a box.

    Coordinates are those of a patient who lies on the back, in mm: x to the patient's left (to the right
    in the image), y to the back (down), z to the head.

    Parameters
    ----------
    center, radii : (float, float, float)
        Center and half axes along x, y and z, in mm.
    angle_deg : float, optional
        Turn in the plane of the slice, from the x axis towards the y axis.
    power : float, optional
        Exponent ``p`` of ``|x / a|**p + |y / b|**p = 1``.

    Examples
    --------
    >>> ball = Ellipsoid((0, 0, 0), (10, 10, 10))
    >>> bool(abs(ball.distance_mm(np.array(10.1), np.array(0.0), 0.0) - 0.1) < 0.01)
    True
    """

    center: tuple
    radii: tuple
    angle_deg: float = 0.0
    power: float = 2.0

    def box(self, z):
        """Return the half widths of the section at height ``z`` along x and y, in mm, or None if there is none."""
        if abs(z - self.center[2]) >= self.radii[2]:
            return None
        if not self.angle_deg:
            return self.radii[:2]
        reach = max(self.radii[:2]) * 2 ** (0.5 - 1 / self.power)
        return reach, reach

    def distance_mm(self, x, y, z):
        """Return the distance to the edge of the section at height ``z``, to first order, negative inside."""
        a, b, c = self.radii
        u, v = x - self.center[0], y - self.center[1]
        if self.angle_deg:
            cos, sin = np.cos(np.deg2rad(self.angle_deg)), np.sin(np.deg2rad(self.angle_deg))
            u, v = cos * u + sin * v, cos * v - sin * u
        u, v = u / a, v / b
        if self.power == 2:
            level, slope = u**2 + v**2, 2 * np.sqrt((u / a) ** 2 + (v / b) ** 2)
        else:
            u, v = np.abs(u), np.abs(v)
            u_low, v_low = u ** (self.power - 1), v ** (self.power - 1)
            level, slope = u_low * u + v_low * v, self.power * np.sqrt((u_low / a) ** 2 + (v_low / b) ** 2)
        above = ((z - self.center[2]) / c) ** 2
        return (level + above - 1) / (slope + 1e-6)


@dataclass(frozen=True)
class Tube:
    """A straight tube with round ends, such as a piece of a vessel.

    Parameters
    ----------
    start, end : (float, float, float)
        Ends of the middle line, in mm along x, y and z.
    radius : float
        In mm.
    """

    start: tuple
    end: tuple
    radius: float

    @property
    def center(self):
        """Middle of the tube, in mm."""
        return tuple((a + b) / 2 for a, b in zip(self.start, self.end, strict=True))

    def box(self, z):
        """Return the half widths along x and y of what may lie at height ``z``, in mm, or None if nothing does."""
        low, high = min(self.start[2], self.end[2]), max(self.start[2], self.end[2])
        if not low - self.radius < z < high + self.radius:
            return None
        return tuple(abs(b - a) / 2 + self.radius for a, b in zip(self.start[:2], self.end[:2], strict=True))

    def distance_mm(self, x, y, z):
        """Return the distance to the surface, negative inside."""
        (x0, y0, z0), (x1, y1, z1) = self.start, self.end
        a, b, c = x1 - x0, y1 - y0, z1 - z0
        u, v, w = x - x0, y - y0, z - z0
        along = (u * a + v * b + w * c) * (1 / (a * a + b * b + c * c + 1e-9))
        along = np.minimum(np.maximum(along, 0), 1)
        return np.sqrt((u - along * a) ** 2 + (v - along * b) ** 2 + (w - along * c) ** 2) - self.radius


@dataclass(frozen=True)
class SmoothField:
    """A random function of the place, a sum of plane waves, which is the same at every pixel size.

    Parameters
    ----------
    frequencies : ndarray of shape (waves, 3)
        Angular frequencies along x, y and z, in 1/mm.
    phases, amplitudes : ndarray of shape (waves,)
    """

    frequencies: np.ndarray
    phases: np.ndarray
    amplitudes: np.ndarray

    @classmethod
    def draw(cls, rng, *, wavelengths_mm, waves=10):
        """Draw a field of mean 0 and standard deviation 1 with waves of lengths within ``wavelengths_mm``."""
        direction = rng.standard_normal((waves, 3))
        direction /= np.sqrt((direction**2).sum(axis=1, keepdims=True))
        length = np.exp(rng.uniform(*np.log(wavelengths_mm), (waves, 1)))
        phases = rng.uniform(0, 2 * np.pi, waves)
        return cls(2 * np.pi / length * direction, phases, np.full(waves, np.sqrt(2 / waves)))

    def values(self, x, y, z):
        """Return the field for x of shape (1, cols), y of shape (rows, 1) in mm, at height ``z``."""
        by_col = self.frequencies[:, 0] * x.T + self.phases + self.frequencies[:, 2] * z
        by_row = self.frequencies[:, 1] * y
        cols = np.concatenate([np.cos(by_col), -np.sin(by_col)], axis=1).astype(np.float32)
        rows = np.concatenate([np.cos(by_row), np.sin(by_row)], axis=1) * np.tile(self.amplitudes, 2)
        # cos(a + b) = cos(a) cos(b) - sin(a) sin(b): each wave is two outer products. Not written as a matrix
        # product, whose last digit depends on the library and on the number of threads; einsum uses neither.
        return np.einsum("kr,kc->rc", np.ascontiguousarray(rows.T, np.float32), np.ascontiguousarray(cols.T))


class Canvas:
    """One slice while it is painted: intensities and labels on a square grid.

    Parameters
    ----------
    size : int
        Rows and columns.
    field_of_view_mm : float
    z : float
        Height of the slice, in mm.
    warp : (SmoothField, SmoothField)
        Displacements along x and y that bend all painted shapes.
    warp_mm : float
        Standard deviation of the displacements.
    background : float
        Intensity before the first shape.
    """

    def __init__(self, size, field_of_view_mm, z, *, warp, warp_mm, background):
        self.pixel_mm = field_of_view_mm / size
        axis = ((np.arange(size) - (size - 1) / 2) * self.pixel_mm).astype(np.float32)
        self.x, self.y, self.z = axis[np.newaxis], axis[:, np.newaxis], z
        shifts = [np.float32(warp_mm) * field.values(self.x, self.y, z) for field in warp]
        self.warped = self.x + shifts[0], self.y + shifts[1]
        self.margin_mm = 3.5 * warp_mm + self.pixel_mm
        self.image = np.full((size, size), background, np.float32)
        self.labels = np.zeros((size, size), np.uint8)

    def share(self, shape):
        """Return the window that holds a shape's section and the share of each of its pixels that it covers."""
        reach = shape.box(self.z)
        if reach is None:
            return None, None
        window = self.window(shape.center, reach)
        x, y = (points[window] for points in self.warped)
        return window, self.ramp(shape.distance_mm(x, y, self.z))

    def window(self, center_mm, reach_mm):
        """Return the rows and columns around a place, ``reach_mm`` far along x and y, with room for the warp."""
        return tuple(self._span(center_mm[axis], reach_mm[axis]) for axis in (1, 0))

    def _span(self, center_mm, reach_mm):
        size, middle = self.x.size, (self.x.size - 1) / 2
        low = int(middle + (center_mm - reach_mm - self.margin_mm) / self.pixel_mm)
        high = int(middle + (center_mm + reach_mm + self.margin_mm) / self.pixel_mm) + 2
        return slice(min(max(low, 0), size), min(max(high, 0), size))

    def ramp(self, distance_mm):
        """Return the share of a pixel that lies inside an edge: 1 inside, 0 outside, a ramp one pixel wide between."""
        return np.minimum(np.maximum(0.5 - distance_mm * np.float32(1 / self.pixel_mm), 0), 1)

    def paint(self, shape, value, label=None, *, within=None):
        """Lay a shape of one intensity over the slice; ``within`` holds the share of each pixel that it may take."""
        window, share = self.share(shape)
        if window is None:
            return
        if within is not None:
            share = share * within[window]
        self.blend(share, value, label, window)

    def blend(self, share, value, label=None, window=...):
        """Replace a share of each pixel by another intensity, and the label where that share is above one half."""
        image = self.image[window]
        image += share * (value - image)
        if label is not None:
            self.labels[window][share > 0.5] = label
