"""The site in a real browser: nothing is asked of the network, nothing fails, figures react."""

import re
import shutil

import numpy as np
import pytest
from playwright.sync_api import sync_playwright
from pydicom.data import get_testdata_file
from scipy.signal import convolve2d, correlate2d
from scipy.stats import norm

from medbook.dicom import apply_window, read_image

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


def test_search_finds_a_page_from_disk(browser, site):
    page = Visit(browser, site / "chapters/convolution.html").page
    page.goto((site / "search.html").as_uri() + "?q=dilation")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results a[href*='chapters/convolution.html']").count() > 0


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


class ConvolutionFigure:
    """The interactive figure of the chapter "Convolution", driven as a reader would."""

    def __init__(self, browser, site):
        self.visit = Visit(browser, site / "chapters/convolution.html")
        self.element = self.visit.page.locator("medbook-convolution")
        self.stage = self.element.locator(".input .stage")

    def numbers(self, place):
        texts = self.element.locator(f".{place} svg text").all_text_contents()
        values = np.array([float(text.replace("−", "-")) for text in texts])
        return values.reshape(int(np.sqrt(values.size)), -1)

    def result(self):
        lines = self.element.locator(".reading .lines").first.inner_text()
        place = re.search(r"output\[(\d+), (\d+)\]", lines)
        return tuple(map(int, place.groups())), float(lines.split("=")[-1].replace("−", "-"))


@pytest.fixture
def figure(browser, site):
    figure = ConvolutionFigure(browser, site)
    yield figure
    assert figure.visit.complaints == []
    figure.visit.page.context.close()


VERTICAL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def test_figure_shows_what_scipy_computes(figure):
    image = figure.numbers("input")
    np.testing.assert_array_equal(figure.numbers("output"), correlate2d(image, VERTICAL, mode="valid"))
    figure.element.get_by_label("flip the kernel").check()
    np.testing.assert_array_equal(figure.numbers("output"), convolve2d(image, VERTICAL, mode="valid"))


def test_figure_follows_the_arrow_keys(figure):
    figure.stage.press("Home")
    assert figure.result()[0] == (0, 0)
    figure.stage.press("ArrowRight")
    figure.stage.press("ArrowDown")
    place, value = figure.result()
    assert place == (1, 1)
    assert value == figure.numbers("output")[1, 1]


def test_figure_follows_stride_padding_and_dilation(figure):
    image = figure.numbers("input")
    for name, value in {"stride": 2, "padding": 2, "dilation": 2}.items():
        figure.element.locator(f"[name={name}]").fill(str(value))
    spread = np.zeros((5, 5))
    spread[::2, ::2] = VERTICAL
    expected = correlate2d(np.pad(image, 2), spread, mode="valid")[::2, ::2]
    np.testing.assert_array_equal(figure.numbers("output"), expected)


def test_figure_takes_a_kernel_of_the_reader(figure):
    image = figure.numbers("input")
    figure.element.get_by_label("kernel row 2 column 2").fill("5")
    kernel = VERTICAL.copy()
    kernel[1, 1] = 5
    np.testing.assert_array_equal(figure.numbers("output"), correlate2d(image, kernel, mode="valid"))
    assert figure.element.locator("select").input_value() == "own"


def test_figure_is_dragged_with_the_pointer(figure):
    figure.stage.scroll_into_view_if_needed()
    box = figure.stage.locator("svg").bounding_box()
    pixel = box["width"] / 8
    mouse = figure.visit.page.mouse
    mouse.move(box["x"] + 1.5 * pixel, box["y"] + 1.5 * pixel)
    mouse.down()
    mouse.move(box["x"] + 4.6 * pixel, box["y"] + 2.4 * pixel)
    mouse.up()
    assert figure.result()[0] == (1, 3)


def test_figure_without_javascript_says_what_it_would_show(browser, site):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / "chapters/convolution.html").as_uri())
    assert "slides over a small image" in page.locator("medbook-convolution").inner_text()


class WindowFigure:
    """The interactive figure of the chapter "Medical images", driven as a reader would."""

    def __init__(self, browser, site):
        self.visit = Visit(browser, site / "chapters/medical_images.html")
        self.element = self.visit.page.locator("medbook-window")

    def grays(self):
        """Return the canvas as gray levels of shape (rows, cols)."""
        values = self.element.locator("canvas").evaluate(
            """canvas => Array.from(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)
                         .filter((_, index) => index % 4 === 0)"""
        )
        return np.array(values).reshape(128, 128)


@pytest.fixture
def window_figure(browser, site):
    figure = WindowFigure(browser, site)
    yield figure
    assert figure.visit.complaints == []
    figure.visit.page.context.close()


SPINE = get_testdata_file("CT_small.dcm")


