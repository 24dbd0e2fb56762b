"""Make the students' notebook of an assignment with nbgrader, and enter the assignment into the gradebook."""

import nbformat
from nbgrader.converters import GenerateAssignment

from coursework import sources
from coursework.course import CourseError, convert

SECRET = (sources.CANARY, "BEGIN SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "canary-ok")


def release(course, stem, notebook):
    """Write an assignment to a course's source/ and release/, and into its gradebook.

    Parameters
    ----------
    course : coursework.course.Course
        The folder is made if need be.
    stem : str
    notebook : nbformat.NotebookNode
        The instructor's, from `coursework.sources.build`.

    Returns
    -------
    Path
        The students' notebook.

    Raises
    ------
    CourseError
        If nbgrader refuses the notebook, or if something secret is left in what it made.
    """
    course.create()
    source, released = course.notebook("source", stem), course.notebook("release", stem)
    before = {path: path.read_bytes() for path in (source, released) if path.exists()}
    source.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, source)
    with course.gradebook():  # says if it is locked
        lines = convert(GenerateAssignment, course.directory(stem), force=True)
    fault = _fault(released, lines)
    if fault:
        released.unlink(missing_ok=True)
        for path, content in before.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        raise CourseError(f"{stem!r} was not released: {fault}")
    return released


def _fault(released, lines):
    if not released.exists():
        if any("Cannot add or remove cells" in line for line in lines):
            return "its cells are others now, and submissions are graded already: use a new course folder (--course)."
        return f"nbgrader says: {' '.join(lines)[-300:]}"
    text = released.read_text("utf-8")
    left = [word for word in SECRET if word in text]
    return f"{left[0]!r} was left in the students' notebook; mend its source." if left else ""
