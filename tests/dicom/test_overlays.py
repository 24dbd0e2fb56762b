import numpy as np
import pytest
from pydicom.data import get_testdata_file

from medbook.dicom import DicomReadError, read_image, read_overlays
from tests.dicom.builders import image_header, saved

MASK = np.random.default_rng(0).integers(0, 2, (4, 5)).astype(bool)


def with_overlay(header, mask=MASK, group=0x6000, origin=(1, 1)):
    header.add_new((group, 0x0010), "US", mask.shape[-2])
    header.add_new((group, 0x0011), "US", mask.shape[-1])
    header.add_new((group, 0x0050), "SS", list(origin))
    header.add_new((group, 0x0100), "US", 1)
    header.add_new((group, 0x0102), "US", 0)
    bits = np.packbits(mask.ravel(), bitorder="little").tobytes()
    header.add_new((group, 0x3000), "OW", bits + bytes(len(bits) % 2))
    return header


def overlays(header, folder):
    return read_overlays(read_image(saved(header, folder)).header)


def test_overlay_data_are_unpacked(tmp_path):
    result = overlays(with_overlay(with_overlay(image_header(), group=0x6002), ~MASK), tmp_path)
    assert list(result) == [0x6000, 0x6002]
    np.testing.assert_array_equal(result[0x6000], ~MASK)
    np.testing.assert_array_equal(result[0x6002], MASK)
    assert result[0x6002].dtype == bool


def test_overlay_in_unused_bits_is_unpacked(tmp_path):
    pixels = (np.arange(20).reshape(4, 5) | MASK.astype(int) << 14).astype(np.uint16)
    header = image_header(pixels, BitsStored=12, HighBit=11)
    for element, value in ((0x0010, 4), (0x0011, 5), (0x0100, 16), (0x0102, 14)):
        header.add_new((0x6000, element), "US", value)
    np.testing.assert_array_equal(overlays(header, tmp_path)[0x6000], MASK)
    assert read_image(tmp_path / "image.dcm").pixels.max() == 19


def test_smaller_overlay_is_put_at_its_place(tmp_path):
    placed = overlays(with_overlay(image_header(), np.ones((2, 2), bool), origin=(3, 4)), tmp_path)[0x6000]
    assert placed.shape == (4, 5)
    np.testing.assert_array_equal(np.argwhere(placed), [[2, 3], [2, 4], [3, 3], [3, 4]])


@pytest.mark.parametrize(("origin", "count"), [((0, 0), 1), ((4, 5), 1), ((9, 9), 0), ((-5, 1), 0)])
def test_overlay_beyond_the_image_is_cut(tmp_path, origin, count):
    placed = overlays(with_overlay(image_header(), np.ones((2, 2), bool), origin=origin), tmp_path)[0x6000]
    assert placed.sum() == count


def test_overlay_that_is_cut_short_is_refused(tmp_path):
    header = with_overlay(image_header())
    header[0x6000, 0x0010].value = 4000
    with pytest.raises(DicomReadError, match="overlay group 6000 cannot be read"):
        overlays(header, tmp_path)


def test_overlay_of_impossible_size_is_refused(tmp_path):
    header = with_overlay(image_header())
    header[0x6000, 0x0010].value = header[0x6000, 0x0011].value = 65535
    with pytest.raises(DicomReadError, match="not usable"):
        overlays(header, tmp_path)


def test_file_without_overlay_has_none():
    assert read_overlays(read_image(get_testdata_file("CT_small.dcm")).header) == {}


def test_overlay_of_pydicom_has_the_size_of_its_image():
    image = read_image(get_testdata_file("examples_overlay.dcm"))
    overlay = read_overlays(image.header)[0x6000]
    assert overlay.shape == image.pixels.shape
    assert 0 < overlay.mean() < 0.5
