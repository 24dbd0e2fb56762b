import numpy as np
import pytest

from medbook.datasets import DataError, Dataset


@pytest.fixture
def dataset():
    images = np.broadcast_to(np.arange(4).reshape(4, 1, 1) / 4, (4, 3, 5))
    return Dataset.from_arrays(
        images,
        [0, 1, 1, 1],
        name="own",
        masks=images > 0.5,
        patient_ids=["a", "a", "b", "c"],
        site_ids=[0, 0, 1, 1],
        class_names=("normal", "ill"),
        positive_class="ill",
        spacing_mm=(1.5, 2),
        licence="CC0",
        source="drawn",
        note="a test",
        extras={"age": np.array([30, 30, 40, 50]), "boxes": [np.zeros((k, 4)) for k in range(4)]},
    )


def test_counts_name_every_class(dataset):
    assert dataset.class_counts() == {"normal": 1, "ill": 3}
    assert dataset.select([0]).class_counts() == {"normal": 1, "ill": 0}


def test_repr_is_one_short_line_without_pixels(dataset):
    assert repr(dataset) == "<Dataset own: 4 images of 3 x 5 x 1, normal 1, ill 3>"


def test_summary_by_hand(dataset):
    assert dataset.summary().splitlines() == [
        "own, all parts: 4 images of 3 x 5 x 1",
        "values: float32, 0 to 0.75",
        "classes: normal 1 (25.0 %), ill 3 (75.0 %); positive: ill",
        "patients: 3; sites: 2",
        "masks: yes",
        "spacing: 1.5 x 2 mm",
        "licence: CC0",
        "source: drawn",
        "note: a test",
    ]


def test_summary_of_the_least_that_a_set_can_be():
    text = Dataset.from_arrays([np.zeros((2, 3)), np.ones((4, 3))], name="own").summary()
    assert text.startswith("own, all parts: 2 images of 2 sizes\nvalues: float32, 0 to 1\nclasses: no labels")
    assert "patients: not known" in text


@pytest.mark.parametrize("indices", [[3, 1], np.array([3, 1]), [-1, -3]])
def test_select_takes_every_field_along_in_order(dataset, indices):
    chosen = dataset.select(indices)
    assert chosen.images[:, 0, 0, 0].tolist() == [0.75, 0.25]
    assert chosen.labels.tolist() == [1, 1]
    assert chosen.masks[:, 0, 0].tolist() == [1, 0]
    assert chosen.patient_ids.tolist() == ["c", "a"]
    assert chosen.site_ids.tolist() == [1, 0]
    assert chosen.extras["age"].tolist() == [50, 30]
    assert [len(boxes) for boxes in chosen.extras["boxes"]] == [3, 1]


def test_select_by_condition(dataset):
    assert dataset.select(dataset.labels == 0).patient_ids.tolist() == ["a"]


def test_select_of_nothing_is_empty(dataset):
    empty = dataset.select([])
    assert len(empty) == 0
    assert empty.images.shape == (0, 3, 5, 1)
    assert "nan" in empty.summary()


@pytest.mark.parametrize("indices", [[4], [-5], [0.5], [True], [[0, 1]]])
def test_select_outside_is_refused(dataset, indices):
    with pytest.raises(DataError, match="positions from 0 to 3"):
        dataset.select(indices)


def test_fields_cannot_be_replaced(dataset):
    with pytest.raises(AttributeError):
        dataset.labels = None


def test_images_of_other_sizes_stay_a_list():
    images, masks = [np.zeros((2, 3)), np.ones((4, 3))], [np.zeros((2, 3), int), np.full((4, 3), 300)]
    dataset = Dataset.from_arrays(images, name="own", masks=masks)
    assert [image.shape for image in dataset.images] == [(2, 3, 1), (4, 3, 1)]
    assert [mask.dtype for mask in dataset.masks] == [np.uint8, np.uint16]
    assert dataset.select([1]).images[0].shape == (4, 3, 1)


def test_names_of_classes_are_numbers_if_left_out():
    assert Dataset.from_arrays(np.zeros((2, 4, 4)), [2, 0], name="own").class_names == ("class 0", "class 1", "class 2")
