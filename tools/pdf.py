"""Make the whole book one PDF, tagged and with an outline, and check that nothing of the book is missing in it.

    python tools/pdf.py            writes _build/medbook.pdf

Jupyter Book puts all chapters on a single page. tools/pdf_page.js makes the printed book of it (cover, contents,
answers at the end of their chapter), a Chromium prints it twice, the second time with the page numbers that the first
one found, and pypdf adds the outline: Chromium's own names a heading twice where it is moved to the next page.
"""

import logging
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, Fit, NameObject

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "_build" / "medbook.pdf"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PATIENCE_MS = 10 * 60 * 1000
PASSES = 4  # of printing, until the page numbers in the contents are those of the pages
PRINTED_WIDTH_PX = 673  # 178 mm between the margins of pdf_page.css
COUNT = """() => {
    const article = document.querySelector("article.bd-article");
    const [images, right] = [[...article.querySelectorAll("img")], article.getBoundingClientRect().right];
    const wide = [...article.querySelectorAll("pre, table, img, mjx-container")].filter((item) =>
        item.getBoundingClientRect().right > right + 2 ||
        item.matches("pre") && item.scrollWidth > item.clientWidth + 2);
    return {
        figures: images.length,
        broken: images.filter((image) => !image.naturalWidth).length,
        unnamed: images.filter((image) => !image.alt).length,
        formulas: article.querySelectorAll(".math").length,
        set: article.querySelectorAll(".math mjx-container").length,
        wrong: article.querySelectorAll("mjx-merror").length,
        wide: wide.map((item) => `<${item.tagName.toLowerCase()}> ${item.textContent.trim().slice(0, 40)}`),
    };
}"""
NUMBER = """(pages) => document.querySelectorAll(".page[data-target]").forEach((number) => {
    number.textContent = pages[number.dataset.target] ?? "?";
})"""


class PdfError(Exception):
    """The PDF is not what the book is; the message says what is missing."""


def single_page(root, folder):
    """Build the book as a single page below `folder`; return its path."""
    command = ["jupyter-book", "build", "--all", "-W", "-n", "--keep-going", "--builder", "singlehtml"]
    command[0] = str(Path(sys.executable).with_name(command[0]))
    result = subprocess.run([*command, "--path-output", folder, root], capture_output=True, text=True, check=False)
    if result.returncode:
        raise PdfError(f"the single page was not built:\n{(result.stdout + result.stderr)[-4000:]}")
    site = folder / "_build" / "singlehtml"
    made = site / "chapters" / "intro.html"
    # Written one folder down, it names its pictures, scripts and own sections as if it stood in the upper one.
    page = site / "book.html"
    page.write_text(made.read_text("utf-8").replace('href="chapters/intro.html#', 'href="#'), "utf-8")
    return page


def chromium():
    """Return the path of the browser that prints."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise PdfError("there is no Chromium; install one, as by: apt-get install chromium")
    return found


def print_page(page_path, output, facts):
    """Print a page to a PDF; return what stands on it: headings, counts, samples of its text."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": PRINTED_WIDTH_PX, "height": 1000}, color_scheme="light")
        page.set_default_timeout(PATIENCE_MS)
        page.goto(page_path.as_uri())
        page.wait_for_function("!document.querySelector('.math') || (window.MathJax && MathJax.startup?.promise)")
        page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => 0) : 0")
        page.emulate_media(media="print")
        page.add_style_tag(path=Path(__file__).with_name("pdf_page.css"))
        book = page.evaluate(Path(__file__).with_name("pdf_page.js").read_text("utf-8"), facts)
        page.evaluate("document.fonts.ready.then(() => 0)")
        page.wait_for_function("[...document.querySelectorAll('article img')].every((image) => image.complete)")
        book |= page.evaluate(COUNT)
        pages = {}
        for _ in range(PASSES):
            before = pages
            page.pdf(path=output, prefer_css_page_size=True, tagged=True, print_background=True)
            pages = {name: number for name, (number, _) in places(PdfReader(output)).items()}
            if pages == before:
                break
            page.evaluate(NUMBER, pages)
        else:
            raise PdfError(f"the page numbers of the contents still changed when it was printed {PASSES} times")
        browser.close()
    return book


