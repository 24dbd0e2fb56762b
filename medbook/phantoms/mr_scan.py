"""One simulated patient in an MR scanner: anatomy, tumour, bias field and complex noise."""

from dataclasses import dataclass

import numpy as np

from medbook.phantoms.lesions import Lesion
from medbook.phantoms.mr_brain import Brain
from medbook.phantoms.mr_tissues import CORE, EDEMA, FIELDS_T, TUMOUR, WHITE, tissue_signals
from medbook.phantoms.patients import patient_streams
from medbook.phantoms.shapes import SmoothField

NOISE_SIGMA = {1.5: 9.0, 3.0: 5.5}  # of the real and of the imaginary part, where water gives 1000
BIAS_SD = {1.5: 0.16, 3.0: 0.24}  # of the logarithm of the bias field: shorter waves bend more at 3 T
TUMOUR_RADII_MM = (7, 16)
EDEMA_SCALE, CORE_SCALE = 1.75, 0.5  # radii relative to the tumour's


@dataclass(frozen=True)
class Scan:
    """A patient in a scanner, kept as a seed and dials, from which each slice can be made at any time.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
    size : int
        Rows and columns.
    contrast : {"T1", "T2", "FLAIR"}
    heights_mm : tuple of float
    prevalence, lesion_contrast, noise, bias_field : float
        As for ``mr_slices``.
    """

    seed: np.random.SeedSequence
    size: int
    contrast: str
    heights_mm: tuple
    prevalence: float
    lesion_contrast: float
    noise: float
    bias_field: float

    def traits(self):
        """Return the site, and the tumour or None."""
        traits, lesion = patient_streams(self.seed, 2)
        site, is_ill = int(traits.integers(len(FIELDS_T))), traits.random() < self.prevalence
        return site, Tumour.draw(lesion) if is_ill else None

    def slices(self, indices=None):
        """Yield the slices of this patient, or those whose ``indices`` are given, with their noise."""
        streams = patient_streams(self.seed, 4 + len(self.heights_mm))
        anatomy, scanner, noises = streams[2], streams[3], streams[4:]
        brain = Brain.draw(anatomy)
        fields = [SmoothField.draw(scanner, wavelengths_mm=(260, 420), waves=6) for _ in ("bias", "phase")]
        for index in range(len(self.heights_mm)) if indices is None else indices:
            yield self._slice(self.heights_mm[index], brain, *fields, noises[index])

    def _slice(self, z, brain, bias, phase, rng):
        site, tumour = self.traits()
        signals = tissue_signals(self.contrast, field_t=FIELDS_T[site])
        canvas = brain.paint(self.size, z, signals)
        mask = np.zeros(canvas.labels.shape, bool)
        if tumour is not None and tumour.solid.reaches(z, EDEMA_SCALE):
            tumour.paint(canvas, signals, self.lesion_contrast, mask)
        deviation = np.float32(self.bias_field * BIAS_SD[FIELDS_T[site]])
        bias_values = np.exp(deviation * bias.values(canvas.x, canvas.y, z))
        angle = phase.values(canvas.x, canvas.y, z)
        sigma = np.float32(self.noise * NOISE_SIGMA[FIELDS_T[site]])
        noise = sigma * rng.standard_normal((2, self.size, self.size), dtype=np.float32)
        amplitude = canvas.image * bias_values
        signal = np.empty(amplitude.shape, np.complex64)
        signal.real = amplitude * np.cos(angle) + noise[0]
        signal.imag = amplitude * np.sin(angle) + noise[1]
        return Slice(signal, mask, canvas.labels, bias_values)


@dataclass(frozen=True, eq=False)
class Slice:
    """The complex image of one slice, and its reference."""

    signal: np.ndarray  # complex64, (rows, cols)
    mask: np.ndarray
    tissues: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, eq=False)
class Tumour:
    """A tumour with a core, and the edema that it spreads in white matter."""

    solid: Lesion
    wiggle: SmoothField  # moves the borders of edema and core

    @classmethod
    def draw(cls, rng):
        """Draw a tumour that lies inside the brain of any patient and inside the slab."""
        radius = np.exp(rng.uniform(*np.log(TUMOUR_RADII_MM)))
        side, turn, away = rng.choice((-1, 1)), rng.uniform(-1.25, 1.25), rng.uniform(0.45, 1)
        place = (side * (26 * away * np.cos(turn) + 7), 40 * away * np.sin(turn), rng.uniform(-0.35, 0.35) * radius)
        wiggle = SmoothField.draw(rng, wavelengths_mm=(14, 40), waves=12)
        return cls(Lesion.draw(rng, center=place, mean_radius_mm=radius), wiggle)

    def paint(self, canvas, signals, contrast, mask):
        """Lay edema, tumour and core over a healthy slice; note tumour and core in ``mask``."""
        solid = self.solid
        level = solid.level(canvas.x, canvas.y, canvas.z)
        outline = level + np.float32(0.22) * self.wiggle.values(canvas.x, canvas.y, canvas.z)
        is_white = canvas.labels == WHITE
        layers = (
            (EDEMA, solid.share(outline / EDEMA_SCALE, canvas.pixel_mm) * is_white),
            (TUMOUR, solid.share(level, canvas.pixel_mm)),
            (CORE, solid.share(np.maximum(outline / CORE_SCALE, level), canvas.pixel_mm)),
        )
        changed = canvas.image.copy()
        for tissue, share in layers:
            changed += share * (np.float32(signals[tissue]) - changed)
            canvas.labels[share > 0.5] = tissue
        canvas.image += np.float32(contrast) * (changed - canvas.image)
        np.maximum(canvas.image, 0, out=canvas.image)
        if solid.is_cut(canvas.z):
            mask |= solid.mask(level)
