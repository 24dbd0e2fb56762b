"""The printed book holds what the book holds, and the check of it finds what is missing."""

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("pdf_tool", ROOT / "tools" / "pdf.py")
pdf_tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pdf_tool)

FACTS = {"title": "medbook: a book", "author": "The authors", "version": "0.1.0"}
HEADINGS = [
    {"level": 1, "title": "Start", "id": "heading.0", "document": "chapters/intro", "part": None},
    {"level": 1, "title": "1. Convolution", "id": "heading.1", "document": "chapters/convolution", "part": "Images"},
    {"level": 2, "title": "1.1. A first film", "id": "heading.2", "document": "chapters/convolution", "part": "Images"},
]
CHAPTERS = ["chapters/intro", "chapters/convolution"]
SOUND = {
    "figures": 2, "broken": 0, "unnamed": 0, "formulas": 5, "set": 5, "wrong": 0, "wide": [], "lost": [],
    "edition": True, "headings": HEADINGS,
    "samples": {"chapters/intro": ["Start"], "chapters/convolution": ["A first film"]},
}  # fmt: skip


def name(text):
    return NameObject(f"/{text}")


def write_printed(
    path, *, tagged=True, language="en", described=2, texts=("Start", "1. Convolution", "1.1. A first film"), link=None
):
    """Write what Chromium prints: a page for each text, which the place heading.0, heading.1, ... names."""
    writer = PdfWriter()
    places = DictionaryObject()
    font = DictionaryObject(
        {name("Type"): name("Font"), name("Subtype"): name("Type1"), name("BaseFont"): name("Helvetica")}
    )
    for number, text in enumerate(texts):
        page = writer.add_blank_page(300, 100)
        page[name("Resources")] = DictionaryObject({name("Font"): DictionaryObject({name("F1"): font})})
        content = stream_of(f"BT /F1 12 Tf 10 50 Td ({text}) Tj ET")
        page[name("Contents")] = writer._add_object(content)
        place = ArrayObject([page.indirect_reference, name("XYZ"), NumberObject(0), NumberObject(60), NumberObject(0)])
        places[name(f"heading.{number}")] = place
    if link:
        writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url=link))
    figure = {name("S"): name("Figure"), name("Alt"): TextStringObject("a chest")}
    tags = ArrayObject([DictionaryObject(figure) for _ in range(described)])
    writer.root_object[name("StructTreeRoot")] = DictionaryObject({name("K"): tags})
    writer.root_object[name("Dests")] = places
    if language:
        writer.root_object[name("Lang")] = TextStringObject(language)
    if tagged:
        writer.root_object[name("MarkInfo")] = DictionaryObject({name("Marked"): BooleanObject(True)})
    writer.write(path)


def stream_of(text):
    stream = StreamObject()
    stream.set_data(text.encode())
    return stream


@pytest.fixture
def faults(tmp_path):
    """Print with these options, finish with these headings, and return the faults that are found."""

    def find(*, headings=HEADINGS, **options):
        write_printed(tmp_path / "printed.pdf", **options)
        pdf_tool.finish(tmp_path / "printed.pdf", tmp_path / "book.pdf", {**SOUND, "headings": headings}, FACTS)
        return pdf_tool.faults_of_pdf(tmp_path / "book.pdf", SOUND, CHAPTERS)

    return find


def test_sound_page_and_pdf_have_no_fault(faults):
    assert pdf_tool.faults_of_page(SOUND) == []
    assert faults() == []


@pytest.mark.parametrize(
    ("book", "said"),
    [
        ({"broken": 1}, "1 of 2 pictures were not loaded"),
        ({"unnamed": 2}, "2 of 2 pictures have no alt text"),
        ({"set": 4}, "5 formulas, but 4 were set"),
        ({"wrong": 3}, "3 formulas hold an error"),
        ({"wide": ["<table> Kernel"]}, "wider than the paper: <table> Kernel"),
        ({"lost": ["Pooling"]}, "links that lead nowhere: Pooling"),
        ({"edition": False}, 'the first page has no line that opens with "Version"'),
    ],
)
def test_fault_of_the_page_is_named(book, said):
    assert pdf_tool.faults_of_page({**SOUND, **book}) == [said]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tagged": False}, "not tagged"),
        ({"language": None}, "its language"),
        ({"described": 1}, "2 pictures on the page, 1 with alt text"),
        ({"headings": HEADINGS[:2]}, "the outline lacks: 1.1. A first film"),
        ({"headings": [*HEADINGS, HEADINGS[-1]]}, "another order or doubles"),
        ({"texts": ("Start", "A first film", "Convolution 1.1. A first film")}, "leads to page 2 for '1. Convolution'"),
        ({"texts": ("Nothing", "1. Convolution", "1.1. A first film")}, "leads to page 1 for 'Start'"),
        ({"link": "file:///home/reader/picture.png"}, "page 1 has a link to file:///home/reader/picture.png"),
    ],
)
def test_fault_of_the_pdf_is_named(faults, options, said):
    assert said in faults(**options)[0]


