"""The quizzes in a real browser: answered by mouse and by keys, judged aloud, legible without a script."""

import re
import shutil

import pytest

from tests.site.conftest import ROOT, build
from tests.site.test_browser import CHROMIUM, Visit, browser  # noqa: F401  (a fixture)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

PAGE = """# A page

::::{admonition} Question 1 · choose one
:class: quiz
Of which kind is $x^2$?

1. A line, `a * x`.
2. A square.
3. A number $\\\\frac{1}{2}$.

:::{dropdown} Answers
1. **No.** A line grows evenly.
2. **Right.** It is the *square* $x \\\\cdot x$.
3. **No.** It depends on $x$.
:::
::::

::::{admonition} Question 2 · choose all that hold
:class: quiz
Which are even?

1. Two.
2. Three.
3. Four.

:::{dropdown} Answers
1. **Right.** Two is 2 times one.
2. **No.** Three leaves a rest of one.
3. **Right.** Four is 2 times two.
:::
::::

::::{admonition} Question 3 · give a number
:class: quiz
How many HU is one of 256 gray levels?

:::{dropdown} Answers
- **Right: 4 ± 0.05 HU.** The width over 255 steps.
- **No: 0.25 ± 0.01 HU.** Turn it round.
- **No: anything else.** Divide by the steps.
:::
::::
""".replace("\\\\", "\\")


@pytest.fixture(scope="module")
def page_path(tmp_path_factory):
    """A page with one question of each kind, built as the book is."""
    folder = tmp_path_factory.mktemp("quiz")
    source = copy_of_book(folder / "book")
    (source / "chapters" / "page.md").write_text(PAGE, encoding="utf-8")
    result = build(source, folder)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return folder / "_build/html/chapters/page.html"


def copy_of_book(target):
    (target / "chapters").mkdir(parents=True)
    shutil.copy(ROOT / "_config.yml", target)
    for name in ("_ext", "_static"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "chapters" / "references.bib").write_text("", encoding="utf-8")
    (target / "_toc.yml").write_text("format: jb-book\nroot: chapters/page\n", encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def visit(browser, page_path):  # noqa: F811
    visit = Visit(browser, page_path)
    visit.page.wait_for_selector("mjx-container")
    yield visit
    visit.page.context.close()


AS_OPENED = """() => {
    for (const form of document.querySelectorAll(".quiz form")) {
        form.reset();
        form.dispatchEvent(new Event("input"));
    }
    for (const folded of document.querySelectorAll("details")) folded.open = false;
}"""


@pytest.fixture
def quizzes(visit):
    """The three questions as they are when the page opens."""
    visit.page.emulate_media(media="screen")
    visit.page.evaluate(AS_OPENED)
    yield visit.page.locator(".admonition.quiz").all()
    assert visit.complaints == []
    assert visit.foreign_requests() == []


def said(quiz):
    return quiz.get_by_role("status").inner_text()


def check(quiz):
    quiz.get_by_role("button", name="Check").click()
    return said(quiz)


def test_single_choice_explains_the_chosen_answer(quizzes):
    quiz = quizzes[0]
    quiz.get_by_role("radio", name=re.compile("A line")).check()
    assert check(quiz) == "No. A line grows evenly."
    quiz.get_by_role("radio", name="A square.").check()
    assert said(quiz) == ""  # a verdict does not outlive its answer
    assert check(quiz).startswith("Right. It is the square")


def test_formulas_are_set_in_answers_and_feedback(quizzes):
    quiz = quizzes[0]
    assert quiz.locator("label mjx-container").count() == 1
    quiz.get_by_role("radio", name="A square.").check()
    check(quiz)
    assert quiz.get_by_role("status").locator("mjx-container").count() == 1


def test_several_choices_are_counted_and_explained(quizzes):
    quiz = quizzes[1]
    quiz.get_by_role("checkbox", name="Two.").check()
    quiz.get_by_role("checkbox", name="Three.").check()
    text = check(quiz)
    assert "1 of your choices does not hold. 1 more holds." in text
    assert "Three leaves a rest of one." in text
    assert "Four is 2 times two." not in text  # not yet given away
    quiz.get_by_role("checkbox", name="Three.").uncheck()
    quiz.get_by_role("checkbox", name="Four.").check()
    assert "Four is 2 times two." in check(quiz)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("4", "Right. The width over 255 steps."),
        ("4,02 HU", "Right. The width over 255 steps."),
        ("0.25", "No. Turn it round."),
        ("-4", "No. Divide by the steps."),
        ("many", "Please enter a number"),
        ("", "Please enter a number"),
    ],
)
def test_number_is_judged_with_its_tolerance(quizzes, typed, answer):
    quizzes[2].get_by_label("Your answer").fill(typed)
    assert check(quizzes[2]).startswith(answer)


