"""Take feedback and marks back into a learning management system, by the file names that it gave."""

import csv
import re
import zipfile
from pathlib import Path, PurePosixPath

from coursework import collect, marks
from coursework.course import CourseError

NUMBER = re.compile(r"_(\d+)_assignsubmission_file")
DONE = ("graded", marks.MARKED)


def pack_feedback(course, stem, path):
    """Write one zip file with the feedback pages of an assignment, named as the submissions were.

    Moodle takes it under *Upload multiple feedback files in a zip*: it finds each student by the beginning of the
    name. In a zip file from plain folders each page lies in its student's folder.

    Parameters
    ----------
    course : coursework.course.Course
    stem : str
    path : path-like

    Returns
    -------
    int
        How many pages are in it.
    """
    report, number = collect.read_report(course, stem), 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in course.students("autograded", stem):
            page = course.notebook("feedback", stem, student).with_suffix(".html")
            if page.exists():
                handed_in = report[student].file if student in report else ""
                name = PurePosixPath(handed_in or f"{student}/{stem}").with_suffix(".html")
                archive.write(page, str(name))
                number += 1
    return number


def fill_worksheet(course, stem, worksheet, output):
    """Write Moodle's grading worksheet with the totals of all whose marks are complete.

    Parameters
    ----------
    course : coursework.course.Course
    stem : str
    worksheet : path-like
        CSV file from Moodle, with the columns Identifier ("Participant 12345") and Grade.
    output : path-like
        The file to upload.

    Returns
    -------
    dict
        Why a student has no grade in it, by the worksheet's identifier.

    Raises
    ------
    CourseError
        If the worksheet is not one of Moodle's.
    """
    try:
        with open(worksheet, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns, rows = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{worksheet} cannot be read ({error}): download the grading worksheet again.") from None
    if not {"Identifier", "Grade"} <= set(columns):
        raise CourseError(
            f"{worksheet} has no columns Identifier and Grade: in Moodle switch *Offline grading worksheet* on, "
            "then choose *Download grading worksheet*, in English."
        )
    known = {_number(entry.file): student for student, entry in collect.read_report(course, stem).items()}
    totals, left = {row["student"]: row for row in marks.table(course, stem)}, {}
    for row in rows:
        student = known.get("".join(re.findall(r"\d+", row["Identifier"])))
        if student is None:
            left[row["Identifier"]] = "nothing collected"
        elif totals[student]["status"] not in DONE:
            left[row["Identifier"]] = totals[student]["status"]
        else:
            row["Grade"] = totals[student]["total"]
    with Path(output).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return left


def _number(name):
    found = NUMBER.search(name)
    return found[1] if found else None
