"""No solution or hidden test of an assignment may be on the site, in its search index or its sources."""

import shutil

from coursework.leaks import CANARY, leaks


def test_site_holds_no_solution(site):
    assert leaks(site) == []


def test_planted_solution_is_found_in_sources_and_search_index(small_book, tmp_path):
    from tests.site.conftest import build

    page = small_book / "chapters" / "page.md"
    page.write_text(f"# A page\n\nWith a secret, {CANARY}.\n", encoding="utf-8")
    assert build(small_book, tmp_path).returncode == 0
    found = " ".join(leaks(tmp_path / "_build" / "html"))
    assert all(part in found for part in ("searchindex.js", "_sources", "page.html"))
    shutil.rmtree(tmp_path / "_build")
