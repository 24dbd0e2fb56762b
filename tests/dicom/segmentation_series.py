"""Series that segmentations are made on: complete headers, and file names that do not follow the positions."""

import numpy as np
from pydicom import dcmread
from pydicom.uid import generate_uid

from medbook.dicom import read_series
from tests.dicom.builders import image_header, save_slices, saved

DEPTHS = (7.5, 0, 12.5, 5, 10, 2.5)  # mm, in the order of the file names
PATIENT = {
    "StudyInstanceUID": generate_uid(entropy_srcs=["study of a mask"]),
    "PatientName": "Simulated^Patient",
    "PatientID": "SIM-7",
    "PatientBirthDate": "20000101",
    "PatientSex": "O",
    "StudyDate": "20200102",
    "StudyTime": "030405",
    "StudyID": "1",
    "AccessionNumber": "",
}


def series(folder, depths=DEPTHS, **fields):
    """A volume of 4 x 5 pixels a slice, 2.5 mm x 2 mm x 0.5 mm."""
    folder.mkdir(exist_ok=True)
    save_slices(folder, [(10, 20, depth) for depth in depths], **{**PATIENT, **fields})
    return read_series(folder)


def three_labels(shape=(6, 4, 5)):
    """Labels 0 to 2 with empty first and last slices; no symmetry that a wrong axis could hide behind."""
    mask = np.zeros(shape, int)
    mask[1, 0, 1:4] = 1
    mask[2, 1:3, 2] = 1
    mask[2, 3, 0:2] = 2
    mask[4, 0, 4] = 2
    return mask


def changed(path, folder, name="changed.dcm", **fields):
    """Save a file anew with other attributes; a field that is None is taken out."""
    header = dcmread(path)
    for field, value in fields.items():
        if value is None:
            delattr(header, field)
        else:
            setattr(header, field, value)
    header.save_as(folder / name)
    return folder / name


def simulated_series(folder, images_hu, spacing_mm, heights_mm, rng):
    """Simulated CT slices as files of a series, named in random order."""
    folder.mkdir(exist_ok=True)
    rows, cols = images_hu.shape[1:]
    corner = [-(cols - 1) / 2 * spacing_mm[2], -(rows - 1) / 2 * spacing_mm[1]]
    names = rng.permutation(len(images_hu))
    for name, image, height in zip(names, images_hu, heights_mm, strict=True):
        header = image_header(
            np.clip(np.round(image) + 1024, 0, 4095).astype(np.uint16),
            PixelSpacing=[spacing_mm[1], spacing_mm[2]],
            ImagePositionPatient=[*corner, float(height)],
            RescaleIntercept=-1024,
            **PATIENT,
        )
        saved(header, folder, f"IM{name:03}.dcm")
    return read_series(folder)
