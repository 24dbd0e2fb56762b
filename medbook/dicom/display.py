"""From modality units to the gray levels of a screen, the way the file asks for it."""

import numpy as np

from medbook.dicom.attributes import read_count, read_items, read_numbers
from medbook.dicom.window import apply_window, read_function


def to_display(image, *, window=None, frame=None):
    """Return an image, or one of its frames, as it is meant to be shown.

    Parameters
    ----------
    image : Image
    window : (float, float), optional
        Center and width in modality units. Without it: the file's VOI LUT, else its window, else
        the range of the values.
    frame : int, optional
        Show only this frame.

    Returns
    -------
    ndarray of float32, shape of ``image.pixels`` or of one frame
        0 is black, 1 is white. MONOCHROME1 is inverted, as its low values are meant to be white.
        Colour is scaled to [0, 1] and else untouched.

    Raises
    ------
    ValueError
        If there is no such frame, or a window is given for a colour image.

    References
    ----------
    DICOM PS3.3 C.11.2 (VOI LUT) and C.7.6.3.1.2 (MONOCHROME1).

    Examples
    --------
    >>> from pydicom.data import get_testdata_file
    >>> from medbook.dicom import read_image
    >>> shown = to_display(read_image(get_testdata_file("MR_small.dcm")))
    >>> shown.shape, float(shown.min()) >= 0, float(shown.max()) <= 1
    ((64, 64), True, True)
    """
    pixels = image.pixels
    if frame is not None:
        if not 0 <= frame < image.num_frames:
            raise ValueError(f"to_display(frame={frame}): the image has frames 0 to {image.num_frames - 1}.")
        pixels = pixels[frame] if image.num_frames > 1 else pixels.reshape(pixels.shape[-2 - image.is_color :])
    if image.is_color:
        if window is not None:
            raise ValueError("to_display: a window is for gray images, this one is in colour; leave it out.")
        return np.clip(pixels / _largest_color(image), 0, 1).astype(np.float32)
    display = _gray(pixels, image, window)
    return 1 - display if image.photometric == "MONOCHROME1" else display


def _gray(pixels, image, window):
    tables = read_items(image.header, "VOILUTSequence")
    if window is None and tables:
        return _look_up(pixels, tables[0], image)
    function = read_function(image.header) if window is None else "linear"
    window = window or image.window
    if window is not None:
        center, width = window
        return apply_window(pixels, center=center, width=width, function=function)
    low, high = float(image.pixels.min()), float(image.pixels.max())
    return ((pixels - low) / (high - low or 1)).astype(np.float32)


def _look_up(pixels, table, image):
    """Apply a VOI LUT. pydicom's `apply_voi` overflows on tables of 8 bits with more than 256 entries."""
    descriptor = read_numbers(table, "LUTDescriptor", 3)
    if descriptor is None:
        raise ValueError("to_display: the VOI LUT has no descriptor of three numbers; pass a window.")
    num_entries, first, bits = (int(number) for number in descriptor)
    num_entries = num_entries or 2**16
    if first >= 2**15 and pixels.min() < 0:
        first -= 2**16  # a negative number that was stored as if it had no sign
    data = table.LUTData
    if isinstance(data, bytes):
        order = "<" if image.header.file_meta.TransferSyntaxUID.is_little_endian else ">"
        data = np.frombuffer(data, dtype=f"{order}u2" if len(data) >= 2 * num_entries else np.uint8)
    levels = np.asarray(data, dtype=np.float32)[:num_entries] / (2**bits - 1)
    if len(levels) < num_entries:
        raise ValueError(f"to_display: the VOI LUT has {len(levels)} of {num_entries} entries; pass a window.")
    index = np.clip(np.round(pixels) - first, 0, num_entries - 1).astype(np.intp)
    return np.clip(levels[index], 0, 1).astype(np.float32)


def _largest_color(image):
    if image.photometric == "PALETTE COLOR":
        return 255
    return 2 ** read_count(image.header, "BitsStored", "image", default=8) - 1
