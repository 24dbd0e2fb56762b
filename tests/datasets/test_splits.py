"""Row 52: no patient is on both sides of a split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.datasets import DataError, Dataset, check_disjoint, splits

FRACTIONS = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(lambda parts: np.array(parts) / sum(parts))


def made(labels, patients):
    images = np.zeros((len(labels), 2, 2, 1))
    images[:, 0, 0, 0] = np.linspace(0, 1, len(labels))  # each image can be told apart
    names = ("normal", "ill", "other")
    return Dataset.from_arrays(images, labels, name="own", patient_ids=patients, class_names=names)


@st.composite
def datasets(draw, one_class_each=False):
    num = draw(st.integers(100, 160))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    patients = rng.integers(0, num // draw(st.integers(1, 2)), num)
    labels = patients % 3 if one_class_each else rng.integers(0, 3, num)
    return made(labels, patients)


@given(datasets(), FRACTIONS, st.integers(0, 99))
def test_row_52_every_image_is_kept_once_and_no_patient_twice(dataset, fractions, seed):
    parts = dataset.split_by_patient(fractions, np.random.default_rng(seed))
    marks = np.concatenate([part.images[:, 0, 0, 0] for part in parts])
    np.testing.assert_array_equal(np.sort(marks), dataset.images[:, 0, 0, 0])
    patients = [set(part.patient_ids.tolist()) for part in parts]
    assert sum(map(len, patients)) == len(set(dataset.patient_ids.tolist()))


@given(datasets(one_class_each=True), FRACTIONS, st.integers(0, 99))
def test_sizes_and_classes_are_near_the_fractions(dataset, fractions, seed):
    # Where each patient has one class, a part exceeds its share of a class by less than one patient.
    groups, one_hot = splits._groups(dataset, "patient"), splits._one_hot(dataset)
    part = splits._assign(groups, one_hot, fractions, np.random.default_rng(seed))
    largest = np.unique(dataset.patient_ids, return_counts=True)[1].max()
    for number, fraction in enumerate(fractions):
        counts = np.bincount(dataset.labels[part == number], minlength=3)
        wanted = fraction * np.bincount(dataset.labels, minlength=3)
        assert (counts < wanted + largest).all()
        assert (counts > wanted - (len(fractions) - 1) * largest - 1e-9).all()


def test_even_patients_are_cut_exactly():
    patients = np.repeat(np.arange(100), 3)
    train, validation, test = made(patients % 2, patients).split_by_patient((0.6, 0.2, 0.2))
    assert [part.class_counts()["ill"] for part in (train, validation, test)] == [90, 30, 30]
    assert [len(part) for part in (train, validation, test)] == [180, 60, 60]


def test_order_of_images_is_kept():
    train, _ = made([0, 1] * 20, np.arange(40)).split_by_patient((0.5, 0.5))
    assert (np.diff(train.images[:, 0, 0, 0]) > 0).all()


def test_same_seed_same_parts_and_another_seed_others():
    dataset = made([0, 1] * 20, np.arange(40))

    def drawn(seed):
        return dataset.split_by_patient((0.5, 0.5), np.random.default_rng(seed))[0].patient_ids.tolist()

    assert drawn(1) == drawn(1) != drawn(2)


def test_masks_alone_can_be_split():
    dataset = Dataset.from_arrays(np.zeros((4, 2, 2)), name="own", patient_ids=[1, 1, 2, 3])
    assert sorted(len(part) for part in dataset.split_by_patient((0.5, 0.5))) == [2, 2]


def test_row_52_unknown_patients_are_refused_with_the_risk():
    with pytest.raises(DataError, match=r'rewards recognising patients.*by="image"'):
        made([0, 1] * 4, None).split_by_patient((0.5, 0.5))


def test_by_image_splits_unknown_patients():
    parts = made([0, 1] * 4, None).split_by_patient((0.5, 0.5), by="image")
    assert [part.class_counts()["ill"] for part in parts] == [2, 2]


def test_row_52_by_image_leaks_and_the_check_says_so():
    dataset = made([0, 1] * 20, np.arange(40) // 4)
    parts = dataset.split_by_patient((0.5, 0.5), np.random.default_rng(0), by="image")
    with pytest.raises(DataError, match="patients are in both data set 0"):
        check_disjoint(*parts)


def test_row_52_split_by_patient_checks_its_own_result(monkeypatch):
    dataset = made([0, 1] * 4, [1] * 8)
    monkeypatch.setattr(splits, "_assign", lambda groups, *arguments: np.arange(len(groups)) % 2)  # a wrong cut
    with pytest.raises(DataError, match="1 patient is in both"):
        dataset.split_by_patient((0.5, 0.5))


def test_row_52_shared_patients_are_counted_and_the_first_named():
    first, second, third = made([0] * 5, list("abcde")), made([0] * 5, list("vwxyz")), made([0] * 5, list("edcba"))
    check_disjoint(first, second)
    with pytest.raises(DataError, match=r"5 patients are in both data set 0 \(own\) and data set 2 \(own\): a, b, c, "):
        check_disjoint(first, second, third)


def test_row_52_numbers_and_their_text_are_the_same_patient():
    with pytest.raises(DataError, match="1 patient is in both"):
        check_disjoint(made([0, 0], [1, 2]), made([0, 0], ["2", "3"]))


def test_row_52_unknown_patients_cannot_be_checked():
    with pytest.raises(DataError, match=r"data set 1 \(own\) has no patient_ids"):
        check_disjoint(made([0], ["a"]), made([0], None))


@pytest.mark.parametrize("fractions", [(0.5, 0.4), (1.2, -0.2), (0.5, 0.5, 0), (), (np.nan, 0.5)])
def test_bad_fractions_are_refused(fractions):
    with pytest.raises(DataError, match="shares above 0 that add up to 1"):
        made([0, 1], [1, 2]).split_by_patient(fractions)


def test_more_parts_than_patients_are_refused():
    with pytest.raises(DataError, match="stays empty; own is too small"):
        made([0, 1], [1, 1]).split_by_patient((0.5, 0.5))


def test_seed_in_place_of_a_generator_is_refused():
    with pytest.raises(DataError, match="rng=3"):
        made([0, 1], [1, 2]).split_by_patient((0.5, 0.5), 3)


def test_unknown_by_is_refused():
    with pytest.raises(DataError, match="by='site'"):
        made([0, 1], [1, 2]).split_by_patient((0.5, 0.5), by="site")
