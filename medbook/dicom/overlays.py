"""Overlays: drawings of one bit per pixel that a file keeps beside its image."""

import warnings

import numpy as np
from pydicom.overlays import get_overlay_array
from pydicom.pixels import pixel_array

from medbook.dicom.attributes import read_count
from medbook.dicom.errors import DicomReadError, quoted

OVERLAY_GROUPS = range(0x6000, 0x6020, 2)  # sixteen repeating groups, PS3.5 7.6
MAX_PIXELS = 2**26


def read_overlays(header):
    """Read the overlays of an image.

    Parameters
    ----------
    header : pydicom.FileDataset
        Such as ``read_image(path).header``.

    Returns
    -------
    dict of int to ndarray of bool
        From group (0x6000, 0x6002, ...) to (rows, cols) of the image, or (frames, rows, cols) for an
        overlay of several frames: an overlay that begins elsewhere or is smaller is put at its place.

    Raises
    ------
    DicomReadError
        If an overlay is damaged.

    References
    ----------
    DICOM PS3.3 C.9.2; PS3.5 8.1.2 for those packed into bits that the pixels do not use.
    """
    overlays, unused_bits = {}, None
    for group in OVERLAY_GROUPS:
        if (group, 0x0010) not in header and (group, 0x3000) not in header:
            continue
        name = f"overlay group {group:04X}"
        try:
            if (group, 0x3000) in header:
                _check_size(header, group, name)
                bits = get_overlay_array(header, group).astype(bool)
            else:
                if header.file_meta.TransferSyntaxUID.is_encapsulated:
                    raise DicomReadError(f"{name} has no OverlayData; compressed pixels have no unused bits for it.")
                if unused_bits is None:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")  # what is said of the pixels is said by read_image
                        unused_bits = pixel_array(header, raw=True, correct_unused_bits=False)
                position = header[group, 0x0102].value
                bits = (unused_bits.astype(np.int64) >> position & 1).astype(bool)
        except DicomReadError:
            raise
        except Exception as error:
            raise DicomReadError(f"{name} cannot be read ({quoted(error)}).") from error
        overlays[group] = _at_its_place(bits, header, group)
    return overlays


def _check_size(header, group, name):
    size = [header[group, element].value for element in (0x0010, 0x0011)]
    size.append(header[group, 0x0015].value if (group, 0x0015) in header else 1)
    if not all(isinstance(count, int) and count > 0 for count in size) or np.prod(size, dtype=float) > MAX_PIXELS:
        raise DicomReadError(f"{name}: its size of rows, columns, frames {quoted(size, 60)} is not usable.")


def _at_its_place(bits, header, group):
    rows, cols = (read_count(header, field, "image") for field in ("Rows", "Columns"))
    keyword_origin = header.get((group, 0x0050))
    origin = keyword_origin.value if keyword_origin is not None and keyword_origin.value else (1, 1)
    top, left = (int(number) - 1 for number in origin)  # DICOM counts from 1
    if (top, left) == (0, 0) and bits.shape[-2:] == (rows, cols):
        return bits
    placed = np.zeros((*bits.shape[:-2], rows, cols), dtype=bool)
    from_row, from_col = max(-top, 0), max(-left, 0)  # what begins outside the image is cut
    part = bits[..., from_row : from_row + rows - max(top, 0), from_col : from_col + cols - max(left, 0)]
    if part.size and max(top, 0) < rows and max(left, 0) < cols:
        row, col = max(top, 0), max(left, 0)
        placed[..., row : row + part.shape[-2], col : col + part.shape[-1]] = part
    return placed
