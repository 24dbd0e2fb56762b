import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.measure import regionprops

from medbook.preprocessing import crop, crop_center, mask_box, pad
from tests.preprocessing.shapes import disc

IMAGE = np.arange(20.0).reshape(4, 5)


def test_box_by_hand():
    np.testing.assert_array_equal(crop(IMAGE, (1, 2, 3, 4)), [[7, 8], [12, 13]])


def test_margin_by_hand():
    np.testing.assert_array_equal(crop(IMAGE, (1, 2, 2, 3), margin=1), IMAGE[0:3, 1:4])


def test_margin_ends_with_the_image():
    np.testing.assert_array_equal(crop(IMAGE, (0, 3, 2, 5), margin=1), IMAGE[0:3, 2:5])


def test_batch_is_cut_at_the_same_box():
    batch = np.stack([IMAGE, -IMAGE])[..., np.newaxis]
    np.testing.assert_array_equal(crop(batch, (1, 2, 3, 4)), batch[:, 1:3, 2:4])


@pytest.mark.parametrize("margin", [0, 3, 100])
def test_crop_to_mask_keeps_the_whole_mask(margin):
    image, mask = disc(64, 80, center=(0.2, 0.7), radius=0.15)
    cut, cut_mask = crop(image, mask_box(mask), margin=margin, mask=mask)
    assert cut_mask.sum() == mask.sum()
    np.testing.assert_array_equal(cut > 0.5, cut_mask)


@given(st.integers(0, 10**6))
def test_mask_box_equals_scikit_image(seed):
    mask = np.random.default_rng(seed).random((8, 9)) > 0.9
    mask[3, 4] = True
    assert mask_box(mask) == regionprops(mask.astype(int))[0].bbox


def test_mask_box_ignores_a_channel_axis():
    mask = np.zeros((4, 5, 1), np.uint8)
    mask[2, 3] = 9
    assert mask_box(mask) == (2, 3, 3, 4)


def test_box_of_an_empty_mask_is_refused():
    with pytest.raises(ValueError, match="the mask is empty"):
        mask_box(np.zeros((4, 5), bool))


def test_box_of_a_batch_of_masks_is_refused():
    with pytest.raises(ValueError, match="boxes of a batch differ"):
        mask_box(np.ones((2, 4, 5), bool))


@pytest.mark.parametrize(
    "box", [(0, 0, 5, 5), (-1, 0, 2, 2), (2, 0, 2, 2), (0, 3, 2, 2), (0, 0, 2), (0.0, 0, 2, 2), 3, (0, 0, 2, np.nan)]
)
def test_box_that_does_not_fit_is_refused(box):
    with pytest.raises(ValueError, match=r"crop\(box="):
        crop(IMAGE, box)


@pytest.mark.parametrize("margin", [-1, 1.5, True, None])
def test_margin_that_is_no_whole_number_is_refused(margin):
    with pytest.raises(ValueError, match=r"crop\(margin="):
        crop(IMAGE, (0, 0, 2, 2), margin=margin)


def test_center_by_hand():
    np.testing.assert_array_equal(crop_center(IMAGE, (2, 2)), [[6, 7], [11, 12]])


def test_center_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r"larger than the image, \(4, 5\); use pad"):
        crop_center(IMAGE, (4, 6))


def test_pad_by_hand():
    np.testing.assert_array_equal(
        pad(np.array([[1.0, 2.0]]), (2, 4), fill_value=-1), [[-1, 1, 2, -1], [-1, -1, -1, -1]]
    )


@given(rows=st.integers(4, 20), cols=st.integers(5, 20))
def test_center_crop_undoes_padding(rows, cols):
    mask = IMAGE > 7
    padded, padded_mask = pad(IMAGE, (rows, cols), mask=mask)
    restored, restored_mask = crop_center(padded, (4, 5), mask=padded_mask)
    assert padded.shape == (rows, cols)
    np.testing.assert_array_equal(restored, IMAGE)
    np.testing.assert_array_equal(restored_mask, mask)


def test_border_takes_the_minimum_of_each_image():
    batch = np.stack([IMAGE - 1000, IMAGE])[..., np.newaxis]
    np.testing.assert_array_equal(pad(batch, (6, 7))[:, 0, 0, 0], [-1000, 0])


def test_border_of_the_mask_is_background():
    _, mask = pad(IMAGE, (6, 7), mask=np.full(IMAGE.shape, 3))
    assert mask.sum() == 3 * IMAGE.size


def test_pad_smaller_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r"smaller than the image, \(4, 5\); use crop_center"):
        pad(IMAGE, (3, 9))


def test_labels_are_padded_only_with_a_fill_value():
    labels = np.ones((2, 2), np.uint8)
    assert pad(labels, (4, 4), fill_value=0).sum() == 4
    with pytest.raises(ValueError, match="needs fill_value"):
        pad(labels, (4, 4))


@pytest.mark.parametrize(("dtype", "fill_value"), [(np.float32, np.nan), (np.uint8, 0.5), (np.int16, -1e6)])
def test_fill_value_that_does_not_fit_is_refused(dtype, fill_value):
    with pytest.raises(ValueError, match=r"pad\(fill_value="):
        pad(np.ones((2, 2), dtype), (4, 4), fill_value=fill_value)
