from pathlib import Path

import pytest

from tests.notebooks.form import costs_table, faults

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_chapter_is_in_order(path):
    assert faults(path) == []


def test_costs_page_states_what_was_measured():
    page = CHAPTERS[0].parent / "costs.md"
    assert costs_table(CHAPTERS) in page.read_text(encoding="utf-8")
