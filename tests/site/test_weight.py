"""What a page weighs on the way to its reader, and the tools that make it light."""

import gzip
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.site.test_browser import CHROMIUM, FLAGS, page_paths

LIMIT = 500_000  # bytes; books of the same kind weigh twice as much
FIGURES = {".png", ".jpg", ".gif"}


def weight(path):
    """Return the bytes that a web host sends for a file: text compressed by gzip, as everywhere."""
    data = path.read_bytes()
    return len(data) if path.suffix in {".woff", ".woff2", *FIGURES} else len(gzip.compress(data, 6))


@pytest.fixture(scope="module")
def requests(site):
    """The files that each page asks for, formulas and their fonts included."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for path in page_paths(site):
            urls = found.setdefault(path, set())
            page = browser.new_context().new_page()
            page.on("request", lambda request, urls=urls: urls.add(request.url))
            page.goto(path.as_uri(), wait_until="networkidle")
            page.context.close()
        browser.close()
    return {page: {Path(unquote(urlsplit(url).path)) for url in urls} for page, urls in found.items()}


def test_theme_and_scripts_of_each_page_stay_light(requests):
    weights = {
        page.name: sum(weight(path) for path in paths if path.is_file() and path.suffix not in FIGURES)
        for page, paths in requests.items()
    }
    print(*(f"{bytes_ / 1000:7.0f} kB  {name}" for name, bytes_ in sorted(weights.items())), sep="\n")
    assert min(weights.values()) > 20_000  # something was weighed
    assert {name: bytes_ for name, bytes_ in weights.items() if bytes_ > LIMIT} == {}


def test_formulas_are_asked_for_only_where_there_are_some(requests):
    for page, paths in requests.items():
        formulas = 'class="math' in page.read_text(encoding="utf-8")
        assert any("mathjax" in path.parts for path in paths) == formulas, page.name


def test_figures_script_is_asked_for_only_where_the_figure_is(requests):
    for page, paths in requests.items():
        figures = set(re.findall(r"<medbook-(\w+)", page.read_text(encoding="utf-8")))
        scripts = {path.stem.removeprefix("medbook-") for path in paths if path.name.startswith("medbook-")}
        assert scripts - {"quiz"} == figures, page.name


def test_search_index_is_asked_for_by_the_search_only(requests):
    asking = {page.name for page, paths in requests.items() if any(path.name == "searchindex.js" for path in paths)}
    assert asking == {"search.html"}


def test_figures_have_their_size_and_come_when_scrolled_to(site):
    page = site / "chapters/lung_triage.html"
    first, *others = re.findall(r"<img [^>]*>", page.read_text(encoding="utf-8").partition("<article")[2])
    assert "loading=" not in first
    assert others
    assert all('loading="lazy"' in tag for tag in others)
    for tag in (first, *others):
        width, height = (int(re.search(rf' {name}="(\d+)"', tag)[1]) for name in ("width", "height"))
        with Image.open(page.parent / re.search(r'src="([^"]+)"', tag)[1]) as image:
            assert image.size == (width, height)


def test_page_has_one_style_sheet(site):
    for path in page_paths(site):
        assert len(re.findall(r'<link[^>]*rel="stylesheet"', path.read_text(encoding="utf-8"))) <= 1, path.name


def test_every_icon_on_a_page_is_in_its_font(requests, site):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto((site / "chapters/convolution.html").as_uri(), wait_until="networkidle")
        widths = page.eval_on_selector_all(
            "i[class*=fa-], span[class*=fa-]",
            """icons => icons.filter(icon => icon.checkVisibility()).map(icon => {
                const style = getComputedStyle(icon, "::before");
                const context = document.createElement("canvas").getContext("2d");
                const mark = style.content.slice(1, -1);
                const drawn = (mark) => {
                    context.clearRect(0, 0, 99, 99); context.font = `${style.fontWeight} 40px ${style.fontFamily}`;
                    context.fillText(mark, 5, 60); return context.canvas.toDataURL(); };
                return [mark, drawn(mark) !== drawn("\\uf8fe")]; })""",
        )
        browser.close()
    assert len(widths) > 3
    assert [icon for icon, drawn in widths if not drawn] == []