@pytest.mark.parametrize(("preset", "center", "width"), [("soft tissue", 40, 400), ("lung", -600, 1500)])
def test_window_figure_shows_what_apply_window_computes(window_figure, preset, center, width):
    window_figure.element.get_by_role("button", name=preset).click()
    expected = np.rint(255 * apply_window(read_image(SPINE).pixels, center=center, width=width))
    np.testing.assert_array_equal(window_figure.grays(), expected)


def test_window_figure_reads_the_value_under_the_cross_hair(window_figure):
    window_figure.element.locator(".stage").press("ArrowRight")
    said = window_figure.element.locator(".reading .pixel").text_content().replace("−", "-")
    row, col, value = map(int, re.search(r"row (\d+), column (\d+):\s*(-?\d+) HU", said).groups())
    assert value == read_image(SPINE).pixels[row, col]


def test_window_figure_follows_a_drag(window_figure):
    stage = window_figure.element.locator("canvas")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    mouse = window_figure.visit.page.mouse
    mouse.move(box["x"] + 50, box["y"] + 80)
    mouse.down()
    mouse.move(box["x"] + 90, box["y"] + 60)
    mouse.up()
    center, width = (
        float(window_figure.element.locator(f"[type=number][name={name}]").input_value())
        for name in ("center", "width")
    )
    assert center > 100
    assert width > 700


class Figure:
    """An interactive figure of a chapter, driven as a reader would."""

    def __init__(self, browser, site, chapter, name, **context):
        self.visit = Visit(browser, site / f"chapters/{chapter}.html", **context)
        self.element = self.visit.page.locator(f"medbook-{name}").first

    def numbers(self, selector):
        texts = self.element.locator(selector).all_text_contents()
        return np.array([float(text.replace("−", "-")) for text in texts if text])

    def slide(self, name, value):
        self.element.locator(f"[name={name}]").fill(str(value))


@pytest.fixture
def open_figure(browser, site):
    figures = []

    def open_figure(chapter, name, **context):
        figures.append(Figure(browser, site, chapter, name, **context))
        return figures[-1]

    yield open_figure
    for figure in figures:
        assert figure.visit.complaints == []
        figure.visit.page.context.close()


def test_pooling_figure_shows_what_numpy_computes(open_figure):
    figure = open_figure("pooling", "pooling")
    blocks = figure.numbers(".input svg text").reshape(4, 2, 4, 2)
    np.testing.assert_array_equal(figure.numbers(".output svg text").reshape(4, 4), blocks.max(axis=(1, 3)))
    figure.element.get_by_label("average").check()
    shown = figure.numbers(".output svg text").reshape(4, 4)
    np.testing.assert_allclose(shown, blocks.mean(axis=(1, 3)), atol=0.051)  # one decimal is shown


def test_pooling_figure_counts_what_changes_when_the_lesion_moves(open_figure):
    figure = open_figure("pooling", "pooling")
    image, output = figure.numbers(".input svg text"), figure.numbers(".output svg text")
    figure.element.get_by_role("application", name="Image").press("ArrowRight")
    earlier = {"input": image, "output": output}
    changed = [np.sum(figure.numbers(f".{place} svg text") != before) for place, before in earlier.items()]
    rows = figure.element.locator("tbody tr").all_text_contents()
    assert [int(re.search(r"(\d+) of", row).group(1)) for row in rows[:2]] == changed
    assert figure.element.locator(".output .mark").count() == changed[1] > 0
    figure.element.get_by_role("button", name="back").click()
    np.testing.assert_array_equal(figure.numbers(".output svg text"), output)


def test_pooling_figure_writes_out_the_window_of_the_chosen_value(open_figure):
    figure = open_figure("pooling", "pooling")
    figure.element.get_by_role("application", name="Output").press("ArrowDown")
    lines = figure.element.locator(".sum span").all_text_contents()
    terms, result = [[int(number) for number in re.findall(r"\d+", line)] for line in lines[1:]]
    np.testing.assert_array_equal(terms, figure.numbers(".input svg text").reshape(8, 8)[4:6, 2:4].ravel())
    assert result == [max(terms)]


def test_pooling_figure_follows_the_pointer(open_figure):
    figure = open_figure("pooling", "pooling")
    picture = figure.element.locator(".input svg")
    picture.hover(position={"x": picture.bounding_box()["width"] - 5, "y": 5})
    assert figure.element.locator(".sum span").first.text_content() == "output[0, 3] by maximum"


def test_activation_figure_shows_value_derivative_and_what_is_left(open_figure):
    figure = open_figure("activations", "activation")
    figure.slide("z", 0)
    figure.slide("depth", 3)
    row = figure.element.get_by_role("row", name="sigmoid").get_by_role("cell").all_text_contents()
    assert row == ["0.500", "0.250", "0.016"]  # 1/2, 1/4, 1/64
    row = figure.element.get_by_role("row", name="tanh").get_by_role("cell").all_text_contents()
    assert row == ["0", "1", "1"]


