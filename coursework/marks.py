"""Marks: the one place that writes them into the gradebook, and the table that a teacher takes from there."""

import csv
import hashlib
import json
from pathlib import Path

from nbgrader.api import MissingEntry

from coursework import collect
from coursework.course import CourseError
from coursework.grade import BY_HAND, GRADED

TO_MARK, MARKED = "answers to mark by hand", "looked at by hand"
HEAD, TAIL = ["student", "last name", "first name"], ["automatic", "by hand", "total", "maximum", "status", "remark"]


def record(course, stem, result, digest=""):
    """Write one result into the gradebook, autograded/ and the list of what happened.

    A mark that the teacher gave by hand stays, and is shown in formgrader as one to look at again.

    Parameters
    ----------
    course : coursework.course.Course
    stem : str
    result : coursework.grade.Result
    digest : str
        Of the file that was graded, see `digest_of`.
    """
    entry = collect.read_report(course, stem).get(result.student)
    names = dict(first_name=entry.student.first, last_name=entry.student.last) if entry else {}
    if entry and entry.student.email:
        names["email"] = entry.student.email
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student(result.student, **names)
        gradebook.update_or_create_submission(stem, result.student)
        notebook = gradebook.find_submission_notebook(stem, stem, result.student)
        for grade in notebook.grades:
            grade.auto_score = result.marks.get(grade.name, 0.0)
            pending = result.status == BY_HAND and grade.max_score > 0
            grade.needs_manual_grade = pending or grade.auto_score is None or grade.manual_score is not None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if comment.name in result.unanswered else None
        gradebook.db.commit()
    if result.notebook:
        target = course.notebook("autograded", stem, result.student)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(result.notebook)
    happened = read_results(course, stem)
    happened[result.student] = dict(status=result.status, remark=result.remark, digest=digest)
    path = results_path(course, stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(happened, indent=1, ensure_ascii=False), "utf-8")


def results_path(course, stem):
    """Return where status, remark and digest of every graded submission are kept."""
    return course.root / "autograded" / f"{stem}.json"


def read_results(course, stem):
    """Return status, remark and digest of every graded submission, by student."""
    path = results_path(course, stem)
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def digest_of(course, stem, student):
    """Return a number that changes with the submission and with the assignment."""
    parts = (course.notebook("submitted", stem, student), course.notebook("source", stem))
    return hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()


def table(course, stem):
    """Return the marks as a list of dicts, one for each student whom the gradebook, submitted/ or the report knows."""
    course.need_release(stem)
    results, report = read_results(course, stem), collect.read_report(course, stem)
    handed_in = course.students("submitted", stem)
    with course.gradebook() as gradebook:
        cells = {
            cell.name: cell.max_score for cell in gradebook.find_notebook(stem, stem).grade_cells if cell.max_score
        }
        rows = []
        for student in sorted({*results, *report, *handed_in}):
            row = dict.fromkeys([*HEAD, *cells, *TAIL], "")
            row |= dict(student=student, maximum=sum(cells.values()), total=0.0)
            if student in report:
                row |= {"last name": report[student].student.last, "first name": report[student].student.first}
            row |= _marks(gradebook, stem, student, cells, results) if student in results else {}
            if student not in results:
                row["status"] = "not graded yet" if student in handed_in else report[student].status
            remarks = [report[student].remark if student in report else "", results.get(student, {}).get("remark", "")]
            row["remark"] = "; ".join(filter(None, remarks))
            rows.append(row)
    return rows


def _marks(gradebook, stem, student, cells, results):
    try:
        grades = {one.name: one for one in gradebook.find_submission_notebook(stem, stem, student).grades}
    except MissingEntry:
        raise CourseError(
            f"the gradebook has lost {student}: run `python -m coursework grade {stem} --again`."
        ) from None
    grades = {name: grades[name] for name in cells}
    pending = any(grade.needs_manual_grade for grade in grades.values())
    manual = [grade.manual_score for grade in grades.values() if grade.manual_score is not None]
    status = results[student]["status"]
    if status == BY_HAND:
        status = BY_HAND if pending else MARKED
    elif status == GRADED and pending:
        status = TO_MARK
    waiting = {name: grade.needs_manual_grade and grade.manual_score is None for name, grade in grades.items()}
    return {
        **{name: "" if waiting[name] else grade.score for name, grade in grades.items()},
        "automatic": sum(grade.auto_score or 0 for grade in grades.values()),
        "by hand": "" if pending else sum(manual),
        "total": sum(grade.score for grade in grades.values()),
        "status": status,
    }


def write_csv(rows, path):
    """Write the table of marks as CSV in UTF-8; text that a spreadsheet would run as a formula gets a ' before it.

    Examples
    --------
    >>> defused("=1+1"), defused("Marie")
    ("'=1+1", 'Marie')
    """
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writerow({name: defused(name) for name in rows[0]})
        writer.writerows({name: defused(value) for name, value in row.items()} for row in rows)
    return Path(path)


def defused(value):
    """Put an apostrophe before text that begins as a formula does; leave the rest, numbers too."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else value
