"""Simulated chest radiographs: any number of patients, with exact masks and known truth."""

from dataclasses import dataclass

import numpy as np

from medbook.phantoms.chest_arguments import Dials, check_rng, check_whole
from medbook.phantoms.chest_film import draw_case, take_film
from medbook.phantoms.chest_grid import FIELD_MM


@dataclass(frozen=True, eq=False)
class ChestRadiographs:
    """Simulated radiographs and everything that is known of them; made by `chest_radiographs`.

    Attributes
    ----------
    images : ndarray of float32 of shape (num, rows, cols)
        Gray levels in [0, 1], dense = bright; the patient's left is on the right of the image.
    labels : ndarray of int64 of shape (num,)
        Recorded class as index into ``class_names``, 0 = normal; ``label_noise`` makes some wrong.
    true_labels : ndarray of int64 of shape (num,)
        The class that the patient has.
    masks : ndarray of bool of shape (num, rows, cols)
        Pixels that the lesion's outline covers; all False for normal.
    boxes : list of num ndarrays of int64 of shape (lesions, 4)
        (row_start, col_start, row_stop, col_stop) around each lesion, half-open.
    lung_masks, heart_masks : ndarray of bool of shape (num, rows, cols)
        The lung fields as seen on the film (beside heart and mediastinum, above the domes of the
        diaphragm), and the heart's outline.
    severity : ndarray of float32 of shape (num,)
        Diseased share of the lung fields' area.
    cardiothoracic_ratios : ndarray of float32 of shape (num,)
        Width of the heart over inner width of the thorax, from the geometry, not from pixels.
    patient_ids, site_ids : ndarray of int64 of shape (num,)
        Patients count from 0 in every call; hospitals are those of ``sites``.
    has_marker : ndarray of bool of shape (num,)
        Whether a letter is printed in a corner.
    class_names : tuple of str
    spacing_mm : (float, float)
        Distance of pixel centers along rows and cols in the detector's plane.
    """

    images: np.ndarray
    labels: np.ndarray
    true_labels: np.ndarray
    masks: np.ndarray
    boxes: list
    lung_masks: np.ndarray
    heart_masks: np.ndarray
    severity: np.ndarray
    cardiothoracic_ratios: np.ndarray
    patient_ids: np.ndarray
    site_ids: np.ndarray
    has_marker: np.ndarray
    class_names: tuple
    spacing_mm: tuple


def chest_radiographs(
    num,
    *,
    size=64,
    rng,
    classes=("normal", "pneumonia", "tuberculosis"),
    prevalence=None,
    lesion_contrast=1.0,
    noise=1.0,
    shortcut=None,
    label_noise=0.0,
    images_per_patient=1,
    sites=(0,),
):
    """Simulate postero-anterior chest radiographs with known disease.

    A thorax is built from simple solids: ellipsoids for heart, aorta and breasts, tubes for windpipe and
    vessels, arcs for ribs. The path length of each ray through them is known in closed form, and the film
    follows from the Beer-Lambert law, scatter, blur, quantum noise and a display curve. No image is, or was
    made from, a real patient's.

    Every dial leaves all else as it is: with the same seed, another ``lesion_contrast``, ``noise``,
    ``shortcut``, ``prevalence`` or ``size`` shows the same patients in the same positions; at equal size even
    the noise pattern is the same. Image i does not depend on ``num``.

    Parameters
    ----------
    num : int
        Number of images.
    size : int, optional
        Rows and cols, 28 to 512; the film measures 360 mm by 360 mm.
    rng : numpy.random.Generator
        Source of chance; every call advances it.
    classes : tuple of str, optional
        "normal" first, then any of "pneumonia", "tuberculosis", "nodule".
    prevalence : float, optional
        Probability of disease, shared equally among the diseases; without it, all classes are equally likely.
    lesion_contrast : float, optional
        Multiplies what lesions attenuate. 0 gives the healthy twins of diseased patients; labels, masks,
        boxes and severity still tell where the lesion would be.
    noise : float, optional
        Multiplies the standard deviation of the quantum noise.
    shortcut : float, optional
        In [-1, 1]: a letter is printed in a corner with probability (1 + shortcut) / 2 in diseased and
        (1 - shortcut) / 2 in normal images. Without it, no image has one.
    label_noise : float, optional
        Probability that a patient is recorded under another class than the true one.
    images_per_patient : int, optional
        Visits of each patient; they share anatomy, disease and label.
    sites : tuple of int, optional
        Hospitals among which patients are drawn. Each number stands for fixed equipment: tube voltage,
        scatter, blur, dose, display curve, place of the marker.

    Returns
    -------
    ChestRadiographs

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    What is left out: heart motion, beam divergence and energy spectrum, other diseases, tubes and
    pacemakers, lateral views. What a network reaches here says nothing about real patients.

    References
    ----------
    J. T. Bushberg, J. A. Seibert, E. M. Leidholdt and J. M. Boone, "The Essential Physics of Medical
    Imaging", 3rd edition (2011), on attenuation, scatter and quantum noise.

    Examples
    --------
    >>> sample = chest_radiographs(4, rng=np.random.default_rng(0))
    >>> sample.images.shape, sample.images.dtype, sample.class_names
    ((4, 64, 64), dtype('float32'), ('normal', 'pneumonia', 'tuberculosis'))
    >>> twins = chest_radiographs(4, rng=np.random.default_rng(0), lesion_contrast=0)
    >>> bool((sample.images >= twins.images).all())  # disease only adds attenuation
    True
    """
    check_whole("num", num, 0)
    check_whole("images_per_patient", images_per_patient, 1)
    check_rng(rng)
    dials = Dials(size, classes, prevalence, lesion_contrast, noise, shortcut, label_noise, sites)
    seed = [int(word) for word in rng.integers(2**32, size=4)]
    result = _empty_result(num, dials)
    for index in range(num):
        patient_id, visit = divmod(index, images_per_patient)
        if visit == 0:
            case = draw_case([*seed, patient_id], dials)
        film = take_film([*seed, patient_id], case, visit, dials)
        _store(result, index, patient_id, case, film)
    return result


def _empty_result(num, dials):
    shape = (num, dials.size, dials.size)
    return ChestRadiographs(
        images=np.zeros(shape, np.float32),
        labels=np.zeros(num, np.int64),
        true_labels=np.zeros(num, np.int64),
        masks=np.zeros(shape, bool),
        boxes=[],
        lung_masks=np.zeros(shape, bool),
        heart_masks=np.zeros(shape, bool),
        severity=np.zeros(num, np.float32),
        cardiothoracic_ratios=np.zeros(num, np.float32),
        patient_ids=np.zeros(num, np.int64),
        site_ids=np.zeros(num, np.int64),
        has_marker=np.zeros(num, bool),
        class_names=tuple(dials.classes),
        spacing_mm=(FIELD_MM / dials.size, FIELD_MM / dials.size),
    )


def _store(result, index, patient_id, case, film):
    result.images[index] = film.image
    result.labels[index], result.true_labels[index] = case.recorded_label, case.label
    result.masks[index] = film.mask
    result.boxes.append(film.boxes)
    lung = film.thorax.lung_mask
    result.lung_masks[index], result.heart_masks[index] = lung, film.thorax.heart_mask
    result.severity[index] = np.count_nonzero(film.mask & lung) / max(np.count_nonzero(lung), 1)
    result.cardiothoracic_ratios[index] = film.thorax.cardiothoracic_ratio
    result.patient_ids[index], result.site_ids[index] = patient_id, case.site_id
    result.has_marker[index] = film.has_marker
