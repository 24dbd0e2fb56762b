"""The simulated head at the height of the lateral ventricles: folded cortex, ventricles, deep nuclei, skull, scalp."""

from dataclasses import dataclass

import numpy as np

from medbook.phantoms.mr_tissues import CSF, DEEP_GREY, GREY, MARROW, MUSCLE, SCALP, SKULL, WHITE
from medbook.phantoms.shapes import Canvas, Ellipsoid, SmoothField, Tube

FIELD_OF_VIEW_MM = 220.0
WARP_MM = 1.2
SULCUS_SPACING_MM = 12.5  # along the surface
FOLDING = 0.5  # deviation of a sulcus from its course, in spacings
RIBBON_MM = 3.5  # thickness of the cortex


@dataclass(frozen=True, eq=False)
class Brain:
    """One patient's head.

    Parameters
    ----------
    radii_mm : (float, float)
        Half axes of the brain along x and y in the middle slice.
    sulcus_depths_mm : ndarray of shape (2, sulci)
        For left and right half.
    sulcus_width_mm, ventricle_scale, scalp_mm : float
        The first two grow with age.
    fold, warp, texture
        Smooth fields: course of the sulci, bends of all shapes, texture.
    """

    radii_mm: tuple
    sulcus_depths_mm: np.ndarray
    sulcus_width_mm: float
    ventricle_scale: float
    scalp_mm: float
    fold: SmoothField
    warp: tuple
    texture: SmoothField

    @classmethod
    def draw(cls, rng):
        """Draw a head."""
        radii_mm = 64 * np.exp(rng.normal(0, 0.03)), 80 * np.exp(rng.normal(0, 0.03))
        age = rng.random()
        depths_mm = rng.uniform(7, 26, (2, 40))
        fold = SmoothField.draw(rng, wavelengths_mm=(24, 60), waves=14)
        warp = tuple(SmoothField.draw(rng, wavelengths_mm=(45, 150), waves=8) for axis in "xy")
        texture = SmoothField.draw(rng, wavelengths_mm=(6, 30), waves=14)
        widths = 0.3 + 0.5 * age + rng.uniform(-0.1, 0.1), 0.75 + 0.6 * age + rng.uniform(-0.15, 0.15)
        return cls(radii_mm, depths_mm, *widths, 3.5 + 3 * rng.random(), fold, warp, texture)

    def paint(self, size, z, signals):
        """Return the canvas of the slice at height ``z`` in mm, painted with a signal for each tissue."""
        canvas = Canvas(size, FIELD_OF_VIEW_MM, z, warp=self.warp, warp_mm=WARP_MM, background=0)
        shrink = np.sqrt(1 - (z / 110) ** 2)
        depth = self._depth_mm(*canvas.warped, shrink)
        self._paint_layers(canvas, depth, signals)
        self._paint_cortex(canvas, depth, signals, shrink)
        for shape, tissue in self._deep_structures(z):
            canvas.paint(shape, np.float32(signals[tissue]), tissue)
        canvas.image *= 1 + np.float32(0.025) * self.texture.values(canvas.x, canvas.y, z)
        return canvas

    def _depth_mm(self, x, y, shrink):
        """Return the distance to the surface of the brain, positive inside: an egg, narrower in front."""
        a, b = (shrink * radius for radius in self.radii_mm)
        u, v = x / (a * (1 + 0.0016 * y)), y / b
        level = u**2 + v**2
        return (1 - level) / (2 * np.sqrt((u / a) ** 2 + (v / b) ** 2) + 1e-6)

    def _paint_layers(self, canvas, depth, signals):
        """Paint scalp, muscle, skull with marrow, and the fluid around the brain, from outside to inside."""
        temple = np.maximum(0, 1 - ((canvas.y + 30) / 28) ** 2) * np.minimum(1, np.abs(canvas.x) / 40)
        scalp_mm = self.scalp_mm + 2.5 * temple
        layers = ((9.5 + scalp_mm, SCALP), (8 + 4 * temple, MUSCLE), (8, SKULL), (6, MARROW), (3.6, SKULL), (1.6, CSF))
        for margin, tissue in layers:
            canvas.blend(canvas.ramp(-depth - margin), np.float32(signals[tissue]), tissue)

    def _paint_cortex(self, canvas, depth, signals, shrink):
        """Paint white matter, the ribbon of grey matter along all folds, and the fluid in the sulci."""
        x, y = canvas.warped
        fold = self.fold.values(canvas.x, canvas.y, canvas.z)
        fissures = self._fissure_distance_mm(x + 2.5 * fold, y - 2.5 * fold, canvas.z, shrink)
        folds = np.minimum(self._sulcus_distance_mm(canvas, depth, fold), fissures)
        brain = canvas.ramp(-depth)
        canvas.blend(brain, np.float32(signals[WHITE]), WHITE)
        ribbon = canvas.ramp(np.minimum(depth, folds) - np.float32(RIBBON_MM))
        canvas.blend(brain * ribbon, np.float32(signals[GREY]), GREY)
        # Sulci gape at the surface and close in the depth. Each is a thin sheet, whose share of a pixel
        # ends on both sides.
        half_width = self.sulcus_width_mm * np.clip(1.5 - depth / 12, 0.25, 1.5)
        fluid = canvas.ramp(folds - half_width) - canvas.ramp(folds + half_width)
        canvas.blend(np.clip(brain * fluid, 0, 1), np.float32(signals[CSF]), CSF)

    def _sulcus_distance_mm(self, canvas, depth, fold):
        """Return the distance to the nearest sulcus: curves that leave the surface and end at their own depth."""
        x, y = canvas.warped
        radius_mm = np.float32(np.mean(self.radii_mm))
        radius = np.sqrt(x**2 + y**2) + np.float32(1e-3)
        course = np.arccos(np.clip(-y / radius, -1, 1)) * (radius_mm / np.float32(SULCUS_SPACING_MM))
        # The halves mirror each other at the fissure: there, sulci run beside it without folding across.
        course += np.float32(FOLDING) * fold * np.minimum(1, np.abs(x) / 12) + 8
        nearest = np.rint(course)
        # Dividing by the slope turns a difference of the course into a distance, so that sulci keep their width.
        slope = np.hypot(*np.gradient(course, canvas.pixel_mm))
        across = np.abs(course - nearest) / np.maximum(slope, np.float32(0.7 / SULCUS_SPACING_MM))
        reach = self.sulcus_depths_mm[(x > 0).astype(int), nearest.astype(int)].astype(np.float32)
        return np.hypot(across, np.maximum(0, depth - reach))

    def _fissure_distance_mm(self, x, y, z, shrink):
        """Return the distance to the fissure between the halves and to the two Sylvian fissures with the insulae."""
        ends = -36 + 0.2 * z, 36 - 0.2 * z  # the halves join between them
        gap = np.maximum(0, np.minimum(y - ends[0], ends[1] - y))
        distance = np.hypot(x, gap)
        a = shrink * self.radii_mm[0]
        # The sheets open towards the surface and spread over the insula, to the front and to the back.
        points = ((1.05 * a, -20), (0.72 * a, -8), (0.62 * a, -24), (0.64 * a, 6), (0.72 * a, 20))
        for start, end in ((0, 1), (1, 2), (1, 3), (3, 4)):
            sheet = Tube((*points[start], 0), (*points[end], 0), 0)
            distance = np.minimum(distance, sheet.distance_mm(np.abs(x), y, 0))
        return distance

    def _deep_structures(self, z):
        """Return ventricles and nuclei as (shape, tissue)."""
        s = self.ventricle_scale
        shapes = []
        for side in (-1, 1):
            shapes += [
                (Ellipsoid((side * 25, -3, -4), (7.5, 17, 30), side * -14), DEEP_GREY),  # putamen and pallidum
                (Ellipsoid((side * 11, 9, -3), (8.5, 14, 28), side * -22), DEEP_GREY),  # thalamus
                (Ellipsoid((side * (9 + 4 * s), -18, 2), (5.5, 10, 40), side * -12), DEEP_GREY),  # caudate nucleus
                (Tube((side * 3.5, -9, 4), (side * (8 + 3 * s), -28, 2), 3.6 * s), CSF),  # frontal horn
                (Tube((side * 16, 26, -4), (side * 22, 46, -8), 4.2 * s), CSF),  # occipital horn
                (Tube((side * 6, -14, 22), (side * 17, 28, 18), 5.5 * s), CSF),  # body
            ]
        return [*shapes, (Ellipsoid((0, 6, -10), (1.8 * s, 12, 18)), CSF)]
