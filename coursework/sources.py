"""Read an assignment's source, MyST Markdown, and build the instructor's notebook from it.

In the source a cell says what it is for; here that becomes nbgrader's metadata:

==================================  =====================================================
``:given: name``                    read-only, put back before grading
``:task: name``                     the student's code, between BEGIN and END SOLUTION
``:test: name``, ``:points: 2``     visible tests, and hidden ones between BEGIN and END HIDDEN TESTS
``{"answer": name, "points": 4}``   (Markdown) answered in words, marked by hand
==================================  =====================================================

The head of the file says title, chapter and minutes, and may set limits for grading, as `coursework.grade.Limits` names
them: ``limits: {memory_gb: 2}``.
"""

import re
from pathlib import Path

import jupytext
import nbformat
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions, ComputeChecksums, LockCells

from coursework.leaks import CANARY

SOURCES = Path(__file__).parent / "src"
STUDENTS_COHORT = 11
TRIAL_COHORT = 40417
PLACEHOLDER = "TEACHER_COHORT"

# Fails as expected unless a submission has changed the kernel that runs the tests.
CANARY_CELL = f"""\
# Nothing to do here: this cell checks the program that runs the tests.
### BEGIN HIDDEN TESTS
# {CANARY}
import numpy as np
assert not np.allclose(0, 1)
assert not np.array_equal([0], [1])
assert np.full((2, 2), 3).sum() == 12
try:
    assert np.float64(1) == 2
except AssertionError:
    raise AssertionError("canary-ok") from None
### END HIDDEN TESTS"""

# What each role means to nbgrader: graded, answered by the student, read-only.
ROLES = {
    "given": dict(grade=True, solution=False, locked=True),
    "task": dict(grade=False, solution=True, locked=False),
    "test": dict(grade=True, solution=False, locked=True),
    "answer": dict(grade=True, solution=True, locked=False),
}


class SourceError(ValueError):
    """An assignment's source is not what a source should be; the message names file, cell and remedy."""


def stems():
    """Return the names of all assignments."""
    return sorted(path.stem for path in SOURCES.glob("*.md"))


def build(stem, cohort=TRIAL_COHORT):
    """Build the instructor's notebook of an assignment.

    Parameters
    ----------
    stem : str
        Its name, such as ``"convolution"``.
    cohort : int
        The number from which patients are drawn at grading.

    Returns
    -------
    nbformat.NotebookNode
        With solutions and hidden tests: for the teacher alone.

    Raises
    ------
    SourceError
        If there is no such assignment, or a cell of it is malformed.
    """
    path = SOURCES / f"{stem}.md"
    if not path.exists():
        raise SourceError(f"there is no assignment {stem!r}; there are: {', '.join(stems())}.")
    return build_file(path, cohort)


def build_file(path, cohort=TRIAL_COHORT):
    """Build the instructor's notebook from the source in the file `path`, see `build`."""
    path = Path(path)
    if int(cohort) == STUDENTS_COHORT:
        raise SourceError(f"the cohort for grading must differ from the students' own, {STUDENTS_COHORT}.")
    source = jupytext.read(path, fmt="md:myst")
    cells = [_cell(path, number, cell, cohort) for number, cell in enumerate(source.cells)]
    _check_names(path, cells)
    cells.append(_with_role(nbformat.v4.new_code_cell(CANARY_CELL), "given", "canary", 0))
    cells[-1].metadata.tags = ["raises-exception"]
    for number, cell in enumerate(cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"text-{number}").replace("_", "-")
    kernel = dict(name="python3", display_name="Python 3", language="python")
    limits = dict(source.metadata["assignment"].get("limits", {})) if "assignment" in source.metadata else {}
    return nbformat.v4.new_notebook(cells=cells, metadata=dict(kernelspec=kernel, medbook=limits))


def student_notebook(stem):
    """Return an assignment as students get it: without solutions, hidden tests and marking schemes."""
    notebook = build(stem)
    for step in (LockCells, ClearSolutions, ClearHiddenTests, ClearMarkScheme, ComputeChecksums):
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def about(path):
    """Return the ``assignment`` part of a source's head: title, chapter and minutes."""
    return dict(jupytext.read(Path(path), fmt="md:myst").metadata["assignment"])


def _cell(path, number, cell, cohort):
    roles = [role for role in ROLES if role in cell.metadata]
    made = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    fresh = made(cell.source.replace(PLACEHOLDER, str(cohort)))
    if "tags" in cell.metadata:
        fresh.metadata.tags = cell.metadata.tags
    if not roles:
        return fresh
    [role] = roles
    name, points = str(cell.metadata[role]), cell.metadata.get("points", 0)
    if (role in ("test", "answer")) != (points > 0):
        raise SourceError(f"{path.name}: cell {number}, {role} {name!r}: tests and answers have points, others none.")
    if role == "task" and not re.search(r"### BEGIN SOLUTION.*### END SOLUTION", cell.source, re.DOTALL):
        raise SourceError(f"{path.name}: cell {number}, task {name!r} has no region between BEGIN and END SOLUTION.")
    if role in ("task", "answer") and CANARY not in cell.source:
        raise SourceError(f"{path.name}: cell {number}, {role} {name!r}: put the word {CANARY} into its solution.")
    if cell.source.count(CANARY) < cell.source.count("### BEGIN HIDDEN TESTS"):
        raise SourceError(f"{path.name}: cell {number}, {role} {name!r}: put the word {CANARY} into its hidden tests.")
    return _with_role(fresh, role, name, points)


def _with_role(cell, role, name, points):
    about = dict(schema_version=3, grade_id=name, task=False, cell_type=cell.cell_type, **ROLES[role])
    if role == "given":  # nbgrader allows hidden parts in graded cells only
        about["grade"] = "### BEGIN HIDDEN TESTS" in cell.source
    if about["grade"]:
        about["points"] = points
    cell.metadata.nbgrader = about
    return cell


def _check_names(path, cells):
    names = [cell.metadata.nbgrader["grade_id"] for cell in cells if "nbgrader" in cell.metadata]
    for name in names:
        if names.count(name) > 1 or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == "canary":
            raise SourceError(f"{path.name}: the cell name {name!r} is not unique, or not of a-z, 0-9 and _.")


def points(notebook):
    """Return the points of each graded cell of a built notebook, by name."""
    graded = [cell.metadata.nbgrader for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell["grade_id"]: cell["points"] for cell in graded if cell["points"]}
