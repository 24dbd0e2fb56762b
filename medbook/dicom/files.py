"""Opening a DICOM file of unknown origin: damage is found here, before anyone uses the header."""

import io
import os
import warnings
import zlib

from pydicom import dcmread
from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from medbook.dicom.attributes import read_text
from medbook.dicom.errors import DicomReadError, quoted, warn

MAX_DEPTH = 64  # sequences in sequences; real objects stay below 10
MAX_INFLATED = 2**30  # bytes that a deflated data set may unfold to
PIXEL_DATA = 0x7FE00010
UNDEFINED_LENGTH = 0xFFFFFFFF
AGAIN = "Get the file again from where it came."


def open_dataset(path, *, force=False, stop_before_pixels=False, max_inflated=MAX_INFLATED):
    """Parse a DICOM file and refuse what is damaged.

    Parameters
    ----------
    path : str or path-like
        A DICOM file.
    force : bool, optional
        Read a file without preamble, or without a known transfer syntax, in the encoding that
        its first bytes show.
    stop_before_pixels : bool, optional
        Read the header only.
    max_inflated : int, optional
        Refuse a deflated file that unfolds to more bytes than this.

    Returns
    -------
    pydicom.FileDataset
        With a known ``file_meta.TransferSyntaxUID``.

    Raises
    ------
    DicomReadError
        If it is not DICOM, or damaged.
    OSError
        If the file does not exist or cannot be opened.

    References
    ----------
    DICOM PS3.10 section 7 (file format), PS3.5 section 7 (data set).
    """
    name = os.path.basename(os.fspath(path))
    with open(path, "rb") as file, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _check_preamble(file, name, force)
        try:
            header = _parse(_BoundedFile(file), name, force, stop_before_pixels, max_inflated)
            depth = _depth(header)
        except DicomReadError:
            raise
        except RecursionError as error:
            raise _too_deep(name) from error
        except Exception as error:  # pydicom raises a dozen classes on damaged headers
            raise DicomReadError(
                f"{name}: the header is damaged and cannot be parsed ({type(error).__name__}). {AGAIN}"
            ) from error
    if depth > MAX_DEPTH:
        raise _too_deep(name)
    if any("End of file reached" in str(warning.message) for warning in caught):
        raise DicomReadError(f"{name}: truncated: the file ends within an element of undefined length. {AGAIN}")
    _check_lengths(header, name)
    if header.preamble and header.preamble.startswith((b"MZ", b"\x7fELF", b"#!")):
        warn(
            f"{name}: the preamble holds the start of a program. It is not used here; do not execute the file.",
        )
    return header


class _BoundedFile:
    """A file of which no more is asked than is left: a read of 4 GiB would else allocate them."""

    def __init__(self, file):
        self.name = file.name
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size=-1):
        left = max(self._size - self._file.tell(), 0)
        return self._file.read(left if size is None or size < 0 else min(size, left))


def _check_preamble(file, name, force):
    start = file.read(132)
    file.seek(0)
    if start[128:132] == b"DICM" or force:
        return
    # A data set begins with group 2 or 8, in little or big endian.
    looks_raw = start[:2] in (b"\x02\0", b"\x08\0", b"\0\x02", b"\0\x08")
    hint = " It may be a data set without preamble: if you know that it is, read it with force=True."
    raise DicomReadError(f"{name}: not DICOM (no 'DICM' after the preamble).{hint if looks_raw else ''}")


def _parse(file, name, force, stop_before_pixels, max_inflated):
    preamble = file.read(132)
    if preamble[128:] != b"DICM":
        preamble = None
        file.seek(0)
    meta = read_dataset(file, False, True, stop_when=lambda tag, vr, length: tag >> 16 != 2)
    syntax = _transfer_syntax(meta)
    if syntax == DeflatedExplicitVRLittleEndian:
        # dcmread would inflate whatever the file unfolds to.
        data = io.BytesIO(_inflate(file.read(), name, max_inflated))
        stop = (lambda tag, vr, length: tag == PIXEL_DATA) if stop_before_pixels else None
        data_set = read_dataset(data, False, True, stop_when=stop)
        header = FileDataset(name, data_set, preamble and preamble[:128], FileMetaDataset(meta), False, True)
        header.set_original_encoding(False, True, data_set.original_character_set)
        return header
    file.seek(0)
    header = dcmread(file, force=force, stop_before_pixels=stop_before_pixels)
    syntax = _transfer_syntax(header.file_meta)
    if syntax.type != "Transfer Syntax":
        if not force:
            what = f"the transfer syntax {quoted(syntax, 64)!r} is unknown" if syntax else "no TransferSyntaxUID"
            raise DicomReadError(f"{name}: {what}. {AGAIN} Or try force=True, which detects the encoding.")
        is_implicit, is_little = header.original_encoding
        plain = ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian
        header.file_meta.TransferSyntaxUID = plain if is_little else ExplicitVRBigEndian
    return header


def _transfer_syntax(meta):
    return UID(read_text(meta, "TransferSyntaxUID"))


def _inflate(data, name, max_inflated):
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)  # without zlib's own header: PS3.5 A.5
    try:
        inflated = inflater.decompress(data, max_inflated + 1)
    except zlib.error as error:
        raise DicomReadError(f"{name}: the deflated data set is damaged ({quoted(error)}). {AGAIN}") from error
    if len(inflated) > max_inflated:
        raise DicomReadError(
            f"{name}: the deflated data set unfolds to more than {max_inflated} bytes, which no sound file needs."
        )
    if not inflater.eof:
        raise DicomReadError(f"{name}: truncated: the deflated data set has no end. {AGAIN}")
    return inflated


def _depth(header):
    """Depth of the deepest sequence. Iterative, as a hostile file nests deeper than Python can call."""
    deepest, waiting = 0, [(header, 0)]
    while waiting and deepest <= MAX_DEPTH:
        dataset, depth = waiting.pop()
        deepest = max(deepest, depth)
        for element in list(dataset.elements()):
            vr = element.VR or (dictionary_VR(element.tag) if dictionary_has_tag(element.tag) else None)
            if vr != "SQ":
                continue
            try:
                waiting.extend((item, depth + 1) for item in dataset[element.tag].value or ())
            except RecursionError:
                raise
            except Exception:  # a sequence that cannot be parsed is missed only by who asks for it
                continue
    return deepest


def _check_lengths(header, name):
    for element in header.elements():
        if not isinstance(element, RawDataElement) or element.length == UNDEFINED_LENGTH:
            continue
        num_found = len(element.value or b"")
        if num_found >= element.length:
            continue
        # The tag of a misread element is garbage: it is shown only if the dictionary knows it.
        what = keyword_for_tag(element.tag) or f"an element at byte {element.value_tell}"
        message = f"{name}: truncated: {what} announces {element.length} bytes, {num_found} follow. {AGAIN}"
        if element.tag <= PIXEL_DATA or PIXEL_DATA not in header:
            raise DicomReadError(message)
        warn(message)  # after the pixels: these are complete


def _too_deep(name):
    return DicomReadError(f"{name}: sequences are nested deeper than {MAX_DEPTH}; no sound file needs that.")
