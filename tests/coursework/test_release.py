import nbformat
import pytest

from coursework import sources
from coursework.course import Course, CourseError
from coursework.grade import make_kit
from coursework.marks import record
from coursework.release import release
from tests.coursework.conftest import SMALL


def test_students_notebook_has_neither_solutions_nor_hidden_tests(released_course):
    text = released_course.notebook("release", "pad").read_text("utf-8")
    assert "YOUR CODE HERE" in text
    assert not any(
        word in text for word in (sources.CANARY, "SOLUTION", "HIDDEN", "canary-ok", str(sources.TRIAL_COHORT))
    )


def test_gradebook_knows_points_of_every_cell(released_course):
    with released_course.gradebook() as gradebook:
        points = {cell.name: cell.max_score for cell in gradebook.find_notebook("pad", "pad").grade_cells}
    assert points == dict(cohort=0, test_shape=2, test_frame=2, test_sum=2, why=4, canary=0)


def test_secret_left_in_the_students_notebook_stops_the_release(tmp_path):
    notebook = sources.build_file(SMALL)
    notebook.cells[0].source += f" {sources.CANARY}"
    course = Course(tmp_path)
    with pytest.raises(CourseError, match="was left in the students' notebook"):
        release(course, "pad", notebook)
    assert not course.notebook("release", "pad").exists()


def test_release_again_takes_a_mended_test(course):
    notebook = sources.build_file(SMALL, cohort=777)
    release(course, "pad", notebook)
    assert b"COHORT = 777" in make_kit(course, "pad").gradebook


def test_cells_cannot_change_once_there_are_submissions(course, kit):
    from coursework.grade import Result

    record(course, "pad", Result("anna", "graded", marks=dict(test_shape=2.0)))
    notebook = sources.build_file(SMALL)
    notebook.cells = [
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != "test_sum"
    ]
    with pytest.raises(CourseError, match="use a new course folder"):
        release(course, "pad", notebook)


def test_kit_holds_no_student(course):
    from coursework.grade import Result

    record(course, "pad", Result("anna-the-first", "graded"))
    assert b"anna-the-first" not in make_kit(course, "pad").gradebook


def test_kit_takes_limits_from_the_notebook_and_then_from_the_teacher(course):
    path = course.notebook("source", "pad")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.medbook = dict(memory_gb=8, cell_seconds=90)
    nbformat.write(notebook, path)
    limits = make_kit(course, "pad", dict(cell_seconds=10)).limits
    assert (limits.memory_gb, limits.cell_seconds) == (8, 10)


def test_unknown_limit_is_one_clear_sentence(course):
    path = course.notebook("source", "pad")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.medbook = dict(memory=8)
    nbformat.write(notebook, path)
    with pytest.raises(CourseError, match="does not know the limit 'memory'"):
        make_kit(course, "pad")