def places(reader):
    """Return page number (from 1) and height on the page of each place that a link of the PDF leads to."""
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, start=1)}
    return {
        name.removeprefix("/"): (numbers[place.page.idnum], float(place.top or 0))
        for name, place in reader.named_destinations.items()
    }


def finish(draft, output, book, facts):
    """Add the outline and what the PDF says of itself; write it to `output`."""
    found = places(PdfReader(draft))
    lost = [heading["title"] for heading in book["headings"] if heading["id"] not in found]
    if lost:
        raise PdfError(f"headings that are on no page: {', '.join(lost)}")
    writer = PdfWriter(clone_from=draft)
    above, part, part_item = [], None, None
    for heading in book["headings"]:
        number, top = found[heading["id"]]
        place = {"page_number": number - 1, "fit": Fit.xyz(left=0, top=top)}
        if heading["part"] != part:
            part = heading["part"]
            part_item = part and writer.add_outline_item(title=part, **place, bold=True, is_open=True)
        above = above[: heading["level"] - 1]
        parent = above[-1] if above else part_item
        above.append(writer.add_outline_item(title=heading["title"], **place, parent=parent, is_open=False))
    writer.add_metadata(
        {"/Title": facts["title"], "/Author": facts["author"], "/Subject": f"Version {facts['version']}"}
    )
    writer.root_object[NameObject("/PageMode")] = NameObject("/UseOutlines")
    shown = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.root_object[NameObject("/ViewerPreferences")] = shown
    writer.write(output)


def faults_of_page(book):
    """Return what is wrong with the page that was printed, one sentence each."""
    found = []
    if book["broken"]:
        found.append(f"{book['broken']} of {book['figures']} pictures were not loaded")
    if book["unnamed"]:
        found.append(f"{book['unnamed']} of {book['figures']} pictures have no alt text")
    if book["set"] != book["formulas"]:
        found.append(f"{book['formulas']} formulas, but {book['set']} were set")
    if book["wrong"]:
        found.append(f"{book['wrong']} formulas hold an error")
    if book["wide"]:
        found.append(f"wider than the paper: {'; '.join(book['wide'])}")
    if book["lost"]:
        found.append(f"links that lead nowhere: {', '.join(book['lost'])}")
    if not book["edition"]:
        found.append('the first page has no line that opens with "Version"')
    return found


def faults_of_pdf(path, book, chapters):
    """Return what is wrong with the PDF: tags, outline, pictures with their text, links, the text of each chapter."""
    reader = PdfReader(path)
    root = reader.trailer["/Root"]
    found = []
    if not root.get("/MarkInfo", {}).get("/Marked"):
        found.append("the PDF is not tagged")
    if not root.get("/Lang"):
        found.append("the PDF does not say its language")
    described = sum(bool(item.get("/Alt")) for item in elements(root.get("/StructTreeRoot")) if item["/S"] == "/Figure")
    if described < book["figures"]:
        found.append(f"{book['figures']} pictures on the page, {described} with alt text in the PDF")
    texts = [bare(sheet.extract_text()) for sheet in reader.pages]
    if any(re.search(r"\\(frac|sum|mathbf|begin)\b", text) for text in texts):
        found.append("a formula stands there in raw TeX")
    return found + faults_of_outline(reader, texts, book, chapters) + faults_of_links(reader) + lost_text(texts, book)


def faults_of_outline(reader, texts, book, chapters):
    """Compare the outline with the contents of the book and with the pages that it leads to."""
    items, found, expected, part = list(entries(reader.outline)), [], [], None
    for heading in book["headings"]:
        if heading["part"] != part:
            part = heading["part"]
            expected += [part] if part else []
        expected.append(heading["title"])
    if [item.title for item in items] != expected:
        missing = [title for title in expected if title not in {item.title for item in items}]
        found.append(
            f"the outline lacks: {', '.join(missing)}" if missing else "the outline has another order or doubles"
        )
    if [heading["document"] for heading in book["headings"] if heading["level"] == 1] != chapters:
        found.append("the chapters are not those of _toc.yml, or not in that order")
    parts = {heading["part"] for heading in book["headings"]}  # they head no page
    for item in items:
        number = reader.get_destination_page_number(item)
        if item.title not in parts and bare(item.title) not in texts[number]:
            found.append(f"the outline leads to page {number + 1} for {item.title!r}, which is not there")
    return found


