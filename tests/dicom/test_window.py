import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.pixels import apply_windowing

from medbook.dicom import DicomWarning, apply_window, read_image
from tests.dicom.builders import color_header, enhanced_header, image_header, saved


def test_linear_by_hand():
    # DICOM PS3.3 C.11.2.1.2.1: center 128, width 256 maps 0 to 0 and 255 to 1.
    np.testing.assert_allclose(apply_window([0, 127.5, 255], center=128, width=256), [0, 0.5, 1])


def test_linear_exact_by_hand():
    display = apply_window([-160, 40, 240, 999], center=40, width=400, function="linear_exact")
    np.testing.assert_allclose(display, [0, 0.5, 1, 1])


def test_sigmoid_is_one_half_at_the_center():
    assert apply_window([40.0], center=40, width=400, function="sigmoid")[0] == 0.5


def test_width_of_one_is_a_step():
    np.testing.assert_array_equal(apply_window([39, 39.5, 39.6, 40], center=40, width=1), [0, 0, 1, 1])


@pytest.mark.parametrize("function", ["linear", "linear_exact", "sigmoid"])
@given(center=st.floats(-1000, 1000), width=st.floats(1.5, 4000))
def test_equals_pydicom(function, center, width):
    values = np.linspace(-3000, 3000, 101)
    header = Dataset()
    header.PhotometricInterpretation, header.BitsStored, header.PixelRepresentation = "MONOCHROME2", 16, 1
    header.WindowCenter, header.WindowWidth, header.VOILUTFunction = center, width, function.upper()
    expected = apply_windowing(values, header)  # stretched over the range of 16 bits with sign
    expected = (expected + 2**15) / (2**16 - 1)
    received = apply_window(
        values, center=float(header.WindowCenter), width=float(header.WindowWidth), function=function
    )
    np.testing.assert_allclose(received, expected, atol=1e-5)


@given(st.floats(-1000, 1000), st.floats(1, 4000))
def test_brighter_never_becomes_darker(center, width):
    display = apply_window(np.linspace(-3000, 3000, 200), center=center, width=width)
    assert np.all(np.diff(display) >= 0)
    assert display.dtype == np.float32


@pytest.mark.parametrize(("width", "function"), [(0, "linear"), (-5, "linear"), (0.5, "linear"), (0, "sigmoid")])
def test_width_too_small_is_refused(width, function):
    with pytest.raises(ValueError, match=f"width={width}"):
        apply_window(np.zeros(3), center=0, width=width, function=function)


def test_unknown_function_is_refused():
    with pytest.raises(ValueError, match="'cubic'"):
        apply_window(np.zeros(3), center=0, width=10, function="cubic")


@pytest.mark.parametrize("width", [0, -5, 0.5])
def test_row_25_window_without_width_is_not_used(tmp_path, width):
    path = saved(image_header(WindowCenter=40, WindowWidth=width), tmp_path)
    with pytest.warns(DicomWarning, match="center=40, width=400"):
        assert read_image(path).window is None


def test_row_26_first_of_unequal_windows_is_taken_with_a_warning(tmp_path):
    path = saved(image_header(WindowCenter=[40, -600], WindowWidth=400), tmp_path)
    with pytest.warns(DicomWarning, match="2 WindowCenter but 1 WindowWidth"):
        assert read_image(path).window == (40.0, 400.0)


@pytest.mark.parametrize("fields", [{"WindowCenter": "", "WindowWidth": ""}, {"WindowCenter": 40}, {"WindowWidth": 9}])
def test_row_27_empty_or_half_window_is_none(tmp_path, fields):
    assert read_image(saved(image_header(**fields), tmp_path)).window is None


def test_row_29_colour_is_refused(tmp_path):
    image = read_image(saved(color_header(), tmp_path))
    with pytest.raises(ValueError, match=r"in colour; use to_display"):
        apply_window(image, center=0, width=10)


def test_gray_image_is_windowed_by_its_pixels(tmp_path):
    image = read_image(saved(image_header(), tmp_path))
    np.testing.assert_array_equal(
        apply_window(image, center=10, width=8), apply_window(image.pixels, center=10, width=8)
    )


def test_window_of_the_first_frame_is_taken(tmp_path):
    header = enhanced_header(np.zeros((2, 4, 5), dtype=np.uint16), [[0, 0, 0], [0, 0, 1]])
    voi = Dataset()
    voi.WindowCenter, voi.WindowWidth = 30, 60
    header.PerFrameFunctionalGroupsSequence[0].FrameVOILUTSequence = [voi]
    assert read_image(saved(header, tmp_path)).window == (30, 60)
