"""One address in _config.yml switches on all buttons; without it there are none."""

import json
import re
import sys
from html import unescape
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from sphinx.errors import ConfigError

import medbook
from tests.site.conftest import ROOT, build

sys.path.insert(0, str(ROOT / "_ext"))
import medbook_edition
import medbook_repository

URL = "https://github.com/example/medbook"
NOTEBOOK_CELLS = "# A chapter\n\n<!-- medbook: edition -->\n\nA sentence."


@pytest.fixture
def book(small_book):
    """A small book with a notebook, and the file from which the edition is read."""
    cells = [nbformat.v4.new_markdown_cell(NOTEBOOK_CELLS), nbformat.v4.new_code_cell("1 + 1")]
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.write(notebook, small_book / "chapters" / "chapter.ipynb")
    toc = "format: jb-book\nroot: chapters/page\nchapters:\n  - file: chapters/chapter\n"
    (small_book / "_toc.yml").write_text(toc, encoding="utf-8")
    page = "# A page\n\n<!-- medbook: clone -->\n\n<!-- medbook: issues -->\n\n<!-- medbook: citation -->\n"
    (small_book / "chapters" / "page.md").write_text(page, encoding="utf-8")
    citation = "title: A book\nversion: 1.2.0\nauthors: [{name: The authors}]\n"
    (small_book / "CITATION.cff").write_text(citation, encoding="utf-8")
    return small_book


def configure(book, **settings):
    """Replace settings of the book's configuration by name."""
    path = book / "_config.yml"
    text = path.read_text(encoding="utf-8")
    for name, value in settings.items():
        text, count = re.subn(rf"(?m)^(  {name}:) .*$", rf"\1 {value}", text)
        assert count == 1
    path.write_text(text, encoding="utf-8")


def built(book, output):
    """Return the links of the chapter's page, and the text of both pages."""
    result = build(book, output)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    pages = [(output / f"_build/html/chapters/{name}.html").read_text(encoding="utf-8") for name in ("chapter", "page")]
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', pages[0])], *pages


def test_without_address_there_are_no_buttons(book, tmp_path):
    links, chapter, page = built(book, tmp_path)
    outside = [link for link in links if link.startswith("http")]
    assert not [link for link in outside if re.search("binder|colab|github.com/example|hub/user|issues", link)]
    assert "launch-buttons" not in chapter
    assert "source-buttons" not in chapter
    assert "has no public repository" in page
    assert "Version 1.2.0" in chapter
    assert "none yet" in chapter


def test_address_switches_on_every_button(book, tmp_path):
    configure(book, url=URL, jupyterhub_url="https://hub.example.edu")
    links, chapter, page = built(book, tmp_path)
    assert {
        "https://mybinder.org/v2/gh/example/medbook/main?urlpath=lab/tree/chapters/chapter.ipynb",
        "https://colab.research.google.com/github/example/medbook/blob/colab/chapters/chapter.ipynb",
        "https://hub.example.edu/hub/user-redirect/git-pull"
        "?repo=https%3A//github.com/example/medbook&urlpath=lab/tree/medbook/chapters/chapter.ipynb&branch=main",
        URL,
        f"{URL}/edit/main/chapters/chapter.ipynb",
    } <= set(links)
    assert any(
        link.startswith(f"{URL}/issues/new?title=Issue%20on%20page%20%2Fchapters/chapter.html") for link in links
    )
    assert f"git clone {URL}.git medbook" in page
    assert f'href="{URL}/issues"' in page


def test_edition_and_citation_come_from_the_citation_file():
    citation = {"title": "A book", "version": "1.2.0", "authors": [{"given-names": "A", "family-names": "Writer"}]}
    released = {**citation, "date-released": "2027-03-01", "doi": "10.5281/zenodo.1"}
    commit = ("2027-04-02", "abc1234")
    assert medbook_edition.edition(released, None, URL) == (
        "**Version 1.2.0** · released 2027-03-01 · DOI [10.5281/zenodo.1](https://doi.org/10.5281/zenodo.1)"
    )
    assert "state of 2027-04-02 ([abc1234](" in medbook_edition.edition(citation, commit, URL)
    assert "(abc1234) · DOI: none yet" in medbook_edition.edition(citation, commit, "")
    assert medbook_edition.citation_text(released, None, URL).startswith("A Writer (2027). *A book*, version 1.2.0. <")


def test_version_of_the_citation_file_is_the_packages():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == medbook.__version__


def test_unknown_marker_is_refused_by_name():
    with pytest.raises(KeyError, match="editon"):
        medbook_edition.fill("<!-- medbook: editon -->", ({}, None, ""))


def test_marker_in_a_notebook_is_filled_as_json():
    filled = medbook_edition.fill('{"source": ["<!-- medbook: clone -->"]}', ({}, None, URL), in_json=True)
    assert json.loads(filled)["source"][0].splitlines()[1] == f"git clone {URL}.git medbook"


def config(url, **launch):
    """Return what stands in for Sphinx' configuration."""
    return SimpleNamespace(html_theme_options={"repository_url": url, "launch_buttons": launch})


@pytest.mark.parametrize("url", ["github.com/example/medbook", "https://github.com/example", "https://example.org/a/b"])
def test_address_of_which_no_links_can_be_made_stops_the_build(url):
    with pytest.raises(ConfigError, match=r"expected https://github\.com/OWNER"):
        medbook_repository.set_buttons(None, config(url))


@pytest.mark.parametrize("url", [URL, URL + "/", URL + ".git"])
def test_address_is_taken_in_all_its_spellings(url):
    assert medbook_repository.repository_url(config(url)) == URL


def test_gitlab_has_all_buttons_but_colab():
    made = config(
        "https://gitlab.com/a/b", binderhub_url="https://mybinder.org", colab_url="https://colab", thebe=False
    )
    medbook_repository.set_buttons(None, made)
    assert made.html_theme_options["launch_buttons"] == {"binderhub_url": "https://mybinder.org"}
    assert made.html_theme_options["use_issues_button"] is True