def faults_of_links(reader):
    """Return the links that lead out of the book but not to the web, and those to no place in the book."""
    known, found = set(reader.named_destinations), []
    for number, page in enumerate(reader.pages, start=1):
        for link in map(lambda item: item.get_object(), page.get("/Annots", [])):
            address = link.get("/A", {}).get("/URI")
            if address is not None and not re.match(r"https?://[\w.-]+\.\w+|mailto:", str(address)):
                found.append(f"page {number} has a link to {address}, which is no address on the web")
            place = link.get("/Dest") or link.get("/A", {}).get("/D")
            if isinstance(place, str) and place not in known and f"/{place}" not in known:
                found.append(f"page {number} has a link to {place}, which is not in the book")
    return found


def lost_text(texts, book):
    """Return the chapters of which paragraphs are missing."""
    everything = "".join(texts)
    found = []
    for name, samples in book["samples"].items():
        missing = [text for text in samples if bare(text) not in everything]
        if missing or not samples:
            found.append(f"{name} lacks {len(missing)} of {len(samples)} paragraphs, such as {missing[:1]}")
    return found


def bare(text):
    """Return text without what setting it may change: spaces, marks, letters that are joined, such as fi.

    Chinese letters are left out as well: some have a double of the same shape, which may come back in their place.
    """
    return re.sub(r"[\W_\u2e80-\u9fff]+", "", unicodedata.normalize("NFKC", text))


def entries(outline):
    """Yield all entries of an outline, however deep."""
    for entry in outline:
        if isinstance(entry, list):
            yield from entries(entry)
        else:
            yield entry


def elements(top):
    """Yield all elements of the tag tree."""
    waiting = [top]
    while waiting:
        element = waiting.pop()
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            waiting.extend(element)
        elif isinstance(element, dict):
            if element.get("/S"):
                yield element
            if "/K" in element:
                waiting.append(element["/K"])


def pages_of_toc(path):
    """Return the names of all pages of the book, in the order of `_toc.yml`."""
    toc = yaml.safe_load(path.read_text("utf-8"))
    chapters = [*toc.get("chapters", []), *(entry for part in toc.get("parts", []) for entry in part["chapters"])]
    return [toc["root"], *(entry["file"] for entry in chapters)]


def facts_of_book(root):
    """Return title, author and version."""
    settings = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    return {"title": settings["title"], "author": settings["author"], "version": str(citation["version"])}


def make(root=ROOT, output=OUTPUT):
    """Write the PDF and return what stands in it; raise `PdfError` if something is missing."""
    folder = output.parent / "single"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    facts = facts_of_book(root)
    page = single_page(root, folder)
    printed, draft = folder / "printed.pdf", output.with_suffix(".draft.pdf")
    book = print_page(page, printed, facts)
    finish(printed, draft, book, facts)
    found = faults_of_page(book) + faults_of_pdf(draft, book, pages_of_toc(root / "_toc.yml"))
    if found:
        raise PdfError("; ".join(found) + f". The faulty PDF: {draft.name}")
    os.replace(draft, output)
    shutil.rmtree(folder)
    return book


if __name__ == "__main__":
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of gaps in Chromium's numbering, which do no harm
    try:
        book = make()
    except PdfError as error:
        sys.exit(f"make pdf: {error}")
    pages, size = len(PdfReader(OUTPUT).pages), OUTPUT.stat().st_size / 1e6
    print(f"{OUTPUT.relative_to(ROOT)}: {pages} pages, {size:.1f} MB, {book['figures']} pictures, "
          f"{book['formulas']} formulas, {len(book['headings'])} headings")  # fmt: skip
    if book["unprintable"]:
        print(f"{book['unprintable']} Chinese terms are left out, since no font here has them; "
              "install one, as by: apt-get install fonts-noto-cjk")  # fmt: skip
