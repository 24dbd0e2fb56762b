"""A leak is found wherever it hides: page, search index, notebook, archive, PDF."""

import zipfile

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from coursework.leaks import CANARY, leaks, main


@pytest.mark.parametrize("name", ["page.html", "searchindex.js", "_sources/chapter.ipynb", "book.css"])
def test_leak_in_a_file_is_named(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'{{"terms": {{"{CANARY.upper()}": 3}}}}', encoding="utf-8")
    assert leaks(tmp_path) == [str(path)]


def test_leak_in_an_archive_within_an_archive_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.writestr("notes.txt", CANARY)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        outer.write(tmp_path / "inner.zip", "inner.zip")
    [found] = leaks(tmp_path / "outer.zip")
    assert found.endswith("outer.zip/inner.zip/notes.txt")


def printed(path, text):
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content.flate_encode())
    writer.write(path)
    return path


def test_leak_in_a_compressed_pdf_is_found(tmp_path):
    path = printed(tmp_path / "book.pdf", f"so {CANARY} it is")
    assert CANARY.encode() not in path.read_bytes()
    assert leaks(path) == [str(path)]


def test_clean_files_pass(tmp_path):
    printed(tmp_path / "book.pdf", "nothing to see")
    (tmp_path / "page.html").write_text("a page", encoding="utf-8")
    assert leaks(tmp_path) == []
    assert main([tmp_path]) == 0


def test_searching_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="build it first"):
        leaks(tmp_path / "gone")