def test_keys_alone_answer_all_kinds(quizzes):
    keyboard = quizzes[0].page.keyboard
    quizzes[0].get_by_role("radio").first.focus()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    assert said(quizzes[0]).startswith("Right.")
    quizzes[1].get_by_role("checkbox", name="Two.").focus()
    for key in ("Space", "Tab", "Tab", "Space", "Tab", "Enter"):
        keyboard.press(key)
    assert said(quizzes[1]).startswith("Right.")
    quizzes[2].get_by_label("Your answer").focus()
    keyboard.type("4")
    keyboard.press("Enter")
    assert said(quizzes[2]).startswith("Right.")


def test_unanswered_question_asks_for_an_answer(quizzes):
    assert [check(quiz).split()[0] for quiz in quizzes] == ["Choose", "Choose", "Please"]


def test_screen_reader_hears_group_question_and_verdict(quizzes):
    for number, quiz in enumerate(quizzes, start=1):
        group = quiz.get_by_role("group", name=re.compile(f"^Question {number} · "))
        assert group.count() == 1
        described = quiz.page.locator(f"[id='{group.get_attribute('aria-describedby')}']")
        assert described.inner_text().endswith("?")
        assert quiz.get_by_role("status").count() == 1


def test_answers_stay_folded_until_asked_for(quizzes):
    for quiz in quizzes:
        assert quiz.locator("details[open]").count() == 0
        quiz.get_by_text("Answers", exact=True).click()
        assert quiz.locator("details").get_by_text("Right").first.is_visible()


def test_without_a_script_question_and_folded_answers_remain(browser, page_path):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_path.as_uri())
    quiz = page.locator(".admonition.quiz").first
    assert quiz.get_by_role("radio").count() == 0
    assert quiz.locator(":scope > ol > li").count() == 3
    answer = quiz.get_by_text("A line grows evenly.")
    assert not answer.is_visible()
    quiz.locator("summary").click()
    assert answer.is_visible()
    context.close()


def test_print_shows_questions_without_answers_and_buttons(quizzes):
    quizzes[0].get_by_role("radio", name="A square.").check()
    check(quizzes[0])
    quizzes[0].page.emulate_media(media="print")
    quizzes[0].page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert quizzes[0].get_by_text("A square.").is_visible()
    assert not quizzes[0].get_by_text("A line grows evenly.").is_visible()
    assert not quizzes[0].get_by_role("status").is_visible()
    for control in ("button", "input"):
        assert not quizzes[0].locator(control).first.is_visible()


LIGHTNESS = """element => {
    const channels = getComputedStyle(element)[%s].match(/[\\d.]+/g).slice(0, 3).map(Number);
    const linear = channels.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2]; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_verdict_is_legible(browser, page_path, scheme):  # noqa: F811
    visit = Visit(browser, page_path, color_scheme=scheme)
    quiz = visit.page.locator(".admonition.quiz").first
    quiz.get_by_role("radio", name="A square.").check()
    check(quiz)
    for element in (quiz.get_by_role("status"), quiz.get_by_role("button", name="Check")):
        low, high = sorted(element.evaluate(LIGHTNESS % f"'{name}'") for name in ("color", "backgroundColor"))
        assert (high + 0.05) / (low + 0.05) >= 4.5
    visit.page.context.close()


def test_every_question_of_the_book_is_upgraded(browser, site):  # noqa: F811
    for path in sorted((site / "chapters").glob("*.html")):
        num_questions = path.read_text(encoding="utf-8").count('class="quiz admonition"')
        if num_questions:
            visit = Visit(browser, path)
            assert visit.page.locator(".quiz form").count() == num_questions, path.name
            assert visit.complaints == [], path.name
            visit.page.context.close()
