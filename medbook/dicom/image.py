"""One DICOM file as an array in modality units, with what is needed to show and measure it."""

import os
from dataclasses import dataclass

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.pixels import apply_color_lut, apply_modality_lut, pixel_array


class DicomReadError(ValueError):
    """A DICOM file cannot be read as an image; the message names file, field and remedy."""


@dataclass
class Image:
    """Pixels of a DICOM file and what they mean.

    Attributes
    ----------
    pixels : ndarray of float32, shape (rows, cols), (frames, rows, cols) or with a last axis of 3 for RGB
        Modality units: stored values after the modality LUT or rescale, so HU for CT.
    spacing_mm : (float, float) or None
        Distance between neighbouring rows and between neighbouring columns.
    spacing_source : str or None
        The attribute ``spacing_mm`` was read from; "ImagerPixelSpacing" is measured in the
        plane of the detector, not of the patient.
    modality : str
        DICOM's code, such as "CT" or "MR".
    units : str
        "HU" for a rescaled CT, else what the file says, else empty.
    window : (float, float) or None
        Center and width that the file proposes for display; the first, if it proposes several.
    photometric : str
        Photometric interpretation; "MONOCHROME1" shows low values white.
    orientation : (str, str, str, str) or None
        Direction in the patient of the image's left, right, top and bottom edge, such as
        ("R", "L", "A", "P"); two letters where the image lies oblique.
    header : pydicom.Dataset
        Everything else that the file says.
    """

    pixels: np.ndarray
    spacing_mm: tuple | None
    spacing_source: str | None
    modality: str
    units: str
    window: tuple | None
    photometric: str
    orientation: tuple | None
    header: pydicom.Dataset


def read_image(path, *, force=False, max_pixels=2**26):
    """Read the image of one DICOM file.

    Parameters
    ----------
    path : str or path-like
        A DICOM file.
    force : bool, optional
        Read a file without DICOM's preamble, which is most often not a DICOM file.
    max_pixels : int, optional
        Refuse, before anything is decoded, an image that claims more pixels than this.

    Returns
    -------
    Image

    Raises
    ------
    DicomReadError
        If the file is not DICOM, holds no image, or cannot be decoded.
    OSError
        If the file does not exist or cannot be opened.

    References
    ----------
    DICOM PS3.3 C.7.6.3 (pixels), C.11.1 (modality LUT), C.7.6.2 (plane).

    Examples
    --------
    >>> from pydicom.data import get_testdata_file
    >>> slice_ct = read_image(get_testdata_file("CT_small.dcm"))
    >>> slice_ct.pixels.shape, slice_ct.units, slice_ct.spacing_mm
    ((128, 128), 'HU', (0.661468, 0.661468))
    """
    name = os.path.basename(path)
    try:
        header = pydicom.dcmread(path, force=force)
    except InvalidDicomError as error:
        raise DicomReadError(
            f"{name}: not DICOM (no 'DICM' after the preamble). If you know that it is a DICOM file "
            "without preamble, read it with force=True."
        ) from error
    try:
        _check_size(header, name, max_pixels)
        pixels = _modality_values(header)
    except DicomReadError:
        raise
    except Exception as error:  # pydicom and its decoders raise seven different classes on bad pixel data
        raise DicomReadError(f"{name}: the pixel data cannot be decoded: {error}") from error
    spacing_mm, spacing_source = _spacing(header)
    is_rescaled = "RescaleSlope" in header or "ModalityLUTSequence" in header
    return Image(
        pixels=pixels.astype(np.float32),
        spacing_mm=spacing_mm,
        spacing_source=spacing_source,
        modality=header.get("Modality", ""),
        units="HU" if header.get("Modality") == "CT" and is_rescaled else header.get("RescaleType", ""),
        window=_window(header),
        photometric=header.PhotometricInterpretation,
        orientation=_orientation(header),
        header=header,
    )


def _check_size(header, name, max_pixels):
    if "PixelData" not in header:
        raise DicomReadError(f"{name}: no image in this object (no Pixel Data, SOP class {header.get('SOPClassUID')}).")
    num_pixels = int(header.get("NumberOfFrames") or 1)
    for field in ("Rows", "Columns"):
        size = header.get(field) or 0
        if size < 1:
            raise DicomReadError(f"{name}: {field} is {size or 'missing'}; an image needs at least one.")
        num_pixels *= size
    if num_pixels > max_pixels:
        raise DicomReadError(
            f"{name}: claims {num_pixels} pixels, more than max_pixels={max_pixels}. "
            "Pass a larger max_pixels if the file is trusted."
        )


def _modality_values(header):
    if header.PhotometricInterpretation == "PALETTE COLOR":
        colors = apply_color_lut(header.pixel_array, header)
        return colors / 257 if colors.itemsize == 2 else colors  # 16-bit palettes: 65535 is the 255 of 8 bits
    pixels = pixel_array(header)  # YBR becomes RGB
    return pixels if header.SamplesPerPixel == 3 else apply_modality_lut(pixels, header)


def _spacing(header):
    for source in ("PixelSpacing", "ImagerPixelSpacing"):
        spacing = header.get(source)
        if spacing and len(spacing) == 2 and min(spacing) > 0:
            return (float(spacing[0]), float(spacing[1])), source
    return None, None


def _window(header):
    # One window is a number, several are a list; an empty value is None.
    center, width = (np.atleast_1d(header.get(name)) for name in ("WindowCenter", "WindowWidth"))
    return None if center[0] is None or width[0] is None else (float(center[0]), float(width[0]))


def _orientation(header):
    directions = header.get("ImageOrientationPatient")
    if not directions or len(directions) != 6:
        return None
    right, bottom = (np.array(directions[axis : axis + 3], dtype=float) for axis in (0, 3))
    return tuple(_letters(direction) for direction in (-right, right, -bottom, bottom))


def _letters(direction):
    """Name a direction in patient coordinates, the strongest component first (PS3.3 C.7.6.1.1.1)."""
    names = [("L", "R"), ("P", "A"), ("H", "F")]  # axes x, y, z: positive, negative
    strongest = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    return "".join(names[axis][int(direction[axis] < 0)] for axis in strongest if abs(direction[axis]) > 0.1)