def test_activation_figure_hides_a_curve(open_figure):
    figure = open_figure("activations", "activation")
    hidden = figure.element.locator(".plot .curve[style*=none]")
    assert hidden.count() == 3  # the leaky ReLU, in each of the three plots
    figure.element.get_by_role("checkbox", name="GELU").uncheck()
    assert hidden.count() == 6


def test_activation_figure_follows_a_drag_and_the_keys(open_figure):
    figure = open_figure("activations", "activation")
    plot = figure.element.locator("[data-kind=value]")
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * (38 + 284 * 0.8) / 330, "y": 40})  # z = -5 + 10 · 0.8
    assert figure.element.locator("[name=z]").input_value() == "3"
    figure.element.locator("[name=z]").press("ArrowLeft")
    assert figure.element.locator("[name=z]").input_value() == "2.9"


def optimizer_rows(figure):
    rows = figure.element.locator("tbody tr")
    return [[cell.strip() for cell in row.locator("td").all_text_contents()] for row in rows.all()]


def test_optimizer_figure_shows_the_loss_of_gradient_descent(open_figure):
    figure = open_figure("training", "optimizer")
    figure.slide("condition", 20)
    figure.slide("steps", 10)
    weights = np.array([-2.0, 1.0])
    for _ in range(10):
        weights = weights - 0.05 * weights * [1, 20]
    assert float(optimizer_rows(figure)[0][0]) == pytest.approx(weights @ (weights * [1, 20]) / 2, rel=0.01)


def test_optimizer_figure_says_when_a_path_diverges(open_figure):
    figure = open_figure("training", "optimizer")
    figure.slide("rate", -0.5)
    (_, sgd), _, (_, adam) = optimizer_rows(figure)
    assert re.fullmatch(r"diverged, step \d+", sgd)
    assert "diverged" not in adam


def test_optimizer_figure_takes_the_start_by_key_and_by_drag(open_figure):
    figure = open_figure("training", "optimizer")
    stage = figure.element.get_by_role("application")
    stage.scroll_into_view_if_needed()
    stage.press("ArrowRight")
    assert "from (−1.90, 1.00)" in figure.element.locator(".after").text_content()
    box, mouse = stage.bounding_box(), figure.visit.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.up()
    place = figure.element.locator(".after").text_content().replace("−", "-").split("(")[1].rstrip(")")
    assert [float(number) for number in place.split(",")] == pytest.approx([0, 0], abs=0.02)


GROUPS = ("tp", "fn", "fp", "tn")
MEASURES = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "trivial")


@pytest.fixture
def threshold_figure(open_figure):
    return open_figure("evaluation", "threshold")


def set_threshold(figure, threshold, separation, prevalence):
    """Set the three sliders; the prevalence by the keys, since its slider counts the steps of a ladder."""
    figure.slide("threshold", threshold)
    figure.slide("separation", separation)
    slider = figure.element.locator("[name=prevalence]")
    slider.press("Home")
    while float(slider.get_attribute("aria-valuetext").rstrip(" %")) < 100 * prevalence - 1e-9:
        slider.press("ArrowRight")


def people(figure):
    counts = {name: figure.element.locator(f"[data-count={name}]").text_content() for name in GROUPS}
    return {name: int(count.replace(",", "")) for name, count in counts.items()}


def measures(figure):
    texts = [figure.element.locator(f"[data-measure={name}] td").text_content() for name in MEASURES]
    return np.array([float(re.sub("[^0-9.]", "", text)) / 100 for text in texts])


def roc_point(figure):
    """Return (1 - specificity, sensitivity) as drawn: the square of the plot is 272 wide and starts at (46, 8)."""
    place = re.findall(r"[\d.]+", figure.element.locator(".roc .mark").get_attribute("transform"))
    across, up = map(float, place)
    return (across - 46) / 272, 1 - (up - 8) / 272


THRESHOLD_CASES = [(1, 2, 0.03), (0.5, 1.5, 0.2), (-1.25, 0, 0.5), (2.75, 3.5, 0.005)]


@pytest.mark.parametrize(("threshold", "separation", "prevalence"), THRESHOLD_CASES)
def test_threshold_figure_shows_the_measures_of_scipy(threshold_figure, threshold, separation, prevalence):
    set_threshold(threshold_figure, threshold, separation, prevalence)
    sensitivity, specificity = norm.sf(threshold - separation), norm.cdf(threshold)
    tp, fp = prevalence * sensitivity, (1 - prevalence) * (1 - specificity)
    tn, fn = (1 - prevalence) * specificity, prevalence * (1 - sensitivity)
    expected = [sensitivity, specificity, tp / (tp + fp), tn / (tn + fn), tp + tn, 1 - prevalence]
    np.testing.assert_allclose(measures(threshold_figure), expected, atol=0.00051)  # one decimal of a per cent is shown
    assert roc_point(threshold_figure) == pytest.approx((1 - specificity, sensitivity), abs=1e-4)
    area = threshold_figure.element.locator(".roc .area").text_content()
    assert area == f"AUC {norm.cdf(separation / np.sqrt(2)):.3f}"


