"""Feedback for students: nbgrader's HTML pages, without hidden tests and without anything that could tell of them."""

import nbformat
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
from traitlets.config import Config

from coursework.course import CourseError, convert
from coursework.preprocessors import HIDDEN, StudentsView


def write_feedback(course, stem):
    """Write feedback/<student>/<stem>/<stem>.html for every graded submission.

    Parameters
    ----------
    course : coursework.course.Course
    stem : str

    Returns
    -------
    dict
        For each student the path of the page, or the reason why there is none.
    """
    course.need_release(stem)
    students = course.students("autograded", stem)
    if not students:
        raise CourseError(f"nothing is graded for {stem!r}: run `python -m coursework grade {stem}` first.")
    secrets = secrets_of(nbformat.read(course.notebook("source", stem), as_version=4))
    config = Config(HTMLExporter=dict(embed_images=False))
    views = dict(preprocessors=[GetGrades, StudentsView, CSSHTMLHeaderPreprocessor])
    with course.gradebook():  # says if it is locked
        lines = convert(GenerateFeedback, course.directory(stem), views, config, force=True)
    return {student: _checked(course, stem, student, secrets, lines) for student in students}


def _checked(course, stem, student, secrets, lines):
    page = course.notebook("feedback", stem, student).with_suffix(".html")
    if not page.exists():
        return f"nbgrader made none: {next((line for line in lines if student in line), '')}"[:300]
    text = page.read_text("utf-8")
    if any(secret in text for secret in secrets):
        page.unlink()
        return "deleted, for it held a hidden test"
    return page


def secrets_of(source):
    """Return the lines of hidden tests in an instructor's notebook that are long enough to be told from other text."""
    hidden = [
        line.strip() for cell in source.cells for part in HIDDEN.findall(cell.source) for line in part.splitlines()
    ]
    shown = "\n".join(HIDDEN.sub("", cell.source) for cell in source.cells)
    return sorted({line for line in hidden if len(line) > 16 and line not in shown and "HIDDEN TESTS" not in line})
