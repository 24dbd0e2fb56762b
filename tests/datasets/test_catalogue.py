import hashlib
from dataclasses import replace

import numpy as np
import pytest

from medbook.datasets import DataError, load, medmnist
from tests.datasets.builders import medmnist_arrays, npz_bytes


@pytest.fixture
def folder(tmp_path, monkeypatch):
    content = npz_bytes(**medmnist_arrays())
    for name, entry in list(medmnist.SETS.items()):
        (tmp_path / f"{name}.npz").write_bytes(content)
        monkeypatch.setitem(medmnist.SETS, name, replace(entry, sha256=hashlib.sha256(content).hexdigest()))
    return tmp_path


def test_pneumonia_is_1_as_in_the_file(folder):
    dataset = load("pneumoniamnist", "validation", folder=folder)
    assert dataset.labels.tolist() == [0, 1, 0, 1]
    assert (dataset.class_names, dataset.positive_class) == (("normal", "pneumonia"), "pneumonia")


def test_malignant_is_1_though_the_file_says_0(folder):
    dataset = load("breastmnist", "validation", folder=folder)
    assert dataset.labels.tolist() == [1, 0, 1, 0]
    assert (dataset.class_names, dataset.positive_class) == (("normal or benign", "malignant"), "malignant")


def test_images_are_scaled_and_have_a_channel(folder):
    images = load("pneumoniamnist", "train", folder=folder).images
    assert images.shape == (4, 28, 28, 1)
    np.testing.assert_allclose(images[:, 3, 4, 0], np.array([5, 15, 25, 35]) / 255, rtol=1e-6)


def test_without_split_all_official_parts_follow_one_another(folder):
    whole = load("pneumoniamnist", folder=folder)
    expected = [load("pneumoniamnist", part, folder=folder).images for part in ("train", "validation", "test")]
    np.testing.assert_array_equal(whole.images, np.concatenate(expected))
    assert whole.split is None


def test_num_draws_without_replacement_and_repeats(folder):
    def drawn(seed):
        return load("pneumoniamnist", num=8, folder=folder, rng=np.random.default_rng(seed)).images[:, 0, 0, 0].tolist()

    assert drawn(0) == drawn(0) != drawn(1)
    assert drawn(0) == load("pneumoniamnist", num=8, folder=folder).images[:, 0, 0, 0].tolist()
    assert len(load("pneumoniamnist", num=12, folder=folder)) == 12


def test_more_images_than_there_are_cannot_be_drawn(folder):
    with pytest.raises(DataError, match=r"num=13.*only 12 images"):
        load("pneumoniamnist", num=13, folder=folder)


def test_row_37_field_of_other_shape_is_named_with_its_file(folder, monkeypatch):
    arrays = medmnist_arrays() | {"test_labels": np.zeros((4, 2), dtype="uint8")}
    content = npz_bytes(**arrays)
    (folder / "pneumoniamnist.npz").write_bytes(content)
    entry = replace(medmnist.SETS["pneumoniamnist"], sha256=hashlib.sha256(content).hexdigest())
    monkeypatch.setitem(medmnist.SETS, "pneumoniamnist", entry)
    with pytest.raises(DataError, match=r"pneumoniamnist\.npz, test_labels: shape \(4, 2\), expected \(any, 1\)"):
        load("pneumoniamnist", "test", folder=folder)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(name="pneumonia_mnist"), "Did you mean 'pneumoniamnist'"),
        (dict(name=None), "expected one of simulated_chest"),
        (dict(name="simulated_chest", split="val"), "expected train, validation, test"),
        (dict(name="simulated_chest", num=0), "num=0"),
        (dict(name="simulated_chest", num=2.0), "num=2.0"),
        (dict(name="simulated_chest", rng=7), r"rng=7.*default_rng\(seed\)"),
    ],
)
def test_bad_argument_is_named(arguments, message):
    with pytest.raises(DataError, match=message):
        load(**arguments)
