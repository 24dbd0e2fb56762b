"""Simulated slices of magnetic resonance of the brain, with exact reference masks and their k-space."""

from dataclasses import dataclass, field

import numpy as np
from scipy import fft

from medbook.phantoms.lesions import lesion_boxes
from medbook.phantoms.mr_brain import FIELD_OF_VIEW_MM
from medbook.phantoms.mr_scan import Scan
from medbook.phantoms.mr_tissues import SEQUENCES, TISSUES
from medbook.phantoms.patients import check_dials, patient_seeds, slice_heights_mm

CLASS_NAMES = ("no tumour", "tumour")


@dataclass(frozen=True, eq=False)
class MRSlices:
    """Simulated MR slices and all that is known of them.

    Attributes
    ----------
    images : ndarray of float32, shape (num, rows, cols)
        Magnitude, in arbitrary units.
    labels : ndarray of int64, shape (num,)
        1 where the slice cuts a tumour, else 0; ``class_names`` has the words.
    masks : ndarray of bool, shape (num, rows, cols)
        Tumour with its core, without edema.
    tissue_masks : ndarray of uint8, shape (num, rows, cols)
        Codes into ``tissue_names``.
    boxes : list of ndarray of int64, shape (lesions, 4)
        For each slice ``(row_start, col_start, row_stop, col_stop)`` of each tumour in it, half-open.
    patient_ids, site_ids : ndarray of int64, shape (num,)
        Site 0 has a scanner of 1.5 T, site 1 one of 3 T.
    bias_fields : ndarray of float32, shape (num, rows, cols)
        Factor by which the receiving coil brightens or darkens each pixel.
    spacing_mm : (float, float, float)
        Distances of slices, rows and columns.
    slice_positions_mm, lesion_volumes_ml : ndarray of float64, shape (num,)
        Height of the slice; volume of its patient's whole tumour, from its formula.
    class_names, tissue_names : tuple of str
    scans : list
        What ``kspace`` makes the slices from again: seeds and dials, one entry a patient.
    """

    images: np.ndarray
    labels: np.ndarray
    masks: np.ndarray
    tissue_masks: np.ndarray
    boxes: list
    patient_ids: np.ndarray
    site_ids: np.ndarray
    bias_fields: np.ndarray
    spacing_mm: tuple
    slice_positions_mm: np.ndarray
    lesion_volumes_ml: np.ndarray
    class_names: tuple
    tissue_names: tuple
    scans: list = field(repr=False)

    def kspace(self, index):
        """Return the k-space of one slice, as the scanner would have recorded it.

        It is made anew at each call, so that a set of images does not hold memory for it.

        Parameters
        ----------
        index : int

        Returns
        -------
        ndarray of complex64, shape (rows, cols)
            Frequency zero is in the middle, at ``(rows // 2, cols // 2)``. The transform is orthonormal: noise
            has the same standard deviation in k-space as in the image.

        Examples
        --------
        >>> mr = mr_slices(1, size=64, rng=np.random.default_rng(0))
        >>> image = np.fft.ifft2(np.fft.ifftshift(mr.kspace(0)), norm="ortho")
        >>> bool(np.allclose(np.abs(image), mr.images[0], atol=1e-2))
        True
        """
        num = len(self.images)
        if not -num <= index < num:
            raise ValueError(f"MRSlices.kspace({index}): expected the index of one of {num} slices.")
        patient, own = divmod(index % num, num // len(self.scans))
        (made_again,) = self.scans[patient].slices([own])
        return fft.fftshift(fft.fft2(made_again.signal, norm="ortho"))


def mr_slices(
    num,
    *,
    size=128,
    rng,
    contrast="T1",
    prevalence=0.5,
    lesion_contrast=1.0,
    noise=1.0,
    bias_field=1.0,
    slices_per_patient=1,
):
    """Simulate axial MR slices of brains with and without a tumour.

    The signal of each tissue follows from its relaxation times and proton density at 1.5 T or 3 T and from
    the pulse sequence. The receiving coil multiplies it by a smooth bias field; complex Gaussian noise is
    added before the magnitude is taken (so that it is Rician). Every random draw is independent of the
    dials: the same seed with another ``contrast``, ``lesion_contrast``, ``noise``, ``bias_field``,
    ``prevalence`` or ``size`` shows the same patients, and the first patients of many are those of few.

    Parameters
    ----------
    num : int
        Number of slices, a multiple of ``slices_per_patient``.
    size : int, optional
        Rows and columns, from 32 to 512. The field of view is 220 mm in all cases.
    rng : numpy.random.Generator
    contrast : {"T1", "T2", "FLAIR"}, optional
        Two spin echoes, weighted by T1 or T2, and an inversion recovery that nulls cerebrospinal fluid.
    prevalence : float, optional
        Share of patients with a tumour.
    lesion_contrast : float, optional
        Factor on the difference of tumour and edema from healthy tissue. With 0 the images are those of the
        healthy twins, while labels and masks still tell where the tumours would be.
    noise : float, optional
        Factor on the noise; 1 is a standard deviation of 9 (1.5 T) or 5.5 (3 T) where water gives 1000.
    bias_field : float, optional
        Factor on the logarithm of the bias field; with 0 it is 1 everywhere.
    slices_per_patient : int, optional
        With more than one, slices cover 48 mm, which hold the whole tumour: ``images.reshape(patients,
        slices, rows, cols)`` are volumes. With one, it lies in the middle of the same 48 mm. Slices are
        infinitely thin.

    Returns
    -------
    MRSlices

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    The sources of the tissue parameters stand at ``mr_tissues.tissue_signals``. Gudbjartsson and Patz, "The
    Rician distribution of noisy MRI data", Magnetic Resonance in Medicine 34 (1995) 910-914,
    doi:10.1002/mrm.1910340618.

    Examples
    --------
    >>> mr = mr_slices(4, rng=np.random.default_rng(0), contrast="T2", prevalence=1)
    >>> mr.images.shape, mr.labels.tolist()
    ((4, 128, 128), [1, 1, 1, 1])
    >>> fluid, white = (mr.tissue_masks == mr.tissue_names.index(name) for name in mr.tissue_names[1:4:2])
    >>> bool(mr.images[fluid].mean() > 2 * mr.images[white].mean())
    True
    """
    dials = dict(prevalence=prevalence, lesion_contrast=lesion_contrast, noise=noise, bias_field=bias_field)
    check_dials("mr_slices", num, size=size, rng=rng, slices_per_patient=slices_per_patient, **dials)
    if contrast not in SEQUENCES:
        raise ValueError(f"mr_slices(contrast={contrast!r}): expected one of {', '.join(map(repr, SEQUENCES))}.")
    heights_mm, spacing_mm = slice_heights_mm(slices_per_patient)
    seeds = patient_seeds(num // slices_per_patient, rng)
    scans = [Scan(seed, size, contrast, tuple(heights_mm), **dials) for seed in seeds]
    result = _empty(num, size, spacing_mm, scans)
    for patient_id, scan in enumerate(scans):
        first = patient_id * slices_per_patient
        own = slice(first, first + slices_per_patient)
        site, tumour = scan.traits()
        result.patient_ids[own], result.site_ids[own] = patient_id, site
        result.slice_positions_mm[own] = heights_mm
        result.lesion_volumes_ml[own] = 0 if tumour is None else tumour.solid.volume_ml
        for index, made in enumerate(scan.slices(), start=first):
            result.images[index] = np.abs(made.signal)
            result.masks[index], result.tissue_masks[index] = made.mask, made.tissues
            result.bias_fields[index] = made.bias
            result.boxes[index] = lesion_boxes([made.mask])
    result.labels[:] = result.masks.any(axis=(1, 2))
    return result


def _empty(num, size, spacing_mm, scans):
    """Return a result whose arrays are yet to be filled."""
    return MRSlices(
        images=np.empty((num, size, size), np.float32),
        labels=np.zeros(num, np.int64),
        masks=np.zeros((num, size, size), bool),
        tissue_masks=np.zeros((num, size, size), np.uint8),
        boxes=[None] * num,
        patient_ids=np.zeros(num, np.int64),
        site_ids=np.zeros(num, np.int64),
        bias_fields=np.empty((num, size, size), np.float32),
        spacing_mm=(spacing_mm, FIELD_OF_VIEW_MM / size, FIELD_OF_VIEW_MM / size),
        slice_positions_mm=np.zeros(num),
        lesion_volumes_ml=np.zeros(num),
        class_names=CLASS_NAMES,
        tissue_names=TISSUES,
        scans=scans,
    )
