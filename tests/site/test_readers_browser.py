"""The figure "You against the network" in a real browser: a round by keyboard, its result; and the gallery."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from medbook.metrics import proportion_interval
from tests.site import test_browser
from tests.site.test_browser import CHROMIUM, Visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
browser = test_browser.browser
ROOT = Path(__file__).parents[2]
STUDY = json.loads((ROOT / "benchmarks" / "results" / "reader_study.json").read_text(encoding="utf-8"))
ILL, SCORES = np.array(STUDY["labels"]) > 0, np.array(STUDY["scores"])
NETWORK = SCORES >= STUDY["threshold"]
FIGURES = {
    "convolution": "convolution",
    "window": "medical_images",
    "pooling": "pooling",
    "activation": "activations",
    "optimizer": "training",
    "threshold": "evaluation",
    "readers": "lung_triage",
}


class Reading:
    """A reader at the figure, who calls film ``i`` diseased where ``calls[i]``."""

    def __init__(self, browser, site, chapter="lung_triage", **context):
        self.visit = Visit(browser, site / f"chapters/{chapter}.html", **context)
        self.element = self.visit.page.locator("medbook-readers")
        self.stage = self.element.locator(".stage")
        self.shown = []

    def film(self):
        """Return the number of the film on the stage, from its place on the sheet of ten in a row."""
        place = "image => -10 * image.getAttribute('y') - image.getAttribute('x')"
        return int(self.stage.locator("image").evaluate(place))

    def read(self, calls, num=60, keys=("n", "d")):
        self.stage.focus()
        for _ in range(num):
            self.shown.append(self.film())
            self.visit.page.keyboard.press(keys[int(calls[self.shown[-1]])])

    def measure(self, name):
        """Return the shares of reader and network in per cent, each with its interval, as written."""
        cells = self.element.locator(f"[data-measure={name}] td").all_text_contents()
        return [tuple(map(int, re.findall(r"\d+", cell))) for cell in cells]

    def point(self, selector):
        """Return (1 - specificity, sensitivity) of a mark: the plot is 272 wide and starts at (46, 8)."""
        across, up = map(float, re.findall(r"[\d.]+", self.element.locator(selector).get_attribute("transform")))
        return (across - 46) / 272, 1 - (up - 8) / 272


@pytest.fixture
def reading(browser, site):
    reading = Reading(browser, site)
    yield reading
    assert reading.visit.foreign_requests() == []
    assert reading.visit.complaints == []
    reading.visit.page.context.close()


@pytest.fixture
def calls():
    """Return answers of which three in four are right."""
    return np.where(np.random.default_rng(1).random(60) < 0.75, ILL, ~ILL)


def percent(successes, num):
    interval = proportion_interval(successes, num)
    return tuple(np.floor(100 * np.array([interval.estimate, interval.low, interval.high]) + 0.5).astype(int))


def test_round_by_keyboard_ends_at_the_readers_operating_point(reading, calls):
    reading.read(calls)
    assert sorted(reading.shown) == list(range(60))
    assert reading.measure("sensitivity") == [percent(np.sum(c & ILL), 30) for c in (calls, NETWORK)]
    assert reading.measure("specificity") == [percent(np.sum(~c & ~ILL), 30) for c in (calls, NETWORK)]
    assert reading.measure("accuracy") == [percent(np.sum(c == ILL), 60) for c in (calls, NETWORK)]
    for mark, c in {".roc .dot": calls, ".roc .diamond": NETWORK}.items():
        assert reading.point(mark) == pytest.approx((np.mean(c[~ILL]), np.mean(c[ILL])), abs=1e-4)


def test_arms_of_the_cross_are_the_intervals(reading, calls):
    reading.read(calls)
    numbers = re.findall(r"[\d.]+", reading.element.locator(".roc .cross").get_attribute("d"))
    (left, _), (right, _), (_, low), (_, high) = np.array(numbers, float).reshape(4, 2)
    found, spared = proportion_interval(np.sum(calls & ILL), 30), proportion_interval(np.sum(~calls & ~ILL), 30)
    assert [1 - (left - 46) / 272, 1 - (right - 46) / 272] == pytest.approx([spared.high, spared.low], abs=1e-4)
    assert [1 - (low - 8) / 272, 1 - (high - 8) / 272] == pytest.approx([found.low, found.high], abs=1e-4)


def test_curve_and_kappa_are_those_of_scikit_learn(reading, calls):
    reading.read(calls)
    area = re.search(r"area (\d\.\d+)", reading.element.locator(".roc").get_attribute("aria-label"))[1]
    assert area == f"{roc_auc_score(ILL, SCORES):.2f}"
    said = reading.element.locator(".agree").text_content()
    assert f"agree on {np.sum(calls == NETWORK)} of 60 films" in said
    assert f"kappa is {cohen_kappa_score(calls, NETWORK):.2f}:" in said


def test_wrong_films_are_listed_by_who_was_wrong_with_lesions_outlined(reading, calls):
    reading.read(calls)
    wrong, other = calls != ILL, NETWORK != ILL
    expected = {"both": wrong & other, "reader": wrong & ~other, "network": other & ~wrong}
    for who, films in expected.items():
        shown = reading.element.locator(f"[data-wrong={who}] svg")
        places = shown.locator("image:first-child").evaluate_all(
            "images => images.map(image => -10 * image.getAttribute('y') - image.getAttribute('x'))"
        )
        assert sorted(places) == np.flatnonzero(films).tolist()
    outlines = reading.element.locator(".lists image:nth-child(2)")
    assert outlines.first.is_visible()
    reading.element.get_by_label("outline the lesions").uncheck()
    assert not outlines.first.is_visible()


def test_reader_may_stop_after_twenty_films_and_not_before(reading, calls):
    stop = reading.element.locator(".stop")
    reading.read(calls, 19)
    assert stop.is_disabled()
    reading.read(calls, 1, keys=("ArrowLeft", "ArrowRight"))
    stop.click()
    read = reading.shown
    assert reading.measure("accuracy")[0] == percent(np.sum(calls[read] == ILL[read]), 20)
    assert reading.element.locator(".heading").evaluate("heading => heading.matches(':focus')")


def test_nothing_tells_right_from_wrong_before_the_end(reading, calls):
    reading.read(calls, 1)
    film = reading.film()
    reading.element.get_by_role("button", name="diseased").click()
    after = reading.element.inner_text()
    reading.visit.page.keyboard.press("Backspace")
    assert reading.film() == film
    reading.element.get_by_role("button", name="normal").click()
    assert reading.element.inner_text().replace("normal. Film", "diseased. Film") == after
    assert not reading.element.locator(".result").is_visible()


def test_screen_reader_hears_the_answer_and_the_next_film(reading):
    spoken = reading.element.locator("[aria-live]")
    assert spoken.text_content() == ""
    reading.stage.press("d")
    assert spoken.text_content() == "diseased. Film 2 of 60"


def test_keys_elsewhere_on_the_page_and_keys_held_down_are_no_answer(reading):
    reading.visit.page.keyboard.press("d")
    assert reading.element.locator(".at").text_content() == "Film 1 of 60"
    reading.stage.focus()
    for _ in range(3):
        reading.visit.page.keyboard.down("d")  # the second and third are repeats
    assert reading.element.locator(".at").text_content() == "Film 2 of 60"


def test_once_more_is_another_order(reading, calls):
    reading.read(calls)
    first, reading.shown = reading.shown, []
    reading.element.locator(".again").click()
    reading.read(calls)
    assert sorted(reading.shown) == list(range(60))
    assert reading.shown != first


def test_reader_may_choose_the_network_s_pixels_for_a_whole_round(reading, calls):
    choice = reading.element.get_by_role("checkbox", name="show me no more")
    choice.check()
    assert "reader-study-48.png" in reading.stage.locator("image").get_attribute("href")
    reading.read(calls, 20)
    assert choice.is_disabled()
    reading.element.locator(".stop").click()
    assert "48 × 48 pixels" in reading.element.locator(".heading").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_stage_shows_the_gray_levels_of_the_sheet(browser, site, tmp_path, scheme):
    reading = Reading(browser, site, color_scheme=scheme, viewport={"width": 1400, "height": 1200})
    reading.visit.page.wait_for_timeout(300)
    reading.stage.locator("svg").screenshot(path=tmp_path / "film.png", style=":focus-visible { outline: none }")
    shown = np.asarray(Image.open(tmp_path / "film.png").convert("RGB").resize((96, 96), Image.Resampling.BOX), int)
    row, col = divmod(reading.film(), 10)
    sheet = np.asarray(Image.open(ROOT / "_static" / "reader-study-96.png"), int)
    film = sheet[96 * row : 96 * (row + 1), 96 * col : 96 * (col + 1)]
    assert np.ptp(shown, axis=2).max() == 0  # gray
    assert np.abs(shown[..., 0] - film)[2:-2, 2:-2].mean() < 3
    reading.visit.page.context.close()


def test_figure_without_javascript_says_what_it_would_show(browser, site):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / "chapters/lung_triage.html").as_uri())
    assert "interactive on the book's website" in page.locator("medbook-readers").inner_text()
    page.context.close()


def test_figure_without_its_films_shows_the_fallback(browser, tmp_path):
    shutil.copy(ROOT / "_static" / "medbook-readers.js", tmp_path)
    tag = '<medbook-readers data-truth="01" data-scores="0,1" data-threshold="0.5">said instead</medbook-readers>'
    page = f'<body>{tag}<script src="medbook-readers.js"></script></body>'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    element = Visit(browser, tmp_path / "page.html").page.locator("medbook-readers")
    element.locator("slot").wait_for(state="attached")
    assert element.inner_text() == "said instead"


def test_gallery_shows_every_figure_once_and_each_works(browser, site):
    visit = Visit(browser, site / "chapters/gallery.html")
    scripts = {path.stem.removeprefix("medbook-") for path in (ROOT / "_static").glob("medbook-*.js")} - {"quiz"}
    assert scripts == set(FIGURES)
    for name in FIGURES:
        figure = visit.page.locator(f"medbook-{name}")
        assert figure.count() == 1
        assert figure.evaluate("element => element.shadowRoot.querySelectorAll('input, button').length") > 1, name
    assert visit.complaints == []
    assert visit.foreign_requests() == []
    visit.page.context.close()


def test_two_copies_on_one_page_do_not_disturb_each_other(browser, site):
    visit = Visit(browser, site / "chapters/gallery.html")
    for name in FIGURES:
        visit.page.evaluate(
            "name => { const one = document.querySelector(name); one.after(one.cloneNode(true)); }", f"medbook-{name}"
        )
        texts = [copy.inner_text() for copy in visit.page.locator(f"medbook-{name}").all()]
        if name != "readers":  # whose order is one of chance
            assert texts[0] == texts[1], name
    first, second = visit.page.locator("medbook-readers").all()
    first.locator(".stage").press("n")
    assert [one.locator(".at").text_content() for one in (first, second)] == ["Film 2 of 60", "Film 1 of 60"]
    assert visit.complaints == []
    visit.page.context.close()


def test_gallery_links_each_figure_to_its_chapter():
    text = (ROOT / "chapters" / "gallery.md").read_text(encoding="utf-8")
    for section in text.split("\n## ")[1:]:
        name = re.search(r"<medbook-(\w+)", section)[1]
        assert f"{{doc}}`{FIGURES[name]}`" in section
