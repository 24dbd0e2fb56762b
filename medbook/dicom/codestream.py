"""What a compressed frame says of itself, compared with the header before a decoder sees it.

Decoders are written in C and C++ and allocate what the codestream asks for; GDCM ends the whole
process on some damaged ones. So its sizes and tables are checked here.
"""

import struct
from dataclasses import dataclass

# Start of frame (ITU-T T.81, table B.1; T.87 for JPEG-LS): C4, C8 and CC are no frame markers.
FRAME_MARKERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
LOSSLESS = 0xC3
TABLES, SCAN, JFIF, ADOBE = 0xC4, 0xDA, 0xE0, 0xEE


@dataclass
class Codestream:
    """Size of one compressed frame, in pixels, and its number of components and bits."""

    rows: int
    cols: int
    num_components: int
    bits: int


def read_codestream(frame):
    """Read the size that a JPEG, JPEG-LS or JPEG 2000 frame announces.

    Parameters
    ----------
    frame : bytes
        One encapsulated frame.

    Returns
    -------
    Codestream or None
        None if it is none of the three.

    Raises
    ------
    ValueError
        If the frame is damaged before the size is known.

    References
    ----------
    ITU-T T.81 B.2.2 (JPEG), T.87 C.2.2 (JPEG-LS), T.800 A.5.1 (JPEG 2000).
    """
    try:
        if frame[:2] == b"\xff\xd8":
            marker, segment = next(item for item in _segments(frame) if item[0] in FRAME_MARKERS)
            bits, rows, cols, num_components = struct.unpack(">BHHB", segment[:6])
            return Codestream(rows, cols, num_components, bits)
        start = 0 if frame[:4] == b"\xff\x4f\xff\x51" else frame.find(b"\xff\x4f\xff\x51", 0, 4096)  # JP2 boxes
        if start < 0:
            return None
        right, bottom, left, top = struct.unpack(">4I", frame[start + 8 : start + 24])
        num_components, depth = struct.unpack(">HB", frame[start + 40 : start + 43])
        return Codestream(bottom - top, right - left, num_components, (depth & 0x7F) + 1)
    except (StopIteration, struct.error) as error:
        raise ValueError("the compressed frame has no complete size marker") from error


def check_lossless_jpeg(frame):
    """Refuse a damaged lossless JPEG frame, of which GDCM would end the process.

    Parameters
    ----------
    frame : bytes

    Raises
    ------
    ValueError
        If markers, tables or scan parameters are not those of ITU-T T.81 annex H.
    """
    seen = []
    components, tables = [], set()
    for marker, segment in _segments(frame):
        seen.append(marker)
        if marker in FRAME_MARKERS:
            if marker != LOSSLESS or len(segment) != 6 + 3 * segment[5] or components:
                raise ValueError("the frame is not one lossless JPEG frame")
            if any(sampling != 0x11 for sampling in segment[7::3]) or not 2 <= segment[0] <= 16:
                raise ValueError("the lossless JPEG frame is subsampled or has a wrong number of bits")
            components = list(segment[6::3])
            if len(set(components)) != len(components):
                raise ValueError("two components of the lossless JPEG frame have the same number")
        elif marker == TABLES:
            tables |= _huffman_tables(segment)
        elif marker == SCAN:
            num_components = segment[0] if segment else 0
            if num_components != len(components) or len(segment) != 2 * num_components + 4:
                raise ValueError("the lossless JPEG scan does not fit its frame")
            if list(segment[1:-3:2]) != components or {table >> 4 for table in segment[2:-3:2]} - tables:
                raise ValueError("the lossless JPEG scan names components or tables that are not there")
            predictor, end, shift = segment[-3:]
            if not 1 <= predictor <= 7 or end or shift:
                raise ValueError("the lossless JPEG scan has wrong parameters")
        elif _is_fatal_to_gdcm(marker, segment):
            raise ValueError("the lossless JPEG frame has a JFIF version or a colour transform that is not known")
        elif not (0xE0 <= marker <= 0xEF or marker in (0xDB, 0xDD, 0xFE)):
            raise ValueError("the lossless JPEG frame holds an unexpected marker")
    if seen.count(SCAN) != 1 or not components:
        raise ValueError("the lossless JPEG frame has no scan")


def _is_fatal_to_gdcm(marker, segment):
    """Say whether libjpeg would warn of this segment: then GDCM 3.2.6 ends the process."""
    is_new_jfif = marker == JFIF and segment[:5] == b"JFIF\0" and segment[5:6] != b"\x01"
    is_other_adobe = marker == ADOBE and segment[:5] == b"Adobe" and segment[11:12] > b"\x01"
    return is_new_jfif or is_other_adobe


def _segments(frame):
    """Yield marker and content of each segment up to the compressed data, which begin after the scan header."""
    position = 2
    while True:
        if frame[position : position + 1] != b"\xff":
            raise ValueError("the compressed frame is damaged between two markers")
        while frame[position : position + 1] == b"\xff":  # fill bytes may precede a marker
            position += 1
        marker, length = struct.unpack(">BH", frame[position : position + 3])
        segment = frame[position + 3 : position + 1 + length]
        if length < 2 or len(segment) != length - 2:
            raise ValueError("a marker segment of the compressed frame is truncated")
        yield marker, segment
        if marker == SCAN:
            return
        position += 1 + length


def _huffman_tables(segment):
    tables = set()
    while segment:
        counts = segment[1:17]
        room = 1
        for count in counts:
            room = 2 * room - count  # codes that are left at this length
            if room < 0:
                raise ValueError("a Huffman table of the compressed frame has too many codes")
        symbols = segment[17 : 17 + sum(counts)]
        if len(counts) < 16 or len(symbols) != sum(counts) or not symbols or max(symbols) > 16:
            raise ValueError("a Huffman table of the compressed frame is damaged")
        if segment[0] > 3:
            raise ValueError("the compressed frame has a Huffman table that lossless JPEG does not know")
        tables.add(segment[0])
        segment = segment[17 + len(symbols) :]
    return tables
