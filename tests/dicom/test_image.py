import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import ExplicitVRLittleEndian

from medbook.dicom import DicomReadError, read_image


@pytest.fixture
def ct():
    return pydicom.dcmread(get_testdata_file("CT_small.dcm"))


def saved(header, folder):
    path = folder / "slice.dcm"
    header.save_as(path)
    return path


def test_ct_is_in_hounsfield_units():
    image = read_image(get_testdata_file("CT_small.dcm"))
    stored = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    assert image.pixels.dtype == np.float32
    assert (image.modality, image.units) == ("CT", "HU")
    # Stored 2190 less the intercept of -1024, for one pixel by hand.
    np.testing.assert_array_equal(image.pixels, stored.pixel_array * 1.0 - 1024)


def test_ct_knows_its_geometry():
    image = read_image(get_testdata_file("CT_small.dcm"))
    assert image.spacing_mm == (0.661468, 0.661468)
    assert image.spacing_source == "PixelSpacing"
    assert image.orientation == ("R", "L", "A", "P")


def test_mr_keeps_stored_values_and_its_window():
    image = read_image(get_testdata_file("MR_small.dcm"))
    stored = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    assert (image.modality, image.units) == ("MR", "")
    assert image.window == (600.0, 1600.0)
    np.testing.assert_array_equal(image.pixels, stored.pixel_array)


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_expb.dcm",
        "MR_small_implicit.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_padded.dcm",
    ],
)
def test_every_encoding_of_one_image_gives_the_same_pixels(name):
    reference = read_image(get_testdata_file("MR_small.dcm"))
    np.testing.assert_array_equal(read_image(get_testdata_file(name)).pixels, reference.pixels)


def test_frames_and_colour_have_axes_of_their_own():
    assert read_image(get_testdata_file("examples_ybr_color.dcm")).pixels.shape == (30, 240, 320, 3)


def test_palette_becomes_rgb():
    image = read_image(get_testdata_file("examples_palette.dcm"))
    assert image.pixels.shape == (350, 800, 3)
    assert image.pixels.max() <= 255


def test_oblique_image_names_two_directions(ct, tmp_path):
    ct.ImageOrientationPatient = [1, 0, 0, 0, 0.8, -0.6]
    assert read_image(saved(ct, tmp_path)).orientation == ("R", "L", "AH", "PF")


def test_detector_spacing_is_named_as_such(ct, tmp_path):
    del ct.PixelSpacing
    ct.ImagerPixelSpacing = [0.2, 0.1]
    image = read_image(saved(ct, tmp_path))
    assert (image.spacing_mm, image.spacing_source) == ((0.2, 0.1), "ImagerPixelSpacing")


def test_zero_spacing_is_no_spacing(ct, tmp_path):
    ct.PixelSpacing = [0, 0.5]
    assert read_image(saved(ct, tmp_path)).spacing_mm is None


def test_first_of_several_windows_is_taken(ct, tmp_path):
    ct.WindowCenter, ct.WindowWidth = [40, -600], [400, 1500]
    assert read_image(saved(ct, tmp_path)).window == (40.0, 400.0)


def test_empty_window_is_none(ct, tmp_path):
    ct.WindowCenter, ct.WindowWidth = None, None
    assert read_image(saved(ct, tmp_path)).window is None


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n" + 200 * b"\0"])
def test_other_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(DicomReadError, match=r"notes\.txt: not DICOM"):
        read_image(path)


def test_report_without_image_is_refused():
    with pytest.raises(DicomReadError, match="no image in this object"):
        read_image(get_testdata_file("reportsi.dcm"))


def test_truncated_pixels_are_refused():
    with pytest.raises(DicomReadError, match=r"MR_truncated\.dcm.*8130 vs 8192"):
        read_image(get_testdata_file("MR_truncated.dcm"))


def test_missing_rows_are_named(ct, tmp_path):
    del ct.Rows
    with pytest.raises(DicomReadError, match="Rows is missing"):
        read_image(saved(ct, tmp_path))


def test_huge_claim_is_refused_before_decoding(ct, tmp_path):
    ct.Rows = ct.Columns = 65535
    with pytest.raises(DicomReadError, match="max_pixels"):
        read_image(saved(ct, tmp_path))


def test_unreadable_number_is_one_error_class():
    with pytest.raises(DicomReadError, match="badVR"):
        read_image(get_testdata_file("badVR.dcm"))


def test_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_image(tmp_path / "gone.dcm")


def test_file_without_preamble_needs_force(ct, tmp_path):
    path = tmp_path / "raw.dcm"
    ct.save_as(path, enforce_file_format=True)
    raw = path.read_bytes()[132:]
    path.write_bytes(raw)
    with pytest.raises(DicomReadError, match="force=True"):
        read_image(path)
    assert read_image(path, force=True).header.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
