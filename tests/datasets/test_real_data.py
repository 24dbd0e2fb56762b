"""The real public sets, where they are: their counts are those that their authors published."""

import os
from pathlib import Path

import numpy as np
import pytest

from medbook.datasets import load

ROOT = Path(os.environ.get("MEDBOOK_DATA", "none"))
pytestmark = pytest.mark.real_data


def needs(folder):
    return pytest.mark.skipif(
        not (ROOT / folder).exists(), reason=f"real data are absent: MEDBOOK_DATA names no folder with {folder}"
    )


@needs("medmnist")
@pytest.mark.parametrize(
    ("name", "split", "counts"),
    [
        ("pneumoniamnist", "train", (1214, 3494)),
        ("pneumoniamnist", "validation", (135, 389)),
        ("pneumoniamnist", "test", (234, 390)),
        ("breastmnist", "train", (399, 147)),
        ("breastmnist", "validation", (57, 21)),
        ("breastmnist", "test", (114, 42)),
    ],
)
def test_medmnist_has_the_official_parts(name, split, counts):
    dataset = load(name, split)
    assert tuple(dataset.class_counts().values()) == counts
    assert dataset.images.shape == (sum(counts), 28, 28, 1)
    assert 0 <= dataset.images.min() < dataset.images.max() <= 1


@needs("cxr_nih128")
def test_nih_has_288_patients_of_whom_8_have_both_labels():
    dataset = load("nih_chest")
    assert dataset.class_counts() == {"no finding": 200, "pneumonia": 200}
    assert dataset.images.shape == (400, 128, 128, 1)
    assert len(np.unique(dataset.patient_ids)) == 288
    ill, healthy = (set(dataset.patient_ids[dataset.labels == label].tolist()) for label in (1, 0))
    assert len(ill & healthy) == 8


@needs("cxr_nih128")
def test_nih_is_split_by_patient_close_to_the_fractions():
    parts = load("nih_chest").split_by_patient((0.7, 0.15, 0.15), np.random.default_rng(0))
    for part, fraction in zip(parts, (0.7, 0.15, 0.15), strict=True):
        for count in part.class_counts().values():
            assert abs(count - 200 * fraction) <= 3


@needs("hippocampus_msd")
def test_hippocampus_has_65_volumes_with_both_parts():
    dataset = load("hippocampus")
    assert (len(dataset), dataset.spacing_mm) == (65, (1, 1, 1))
    for volume, mask in zip(dataset.images, dataset.masks, strict=True):
        assert volume.shape[:-1] == mask.shape
        assert np.unique(mask).tolist() == [0, 1, 2]
        anterior, posterior = (np.nonzero(mask == part)[1].mean() for part in (1, 2))
        assert anterior < posterior  # rows run from front to back


@needs("nuclei_dsb2018")
def test_nuclei_are_120_images_with_3714_nuclei():
    dataset = load("nuclei")
    assert dataset.class_counts() == {"fluorescence": 100, "stained tissue": 20}
    assert dataset.extras["num_nuclei"].sum() == 3714
    assert {image.shape for image in dataset.images} == {(256, 256, 3), (256, 320, 3)}
