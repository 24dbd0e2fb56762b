import warnings

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from medbook.dicom import DicomReadError, DicomWarning, read_image
from tests.dicom.builders import color_header, enhanced_header, image_header, saved


@pytest.fixture
def ct():
    return pydicom.dcmread(get_testdata_file("CT_small.dcm"))


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
    ],
)
def test_every_encoding_of_one_image_gives_the_same_pixels(name):
    reference = read_image(get_testdata_file("MR_small.dcm"))
    np.testing.assert_array_equal(read_image(get_testdata_file(name)).pixels, reference.pixels)


def test_surplus_padding_is_read_with_a_warning():
    with pytest.warns(DicomWarning, match="8320 bytes"):
        padded = read_image(get_testdata_file("MR_small_padded.dcm"))
    np.testing.assert_array_equal(padded.pixels, read_image(get_testdata_file("MR_small.dcm")).pixels)


@pytest.mark.filterwarnings("ignore:an ultrasound region")
def test_frames_and_colour_have_axes_of_their_own():
    assert read_image(get_testdata_file("examples_ybr_color.dcm")).pixels.shape == (30, 240, 320, 3)


@pytest.mark.filterwarnings("ignore:an ultrasound region")
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


def test_truncated_pixels_are_refused():
    with pytest.raises(DicomReadError, match=r"MR_truncated\.dcm.*8192 bytes, 8130 follow"):
        read_image(get_testdata_file("MR_truncated.dcm"))


def test_unreadable_number_is_one_error_class():
    with pytest.raises(DicomReadError, match="badVR"):
        read_image(get_testdata_file("badVR.dcm"))


def test_frames_are_rescaled_one_by_one(tmp_path):
    pixels = np.ones((3, 4, 5), dtype=np.uint16)
    rescales = [(1, 0), (2, 10), (0.5, -1)]
    header = enhanced_header(pixels, [[0, 0, z] for z in range(3)], rescales)
    image = read_image(saved(header, tmp_path))
    np.testing.assert_array_equal(image.pixels[:, 0, 0], [1, 12, -0.5])
    assert image.units == ""


@pytest.mark.parametrize("shared", [True, False])
def test_functional_groups_give_the_geometry(tmp_path, shared):
    header = enhanced_header(np.zeros((2, 4, 5), dtype=np.uint16), [[0, 0, 0], [0, 0, 3]], shared=shared)
    image = read_image(saved(header, tmp_path))
    assert (image.spacing_mm, image.spacing_source) == ((2.0, 0.5), "PixelMeasuresSequence")
    assert image.orientation == ("R", "L", "A", "P")


def test_row_23_slope_of_zero_is_refused(tmp_path):
    with pytest.raises(DicomReadError, match="RescaleSlope is 0"):
        read_image(saved(image_header(RescaleSlope=0), tmp_path))
    with pytest.raises(DicomReadError, match="DoseGridScaling is 0"):
        read_image(saved(image_header(Modality="RTDOSE", DoseGridScaling=0), tmp_path))
    header = enhanced_header(np.ones((2, 4, 5), dtype=np.uint16), [[0, 0, 0], [0, 0, 1]], [(1, 0), (0, 0)])
    with pytest.raises(DicomReadError, match="RescaleSlope is 0"):
        read_image(saved(header, tmp_path))


@pytest.mark.parametrize("missing", ["RescaleSlope", "RescaleIntercept"])
def test_row_24_ct_without_rescale_is_not_hu(tmp_path, missing):
    with pytest.warns(DicomWarning, match="not HU"):
        image = read_image(saved(image_header(**{missing: None}), tmp_path))
    assert image.units == ""
    assert image.pixels[3, 4] == 19