@pytest.mark.parametrize(("threshold", "separation", "prevalence"), THRESHOLD_CASES)
def test_threshold_figure_counts_whole_people_who_add_up(threshold_figure, threshold, separation, prevalence):
    set_threshold(threshold_figure, threshold, separation, prevalence)
    counts = people(threshold_figure)
    assert sum(counts.values()) == 1000
    assert counts["tp"] + counts["fn"] == round(1000 * prevalence)
    sensitivity, specificity = norm.sf(threshold - separation), norm.cdf(threshold)
    assert counts["tp"] == pytest.approx(1000 * prevalence * sensitivity, abs=0.5)
    assert counts["tn"] == pytest.approx(1000 * (1 - prevalence) * specificity, abs=0.5)


def test_threshold_figure_changes_predictive_values_alone_with_the_prevalence(threshold_figure):
    set_threshold(threshold_figure, 1, 2, 0.01)
    before, point = measures(threshold_figure), roc_point(threshold_figure)
    set_threshold(threshold_figure, 1, 2, 0.3)
    after = measures(threshold_figure)
    assert roc_point(threshold_figure) == point
    np.testing.assert_array_equal(after[:2], before[:2])  # sensitivity and specificity
    assert after[2] > before[2] + 0.5  # PPV
    assert after[3] < before[3] - 0.05  # NPV


def test_threshold_figure_follows_a_drag(threshold_figure):
    plot = threshold_figure.element.locator(".scores")
    plot.scroll_into_view_if_needed()
    box, mouse = plot.bounding_box(), threshold_figure.visit.page.mouse
    across = [box["x"] + box["width"] * (12 + 306 * (score + 3.5) / 11) / 330 for score in (0, 3)]
    mouse.move(across[0], box["y"] + 80)
    mouse.down()
    assert threshold_figure.element.locator("[name=threshold]").input_value() == "0"
    mouse.move(across[1], box["y"] + 400)  # outside the plot the drag goes on
    mouse.up()
    mouse.move(across[0], box["y"] + 80)
    assert float(threshold_figure.element.locator("[name=threshold]").input_value()) == pytest.approx(3, abs=0.051)
    assert measures(threshold_figure)[1] == pytest.approx(norm.cdf(3), abs=0.0005)


def test_threshold_figure_follows_the_keys(threshold_figure):
    set_threshold(threshold_figure, 1, 2, 0.03)
    slider, mark = threshold_figure.element.locator("[name=threshold]"), roc_point(threshold_figure)
    slider.press("ArrowRight")
    assert slider.input_value() == "1.05"
    assert np.all(np.less(roc_point(threshold_figure), mark))  # a higher threshold: to the left and down
    slider.press("Home")
    assert measures(threshold_figure)[0] > 0.999


def test_threshold_figure_opens_where_always_healthy_is_more_accurate(threshold_figure):
    *_, accuracy, trivial = measures(threshold_figure)  # as the page opens: at 3 %
    assert trivial == 0.97
    assert accuracy < trivial


FIGURES = [
    ("pooling", "pooling"),
    ("activations", "activation"),
    ("training", "optimizer"),
    ("evaluation", "threshold"),
]


@pytest.mark.parametrize(("chapter", "name"), FIGURES)
def test_figure_speaks_after_a_pause_and_not_before_the_reader_acts(open_figure, chapter, name):
    figure = open_figure(chapter, name)
    figure.visit.page.wait_for_timeout(700)
    assert figure.element.locator("[aria-live]").text_content() == ""
    figure.element.locator("[type=range]").first.press("ArrowRight")
    figure.visit.page.wait_for_timeout(700)
    assert len(figure.element.locator("[aria-live]").text_content()) > 20


@pytest.mark.parametrize(("chapter", "name"), FIGURES)
def test_figure_keeps_its_size_while_it_is_used(open_figure, chapter, name):
    figure = open_figure(chapter, name)
    before = figure.element.bounding_box()["height"]
    for slider in figure.element.locator("[type=range]:enabled").all():
        slider.press("End")
    assert figure.element.bounding_box()["height"] == before


@pytest.mark.parametrize(("chapter", "name"), FIGURES)
def test_figure_without_javascript_says_what_it_shows(browser, site, chapter, name):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / f"chapters/{chapter}.html").as_uri())
    assert "interactive on the book's website" in page.locator(f"medbook-{name}").inner_text()
    page.context.close()
