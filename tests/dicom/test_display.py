import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi, pixel_array

from medbook.dicom import read_image, to_display
from tests.dicom.builders import color_header, image_header, saved


def displayed(header, folder, **options):
    return to_display(read_image(saved(header, folder)), **options)


def test_row_28_monochrome1_is_inverted_for_display_only(tmp_path):
    fields = {"WindowCenter": 10, "WindowWidth": 20, "PhotometricInterpretation": "MONOCHROME1"}
    image = read_image(saved(image_header(**fields), tmp_path))
    np.testing.assert_array_equal(image.pixels, np.arange(20).reshape(4, 5))
    shown = to_display(image)
    assert (shown[0, 0], shown[-1, -1]) == (1, 0)
    fields["PhotometricInterpretation"] = "MONOCHROME2"
    np.testing.assert_allclose(shown, 1 - displayed(image_header(**fields), tmp_path))


def test_row_28_radiograph_of_pydicom_is_inverted():
    image = read_image(get_testdata_file("dicomdirtests/77654033/CR1/6154"))
    assert image.photometric == "MONOCHROME1"
    brightest = np.unravel_index(to_display(image).argmax(), image.pixels.shape)
    assert image.pixels[brightest] == image.pixels.min()


def test_file_window_is_used_and_can_be_replaced(tmp_path):
    header = image_header(WindowCenter=10, WindowWidth=4, VOILUTFunction="LINEAR_EXACT")
    assert displayed(header, tmp_path)[2, 0] == 0.5
    assert displayed(header, tmp_path, window=(5, 2))[2, 0] == 1


def test_without_window_the_whole_range_is_shown(tmp_path):
    shown = displayed(image_header(), tmp_path)
    np.testing.assert_allclose(shown, np.arange(20).reshape(4, 5) / 19)
    assert displayed(image_header(np.full((4, 5), 7, np.uint16)), tmp_path).max() == 0


def lut(values, first, bits, vr="US"):
    table = Dataset()
    table.LUTDescriptor = [len(values), first, bits]
    table.LUTData = list(values) if vr == "US" else np.asarray(values, "<u2").tobytes()
    table["LUTData"].VR = vr
    return [table]


@pytest.mark.parametrize("vr", ["US", "OW"])
def test_voi_lut_equals_pydicom(tmp_path, vr):
    values = np.random.default_rng(0).integers(0, 4096, 12)
    header = image_header(Modality="MR", VOILUTSequence=lut(values, 3, 12, vr), WindowCenter=1, WindowWidth=2)
    image = read_image(saved(header, tmp_path))
    expected = apply_voi(pixel_array(image.header), image.header) / 4095
    np.testing.assert_allclose(to_display(image), expected, rtol=1e-6)


def test_voi_lut_of_8_bits_with_many_entries_does_not_wrap(tmp_path):
    pixels = np.arange(20, dtype=np.uint16).reshape(4, 5) * 100
    header = image_header(pixels, VOILUTSequence=lut(np.arange(2000) // 8, 0, 8))
    np.testing.assert_allclose(displayed(header, tmp_path), (pixels // 8) / 255, rtol=1e-6)


def test_colour_passes_through_scaled(tmp_path):
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    np.testing.assert_allclose(displayed(color_header(pixels), tmp_path), pixels / 255, rtol=1e-6)
    with pytest.raises(ValueError, match="in colour"):
        displayed(color_header(), tmp_path, window=(1, 2))


def test_one_frame_is_shown_with_the_window_of_all(tmp_path):
    frames = np.stack([np.zeros((4, 5), np.uint16), np.full((4, 5), 10, np.uint16)])
    header = image_header(frames, NumberOfFrames=2)
    assert displayed(header, tmp_path, frame=1).shape == (4, 5)
    assert displayed(header, tmp_path, frame=1).min() == 1
    with pytest.raises(ValueError, match="frames 0 to 1"):
        displayed(header, tmp_path, frame=2)


def test_frame_zero_of_a_single_image_is_the_image(tmp_path):
    assert displayed(image_header(), tmp_path, frame=0).shape == (4, 5)
    assert displayed(color_header(), tmp_path, frame=0).shape == (4, 5, 3)
