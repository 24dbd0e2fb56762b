"""The questions of every chapter are in order, and the check of them finds what is not."""

from collections import Counter
from pathlib import Path

import pytest

from tests.notebooks.quizzes import faults, positions_of_right_answers
from tests.notebooks.small import cell, printed, small_notebook, write

FOLDER = Path(__file__).parents[2] / "chapters"
CHAPTERS = [path for path in sorted(FOLDER.glob("*.ipynb")) if path.stem != "intro"]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_questions_of_chapter_are_in_order(path):
    assert faults(path) == []


def test_right_answer_cannot_be_told_by_place_or_length():
    rows = [row for path in CHAPTERS for row in positions_of_right_answers(path)]
    places = Counter(place for place, _ in rows)
    assert len(rows) >= 20
    assert places.most_common(1)[0][1] <= len(rows) / 2
    assert sum(longest for _, longest in rows) <= len(rows) / 2


SINGLE = """::::{admonition} Question NUMBER · choose one
:class: quiz
What does a window change?

1. The contrast on the screen.
2. The contrast in HU.
3. The noise in HU.

:::{dropdown} Answers
1. **Right.** It decides which values are spread over the grays.
2. **No.** What was measured does not depend on the display.
3. **No.** Noise was measured with the rest, and stays.
:::
::::"""
MULTIPLE = SINGLE.replace("choose one", "choose all that hold").replace("3. **No.**", "3. **Right.**")
NUMBER = """::::{admonition} Question NUMBER · give a number
:class: quiz
How many HU is one of 256 gray levels, with a width of 1,020 HU?

:::{dropdown} Answers
- **Right: 4 ± 0.05 HU.** The width is spread over 255 steps.
- **No: 0.25 ± 0.01 HU.** That is levels for each HU; turn it round.
- **No: anything else.** Divide the width by the number of steps.
:::
::::"""


def quiz_notebook(*questions, result="4.0\n", **metadata):
    """Return a notebook with these questions; a computing cell follows each that asks for a number."""
    notebook = small_notebook()
    for number, text in enumerate(questions, start=1):
        source = text.replace("NUMBER", str(number))
        notebook["cells"].append({"cell_type": "markdown", "id": f"q{number}", "metadata": {}, "source": source})
        if "give a number" in text:
            notebook["cells"].append(cell("print(1020 / 255)", [printed(result)], tags=["hide-cell"], **metadata))
    return notebook


IN_ORDER = [SINGLE, MULTIPLE, SINGLE, NUMBER]


def test_questions_in_order_pass(tmp_path):
    assert faults(write(quiz_notebook(*IN_ORDER), tmp_path)) == []


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        (IN_ORDER[:3], "has 3 questions"),
        ([], "has 0 questions"),
        ([SINGLE] * 4, "expected two kinds"),
        ([SINGLE, MULTIPLE] * 2, "one of them for a number"),
        ([SINGLE.replace("NUMBER", "7"), *IN_ORDER[1:]], "bears the number 7"),
        ([SINGLE.replace("choose one", "choose"), *IN_ORDER[1:]], "does not have the form"),
        ([SINGLE.replace("{dropdown}", "{note}"), *IN_ORDER[1:]], "does not have the form"),
    ],
)
def test_fault_of_the_set_is_named(tmp_path, questions, said):
    found = faults(write(quiz_notebook(*questions), tmp_path))
    assert any(said in fault for fault in found), found


@pytest.mark.parametrize(
    ("question", "old", "new", "said"),
    [
        (SINGLE, "1. **Right.**", "1. **No.**", "with 0 right answers"),
        (SINGLE, "2. **No.**", "2. **Right.**", "with 2 right answers"),
        (MULTIPLE, "2. **No.**", "2. **Right.**", "with 3 right answers of 3"),
        (SINGLE, "**Right.** It", "It", 'must open with "**Right.**"'),
        (SINGLE, "3. **No.** Noise was measured with the rest, and stays.\n", "", "3 answers and 2 explanations"),
        (SINGLE, "3. The noise in HU.\n", "", "at least three answers"),
        (SINGLE, "2. The contrast in HU.", "2. The noise in HU.", "all different"),
        (SINGLE, "Noise was measured with the rest, and stays.", "Wrong.", "feedback of its own"),
        (SINGLE, "**No.** Noise", "**No: 3 ± 1.** Noise", "only a question for a number"),
        (NUMBER, "- **Right", "- **No", "right value first"),
        (NUMBER, "4 ± 0.05 HU", "four", "right value first"),
        (NUMBER, "- **No: 0.25 ± 0.01 HU.** That is levels for each HU; turn it round.\n", "", "typical wrong one"),
        (NUMBER, "anything else", "9 ± 1 HU", "the last item"),
        (NUMBER, "0.25 ± 0.01", "4.1 ± 0.1", "overlap"),
        (NUMBER, "0.01 HU", "0.01 mm", "different units"),
        (NUMBER, "Right: 4 ±", "Right: 5 ±", "the last number printed is 4.0"),
    ],
)
def test_fault_of_a_question_is_named(tmp_path, question, old, new, said):
    assert question.count(old) == 1
    others = [one for one in IN_ORDER if one != question]
    found = faults(write(quiz_notebook(question.replace(old, new), *others, SINGLE), tmp_path))
    assert any(fault.startswith("question 1: ") and said in fault for fault in found), found


def test_number_that_no_cell_computes_is_named(tmp_path):
    notebook = quiz_notebook(*IN_ORDER)
    notebook["cells"].pop()
    assert any("no cell with the tag hide-cell" in fault for fault in faults(write(notebook, tmp_path)))


@pytest.mark.parametrize("result", ["4.06\n", "4.0 HU of 256\n", "four\n"])
def test_number_that_the_cell_does_not_print_is_named(tmp_path, result):
    found = faults(write(quiz_notebook(*IN_ORDER, result=result), tmp_path))
    assert any("the last number printed is" in fault for fault in found), found


def test_cell_that_may_vary_more_than_the_answer_is_named(tmp_path):
    found = faults(write(quiz_notebook(*IN_ORDER, medbook={"tolerance": 0.06}), tmp_path))
    assert any("smaller than that of the cell" in fault for fault in found), found
