"""Simulated slices of computed tomography, in Hounsfield units, with exact reference masks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medbook.phantoms import ct_liver, ct_thorax
from medbook.phantoms.ct_liver import draw_abdomen
from medbook.phantoms.ct_noise import correlated_noise, noise_amplitude
from medbook.phantoms.ct_patient import FIELD_OF_VIEW_MM
from medbook.phantoms.ct_thorax import draw_thorax
from medbook.phantoms.lesions import lesion_boxes
from medbook.phantoms.patients import check_dials, patient_seeds, patient_streams, slice_heights_mm


@dataclass(frozen=True)
class Region:
    """A part of the body: who draws its patients, what is in it, and the noise in its middle."""

    draw: Callable
    organ_names: tuple
    class_names: tuple
    noise_hu: float


REGIONS = {
    "thorax": Region(draw_thorax, ct_thorax.ORGANS, ("no nodule", "nodule"), 16.0),
    "liver": Region(draw_abdomen, ct_liver.ORGANS, ("no metastasis", "metastasis"), 14.0),
}
SITE_KERNELS = (0.35, 0.5, 0.7)  # cutoffs of the hospitals' reconstruction kernels, from smooth to sharp
SITE_NOISE = (0.85, 1.0, 1.2)


@dataclass(frozen=True, eq=False)
class CTSlices:
    """Simulated CT slices and all that is known of them.

    Attributes
    ----------
    images : ndarray of float32, shape (num, rows, cols)
        Hounsfield units. Left in the image is the patient's right; the front is up.
    labels : ndarray of int64, shape (num,)
        1 where the slice cuts a lesion, else 0; ``class_names`` has the words.
    masks : ndarray of bool, shape (num, rows, cols)
        Lesion.
    organ_masks : ndarray of uint8, shape (num, rows, cols)
        Codes into ``organ_names``; a lesion counts as part of its organ.
    boxes : list of ndarray of int64, shape (lesions, 4)
        For each slice ``(row_start, col_start, row_stop, col_stop)`` of each lesion in it, half-open.
    patient_ids, site_ids : ndarray of int64, shape (num,)
        Sites differ in reconstruction kernel and noise.
    slice_positions_mm : ndarray of float64, shape (num,)
        Height of the slice, towards the head.
    spacing_mm : (float, float, float)
        Distances of slices, rows and columns.
    lesion_volumes_ml : ndarray of float64, shape (num,)
        Volume of all lesions of the slice's patient together, from their formula.
    class_names, organ_names : tuple of str
    """

    images: np.ndarray
    labels: np.ndarray
    masks: np.ndarray
    organ_masks: np.ndarray
    boxes: list
    patient_ids: np.ndarray
    site_ids: np.ndarray
    slice_positions_mm: np.ndarray
    spacing_mm: tuple
    lesion_volumes_ml: np.ndarray
    class_names: tuple
    organ_names: tuple


def ct_slices(
    num,
    *,
    size=128,
    rng,
    region="thorax",
    prevalence=0.5,
    lesion_contrast=1.0,
    noise=1.0,
    slices_per_patient=1,
):
    """Simulate axial CT slices of patients with and without lesions.

    Patients are solids with Hounsfield units, bent by smooth random fields; edges are ramps one pixel wide
    (partial volume). The noise has the spectrum that filtered back-projection gives it. Every random draw
    is independent of the dials: the same seed with another ``lesion_contrast``, ``noise``, ``prevalence``
    or ``size`` shows the same patients, and the first patients of many are those of few.

    Parameters
    ----------
    num : int
        Number of slices, a multiple of ``slices_per_patient``.
    size : int, optional
        Rows and columns, from 32 to 512. The field of view is 370 mm in all cases.
    rng : numpy.random.Generator
    region : {"thorax", "liver"}, optional
        "thorax" has lung nodules, "liver" (upper abdomen in the portal venous phase) dark metastases.
    prevalence : float, optional
        Share of patients with lesions.
    lesion_contrast : float, optional
        Factor on the difference of lesion and healthy tissue. With 0 the images are those of the healthy
        twins, while labels and masks still tell where the lesions would be.
    noise : float, optional
        Factor on the noise; 1 is a standard deviation of about 15 HU in the middle of the body.
    slices_per_patient : int, optional
        With more than one, slices cover 48 mm, which hold all lesions whole: ``images.reshape(patients,
        slices, rows, cols)`` are volumes. With one, it lies in the middle of the same 48 mm. Slices are
        infinitely thin.

    Returns
    -------
    CTSlices

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> ct = ct_slices(4, rng=np.random.default_rng(0), region="liver", prevalence=1)
    >>> ct.images.shape, ct.labels.tolist()
    ((4, 128, 128), [1, 1, 1, 1])
    >>> liver = ct.organ_masks == ct.organ_names.index("liver")
    >>> bool(90 < ct.images[liver & ~ct.masks].mean() < 130)
    True
    """
    dials = dict(prevalence=prevalence, lesion_contrast=lesion_contrast, noise=noise)
    check_dials("ct_slices", num, size=size, rng=rng, slices_per_patient=slices_per_patient, **dials)
    if region not in REGIONS:
        raise ValueError(f"ct_slices(region={region!r}): expected one of {', '.join(map(repr, REGIONS))}.")
    heights_mm, spacing_mm = slice_heights_mm(slices_per_patient)
    result = _empty(num, size, spacing_mm, region)
    amplitudes = [noise_amplitude(size, cutoff=cutoff) for cutoff in SITE_KERNELS]
    for patient_id, seed in enumerate(patient_seeds(num // slices_per_patient, rng)):
        traits, anatomy, lesion, noises = patient_streams(seed, 4)
        site, is_ill = int(traits.integers(len(SITE_KERNELS))), traits.random() < prevalence
        patient = REGIONS[region].draw(anatomy, lesion)
        lesions = patient.lesions if is_ill else []
        first = patient_id * slices_per_patient
        own = slice(first, first + slices_per_patient)
        result.patient_ids[own], result.site_ids[own] = patient_id, site
        result.slice_positions_mm[own] = heights_mm
        result.lesion_volumes_ml[own] = sum(shape.volume_ml for shape, _ in lesions)
        noise_hu = noise * REGIONS[region].noise_hu * SITE_NOISE[site]
        for index, z in enumerate(heights_mm, start=first):
            canvas = patient.paint(size, z)
            masks = _add_lesions(canvas, lesions, lesion_contrast)
            result.masks[index] = np.any(masks, axis=0) if masks else False
            result.boxes[index] = lesion_boxes(masks)
            result.organ_masks[index] = canvas.labels
            grain = noise_hu * _noise_profile(canvas) * correlated_noise(noises, amplitudes[site])
            result.images[index] = canvas.image + grain
    result.labels[:] = result.masks.any(axis=(1, 2))
    return result


def _empty(num, size, spacing_mm, region):
    """Return a result whose arrays are yet to be filled."""
    return CTSlices(
        images=np.empty((num, size, size), np.float32),
        labels=np.zeros(num, np.int64),
        masks=np.zeros((num, size, size), bool),
        organ_masks=np.zeros((num, size, size), np.uint8),
        boxes=[None] * num,
        patient_ids=np.zeros(num, np.int64),
        site_ids=np.zeros(num, np.int64),
        slice_positions_mm=np.zeros(num),
        spacing_mm=(spacing_mm, FIELD_OF_VIEW_MM / size, FIELD_OF_VIEW_MM / size),
        lesion_volumes_ml=np.zeros(num),
        class_names=REGIONS[region].class_names,
        organ_names=REGIONS[region].organ_names,
    )


def _add_lesions(canvas, lesions, contrast):
    """Lay lesions over a healthy slice; return the mask of each that the slice cuts."""
    masks = []
    for lesion, hu in lesions:
        if not lesion.is_cut(canvas.z):
            continue
        window = rows, cols = canvas.window(lesion.center, lesion.reach_mm)
        level = lesion.level(canvas.x[:, cols], canvas.y[rows], canvas.z)
        image = canvas.image[window]
        image += np.float32(contrast) * lesion.share(level, canvas.pixel_mm) * (np.float32(hu) - image)
        mask = np.zeros(canvas.labels.shape, bool)
        mask[window] = lesion.mask(level)
        masks.append(mask)
    return masks


def _noise_profile(canvas):
    """Return the noise relative to the middle of the body: fewer photons pass through the middle than the rim."""
    return 1 - 0.5 * np.minimum((canvas.x / 180) ** 2 + (canvas.y / 130) ** 2, 1)
