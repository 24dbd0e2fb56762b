"""What goes back to Moodle: feedback under the names that it gave, and its own worksheet filled in."""

import csv
import zipfile

import pytest

from coursework import marks
from coursework.collect import collect
from coursework.course import CourseError
from coursework.grade import BY_HAND, GRADED, Result
from coursework.returns import fill_worksheet, pack_feedback
from tests.coursework.test_marks import FULL, mark_by_hand
from tests.coursework.whole_class import RIGHT, edited

ADA, LI = "Ada Lövelace_101_assignsubmission_file_/pad.ipynb", "Li Wei_102_assignsubmission_file_pad.ipynb"
HEAD = "Identifier,Full name,Grade,Maximum grade\n"


@pytest.fixture
def marked(course, released, zipped):
    """Three students: Ada is marked to the end, Li's kernel died, Eve waits for her marks by hand."""
    notebook = edited(released, RIGHT)
    eve = "Eve_103_assignsubmission_file_/pad.ipynb"
    collect(course, "pad", zipped(dict.fromkeys((ADA, LI, eve), notebook)))
    for student, status in (("ada-lovelace-101", GRADED), ("li-wei-102", BY_HAND), ("eve-103", GRADED)):
        marks.record(course, "pad", Result(student, status, marks=FULL, notebook=notebook))
    mark_by_hand(course, "ada-lovelace-101", "why", 3.5)
    return course


def filled(course, tmp_path, rows):
    (tmp_path / "worksheet.csv").write_text("\ufeff" + HEAD + rows, encoding="utf-8")
    left = fill_worksheet(course, "pad", tmp_path / "worksheet.csv", tmp_path / "filled.csv")
    with (tmp_path / "filled.csv").open(newline="", encoding="utf-8") as file:
        return {row["Identifier"]: row["Grade"] for row in csv.DictReader(file)}, left


def test_worksheet_gets_the_totals_of_those_who_are_marked(marked, tmp_path):
    rows = 'Participant 101,"Lövelace, Ada",,10\nParticipant 102,Li Wei,,10\nParticipant 103,Eve,,10\n'
    grades, left = filled(marked, tmp_path, rows)
    assert grades == {"Participant 101": "9.5", "Participant 102": "", "Participant 103": ""}
    assert left == {"Participant 102": BY_HAND, "Participant 103": marks.TO_MARK}


def test_who_handed_in_nothing_is_named_and_keeps_an_empty_grade(marked, tmp_path):
    grades, left = filled(marked, tmp_path, "Participant 10,Zoë,,10\n")
    assert (grades, left) == ({"Participant 10": ""}, {"Participant 10": "nothing collected"})


def test_file_that_is_no_worksheet_is_refused_with_the_remedy(marked, tmp_path):
    (tmp_path / "other.csv").write_text("Name,Points\n", encoding="utf-8")
    with pytest.raises(CourseError, match=r"other\.csv has no columns Identifier"):
        fill_worksheet(marked, "pad", tmp_path / "other.csv", tmp_path / "filled.csv")


def test_feedback_has_the_names_of_the_submissions(marked, tmp_path):
    for student in ("ada-lovelace-101", "li-wei-102"):
        page = marked.notebook("feedback", "pad", student).with_suffix(".html")
        page.parent.mkdir(parents=True)
        page.write_text(student, encoding="utf-8")
    assert pack_feedback(marked, "pad", tmp_path / "feedback.zip") == 2
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            ADA.replace(".ipynb", ".html"): "ada-lovelace-101",
            LI.replace(".ipynb", ".html"): "li-wei-102",
        }
