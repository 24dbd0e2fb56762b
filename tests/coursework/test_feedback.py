import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from coursework.course import CourseError
from coursework.feedback import secrets_of, write_feedback
from coursework.grade import GRADED, Result
from coursework.marks import record
from tests.coursework.whole_class import cell

MARKS = dict(cohort=0.0, test_shape=0.0, test_frame=2.0, test_sum=2.0, why=0.0, canary=0.0)


@pytest.fixture
def graded(released_course):
    """Return a notebook as it is after grading, hidden tests and all: the worst that feedback can meet."""
    notebook = nbformat.read(released_course.notebook("source", "pad"), as_version=4)
    cell(notebook, "pad").source = "def pad(image, width): pass"
    leak = [part.source for part in notebook.cells]
    trace = new_output("error", ename="AssertionError", evalue=str(leak), traceback=leak)
    cell(notebook, "test_shape").outputs = [trace]
    cell(notebook, "width").outputs = [new_output("stream", text=str(leak)), trace]
    notebook.cells.append(new_code_cell("print(In)", outputs=[new_output("execute_result", {"text/plain": str(leak)})]))
    return nbformat.writes(notebook).encode()


def page_of(course, notebook, student="anna"):
    record(course, "pad", Result(student, GRADED, marks=MARKS, notebook=notebook))
    return write_feedback(course, "pad")[student]


def test_page_shows_marks_and_code_but_no_hidden_test(course, graded):
    text = page_of(course, graded).read_text("utf-8")
    assert "Score: 4.0 / 10.0" in text
    assert "(hidden tests)" in text
    source = nbformat.read(course.notebook("source", "pad"), as_version=4)
    assert secrets_of(source)
    assert not any(secret in text for secret in secrets_of(source))
    assert "40417" not in text
    assert "BEGIN HIDDEN" not in text


def test_page_that_would_hold_a_hidden_test_is_deleted(course, graded):
    notebook = nbformat.reads(graded, as_version=4)
    cell(notebook, "why").source = "kvistrelupin: assert pad(np.ones((2, 3)), 4).shape == (10, 11)"
    assert page_of(course, nbformat.writes(notebook).encode()) == "deleted, for it held a hidden test"
    assert not list((course.root / "feedback").rglob("*.html"))


def test_one_broken_notebook_costs_no_other_page(course, graded):
    record(course, "pad", Result("bob", GRADED, marks=MARKS, notebook=b"{"))
    pages = {student: str(page) for student, page in (("anna", page_of(course, graded)),)}
    assert pages["anna"].endswith(".html")
    assert write_feedback(course, "pad")["bob"].startswith("nbgrader made none")


def test_feedback_before_grading_is_one_clear_sentence(course):
    with pytest.raises(CourseError, match="nothing is graded for 'pad'"):
        write_feedback(course, "pad")
