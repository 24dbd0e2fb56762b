"""Make the whole book one PDF, tagged and with an outline, and check that no figure or formula is missing.

    python tools/pdf.py            writes _build/medbook.pdf

Jupyter Book puts all chapters on a single page, a Chromium sets the formulas and prints it.
"""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from pypdf import PdfReader

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "_build" / "medbook.pdf"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PATIENCE_MS = 10 * 60 * 1000
COUNT = """() => ({
    figures: document.images.length,
    broken: [...document.images].filter((image) => !image.naturalWidth).length,
    unnamed: [...document.images].filter((image) => !image.alt).length,
    formulas: document.querySelectorAll(".math").length,
    set: document.querySelectorAll("mjx-container").length,
    wrong: document.querySelectorAll("mjx-merror").length,
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


def print_page(page_path, output):
    """Print a page to a PDF; return what was counted on it."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise PdfError("there is no Chromium; install one, as by: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(page_path.as_uri())
        page.wait_for_function("!document.querySelector('.math') || (window.MathJax && MathJax.startup?.promise)")
        page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => 0) : 0")
        counted = page.evaluate(COUNT)
        page.pdf(path=output, prefer_css_page_size=True, tagged=True, outline=True, print_background=True)
        browser.close()
    return counted


def faults_of_page(counted):
    """Return what is wrong with the page that was printed, one sentence each."""
    found = []
    if counted["broken"]:
        found.append(f"{counted['broken']} of {counted['figures']} pictures were not loaded")
    if counted["unnamed"]:
        found.append(f"{counted['unnamed']} of {counted['figures']} pictures have no alt text")
    if counted["set"] != counted["formulas"]:
        found.append(f"{counted['formulas']} formulas, but {counted['set']} were set")
    if counted["wrong"]:
        found.append(f"{counted['wrong']} formulas hold an error")
    return found


def faults_of_pdf(path, counted, titles):
    """Return what is wrong with the PDF: tags, outline, pictures with their text."""
    reader = PdfReader(path)
    found = []
    if not reader.trailer["/Root"].get("/MarkInfo", {}).get("/Marked"):
        found.append("the PDF is not tagged")
    named = {" ".join(entry.title.split()) for entry in entries(reader.outline)}
    missing = [title for title in titles if not any(title in name for name in named)]
    if missing:
        found.append(f"the outline lacks: {', '.join(missing)}")
    described = sum(1 for element in elements(reader.trailer["/Root"].get("/StructTreeRoot")) if element.get("/Alt"))
    if described < counted["figures"]:
        found.append(f"{counted['figures']} pictures on the page, {described} with alt text in the PDF")
    if any(re.search(r"\\(frac|sum|mathbf|begin)\b", sheet.extract_text()) for sheet in reader.pages):
        found.append("a formula stands there in raw TeX")
    return found


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


def chapter_titles(page_path):
    """Return the titles of all pages, as the single page has them in its contents."""
    text = page_path.read_text("utf-8")
    found = re.findall(r'<li class="toctree-l1[^>]*>\s*<a [^>]*href="#document-[^"]*">(.*?)</a>', text)
    return list(dict.fromkeys(re.sub(r"^\d+\. ", "", html.unescape(title)) for title in found))


def make(root=ROOT, output=OUTPUT):
    """Write the PDF; raise `PdfError` if something is missing in it."""
    folder = output.parent / "single"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    page = single_page(root, folder)
    draft = output.with_suffix(".draft.pdf")
    counted = print_page(page, draft)
    found = faults_of_page(counted) + faults_of_pdf(draft, counted, chapter_titles(page))
    if found:
        raise PdfError("; ".join(found) + f". The faulty PDF: {draft.name}")
    os.replace(draft, output)
    shutil.rmtree(folder)
    return counted


if __name__ == "__main__":
    try:
        counted = make()
    except PdfError as error:
        sys.exit(f"make pdf: {error}")
    pages, size = len(PdfReader(OUTPUT).pages), OUTPUT.stat().st_size / 1e6
    print(f"{OUTPUT.relative_to(ROOT)}: {pages} pages, {size:.1f} MB, "
          f"{counted['figures']} pictures, {counted['formulas']} formulas")  # fmt: skip
