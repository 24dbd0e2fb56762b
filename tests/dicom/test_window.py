import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.pixels import apply_windowing

from medbook.dicom import apply_window


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