@pytest.mark.parametrize(
    ("fields", "units"),
    [
        ({"Modality": "CT"}, "HU"),
        ({"Modality": "CT", "RescaleType": "MGML"}, "MGML"),
        ({"Modality": "PT", "Units": "BQML"}, "BQML"),
        ({"Modality": "MR", "RescaleType": "US"}, ""),
        ({"Modality": "RTDOSE", "DoseGridScaling": 0.5, "DoseUnits": "GY"}, "GY"),
    ],
)
def test_units_are_what_the_file_says(tmp_path, fields, units):
    assert read_image(saved(image_header(**fields), tmp_path)).units == units


def test_dose_is_in_grays(tmp_path):
    header = image_header(Modality="RTDOSE", DoseGridScaling=0.5, DoseUnits="GY")
    assert read_image(saved(header, tmp_path)).pixels[3, 4] == 9.5


def test_colour_has_no_units_and_no_rescale(tmp_path):
    image = read_image(saved(color_header(Modality="CT", RescaleSlope=2, RescaleIntercept=-1024), tmp_path))
    assert image.units == ""
    assert image.pixels.max() == 59


def test_modality_lut_is_applied(tmp_path):
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType, table.LUTData = [20, 0, 16], "OD", list(range(0, 200, 10))
    table["LUTData"].VR = "US"
    header = image_header(Modality="CR", ModalityLUTSequence=[table], RescaleSlope=None, RescaleIntercept=None)
    image = read_image(saved(header, tmp_path))
    np.testing.assert_array_equal(image.pixels, 10 * np.arange(20).reshape(4, 5))
    assert image.units == "OD"


def test_uncalibrated_spacing_equal_to_the_detectors_is_the_detectors(tmp_path):
    fields = {"Modality": "DX", "PixelSpacing": [0.2, 0.1], "ImagerPixelSpacing": [0.2, 0.1]}
    assert read_image(saved(image_header(**fields), tmp_path)).spacing_source == "ImagerPixelSpacing"
    fields["PixelSpacingCalibrationType"] = "GEOMETRY"
    assert read_image(saved(image_header(**fields), tmp_path)).spacing_source == "PixelSpacing"


def region(last_col, units=3, delta=0.05):
    item = Dataset()
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = units
    item.PhysicalDeltaX, item.PhysicalDeltaY = delta, -delta / 2
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = last_col, 3
    return item


def test_ultrasound_region_gives_the_spacing(tmp_path):
    header = color_header(Modality="US", PixelSpacing=None, SequenceOfUltrasoundRegions=[region(4), region(4, units=4)])
    image = read_image(saved(header, tmp_path))
    assert (image.spacing_mm, image.spacing_source) == ((0.25, 0.5), "ultrasound region")


def test_ultrasound_regions_that_disagree_give_none(tmp_path):
    regions = [region(4), region(4, delta=0.1)]
    header = color_header(Modality="US", PixelSpacing=None, SequenceOfUltrasoundRegions=regions)
    assert read_image(saved(header, tmp_path)).spacing_mm is None


def test_ultrasound_region_of_another_image_size_is_not_used(tmp_path):
    header = color_header(Modality="US", PixelSpacing=None, SequenceOfUltrasoundRegions=[region(400)])
    with pytest.warns(DicomWarning, match="beyond the image"):
        assert read_image(saved(header, tmp_path)).spacing_mm is None


def test_radiograph_names_its_edges(tmp_path):
    header = image_header(Modality="DX", ImageOrientationPatient=None, PatientOrientation=["L", "F"])
    assert read_image(saved(header, tmp_path)).orientation == ("R", "L", "H", "F")


@pytest.mark.parametrize("cosines", [[1, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0], [2, 0, 0, 0, 1, 0], [1, 0, 0]])
def test_impossible_orientation_is_none(tmp_path, cosines):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DicomWarning)
        assert read_image(saved(image_header(ImageOrientationPatient=cosines), tmp_path)).orientation is None


def test_printed_image_holds_neither_pixels_nor_names(ct, tmp_path):
    ct.PatientName = "Fictional^Patient"
    printed = repr(read_image(saved(ct, tmp_path)))
    assert "Fictional" not in printed
    assert len(printed) < 400
