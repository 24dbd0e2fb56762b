"""Grade one submission: bytes in, a `Result` out; runs in any process, on any machine that has the environment.

nbgrader grades it in a course of its own in a temporary folder, with a gradebook that knows this assignment and no
student. Only the caller writes marks into the real gradebook.

A submission is to be looked at by hand, and has no marks until then, if its kernel died, could not be stopped or went
beyond a limit, or if it changed the kernel that runs the tests: then its tests prove nothing.
"""

import contextlib
import sqlite3
import tempfile
from dataclasses import dataclass, field, fields
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    SaveAutoGrades,
)

from coursework.course import Course, CourseError, convert
from coursework.execute import GuardedExecute
from coursework.launch import need_sandbox
from coursework.preprocessors import RestoreAssignment, SafeForBrowsers

GRADED, BY_HAND, MISSING, REFUSED = "graded", "look by hand", "nothing handed in", "not a notebook"
SOMEBODY = "somebody"
CANARY_OK = ("AssertionError", "canary-ok")


@dataclass(frozen=True)
class Limits:
    """What one submission may take; see the assignment's metadata `medbook` and the options of `grade`.

    A class on TensorFlow has 0.4 GiB of data after the import, and half a gigabyte of libraries besides.
    """

    cell_seconds: float = 60
    total_seconds: float = 600
    memory_gb: float = 4
    processes: int = 300
    output_mb: float = 1


@dataclass(frozen=True)
class Kit:
    """All that grading an assignment needs, the submissions excepted: its gradebook, its cells' order, its files."""

    stem: str
    gradebook: bytes
    order: tuple
    limits: Limits = Limits()
    sandbox: bool = True
    files: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What became of one submission; `marks` are None where a human must mark."""

    student: str
    status: str
    remark: str = ""
    marks: dict = field(default_factory=dict)
    unanswered: tuple = ()
    notebook: bytes = b""


def grade_submission(kit, student, notebook):
    """Grade one submission.

    Parameters
    ----------
    kit : Kit
    student : str
        Returned with the result; nothing else is done with it.
    notebook : bytes
        The .ipynb file as handed in.

    Returns
    -------
    Result
        Whatever the submission does; exceptions are faults of this program or of its installation.
    """
    if kit.sandbox:
        need_sandbox(kit.limits)
    with tempfile.TemporaryDirectory(prefix="mb-", ignore_cleanup_errors=True) as folder:
        course = Course(Path(folder) / "course")
        sockets = Path(folder) / "s"
        _lay_out(course, kit, notebook)
        sockets.mkdir()
        sockets.chmod(0o777)  # for the kernel's user number; the folder above is closed to all others
        files = {name: course.root / "source" / kit.stem / name for name in kit.files}
        execute = GuardedExecute(kit.limits, sockets, kit.sandbox, files)
        log = _autograde(course, kit, execute)
        graded = course.notebook("autograded", kit.stem, SOMEBODY)
        if not graded.exists():
            return Result(student, BY_HAND, f"nbgrader could not grade it: {' '.join(log)[-500:]}")
        return _result(course, kit, student, graded, execute)


def _lay_out(course, kit, notebook):
    handed_in = course.notebook("submitted", kit.stem, SOMEBODY)
    source = course.root / "source" / kit.stem
    handed_in.parent.mkdir(parents=True)
    source.mkdir(parents=True)
    handed_in.write_bytes(notebook)
    (course.root / "gradebook.db").write_bytes(kit.gradebook)
    for name, content in kit.files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)


def _autograde(course, kit, execute):
    first = [ClearOutput, RestoreAssignment(kit.order), OverwriteCells, CheckCellMetadata]
    ignore = IgnorePattern(enabled=True, pattern="(?s).*")  # else every warning costs the points of its cell
    then = [execute, ignore, LimitOutput, SaveAutoGrades, SafeForBrowsers(enabled=True), CheckCellMetadata]
    preprocessors = dict(sanitize_preprocessors=first, autograde_preprocessors=then)
    return convert(Autograde, course.directory(kit.stem, SOMEBODY), preprocessors)


def _result(course, kit, student, graded, execute):
    notebook = nbformat.read(graded, as_version=4)
    with Gradebook(course.url) as gradebook:
        found = gradebook.find_submission_notebook(kit.stem, kit.stem, SOMEBODY)
        marks = {grade.name: grade.auto_score for grade in found.grades}
        unanswered = tuple(comment.name for comment in found.comments if comment.auto_comment)
    trouble = execute.trouble or _tampered(notebook, execute.forged)
    parts = dict(unanswered=unanswered, notebook=graded.read_bytes())
    if not trouble:
        return Result(student, GRADED, marks=marks, **parts)
    earned = sum(mark or 0 for mark in marks.values())
    pending = {name: None if mark is None else 0.0 for name, mark in marks.items()}
    return Result(student, BY_HAND, f"{trouble}; the tests gave {earned:g} points", pending, **parts)


def _tampered(notebook, forged):
    if forged:
        return f"the test {forged[0]} put out a result that its code cannot have"
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "canary":
            errors = [(output.ename, output.evalue) for output in cell.outputs if output.output_type == "error"]
            return (
                ""
                if errors == [CANARY_OK]
                else "the kernel that runs the tests was changed: the canary cell did not fail"
            )
    return "the assignment has no canary cell"


def read_files(folder):
    """Return the data files of an assignment's source folder, bytes by name."""
    paths = [
        path for path in Path(folder).rglob("*") if path.is_file() and path.suffix not in (".ipynb", ".md", ".pyc")
    ]
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in paths if ".ipynb_checkpoints" not in path.parts
    }


