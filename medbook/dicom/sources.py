"""The files that a volume was read from, as a mask made on it must refer to them."""

import os

import numpy as np
from pydicom.uid import CTImageStorage, MRImageStorage, PositronEmissionTomographyImageStorage

from medbook.dicom.attributes import read_text
from medbook.dicom.errors import DicomReadError, quoted
from medbook.dicom.files import open_dataset
from medbook.dicom.geometry import plane_positions
from medbook.dicom.volume import Volume

SLICE_CLASSES = (CTImageStorage, MRImageStorage, PositronEmissionTomographyImageStorage)
# Of a voxel's shortest edge: far above what rounding of positions gives, far below what one sees.
TOLERANCE = 0.1


def source_headers(volume):
    """Return the header of the file of each slice.

    Parameters
    ----------
    volume : Volume
        From `read_series`.

    Returns
    -------
    list of pydicom.FileDataset, in the order of the slices
        Without pixels, but with all that tells which image it is and where it lies.

    Raises
    ------
    DicomReadError
        If the files are not CT, MR or PET with one slice each, a header does not say which image it is,
        or the slices lie elsewhere than the volume says.
    OSError
        If a file is no longer there.
    ValueError
        If ``volume`` is no volume.
    """
    if not isinstance(volume, Volume):
        raise ValueError(f"volume is of type {type(volume).__name__}; expected the Volume that read_series returns.")
    num_slices, rows, cols = volume.voxels.shape
    if len(set(volume.paths)) != num_slices:
        raise DicomReadError(
            f"{os.path.basename(volume.paths[0])}: {num_slices} slices in {len(set(volume.paths))} file; masks are "
            "kept for series with one slice a file. Export the series so (classic, not enhanced multi-frame)."
        )
    headers = [open_dataset(path, stop_before_pixels=True) for path in volume.paths]
    for index, (path, header) in enumerate(zip(volume.paths, headers, strict=True)):
        name = os.path.basename(path)
        _check_kind(header, name)
        if (header.get("Rows"), header.get("Columns")) != (rows, cols):
            raise DicomReadError(f"{name}: its size is not that of the volume, {rows} x {cols}. Read the series again.")
        _check_position(header, volume, index, name)
    return headers


def _check_kind(header, name):
    kind = header.get("SOPClassUID")
    if kind not in SLICE_CLASSES:
        raise DicomReadError(
            f"{name}: SOPClassUID is {quoted(getattr(kind, 'name', kind), 64)}; masks are kept for "
            "CT, MR and PET images with one slice a file."
        )
    for field in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID"):
        if not read_text(header, field):
            raise DicomReadError(f"{name}: {field} is missing, so no mask can refer to the image. Export it again.")


def _check_position(header, volume, index, name):
    position = plane_positions(header)[0]
    expected = volume.affine[:3] @ [index, 0, 0, 1]
    if position is None or np.linalg.norm(position - expected) > TOLERANCE * min(volume.spacing_mm):
        raise DicomReadError(
            f"{name}: ImagePositionPatient is not where the volume has slice {index}. The files or the volume were "
            "changed since: read the series again."
        )
