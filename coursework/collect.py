"""Collect what students handed in from the zip file of a learning management system, and lose nobody without a word.

`nbgrader zip_collect` passes over what it cannot place, stops at a student's second file, and unpacks without a
limit; so the archive is read here, file by file and in memory, and only notebooks go to nbgrader's submitted/.
"""

import json
import re
import zipfile
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath

import nbformat

from coursework.course import CourseError
from coursework.handed_in import Owner, Roster, Student, owner_of
from coursework.preprocessors import grade_id

COLLECTED, REFUSED, MISSING = "collected", "refused", "nothing handed in"
LARGEST_MB = 20
MOST_FILES = 20_000
NOISE = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|\.ipynb_checkpoints/)")


@dataclass(frozen=True)
class Entry:
    """One line of the report."""

    student: Student
    status: str
    file: str = ""
    remark: str = ""


def collect(course, stem, archive, roster=()):
    """Put the notebooks in an archive into submitted/.

    Parameters
    ----------
    course : coursework.course.Course
    stem : str
        The assignment.
    archive : path
        A zip file from Canvas or Moodle, or one with a folder per student.
    roster : list of Student
        The class; empty if not known.

    Returns
    -------
    list of Entry
        One for every student in the archive or on the roster, and one for every file that belongs to nobody.
    """
    course.need_release(stem)
    released = nbformat.read(course.notebook("release", stem), as_version=4)
    cells = {cell.metadata.nbgrader["grade_id"] for cell in released.cells if "nbgrader" in cell.metadata}
    files, strays = _files_by_owner(archive)
    people, namesakes = Roster(roster), Counter(name for name, _ in files)
    entries = [Entry(Student(f"unknown: {path}"), REFUSED, path, reason) for path, reason in strays]
    with _open(archive) as opened:
        for (name, number), found in files.items():
            student, doubt = people.find(Owner(name, number, ""), namesakes[name])
            entry, content = _choose(opened, student, found, stem, cells)
            entries.append(replace(entry, remark="; ".join(filter(None, [doubt, entry.remark]))))
            if content:
                target = course.notebook("submitted", stem, student.id)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    return _report(course, stem, entries, roster)


def report_path(course, stem):
    """Return where the report on an assignment's collection is kept."""
    return course.root / "downloaded" / stem / "report.json"


def read_report(course, stem):
    """Return the report of all collections of an assignment so far, entries by student's identifier."""
    path = report_path(course, stem)
    rows = json.loads(path.read_text("utf-8")) if path.exists() else []
    return {row["student"]["id"]: Entry(Student(**row.pop("student")), **row) for row in rows}


def _report(course, stem, entries, roster):
    report = read_report(course, stem)
    for entry in entries:
        before = report.get(entry.student.id)
        if entry.status == REFUSED and before and before.status == COLLECTED:
            entry = replace(before, remark=f"an earlier file is graded: {entry.file} was refused, {entry.remark}")
        report[entry.student.id] = entry
    for student in roster:
        report.setdefault(student.id, Entry(student, MISSING))
    path = report_path(course, stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(entry) for entry in report.values()], indent=1, ensure_ascii=False), "utf-8")
    return list(report.values())


def _open(archive):
    remedy = "download the submissions again, as one .zip file"
    try:
        try:
            opened = zipfile.ZipFile(archive, metadata_encoding="utf-8")
        except UnicodeDecodeError:
            opened = zipfile.ZipFile(archive)
    except (OSError, zipfile.BadZipFile) as error:
        raise CourseError(f"{archive} cannot be read as a zip file ({error}): {remedy}.") from None
    if len(opened.infolist()) > MOST_FILES:
        raise CourseError(f"{archive} holds {len(opened.infolist())} files, more than {MOST_FILES}: {remedy}.")
    return opened


def _files_by_owner(archive):
    with _open(archive) as opened:
        infos = [info for info in opened.infolist() if not info.is_dir() and not NOISE.search(info.filename)]
    strays = [(info.filename, "its path leads out of the archive") for info in infos if _leads_out(info.filename)]
    infos = [info for info in infos if not _leads_out(info.filename)]
    tops = {info.filename.partition("/")[0] for info in infos}
    deep = all(info.filename.count("/") >= 2 for info in infos)
    shared = f"{tops.pop()}/" if len(tops) == 1 and deep else ""
    files = defaultdict(list)
    for info in infos:
        owner = owner_of(info.filename, shared)
        if owner is None:
            strays.append((info.filename, "its name does not tell whose it is"))
        else:
            files[owner.name, owner.number].append((owner, info))
    return files, strays


def _leads_out(name):
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or re.match(r"[A-Za-z]:", name)


def _choose(opened, student, found, stem, cells):
    """Take the one of a student's files that is the assignment; name the others."""
    good, bad = [], []
    for owner, info in found:
        content, reason = _notebook(opened, info, cells)
        (good if content else bad).append((owner, info, content or reason))
    if not good:
        reasons = "; ".join(f"{PurePosixPath(info.filename).name}: {reason}" for _, info, reason in bad)
        return Entry(student, REFUSED, found[0][1].filename, reasons), b""
    good.sort(key=lambda one: (one[0].file == f"{stem}.ipynb", one[0].attempt, one[1].date_time))
    owner, info, content = good[-1]
    remarks = ["late"] * owner.late
    if owner.file != f"{stem}.ipynb":
        remarks.append(f"the file was called {owner.file!r}")
    others = [other.filename for _, other, _ in (*good[:-1], *bad)]
    remarks += [f"not graded: {', '.join(others)}"] if others else []
    return Entry(student, COLLECTED, info.filename, "; ".join(remarks)), content


def _notebook(opened, info, cells):
    """Return the bytes of a file, or else why it is not a notebook of this assignment."""
    if not info.filename.lower().endswith(".ipynb"):
        return b"", f"a {PurePosixPath(info.filename).suffix or 'file without ending'}, not a notebook (.ipynb)"
    if info.file_size > LARGEST_MB * 1e6:
        return b"", f"larger than {LARGEST_MB} MB: clear its outputs and hand it in again"
    try:
        with opened.open(info) as file:
            content = file.read(int(LARGEST_MB * 1e6) + 1)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, NotImplementedError, ValueError) as error:
        return b"", f"cannot be unpacked ({error})"
    if not content.strip():
        return b"", "empty"
    try:
        notebook = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
        names = {grade_id(cell) for cell in notebook.cells}
        [cell["cell_type"] + "".join(cell["source"]) for cell in notebook.cells]
    except Exception as error:  # nbformat raises many kinds on what is not a notebook
        return b"", f"not a readable notebook ({type(error).__name__})"
    return (content, "") if names & cells else (b"", "no cell of this assignment is in it")