def make_kit(course, stem, limits=None, sandbox=True):
    """Copy from a course what grading one assignment needs, and nothing of any student.

    Parameters
    ----------
    course : Course
    stem : str
    limits : dict, optional
        Limits that the teacher gave, by name; they win over those in the notebook's metadata `medbook`.
    sandbox : bool

    Returns
    -------
    Kit
    """
    course.need_release(stem)
    source = nbformat.read(course.notebook("source", stem), as_version=4)
    order = tuple(cell.metadata.nbgrader["grade_id"] for cell in source.cells if "nbgrader" in cell.metadata)
    with tempfile.TemporaryDirectory() as folder, course.gradebook() as gradebook:
        path = Path(folder) / "gradebook.db"
        try:
            notebook = gradebook.find_notebook(stem, stem)
        except Exception as error:
            raise CourseError(
                f"the gradebook does not know {stem!r}: run `python -m coursework release {stem}`."
            ) from error
        if {cell.name for cell in notebook.source_cells} != set(order):
            raise CourseError(f"source and gradebook differ in the cells of {stem!r}: release it again.")
        _copy(notebook, path)
        merged = _known({**source.metadata.get("medbook", {}), **(limits or {})})
        files = read_files(course.notebook("source", stem).parent)
        return Kit(stem, path.read_bytes(), order, Limits(**merged), sandbox, files)


def _known(limits):
    names = [field.name for field in fields(Limits)]
    for name in limits:
        if name not in names:
            raise CourseError(f"this package does not know the limit {name!r}; there are {', '.join(names)}.")
    return limits


def _copy(notebook, path):
    # In a database without tables nbgrader has another program enter the version, for seconds; no one asks for it here.
    with contextlib.closing(sqlite3.connect(path)) as fresh:
        fresh.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    with Gradebook(f"sqlite:///{path}") as alone:
        where = (notebook.name, notebook.name)
        alone.add_assignment(notebook.name)
        alone.add_notebook(*where, kernelspec=notebook.kernelspec)
        for cell in notebook.grade_cells:
            alone.add_grade_cell(cell.name, *where, max_score=cell.max_score, cell_type=cell.cell_type)
        for cell in notebook.solution_cells:
            alone.add_solution_cell(cell.name, *where)
        for cell in notebook.source_cells:
            about = dict(cell_type=cell.cell_type, source=cell.source, checksum=cell.checksum, locked=cell.locked)
            alone.add_source_cell(cell.name, *where, **about)
