"""Links, anchors, ids, alt text and size of the built site; and that the check finds faults."""

import re

import pytest

from tests.site.pages import faults


def test_site_has_no_fault(site):
    assert faults(site) == []


def test_no_page_names_a_content_network(site):
    for page in site.rglob("*.html"):
        if "_static" not in page.relative_to(site).parts:
            assert not re.search(r"(jsdelivr|unpkg|cdnjs|googleapis|mybinder)", page.read_text(encoding="utf-8")), page


def test_every_page_says_not_for_clinical_use(site):
    for page in (site / "chapters").glob("*.html"):
        assert "for clinical use" in page.read_text(encoding="utf-8"), page.name


def test_mathjax_is_in_the_site(site):
    assert (site / "_static/mathjax/core.js").stat().st_size > 200_000
    assert (site / "_static/mathjax/startup.js").exists()
    assert not (site / "_static/scripts/fontawesome.js").exists()


def test_stored_outputs_reach_the_page(site):
    page = (site / "chapters/convolution.html").read_text(encoding="utf-8")
    assert "aorta: mean 163 HU" in page


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<a href="nowhere.html">x</a>', "links to nowhere.html"),
        ('<a href="#nothing">x</a>', "whose anchor does not exist"),
        ('<p id="a"></p><p id="a"></p>', "id 'a' occurs more than once"),
        ('<img src="data:image/png;base64,AA">', "has no alt text"),
        ('<script src="https://example.org/x.js"></script>', "from outside"),
        ('<link rel="stylesheet" href="gone.css">', "loads gone.css, which does not exist"),
    ],
)
def test_check_finds_a_planted_fault(tmp_path, body, said):
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    assert any(said in fault for fault in faults(tmp_path))


def test_check_passes_a_page_in_order(tmp_path):
    body = '<p id="a">x</p><a href="#a">x</a><a href="page.html#a">x</a><img src="data:image/png;base64,AA" alt="x y">'
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    assert faults(tmp_path) == []
