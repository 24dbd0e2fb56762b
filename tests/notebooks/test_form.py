from pathlib import Path

import pytest

from tests.notebooks.form import faults

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_chapter_is_in_order(path):
    assert faults(path) == []
