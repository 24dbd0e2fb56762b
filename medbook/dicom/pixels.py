"""Stored pixel values: what the header claims is checked, then pydicom decodes."""

import warnings

import numpy as np
from pydicom import uid
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_color_lut, get_decoder, pixel_array
from pydicom.pixels.utils import get_expected_length

from medbook.dicom.attributes import read_count, read_text
from medbook.dicom.codestream import check_lossless_jpeg, read_codestream
from medbook.dicom.errors import DicomReadError, quoted, warn
from medbook.dicom.geometry import count_frames

PIXEL_FIELDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
NUM_SAMPLES = {
    **dict.fromkeys(("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"), 1),
    **dict.fromkeys(("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420", "YBR_PARTIAL_422"), 3),
}
PIP_PACKAGES = {
    uid.JPEGBaseline8Bit: "Pillow",
    uid.JPEGExtended12Bit: "pylibjpeg pylibjpeg-libjpeg",  # the only one for 12 bits, under the GPL
    uid.JPEGLossless: "python-gdcm",
    uid.JPEGLosslessSV1: "python-gdcm",
    **dict.fromkeys(uid.JPEGLSTransferSyntaxes, "pyjpegls"),
    **dict.fromkeys(uid.JPEG2000TransferSyntaxes, "pylibjpeg pylibjpeg-openjpeg"),
}


def check_pixel_attributes(header, name, max_pixels):
    """Refuse, before anything is decoded, a header that cannot describe an image.

    Parameters
    ----------
    header : pydicom.Dataset
    name : str
        The file, for the message.
    max_pixels : int
        Largest number of pixels, all frames together.

    Returns
    -------
    int
        Number of frames.

    Raises
    ------
    DicomReadError
    """
    field = next((field for field in PIXEL_FIELDS if field in header), None)
    if field is None:
        raise DicomReadError(f"{name}: no image in this object ({_object_kind(header)}).")
    num_frames = count_frames(header, name)
    rows, cols = (read_count(header, size, name) for size in ("Rows", "Columns"))
    for size, what in ((rows, "Rows"), (cols, "Columns"), (num_frames, "NumberOfFrames")):
        if size < 1:
            raise DicomReadError(f"{name}: {what} is {size}; an image needs at least 1.")
    if rows * cols * num_frames > max_pixels:
        raise DicomReadError(
            f"{name}: claims {rows * cols * num_frames} pixels, more than max_pixels={max_pixels}. "
            "Pass a larger max_pixels if the file is trusted."
        )
    bits = read_count(header, "BitsAllocated", name)
    if bits not in (1, 8, 16, 32, 64):
        raise DicomReadError(f"{name}: BitsAllocated is {bits}; expected 1, 8, 16, 32 or 64.")
    if field == "PixelData" and not 1 <= (used := read_count(header, "BitsStored", name)) <= bits:
        raise DicomReadError(f"{name}: BitsStored is {used}; expected 1 to BitsAllocated, which is {bits}.")
    photometric = read_text(header, "PhotometricInterpretation")
    num_samples = read_count(header, "SamplesPerPixel", name)
    if photometric not in NUM_SAMPLES:
        raise DicomReadError(
            f"{name}: PhotometricInterpretation is {quoted(photometric, 32)!r}; "
            f"expected one of {', '.join(NUM_SAMPLES)}."
        )
    if num_samples != NUM_SAMPLES[photometric]:
        raise DicomReadError(
            f"{name}: SamplesPerPixel is {num_samples}, but {photometric} has {NUM_SAMPLES[photometric]}: "
            "one of the two is wrong."
        )
    _check_length(header, name, field)
    return num_frames


def _object_kind(header):
    kind = uid.UID(read_text(header, "SOPClassUID") or read_text(header.file_meta, "MediaStorageSOPClassUID"))
    kind_name = quoted(kind.name, 80) or "unknown"
    text = f"no Pixel Data, SOP class {kind_name}"
    # A header that stops before the pixels looks like this, too.
    return text + ": truncated, or its pixels were removed" if "Image" in kind_name or not kind else text


def _check_length(header, name, field):
    try:
        num_bytes = len(header[field].value or b"")
        is_compressed = header.file_meta.TransferSyntaxUID.is_compressed
        expected = 0 if is_compressed else get_expected_length(header)
    except Exception as error:
        raise DicomReadError(f"{name}: {field} cannot be read ({quoted(error)}).") from error
    if num_bytes == 0:
        raise DicomReadError(f"{name}: {field} is empty. Get the file again from where it came.")
    if num_bytes < expected:
        raise DicomReadError(
            f"{name}: {field} has {num_bytes} bytes, the image needs {expected}: "
            "truncated, or the header is wrong. Get the file again."
        )
    if expected and num_bytes > expected + expected % 2:
        warn(f"{name}: {field} has {num_bytes} bytes, the image needs {expected}; the rest is not used.")


