"""One DICOM file as an array in modality units, with what is needed to show and measure it."""

import os
from dataclasses import dataclass, field

import numpy as np
import pydicom

from medbook.dicom.attributes import read_text
from medbook.dicom.errors import DicomReadError, quoted, without_pydicom_warnings
from medbook.dicom.files import open_dataset
from medbook.dicom.geometry import edge_letters, pixel_spacing
from medbook.dicom.modality import modality_values
from medbook.dicom.pixels import check_pixel_attributes, decode_pixels
from medbook.dicom.window import proposed_window


@dataclass(eq=False)
class Image:
    """Pixels of a DICOM file and what they mean.

    Attributes
    ----------
    pixels : ndarray of float32, shape (rows, cols), (frames, rows, cols) or with a last axis of 3 for RGB
        Modality units: stored values after the modality LUT or rescale, so HU for CT. Colour
        as stored, 0 to 255 for 8 bits. MONOCHROME1 keeps its polarity: `to_display` inverts it.
    spacing_mm : (float, float) or None
        Distance between neighbouring rows and between neighbouring columns.
    spacing_source : str or None
        Where ``spacing_mm`` was read: "PixelSpacing", "PixelMeasuresSequence", "ultrasound region",
        or "ImagerPixelSpacing", which is measured in the plane of the detector, not of the patient.
    modality : str
        DICOM's code, such as "CT" or "MR".
    units : str
        "HU" for a rescaled CT, else what the file says, else empty; always empty for colour.
    window : (float, float) or None
        Center and width that the file proposes for display; the first, if it proposes several.
    photometric : str
        Photometric interpretation of the file; "MONOCHROME1" shows low values white.
    orientation : (str, str, str, str) or None
        Direction in the patient of the image's left, right, top and bottom edge, such as
        ("R", "L", "A", "P"); two letters where the image lies oblique.
    header : pydicom.Dataset
        Everything else that the file says.
    """

    pixels: np.ndarray = field(repr=False)
    spacing_mm: tuple | None
    spacing_source: str | None
    modality: str
    units: str
    window: tuple | None
    photometric: str
    orientation: tuple | None
    header: pydicom.Dataset = field(repr=False)  # it holds names: no notebook should store them

    @property
    def is_color(self):
        """Whether the last axis of ``pixels`` is red, green and blue."""
        return self.photometric not in ("MONOCHROME1", "MONOCHROME2")

    @property
    def num_frames(self):
        """Number of frames, 1 for a single image."""
        return self.pixels.shape[0] if self.pixels.ndim == 3 + self.is_color else 1


def read_image(path, *, force=False, max_pixels=2**26):
    """Read the image of one DICOM file.

    Parameters
    ----------
    path : str or path-like
        A DICOM file.
    force : bool, optional
        Read a file without DICOM's preamble, which is most often not a DICOM file, and one
        without a known transfer syntax, in the encoding that its first bytes show.
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
    name = os.path.basename(os.fspath(path))
    header = open_dataset(path, force=force)
    try:
        with without_pydicom_warnings():
            return _image(header, name, max_pixels)
    except DicomReadError:
        raise
    except Exception as error:  # an attribute that only fails when its value is asked for
        raise DicomReadError(f"{name}: the image cannot be read ({quoted(error)}). Get the file again.") from error


def _image(header, name, max_pixels):
    num_frames = check_pixel_attributes(header, name, max_pixels)
    pixels, units = decode_pixels(header, name), ""
    photometric = header.PhotometricInterpretation
    if photometric.startswith("MONOCHROME"):
        pixels, units = modality_values(pixels, header, name, num_frames)
    spacing_mm, spacing_source = pixel_spacing(header, num_frames)
    return Image(
        pixels=pixels.astype(np.float32, copy=False),
        spacing_mm=spacing_mm,
        spacing_source=spacing_source,
        modality=read_text(header, "Modality"),
        units=units,
        window=proposed_window(header),
        photometric=photometric,
        orientation=edge_letters(header, num_frames),
        header=header,
    )
