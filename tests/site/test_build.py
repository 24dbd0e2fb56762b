"""A warning of the site build is an error: shown on a book that is broken on purpose."""

import pytest

from tests.site.conftest import build


def test_small_book_in_order_builds(small_book, tmp_path):
    result = build(small_book, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (tmp_path / "_build/html/chapters/page.html").exists()


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("See {doc}`nowhere`.", "nowhere"),
        ("See {cite}`nobody1999`.", "nobody1999"),
        ("See {term}`undefined word`.", "undefined word"),
        ("![A picture that is not there](missing.png)", "missing.png"),
        ("```{nonsense}\n```", "nonsense"),
        ("#### A heading two levels down", "consecutive header level"),
    ],
)
def test_warning_fails_the_build(small_book, tmp_path, text, warning):
    page = small_book / "chapters" / "page.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n" + text + "\n", encoding="utf-8")
    result = build(small_book, tmp_path)
    assert result.returncode != 0
    assert warning.lower() in (result.stdout + result.stderr).lower()
