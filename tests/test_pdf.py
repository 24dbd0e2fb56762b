"""The check of the printed book finds what is missing."""

import importlib.util
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, TextStringObject

SPEC = importlib.util.spec_from_file_location("pdf_tool", Path(__file__).parents[1] / "tools" / "pdf.py")
pdf_tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pdf_tool)

SOUND = {"figures": 2, "broken": 0, "unnamed": 0, "formulas": 5, "set": 5, "wrong": 0}


def write_pdf(path, *, tagged=True, titles=("1. Convolution",), described=2):
    """Write a PDF of one empty page with the tags and the outline that are asked for."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for title in titles:
        writer.add_outline_item(title, 0)
    figure = {NameObject("/S"): NameObject("/Figure"), NameObject("/Alt"): TextStringObject("a chest")}
    tags = ArrayObject([DictionaryObject(figure) for _ in range(described)])
    writer.root_object[NameObject("/StructTreeRoot")] = DictionaryObject({NameObject("/K"): tags})
    if tagged:
        writer.root_object[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
    writer.write(path)


def test_sound_page_and_pdf_have_no_fault(tmp_path):
    write_pdf(tmp_path / "book.pdf")
    assert pdf_tool.faults_of_page(SOUND) == []
    assert pdf_tool.faults_of_pdf(tmp_path / "book.pdf", SOUND, ["Convolution"]) == []


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ({"broken": 1}, "1 of 2 pictures were not loaded"),
        ({"unnamed": 2}, "2 of 2 pictures have no alt text"),
        ({"set": 4}, "5 formulas, but 4 were set"),
        ({"wrong": 3}, "3 formulas hold an error"),
    ],
)
def test_fault_of_the_page_is_named(counted, said):
    assert pdf_tool.faults_of_page({**SOUND, **counted}) == [said]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tagged": False}, "not tagged"),
        ({"titles": ()}, "the outline lacks: Convolution"),
        ({"described": 1}, "2 pictures on the page, 1 with alt text"),
    ],
)
def test_fault_of_the_pdf_is_named(tmp_path, options, said):
    write_pdf(tmp_path / "book.pdf", **options)
    assert said in pdf_tool.faults_of_pdf(tmp_path / "book.pdf", SOUND, ["Convolution"])[0]


def test_titles_come_from_the_contents_of_the_single_page(tmp_path):
    item = '<li class="toctree-l1 {0}"><a class="reference internal" href="#document-chapters/{1}">{2}</a></li>'
    page = tmp_path / "book.html"
    rows = [("nav-item", "a", "1. Dense layers"), ("", "b", "Questions &amp; answers"), ("", "a", "1. Dense layers")]
    page.write_text("".join(item.format(*row) for row in rows), encoding="utf-8")
    assert pdf_tool.chapter_titles(page) == ["Dense layers", "Questions & answers"]
