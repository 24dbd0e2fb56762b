import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames

from medbook.dicom import DicomReadError, read_image
from medbook.dicom.codestream import Codestream, check_lossless_jpeg, read_codestream
from tests.dicom.builders import saved


def first_frame(name):
    return bytes(next(generate_frames(dcmread(get_testdata_file(name)).PixelData, number_of_frames=1)))


@pytest.fixture
def lossless():
    return bytearray(first_frame("SC_rgb_jpeg_gdcm.dcm"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("693_J2KI.dcm", Codestream(512, 512, 1, 16)),
        ("examples_jpeg2k.dcm", Codestream(480, 640, 3, 8)),
        ("MR_small_jpeg_ls_lossless.dcm", Codestream(64, 64, 1, 16)),
        ("SC_rgb_small_odd_jpeg.dcm", Codestream(3, 3, 3, 8)),
        ("JPGExtended.dcm", Codestream(1024, 256, 1, 12)),
    ],
)
def test_size_is_read_from_every_kind_of_frame(name, expected):
    assert read_codestream(first_frame(name)) == expected


def test_unknown_frame_has_no_size():
    assert read_codestream(b"no codestream") is None


@pytest.mark.parametrize("length", [3, 10, 22, 30])
def test_frame_cut_in_its_header_is_refused(lossless, length):
    with pytest.raises(ValueError, match=r"truncated|damaged|no complete size"):
        read_codestream(bytes(lossless[:length]))


def test_sound_lossless_frame_passes(lossless):
    check_lossless_jpeg(bytes(lossless))


@pytest.mark.parametrize(
    ("marker", "offset", "value", "reason"),
    [
        (b"\xff\xee", 15, 2, "colour transform"),  # this one ends the process in GDCM 3.2.6
        (b"\xff\xc3", 1, 0xC0, "not one lossless"),
        (b"\xff\xc3", 4, 1, "number of bits"),
        (b"\xff\xc3", 11, 0x22, "subsampled"),
        (b"\xff\xc3", 13, 82, "same number"),
        (b"\xff\xc4", 4, 3, "does not fit|names components or tables"),
        (b"\xff\xc4", 5, 3, "too many codes"),
        (b"\xff\xda", 5, 9, "names components"),
        (b"\xff\xda", 11, 8, "wrong parameters"),
        (b"\xff\xda", 12, 1, "wrong parameters"),
    ],
)
def test_damaged_lossless_frame_is_refused_before_gdcm_sees_it(lossless, tmp_path, marker, offset, value, reason):
    lossless[lossless.index(marker) + offset] = value
    with pytest.raises(ValueError, match=reason):
        check_lossless_jpeg(bytes(lossless))
    header = dcmread(get_testdata_file("SC_rgb_jpeg_gdcm.dcm"))
    header.PixelData = encapsulate([bytes(lossless)])
    with pytest.raises(DicomReadError, match="cannot be decoded"):
        read_image(saved(header, tmp_path))


def test_lossless_jpeg_equals_the_uncompressed_image():
    expected = read_image(get_testdata_file("SC_rgb_rle.dcm")).pixels
    np.testing.assert_array_equal(read_image(get_testdata_file("SC_rgb_jpeg_gdcm.dcm")).pixels, expected)


@pytest.mark.parametrize(("version", "sound"), [(1, True), (2, False), (0x1E, False)])
def test_jfif_version_that_ends_the_process_in_gdcm_is_refused(lossless, version, sound):
    jfif = b"\xff\xe0\x00\x10JFIF\0" + bytes([version, 1, 0, 0, 1, 0, 1, 0, 0])
    frame = bytes(lossless[:2]) + jfif + bytes(lossless[2:])
    if sound:
        check_lossless_jpeg(frame)
    else:
        with pytest.raises(ValueError, match="JFIF version"):
            check_lossless_jpeg(frame)


@pytest.mark.parametrize(("allocated", "stored"), [(8, 7), (32, 16), (32, 12)])
def test_bits_that_end_the_process_in_gdcm_are_refused(tmp_path, allocated, stored):
    header = dcmread(get_testdata_file("SC_rgb_jpeg_gdcm.dcm"))
    header.BitsAllocated, header.BitsStored = allocated, stored
    with pytest.raises(DicomReadError, match="cannot be decoded"):
        read_image(saved(header, tmp_path))


def test_frame_of_more_bits_than_allocated_is_refused(tmp_path):
    header = dcmread(get_testdata_file("693_J2KI.dcm"))
    header.BitsAllocated = header.BitsStored = 8
    with pytest.raises(DicomReadError, match="16 bits, BitsAllocated is 8"):
        read_image(saved(header, tmp_path))