def decode_pixels(header, name):
    """Decode the stored values; colour becomes RGB.

    Parameters
    ----------
    header : pydicom.FileDataset
        Checked by `check_pixel_attributes`.
    name : str
        The file, for the message.

    Returns
    -------
    ndarray of shape (rows, cols), (frames, rows, cols), or with a last axis of 3
        Stored values; RGB for colour, of 0 to 255 for palettes.

    Raises
    ------
    DicomReadError
        If no installed decoder reads it; all that were tried are in ``__cause__``.
    """
    syntax = header.file_meta.TransferSyntaxUID
    failures = []
    for plugin in _plugins(syntax, name):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pydicom's advice on mending the header
                if plugin:
                    _check_frames(header, name, plugin)
                values = pixel_array(header, decoding_plugin=plugin, allow_excess_frames=False)
                is_palette = header.PhotometricInterpretation == "PALETTE COLOR"
                return _palette_colors(values, header) if is_palette else values
        except DicomReadError:
            raise
        except Exception as error:  # pydicom and its decoders raise many classes on bad pixel data
            failures.append((plugin, error))
    summary = failures[0][1]
    remedy = "The file is damaged, or its header does not fit its pixels; get it again."
    if any("does not support" in str(error) for _, error in failures):  # 12-bit JPEG
        remedy = f"To decode it: pip install {PIP_PACKAGES[syntax]}"
    cause = RuntimeError("; ".join(f"{plugin or 'pydicom'}: {error}" for plugin, error in failures))
    raise DicomReadError(f"{name}: the pixel data cannot be decoded ({quoted(summary, 120)}). {remedy}") from cause


def _plugins(syntax, name):
    """Decoders to try. GDCM last, and only alone: some damaged frames make it end the process."""
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise DicomReadError(
            f"{name}: transfer syntax {quoted(syntax.name, 80)} ({syntax}) holds no images that pydicom can decode. "
            "Export the images uncompressed."
        ) from error
    if decoder.is_native:
        return [""]
    if not decoder.is_available:
        raise DicomReadError(
            f"{name}: no decoder is installed for {syntax.name}: pip install {PIP_PACKAGES.get(syntax, 'pylibjpeg')}"
        )
    plugins = decoder.available_plugins
    return [plugin for plugin in plugins if plugin != "gdcm"] or ["gdcm"]


def _check_frames(header, name, plugin):
    """Compare each frame's own size with the header's; for GDCM, check all that makes it end the process."""
    if header.file_meta.TransferSyntaxUID == uid.RLELossless:
        return
    if plugin == "gdcm" and (header.BitsAllocated, header.BitsStored) != (8, 8) and header.BitsAllocated != 16:
        raise ValueError("lossless JPEG is decoded for 8 bits of 8, or for up to 16 bits of 16")
    offsets = None
    if "ExtendedOffsetTable" in header and "ExtendedOffsetTableLengths" in header:
        offsets = header.ExtendedOffsetTable, header.ExtendedOffsetTableLengths
    num_frames = count_frames(header, name)
    expected = (header.Rows, header.Columns, header.SamplesPerPixel)
    for frame in generate_frames(header.PixelData, number_of_frames=num_frames, extended_offsets=offsets):
        frame = bytes(frame)
        stream = read_codestream(frame)
        if stream is not None and (stream.rows, stream.cols, stream.num_components) != expected:
            raise DicomReadError(
                f"{name}: the compressed frame has {stream.rows} x {stream.cols} pixels of {stream.num_components} "
                "samples, the header says {} x {} of {}.".format(*expected)
            )
        if stream is not None and stream.bits > header.BitsAllocated:
            raise DicomReadError(
                f"{name}: the compressed frame has {stream.bits} bits, BitsAllocated is {header.BitsAllocated}."
            )
        if plugin == "gdcm":
            check_lossless_jpeg(frame)


def _palette_colors(values, header):
    colors = apply_color_lut(values, header)[..., :3]  # a fourth would be alpha
    # 16-bit palettes: 65535 is the 255 of 8 bits.
    return colors.astype(np.float32) / 257 if colors.itemsize == 2 else colors
