"""Pixels in the patient's frame, and the path lengths of parallel rays through simple solids."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from medbook.phantoms.chest_patient import Pose

FIELD_MM = 360.0  # side of the film, which every image shows whatever its number of pixels


@dataclass(frozen=True)
class Grid:
    """Pixel centres in the patient's frame, mm."""

    x: np.ndarray  # (rows, cols), to the right of the film = the patient's left
    y: np.ndarray  # (rows, cols), downwards
    x_film: np.ndarray  # (cols,), before the pose
    y_film: np.ndarray  # (rows,)
    pixel_mm: float
    pose: Pose

    @property
    def y_middle(self):
        """Height along the film's middle column, of shape (rows, 1), for what varies slowly."""
        middle = self.y.shape[1] // 2
        return self.y[:, middle : middle + 1]

    def box(self, center, reach):
        """Return the slices (rows, cols) that surely hold all points within ``reach`` (x, y) of ``center``."""
        x, y = self.to_film(*center)
        lean = abs(self.pose.roll)
        reach_x, reach_y = reach[0] + lean * reach[1] + 2, reach[1] + lean * reach[0] + 2
        return self._span(y, reach_y), self._span(x, reach_x)

    def _span(self, middle, reach):
        start = int((middle - reach + FIELD_MM / 2) / self.pixel_mm)
        stop = int((middle + reach + FIELD_MM / 2) / self.pixel_mm) + 2
        return slice(max(start, 0), max(stop, 0))  # a slice may end beyond the last pixel

    def to_film(self, x, y):
        """Return where a point of the patient's frame lies on the film, mm from its centre."""
        pose = self.pose
        return x - pose.roll * y + pose.shift_x, y + pose.roll * x + pose.shift_y


def film_grid(size, pose):
    """Return the pixel centres of a film of ``size`` rows and cols, in the patient's frame."""
    pixel_mm = FIELD_MM / size
    film = _film_axis(size)
    x, y = film[np.newaxis, :] - pose.shift_x, film[:, np.newaxis] - pose.shift_y
    rolled_x, rolled_y = x + pose.roll * y, y - pose.roll * x
    return Grid(x=rolled_x, y=rolled_y, x_film=film, y_film=film, pixel_mm=pixel_mm, pose=pose)


@lru_cache(maxsize=8)
def _film_axis(size):
    """Return the pixel centres along one side of the film, mm from its middle."""
    axis = ((np.arange(size) + 0.5) * (FIELD_MM / size) - FIELD_MM / 2).astype(np.float32)
    axis.flags.writeable = False  # all films of this size share it
    return axis


def add_ellipsoid(thickness, grid, center, semi_axes, depth, tilt=0.0):
    """Add the path length through an ellipsoid: ``2 * depth * sqrt(1 - (x/a)**2 - (y/b)**2)``.

    Parameters
    ----------
    thickness : ndarray of shape (rows, cols)
        Changed in place, mm.
    grid : Grid
    center, semi_axes : (float, float)
        Along x and y, mm.
    depth : float
        Semi-axis along the ray, mm; negative takes away.
    tilt : float, optional
        Turn of the first semi-axis towards +y, radians.
    """
    reach = max(semi_axes) if tilt else None
    box = grid.box(center, (reach or semi_axes[0], reach or semi_axes[1]))
    dx, dy = grid.x[box] - center[0], grid.y[box] - center[1]
    if tilt:
        cosine, sine = math.cos(tilt), math.sin(tilt)
        dx, dy = cosine * dx + sine * dy, cosine * dy - sine * dx
    inside = 1 - (dx / semi_axes[0]) ** 2 - (dy / semi_axes[1]) ** 2
    thickness[box] += (2 * depth) * np.sqrt(np.maximum(inside, 0))


def add_tube(thickness, grid, start, end, radius, depth=None):
    """Add the path length through a round tube that runs parallel to the film (flat ends)."""
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    along_x, along_y = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    center = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    reach = abs(end[0] - start[0]) / 2 + radius, abs(end[1] - start[1]) / 2 + radius
    box = grid.box(center, reach)
    dx, dy = grid.x[box] - center[0], grid.y[box] - center[1]
    across = (dx * along_y - dy * along_x) / radius
    along = np.abs(dx * along_x + dy * along_y)
    soft_end = np.minimum(np.maximum((length / 2 + 0.5 * radius - along) / radius, 0), 1)
    thickness[box] += (2 * (depth or radius)) * np.sqrt(np.maximum(1 - across * across, 0)) * soft_end


def smoothstep(values):
    """Return a smooth ramp: 0 below 0, 1 above 1, no kinks between."""
    t = np.minimum(np.maximum(values, 0), 1)
    return t * t * (3 - 2 * t)
