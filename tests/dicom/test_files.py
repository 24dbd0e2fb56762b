import struct
import warnings
import zlib

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from medbook.dicom import DicomReadError, DicomWarning, read_image
from medbook.dicom.files import open_dataset
from tests.dicom.builders import encoded, image_header, saved


def written(content, folder, name="image.dcm"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n" + 200 * b"\0"])
def test_row_01_other_file_is_refused_by_name(tmp_path, content):
    with pytest.raises(DicomReadError, match=r"notes\.txt: not DICOM") as refusal:
        read_image(written(content, tmp_path, "notes.txt"))
    assert "force" not in str(refusal.value)


def test_row_02_data_set_without_preamble_is_read_only_with_force(tmp_path):
    path = written(encoded(image_header())[132:], tmp_path)
    with pytest.raises(DicomReadError, match="force=True"):
        read_image(path)
    assert read_image(path, force=True).header.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian


@pytest.mark.parametrize("content", [b"", b"not an image" * 50, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4])
def test_row_02_other_file_is_refused_even_with_force(tmp_path, content):
    with pytest.raises(DicomReadError, match=r"notes\.txt: "):
        read_image(written(content, tmp_path, "notes.txt"), force=True)


@pytest.mark.parametrize("name", ["ExplVR_BigEndNoMeta.dcm", "ExplVR_LitEndNoMeta.dcm", "rtstruct.dcm"])
def test_row_02_hint_is_given_for_every_encoding(name):
    with pytest.raises(DicomReadError, match="force=True"):
        read_image(get_testdata_file(name))


def test_row_03_preamble_alone_has_no_transfer_syntax(tmp_path):
    with pytest.raises(DicomReadError, match="no TransferSyntaxUID"):
        read_image(written(bytes(128) + b"DICM", tmp_path))


def test_row_04_header_cut_short_is_truncated(tmp_path):
    with open(get_testdata_file("CT_small.dcm"), "rb") as file:
        content = file.read()
    for length in (500, 900, 2000):
        with pytest.raises(DicomReadError, match="truncated"):
            read_image(written(content[:length], tmp_path))


def test_row_05_missing_pixel_bytes_are_counted(tmp_path):
    content = encoded(image_header(np.zeros((40, 50), dtype=np.uint16)))
    with pytest.raises(DicomReadError, match=r"image\.dcm: .*PixelData announces 4000 bytes, 3000 follow"):
        read_image(written(content[:-1000], tmp_path))


def test_row_06_surplus_pixel_bytes_are_one_warning(tmp_path):
    header = image_header()
    pixels = header.PixelData
    header.PixelData = pixels + 5000 * b"\xff"
    with pytest.warns(DicomWarning) as caught:
        image = read_image(saved(header, tmp_path))
    assert len(caught) == 1
    assert "5040 bytes, the image needs 40" in str(caught[0].message)
    np.testing.assert_array_equal(image.pixels, np.arange(20).reshape(4, 5))


def test_row_07_length_past_the_end_is_refused(tmp_path):
    content = bytearray(encoded(image_header()))
    start = content.index(b"\xe0\x7f\x10\0OW")
    content[start + 8 : start + 12] = struct.pack("<I", 0xFFFFFFF0)
    with pytest.raises(DicomReadError, match="announces 4294967280 bytes, 40 follow"):
        read_image(written(content, tmp_path))


def test_row_08_random_bytes_show_no_garbage(tmp_path):
    meta_end = encoded(image_header()).index(b"\x08\0\x16\0UI")
    for seed in range(20):
        noise = np.random.default_rng(seed).bytes(3000)
        path = written(encoded(image_header())[:meta_end] + noise, tmp_path)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(DicomReadError) as refusal:
                read_image(path)
        message = str(refusal.value)
        assert message.isascii()
        assert message.isprintable()
        assert not any(f"({group:04x}," in message.lower() for group in range(2**16))


def test_row_09_missing_transfer_syntax_is_detected_only_with_force(tmp_path):
    header = image_header()
    del header.file_meta.TransferSyntaxUID
    header.set_original_encoding(False, True)
    path = saved(header, tmp_path)
    with pytest.raises(DicomReadError, match="no TransferSyntaxUID"):
        read_image(path)
    assert read_image(path, force=True).pixels[0, 3] == 3


def test_row_09_unknown_transfer_syntax_is_named(tmp_path):
    content = encoded(image_header()).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0")
    path = written(content, tmp_path)
    with pytest.raises(DicomReadError, match=r"1\.2\.840\.10008\.9\.9\.9"):
        read_image(path)
    assert read_image(path, force=True).pixels[0, 3] == 3


@pytest.mark.parametrize(
    ("syntax", "implicit", "little"),
    [(ImplicitVRLittleEndian, True, True), (ExplicitVRBigEndian, False, False)],
)
def test_every_plain_encoding_is_read(tmp_path, syntax, implicit, little):
    pixels = np.arange(20, dtype=np.uint16 if little else ">u2").reshape(4, 5)
    header = Dataset(image_header(pixels))  # without the encoding that it was built in
    header.file_meta = image_header().file_meta
    header.file_meta.TransferSyntaxUID = syntax
    path = tmp_path / "image.dcm"
    header.save_as(path, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    np.testing.assert_array_equal(read_image(path).pixels, pixels)


def deflated(header, folder, surplus=0):
    """Save with the transfer syntax for deflated data sets; ``surplus`` zeros unfold at its end."""
    header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    plain = encoded(header)
    meta_length = 144 + struct.unpack("<I", plain[140:144])[0]
    inflater = zlib.decompressobj(-15)
    data_set = inflater.decompress(plain[meta_length:])
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    # A private element that is all zeros, before nothing else
    bomb = struct.pack("<HH2sHI", 0x7FE1, 0x1001, b"OB", 0, surplus) + bytes(surplus) if surplus else b""
    content = plain[:meta_length] + deflater.compress(data_set + bomb) + deflater.flush()
    return written(content, folder)


def test_row_19_deflated_file_is_read(tmp_path):
    np.testing.assert_array_equal(read_image(deflated(image_header(), tmp_path)).pixels, np.arange(20).reshape(4, 5))


def test_row_19_deflate_bomb_is_refused_before_it_unfolds(tmp_path):
    path = deflated(image_header(), tmp_path, surplus=2**24)
    assert path.stat().st_size < 2**15
    with pytest.raises(DicomReadError, match="unfolds to more than 1048576 bytes"):
        open_dataset(path, max_inflated=2**20)


def test_row_19_damaged_or_cut_deflation_is_refused(tmp_path):
    content = deflated(image_header(), tmp_path).read_bytes()
    with pytest.raises(DicomReadError, match="truncated"):
        read_image(written(content[:-30], tmp_path))
    with pytest.raises(DicomReadError, match="deflated data set is damaged"):
        read_image(written(content[: 144 + struct.unpack("<I", content[140:144])[0]] + 50 * b"\xff", tmp_path))


def nested_bytes(depth, undefined):
    """Data set bytes of nested ContentSequence, written iteratively: pydicom's writer would recurse, too."""
    content = b""
    for _ in range(depth):
        length = 0xFFFFFFFF if undefined else len(content)
        item = struct.pack("<HHI", 0xFFFE, 0xE000, length) + content
        item += struct.pack("<HHI", 0xFFFE, 0xE00D, 0) if undefined else b""
        length = 0xFFFFFFFF if undefined else len(item)
        content = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, length) + item
        content += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if undefined else b""
    return content


@pytest.mark.parametrize("undefined", [True, False])
@pytest.mark.parametrize(("depth", "sound"), [(10, True), (64, True), (65, False), (300, False), (5000, False)])
def test_row_20_nesting_is_limited(tmp_path, depth, sound, undefined):
    content = encoded(image_header())
    start = content.index(b"\xe0\x7f\x10\0OW")
    path = written(content[:start] + nested_bytes(depth, undefined) + content[start:], tmp_path)
    if sound:
        assert read_image(path).pixels.shape == (4, 5)
    else:
        with pytest.raises(DicomReadError, match="nested deeper than 64"):
            read_image(path)


@pytest.mark.parametrize("start", [b"MZ\x90\0", b"\x7fELF", b"#!/bin/sh\n"])
def test_row_21_program_in_the_preamble_is_a_warning(tmp_path, start):
    content = start + encoded(image_header())[len(start) :]
    with pytest.warns(DicomWarning, match="start of a program"):
        read_image(written(content, tmp_path))


def test_row_32_bogus_character_set_keeps_the_bytes(tmp_path):
    header = image_header(PatientName="Fern^Anna")
    content = encoded(header)
    start = content.index(b"\x08\0\x16\0UI")
    charset = struct.pack("<HH2sH", 8, 5, b"CS", 10) + b"ISO_BOGUS "
    image = read_image(written(content[:start] + charset + content[start:], tmp_path))
    assert image.pixels.shape == (4, 5)
    assert "Fern" in str(image.header.PatientName)


def test_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_image(tmp_path / "gone.dcm")


def test_header_alone_leaves_the_pixels_on_disk():
    header = open_dataset(get_testdata_file("CT_small.dcm"), stop_before_pixels=True)
    assert "PixelData" not in header
    assert header.Rows == 128
