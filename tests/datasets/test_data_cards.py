"""The tables of the page "Data cards" hold what the data sets hold, word for word."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from medbook.datasets import load, medmnist, names, simulated

PAGE = Path(__file__).parents[2] / "chapters/data_cards.md"
ROOT = Path(os.environ.get("MEDBOOK_DATA", "none"))
FOLDERS = {"nih_chest": "cxr_nih128", "nuclei": "nuclei_dsb2018", "hippocampus": "hippocampus_msd"}
PARTS = ("train", "validation", "test")


def table(name):
    """Return the lines of a set's table: a row for each part, with the number of images of each class."""
    parts = {"all": load(name)} if name in FOLDERS else {part: load(name, part) for part in PARTS}
    first = next(iter(parts.values()))
    lines = ["| part | images | " + " | ".join(first.class_counts()) + " |"]
    lines.append("| --- " * (2 + len(first.class_names)) + "|")
    for part, dataset in parts.items():
        lines.append(f"| {part} | {len(dataset)} | " + " | ".join(map(str, dataset.class_counts().values())) + " |")
    return "\n".join(lines)


def shown(name):
    page = PAGE.read_text(encoding="utf-8")
    return re.search(rf"% counts of {name}\n\n(.*?)\n\n% end", page, re.DOTALL)[1]


def needs(folder):
    absent = not (ROOT / folder).exists()
    return [
        pytest.mark.real_data,
        pytest.mark.skipif(absent, reason=f"real data are absent: MEDBOOK_DATA names no folder with {folder}"),
    ]


@pytest.mark.parametrize("name", names())
def test_every_set_has_a_card(name):
    assert f"\n## `{name}`" in PAGE.read_text(encoding="utf-8") or f", `{name}`\n" in PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", simulated.SETS)
def test_table_of_a_simulated_set_is_what_load_gives(name):
    assert shown(name) == table(name)


@pytest.mark.slow
def test_nodules_are_as_small_as_the_card_says():
    dataset = load("simulated_ct_thorax")
    pixels = dataset.masks[dataset.labels == 1].sum(axis=(1, 2))
    assert (pixels < 40).mean() > 0.9


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=needs("medmnist")) for name in medmnist.SETS]
    + [pytest.param(name, marks=needs(FOLDERS[name])) for name in ("nih_chest", "nuclei")],
)
def test_table_of_a_public_set_is_what_load_gives(name):
    assert shown(name) == table(name)


@pytest.mark.parametrize(
    ("name", "repeated", "pairs"),
    [
        pytest.param("pneumoniamnist", 29, {("train", "validation"): 8}, marks=needs("medmnist")),
        pytest.param("breastmnist", 1, {("train", "test"): 1}, marks=needs("medmnist")),
    ],
)
def test_images_that_occur_twice_are_as_many_as_the_card_says(name, repeated, pairs):
    images = {part: [image.tobytes() for image in load(name, part).images] for part in PARTS}
    everything = [image for part in PARTS for image in images[part]]
    assert len(everything) - len(set(everything)) == repeated
    for first, second in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert len(set(images[first]) & set(images[second])) == pairs.get((first, second), 0)


@pytest.mark.parametrize("name", [pytest.param("breastmnist", marks=needs("medmnist"))])
def test_breast_image_that_occurs_twice_has_two_diagnoses(name):
    dataset = load(name)
    flat = dataset.images.reshape(len(dataset), -1)
    _, first, counts = np.unique(flat, axis=0, return_index=True, return_counts=True)
    twice = (flat == flat[first[counts == 2]]).all(axis=1)
    assert sorted(dataset.labels[twice].tolist()) == [0, 1]