def test_paragraph_that_is_missing_is_named():
    book = {"samples": {"chapters/intro": ["We open a film.", "And close it."]}}
    assert pdf_tool.lost_text([pdf_tool.bare(text) for text in ("We open", "a ﬁlm.")], book) == [
        "chapters/intro lacks 1 of 2 paragraphs, such as ['And close it.']"
    ]


def test_letters_that_setting_changes_are_equal():
    assert pdf_tool.bare("a ﬁlm (区域生长法)") == pdf_tool.bare("a\nfilm (区域生⻓法)")


def test_heading_that_is_on_no_page_stops(tmp_path):
    write_printed(tmp_path / "printed.pdf", texts=("Start",))
    with pytest.raises(pdf_tool.PdfError, match=r"on no page: 1\. Convolution"):
        pdf_tool.finish(tmp_path / "printed.pdf", tmp_path / "book.pdf", SOUND, FACTS)


def test_outline_nests_sections_in_chapters_in_parts(tmp_path):
    write_printed(tmp_path / "printed.pdf")
    pdf_tool.finish(tmp_path / "printed.pdf", tmp_path / "book.pdf", SOUND, FACTS)
    reader = PdfReader(tmp_path / "book.pdf")
    start, part, (chapter, (section,)) = reader.outline
    assert [item.title for item in (start, part, chapter, section)] == [
        "Start",
        "Images",
        "1. Convolution",
        "1.1. A first film",
    ]
    assert [reader.get_destination_page_number(item) for item in (start, part, chapter, section)] == [0, 1, 1, 2]


def test_pdf_says_its_title_author_and_version(tmp_path):
    write_printed(tmp_path / "printed.pdf")
    pdf_tool.finish(tmp_path / "printed.pdf", tmp_path / "book.pdf", SOUND, FACTS)
    said = PdfReader(tmp_path / "book.pdf").metadata
    assert (said.title, said.author, said.subject) == ("medbook: a book", "The authors", "Version 0.1.0")


def test_pages_come_from_the_table_of_contents(tmp_path):
    (tmp_path / "_toc.yml").write_text("root: a\nparts:\n- chapters:\n  - file: b\n  - file: c\n", encoding="utf-8")
    assert pdf_tool.pages_of_toc(tmp_path / "_toc.yml") == ["a", "b", "c"]


# ---- The whole book, printed once; about two minutes on two cores ----


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no Chromium on this machine")
    output = tmp_path_factory.mktemp("pdf") / "medbook.pdf"
    return pdf_tool.make(output=output), output


def stored_pictures():
    """Count the pictures that the chapters of the book hold, without building it."""
    count = 0
    for page in pdf_tool.pages_of_toc(ROOT / "_toc.yml"):
        notebook = ROOT / f"{page}.ipynb"
        if notebook.exists():
            cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
            count += sum("image/png" in out.get("data", {}) for cell in cells for out in cell.get("outputs", []))
    return count


@pytest.mark.slow
def test_book_is_printed_whole(printed):
    book, reader = printed[0], PdfReader(printed[1])
    assert book["figures"] == stored_pictures() + 1  # and the one on the cover
    assert book["formulas"] == book["set"] > 500
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    headings = [heading["title"] for heading in book["headings"]]
    titles = [item.title for item in pdf_tool.entries(reader.outline)]
    numbered = [title for title in headings if re.match(r"\d+\.\d", title)]
    assert len(numbered) > 100
    assert [title for title in titles if re.match(r"\d+\.\d", title)] == numbered
    text = "".join(page.extract_text() for page in reader.pages[:50])  # all 300 would take as long as printing them
    assert not re.search("Show the code|Click to hide|Answer: page 000", text)
    assert re.search(r"Answer: page \d+", text)


@pytest.mark.slow
def test_printed_book_holds_no_solution_of_an_assignment(printed):
    search = pytest.importorskip("coursework.leaks", reason="the edition for students holds no solutions")
    assert search.leaks(printed[1]) == []
