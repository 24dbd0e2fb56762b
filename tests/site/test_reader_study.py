"""What the figure "You against the network" and the gallery are fed with is what the book's own code computes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medbook.metrics import roc_auc
from tools import make_gallery, make_reader_study

ROOT = Path(__file__).parents[2]
STUDY = json.loads(make_reader_study.STUDY.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def large():
    drawn, chosen = make_reader_study.reader_films(96)
    return drawn, chosen


def test_study_has_thirty_normal_films_and_fifteen_of_each_disease():
    assert np.bincount(STUDY["labels"]).tolist() == [30, 15, 15]
    assert len(STUDY["scores"]) == 60


def test_every_film_is_of_another_patient(large):
    drawn, chosen = large
    assert len(set(drawn.patient_ids[chosen])) == 60


def test_sheet_shows_the_films_in_the_order_of_the_labels(large):
    drawn, chosen = large
    assert drawn.labels[chosen].tolist() == STUDY["labels"]
    tiles = np.asarray(Image.open(make_reader_study.SHEETS[96]), int).reshape(6, 96, 10, 96).swapaxes(1, 2)
    assert np.abs(tiles.reshape(60, 96, 96) - 255 * drawn.images[chosen]).max() < 1.01


def test_small_sheet_shows_what_the_network_is_given():
    drawn, chosen = make_reader_study.reader_films(48)
    tiles = np.asarray(Image.open(make_reader_study.SHEETS[48]), int).reshape(6, 48, 10, 48).swapaxes(1, 2)
    assert np.abs(tiles.reshape(60, 48, 48) - 255 * drawn.images[chosen]).max() < 1.01


def test_outlines_lie_around_the_lesions_of_every_diseased_film(large):
    drawn, chosen = large
    ill = np.flatnonzero(STUDY["labels"])
    paths = re.findall(r'translate\((\d+) (\d+)\)" d="([^"]+)"', make_reader_study.OUTLINES.read_text(encoding="utf-8"))
    assert [(int(x) // 96, int(y) // 96) for x, y, _ in paths] == [(at % 10, at // 10) for at in ill]
    for at, (_, _, path) in zip(ill, paths, strict=True):
        points = np.array(re.findall(r"[\d.]+", path), float).reshape(-1, 2)[:, ::-1]  # (row, col)
        inside = np.argwhere(drawn.masks[chosen[at]])
        np.testing.assert_allclose(points.min(axis=0), inside.min(axis=0), atol=0.51)
        np.testing.assert_allclose(points.max(axis=0), inside.max(axis=0) + 1, atol=0.51)


@pytest.mark.parametrize("page", make_reader_study.PAGES, ids=lambda page: page.name)
def test_page_holds_the_stored_scores(page):
    text = page.read_text(encoding="utf-8")
    text = json.loads(text)["cells"] if page.suffix == ".ipynb" else text
    text = text if isinstance(text, str) else "\n".join("".join(cell["source"]) for cell in text)
    assert make_reader_study.TAG.findall(text) == [make_reader_study.tag(STUDY)]


def test_chapter_prints_the_area_of_the_stored_scores():
    area = roc_auc(np.array(STUDY["labels"]) > 0, STUDY["scores"])
    assert f"network of the figure:  AUC {area:.2f}, finds" in make_reader_study.CHAPTER.read_text(encoding="utf-8")


def test_gallery_shows_the_slice_of_the_book_s_own_ct():
    assert make_gallery.TAG.findall(make_gallery.PAGE.read_text(encoding="utf-8")) == [make_gallery.tag()]
