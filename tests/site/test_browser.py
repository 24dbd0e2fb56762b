"""The site in a real browser: nothing is asked of the network, nothing fails, figures react."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page that was opened from disk, with all that it asked for and complained about."""

    def __init__(self, browser, path, **context):
        self.requests, self.complaints = [], []
        self.page = browser.new_context(**context).new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        self.page.goto(path.as_uri(), wait_until="networkidle")

    def _listen(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def foreign_requests(self):
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:", "about:"))]


def page_paths(site):
    return [path for path in sorted(site.rglob("*.html")) if "_static" not in path.relative_to(site).parts]


def test_no_request_leaves_the_site(browser, site):
    paths = page_paths(site)
    assert len(paths) > 5
    for path in paths:
        visit = Visit(browser, path)
        assert visit.foreign_requests() == [], path.name
        assert visit.complaints == [], path.name
        visit.page.context.close()


def test_a_foreign_request_would_be_noticed(browser, tmp_path):
    (tmp_path / "page.html").write_text('<img src="http://localhost:9/x.png" alt="x">', encoding="utf-8")
    visit = Visit(browser, tmp_path / "page.html")
    assert visit.foreign_requests() == ["http://localhost:9/x.png"]


def test_formulas_are_set(browser, site):
    page = Visit(browser, site / "chapters/convolution.html").page
    page.wait_for_selector("mjx-container")
    assert page.locator("mjx-container").count() > 30
    assert page.locator("mjx-merror").count() == 0


def test_dark_mode_leaves_grey_levels_alone(browser, site):
    page = Visit(browser, site / "chapters/convolution.html", color_scheme="dark").page
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    filters = page.eval_on_selector_all(
        ".bd-content .cell_output img", "images => images.map(image => getComputedStyle(image).filter)"
    )
    assert filters
    assert set(filters) == {"none"}


def test_phone_needs_no_sideways_scrolling(browser, site):
    for path in page_paths(site):
        visit = Visit(browser, path, viewport={"width": 375, "height": 700})
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 375, f"{path.name} is {width} pixels wide"
        visit.page.context.close()
