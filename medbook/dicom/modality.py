"""Modality units: what the stored values mean, such as Hounsfield units."""

import numpy as np
from pydicom.pixels import apply_modality_lut

from medbook.dicom.attributes import read_items, read_numbers, read_text
from medbook.dicom.errors import DicomReadError, warn
from medbook.dicom.functional_groups import frame_items

BLOCK_ROWS = 256


def modality_values(stored, header, name, num_frames=1):
    """Turn the stored values of a monochrome image into modality units, frame by frame.

    Parameters
    ----------
    stored : ndarray of shape (rows, cols) or (frames, rows, cols)
    header : pydicom.Dataset
    name : str
        The file, for messages.
    num_frames : int, optional

    Returns
    -------
    values : ndarray of float32, same shape
    units : str
        "HU" for CT, else what the file says (RescaleType, Units, DoseUnits), else empty.

    Raises
    ------
    DicomReadError
        If a slope is 0, which would make a constant image.

    References
    ----------
    DICOM PS3.3 C.11.1 (modality LUT), C.7.6.16.2.9 (of single frames), C.8.8.3 (dose).
    """
    modality = read_text(header, "Modality")
    tables = read_items(header, "ModalityLUTSequence")
    if tables:
        values = apply_modality_lut(stored, header)
        return values.astype(np.float32), read_text(tables[0], "ModalityLUTType").replace("US", "")
    if modality == "RTDOSE" and (scaling := read_numbers(header, "DoseGridScaling", 1)):
        if scaling[0] == 0:
            raise DicomReadError(f"{name}: DoseGridScaling is 0, which makes every dose 0. Correct the header.")
        return _rescaled(stored, [(scaling[0], 0.0)], name), read_text(header, "DoseUnits")
    items = frame_items(header, "PixelValueTransformationSequence", num_frames)
    sources = [header] if all(item is None for item in items) else items
    rescales = [_rescale(source, name) for source in sources]
    is_rescaled = all(rescale is not None for rescale in rescales)
    if not is_rescaled and modality == "CT":
        warn(f"{name}: RescaleSlope or RescaleIntercept is missing: the values are as stored, not HU.")
    values = _rescaled(stored, [rescale or (1.0, 0.0) for rescale in rescales], name)
    return values, _units(header, sources[0], modality, is_rescaled)


def _rescale(dataset, name):
    if dataset is None:
        return None
    slope, intercept = (read_numbers(dataset, field, 1) for field in ("RescaleSlope", "RescaleIntercept"))
    if slope == (0.0,):
        raise DicomReadError(
            f"{name}: RescaleSlope is 0, which makes every pixel the same. Correct the header; MR needs none."
        )
    return None if slope is None or intercept is None else (slope[0], intercept[0])


def _rescaled(stored, rescales, name):
    values = np.empty(stored.shape, dtype=np.float32)
    frames_in, frames_out = (array.reshape(-1, *stored.shape[-2:]) for array in (stored, values))
    if len(rescales) == 1:
        rescales = rescales * len(frames_in)
    if len(rescales) != len(frames_in):
        raise DicomReadError(f"{name}: {len(frames_in)} frames, but {len(rescales)} items of functional groups.")
    for frame_in, frame_out, (slope, intercept) in zip(frames_in, frames_out, rescales, strict=True):
        for start in range(0, len(frame_in), BLOCK_ROWS):  # in float64, rounded once, without a copy of all
            rows = slice(start, start + BLOCK_ROWS)
            frame_out[rows] = frame_in[rows] * np.float64(slope) + intercept
    return values


def _units(header, rescaling, modality, is_rescaled):
    kind = read_text(rescaling, "RescaleType") if rescaling is not None else ""
    kind = "" if kind == "US" else kind  # "unspecified"
    if modality == "CT":
        return (kind or "HU") if is_rescaled else ""
    return kind or (read_text(header, "Units") if modality == "PT" else "")
