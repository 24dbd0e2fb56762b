"""Row 38: what comes in is checked once, and every fault is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from medbook.datasets import DataError, Dataset

IMAGES = np.linspace(0, 1, 2 * 8 * 8).reshape(2, 8, 8)


def made(images=IMAGES, labels=(0, 1), **fields):
    return Dataset.from_arrays(images, labels, name="own", **fields)


def test_bytes_are_scaled_by_hand():
    images = np.array([[[0, 51], [102, 255]]], dtype="uint8")
    np.testing.assert_allclose(made(images, [0]).images[0, :, :, 0], [[0, 0.2], [0.4, 1]], rtol=1e-6)


@given(arrays.arrays("uint8", (2, 3, 4), elements=st.integers(0, 255)).filter(lambda drawn: drawn.max() != 1))
def test_row_38_bytes_and_the_same_bytes_divided_by_255_are_equal(images):
    np.testing.assert_allclose(made(images).images, made(images / 255).images, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bool"])
def test_row_38_images_become_float32_with_a_channel(dtype):
    received = made(IMAGES.astype(dtype)).images
    assert (received.dtype, received.shape) == (np.float32, (2, 8, 8, 1))


def test_images_are_copied():
    images = IMAGES.astype("float32")
    dataset = made(images)
    images[:] = 0.5
    assert dataset.images[0, 0, 0, 0] == 0


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint16"])
def test_row_38_bytes_stored_otherwise_are_refused_with_the_remedy(dtype):
    with pytest.raises(DataError, match=r"own, images: .* from 0 to 255, expected 0 to 1\. .*divide by 255"):
        made((IMAGES * 255).round().astype(dtype))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_row_38_values_that_are_not_finite_are_counted(value):
    images = IMAGES.copy()
    images[1, 2, 3:5] = value
    with pytest.raises(DataError, match="own, images: 2 values are NaN or infinite"):
        made(images)


@pytest.mark.parametrize(("low", "high"), [(-0.5, 1), (-1000, 400), (0, 4095)])
def test_row_38_values_on_another_scale_are_refused(low, high):
    with pytest.raises(DataError, match=r"expected 0 to 1\. Scale the values .*value_range"):
        made(low + IMAGES * (high - low))


def test_value_range_lets_hounsfield_units_pass():
    received = made((IMAGES * 3000 - 1000).astype("int16"), value_range=(-1024, 3071)).images
    assert (received.min(), received.max()) == (-1000, 2000)


def test_bytes_keep_their_values_if_another_range_is_given():
    assert made((IMAGES * 255).astype("uint8"), value_range=(0, 255)).images.max() == 255


@pytest.mark.parametrize("dtype", ["complex64", "object", "U1"])
def test_row_38_values_of_another_type_are_refused(dtype):
    with pytest.raises(DataError, match="expected whole or floating-point numbers"):
        made(np.zeros((2, 8, 8), dtype=dtype))


def test_row_38_bytes_of_zero_and_one_are_not_darkened():
    with pytest.raises(DataError, match="bytes of only 0 and 1"):
        made(np.ones((2, 8, 8), dtype="uint8"))


@pytest.mark.parametrize("shape", [(8, 8), (2, 0, 8), (2,), (1, 1, 1, 1, 1, 1)])
def test_row_38_other_shapes_are_refused(shape):
    with pytest.raises(DataError, match="own, images: shape"):
        made(np.zeros(shape))


def test_column_of_labels_is_flattened():
    assert made(labels=[[1], [0]]).labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 1], r"labels: shape \(3,\), expected \(2,\)"),
        ([0.0, 1.0], "labels: labels of type float64"),
        ([0, -1], "labels: label -1, expected 0 to 1"),
        ([0, 2], "labels: label 2, expected 0 to 1"),
        ([[1, 0], [0, 1]], r"labels: shape \(2, 2\)"),
    ],
)
def test_row_38_bad_labels_are_named(labels, message):
    with pytest.raises(DataError, match=message):
        made(labels=labels, class_names=("normal", "ill"))


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        (np.zeros((2, 8, 9), bool), r"masks of shape \(2, 8, 9\), expected that of the images, \(2, 8, 8\)"),
        (np.zeros((2, 8, 8)), "masks of type float64"),
        (np.full((2, 8, 8), -1), "mask values from -1 to -1"),
    ],
)
def test_row_38_bad_masks_are_named(masks, message):
    with pytest.raises(DataError, match=message):
        made(masks=masks)


@pytest.mark.parametrize("patients", [["a", ""], ["a", None], [1.0, np.nan]])
def test_row_38_missing_patient_is_named(patients):
    with pytest.raises(DataError, match="own, patient_ids: entry 1 is empty"):
        made(patient_ids=patients)


@pytest.mark.parametrize("field", ["patient_ids", "site_ids"])
@pytest.mark.parametrize("values", [["a"], "ab", 3])
def test_row_38_other_number_of_entries_is_named(field, values):
    with pytest.raises(DataError, match=f"own, {field}: .* entries, expected 2"):
        made(**{field: values})


def test_row_38_ids_in_a_table_are_refused():
    with pytest.raises(DataError, match=r"own, patient_ids: shape \(2, 2\)"):
        made(patient_ids=[["a", "b"], ["c", "d"]])


def test_rounding_beyond_the_range_passes():
    assert made(IMAGES * (1 + 1e-7)).images.max() < 1 + 1e-6


def test_row_38_extra_of_other_length_is_named():
    with pytest.raises(DataError, match="own, age: 3 entries, expected 2"):
        made(extras={"age": np.zeros(3)})


def test_row_38_bad_image_of_a_list_is_numbered():
    with pytest.raises(DataError, match=r"own, images\[1\]: 1 values are NaN"):
        made([np.zeros((4, 4)), np.array([[0, np.nan]])])


def test_row_38_missing_mask_of_a_list_is_named():
    with pytest.raises(DataError, match="own, masks: 1 entries, expected 2"):
        made([np.zeros((4, 4)), np.zeros((2, 3))], masks=[np.zeros((4, 4), bool)])


def test_where_names_the_file():
    with pytest.raises(DataError, match=r"^scans/7\.npz, images: "):
        made(IMAGES * 255, where="scans/7.npz")
