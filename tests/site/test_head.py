"""What a page tells searchers and browsers about itself; and what its style sheet keeps."""

import re
import sys

import pytest

from tests.site.conftest import ROOT, build
from tests.site.test_browser import page_paths

sys.path.insert(0, str(ROOT / "_ext"))
import medbook_weight


def test_every_page_describes_itself_in_a_line(site):
    texts = {}
    for path in (site / "chapters").glob("*.html"):
        text = re.findall(r'<meta name="description" content="([^"]*)"', path.read_text(encoding="utf-8"))
        assert len(text) == 1, path.name
        assert 30 < len(text[0]) < 250, path.name
        texts[path.name] = text[0]
    assert len(set(texts.values())) == len(texts)


def test_description_is_the_first_paragraph(site):
    page = (site / "chapters/convolution.html").read_text(encoding="utf-8")
    assert '<meta name="description" content="How nine numbers look at an image' in page
    assert '<meta property="og:title" content="3. Convolution" />' in page


def test_every_page_has_language_icon_and_one_viewport(site):
    for path in page_paths(site):
        page = path.read_text(encoding="utf-8")
        if "http-equiv" not in page:
            assert '<html lang="en"' in page, path.name
            assert 'rel="icon"' in page, path.name
            assert page.count('name="viewport"') == 1, path.name


def test_description_set_by_hand_stays_and_an_address_gives_a_canonical_link(small_book, tmp_path):
    page = small_book / "chapters/page.md"
    head = "---\nmyst:\n  html_meta:\n    description: Set by hand.\n---\n"
    page.write_text(head + page.read_text(encoding="utf-8"), encoding="utf-8")
    config = small_book / "_config.yml"
    text = config.read_text(encoding="utf-8").replace("html:\n", "html:\n  baseurl: https://example.org/book/\n", 1)
    config.write_text(text, encoding="utf-8")
    assert build(small_book, tmp_path).returncode == 0
    made = (tmp_path / "_build/html/chapters/page.html").read_text(encoding="utf-8")
    assert made.count('name="description"') == 1
    assert '<meta property="og:description" content="Set by hand." />' in made
    assert '<link rel="canonical" href="https://example.org/book/chapters/page.html" />' in made
    assert '<meta property="og:image" content="https://example.org/book/_static/cover.png" />' in made


@pytest.mark.parametrize(
    ("rule", "stays"),
    [
        ("p{color:red}", True),
        (".used{color:red}", True),
        (".unused,.used{color:red}", True),
        (".used:not(.unused){color:red}", True),
        ("[data-x=a] .used{color:red}", True),
        (".used .unused{color:red}", False),
        ("#unused{color:red}", False),
        ("@media print{.used{color:red}}", True),
        ("@media print{.unused{color:red}}", False),
        ("@font-face{font-family:x}", True),
    ],
)
def test_style_sheet_keeps_what_can_apply(rule, stays):
    assert bool(medbook_weight.used_rules(rule, {"used"}).strip()) == stays
