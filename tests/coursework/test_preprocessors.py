import copy
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursework.execute import ends_in_expression
from coursework.preprocessors import RestoreAssignment, SafeForBrowsers, StudentsView, defused_markdown
from tests.coursework.whole_class import cell


@pytest.fixture
def restore(released_course, kit):
    where = dict(db_url=released_course.url, notebook="pad", assignment="pad")
    return lambda notebook: RestoreAssignment(kit.order).preprocess(notebook, dict(nbgrader=where))[0]


@pytest.fixture
def handed_in(released):
    return copy.deepcopy(released)


def names(notebook):
    return [one.metadata.get("nbgrader", {}).get("grade_id") for one in notebook.cells]


def test_restored_notebook_has_the_answers_and_the_hidden_tests(restore, handed_in):
    cell(handed_in, "pad").source, cell(handed_in, "why").source = "mine", "because"
    notebook = restore(handed_in)
    assert (cell(notebook, "pad").source, cell(notebook, "why").source) == ("mine", "because")
    assert "BEGIN HIDDEN TESTS" in cell(notebook, "test_sum").source


def test_deleted_and_moved_cells_are_back_in_their_order(restore, handed_in, kit):
    handed_in.cells = handed_in.cells[::-1][3:]
    assert [name for name in names(restore(handed_in)) if name] == list(kit.order)


def test_added_cells_stay_behind_the_cell_they_followed(restore, handed_in):
    handed_in.cells.insert(3, new_code_cell("x = 1"))
    notebook = restore(handed_in)
    assert names(notebook)[:4] == [None, "cohort", "pad", None]
    assert notebook.cells[3].source == "x = 1"


def test_last_copy_of_a_cell_counts(restore, handed_in):
    handed_in.cells.insert(3, copy.deepcopy(cell(handed_in, "pad")))
    handed_in.cells[3].source = "second"
    notebook = restore(handed_in)
    assert cell(notebook, "pad").source == "second"
    assert names(notebook).count("pad") == 1


def test_tags_points_and_roles_are_the_teachers(restore, handed_in):
    test = cell(handed_in, "test_sum")
    test.metadata.nbgrader.update(points=99, grade=False, solution=True)
    test.metadata.tags = ["skip-execution"]
    restored = cell(restore(handed_in), "test_sum")
    assert restored.metadata.nbgrader["points"] == 2
    assert restored.metadata.nbgrader["grade"]
    assert not restored.metadata.nbgrader["solution"]
    assert "tags" not in restored.metadata


@pytest.mark.parametrize("metadata", [[], "x", {"grade_id": 5}, {"grade_id": ["pad"]}, {"grade_id": "nobody"}, None])
def test_strange_metadata_make_an_added_cell(restore, handed_in, metadata):
    handed_in.cells[0].metadata["nbgrader"] = metadata
    assert names(restore(handed_in))[0] is None


ATTACKS = [
    "[x](javascript:alert(1))",
    "[x](jAvascript&#58;alert(1))",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](javascript:alert(1))",
    r"$\href{javascript:alert(1)}{x}$",
    "<a href='javascript:alert(1)'>x</a>",
    "<!-- --><svg/onload=alert(1)>",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_runs_in_a_page_made_of_a_students_text(text):
    notebook, _ = SafeForBrowsers(enabled=True)(new_notebook(cells=[new_markdown_cell(text)]), {})
    page = BeautifulSoup(HTMLExporter().from_notebook_node(notebook)[0], "html.parser").main
    assert not page.find_all(["script", "img", "svg", "iframe"])
    assert not page.find_all(href=re.compile("script"))
    assert "\\href" not in page.text


def test_formulas_and_attached_pictures_stay():
    text = "$a_{i} \\leq b$, $x^2$ ![p](attachment:p.png) *so* `a[0]`"
    assert defused_markdown(text) == text


def outputs_after_cleaning(data, metadata=None):
    output = new_output("display_data", data, metadata=metadata or {})
    notebook = new_notebook(cells=[new_code_cell("1", outputs=[output])])
    return SafeForBrowsers(enabled=True)(notebook, {})[0].cells[0].outputs[0]


@pytest.mark.parametrize("kind", ["application/javascript", "image/svg+xml", "text/latex", "text/markdown", "text/x"])
def test_outputs_that_could_run_are_dropped(kind):
    assert outputs_after_cleaning({kind: "x", "text/plain": "y"}).data == {"text/plain": "y"}


def test_tables_in_outputs_stay_without_their_scripts():
    html = "<table onclick=x><tr><td>1</td></tr></table><script>alert(1)</script><a href='javascript:x'>y</a>"
    cleaned = outputs_after_cleaning({"text/html": html}).data["text/html"]
    assert "<td>1</td>" in cleaned
    assert not any(word in cleaned for word in ("onclick", "<script", "javascript"))


def test_pictures_in_outputs_stay_without_what_would_leave_their_attribute():
    assert outputs_after_cleaning({"image/png": "iVBOR/+="}, {"image/png": {"width": "1 onload=x"}}).metadata == {}
    assert outputs_after_cleaning({"image/png": "iVBOR/+="}).data == {"image/png": "iVBOR/+="}
    assert outputs_after_cleaning({"image/png": '"><script>'}).data == {}


HIDDEN_TEST = "assert x, 'visible reason'\n### BEGIN HIDDEN TESTS\nassert x == 12345\n### END HIDDEN TESTS"


def shown(source, outputs, grade=True, name="test"):
    metadata = dict(nbgrader=dict(grade=grade, grade_id=name))
    notebook = new_notebook(cells=[new_code_cell(source, outputs=outputs, metadata=metadata)])
    return StudentsView()(notebook, {})[0].cells[0]


def error(ename, evalue="", traceback=()):
    return new_output("error", ename=ename, evalue=evalue, traceback=list(traceback))


def test_feedback_hides_hidden_tests_and_tracebacks():
    cell = shown(HIDDEN_TEST, [error("AssertionError", "x", ["assert x == 12345"])])
    assert cell.source == "assert x, 'visible reason'\n# (hidden tests)"
    assert cell.outputs[0].text == "A test failed: AssertionError."


def test_feedback_shows_a_message_that_the_student_can_read_anyway():
    assert (
        shown(HIDDEN_TEST, [error("AssertionError", "visible reason")]).outputs[0].text
        == "A test failed: visible reason"
    )


@pytest.mark.parametrize("ename", ["assert x == 12345", "Leak", "print", "__doc__"])
def test_feedback_names_only_errors_that_python_has(ename):
    assert shown(HIDDEN_TEST, [error(ename, "12345")]).outputs[0].text == "A test failed: an error."


def test_feedback_shows_no_output_of_a_students_cell():
    outputs = [new_output("stream", text="12345"), new_output("display_data", {"text/plain": "12345"})]
    assert shown("print(In)", outputs, grade=False).outputs == []


def test_feedback_says_that_the_time_was_up():
    cell = shown(HIDDEN_TEST, [error("KeyboardInterrupt"), error("CellTimeoutError")])
    assert cell.outputs[0].text == "A test failed: it reached the time limit."


@pytest.mark.parametrize(
    ("source", "expected"),
    [("assert x", False), ("x = 1", False), ("x", True), ("f()\n", True), ("", False), ("%timeit x", True)],
)
def test_only_a_cell_that_ends_in_an_expression_can_have_a_result(source, expected):
    assert ends_in_expression(source) is expected


def test_restored_notebook_is_valid(restore, handed_in):
    handed_in.cells.append(copy.deepcopy(handed_in.cells[0]))
    nbformat.validate(restore(handed_in))
