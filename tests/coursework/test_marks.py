import csv
import re
import sqlite3

import pytest

from coursework import marks
from coursework.collect import collect
from coursework.course import CourseError
from coursework.grade import BY_HAND, GRADED, Result
from coursework.handed_in import Student
from tests.coursework.whole_class import RIGHT, edited

FULL = dict(cohort=0.0, test_shape=2.0, test_frame=2.0, test_sum=2.0, why=None, canary=0.0)


def row_of(course, student):
    [row] = [row for row in marks.table(course, "pad") if row["student"] == student]
    return row


def mark_by_hand(course, student, name, points):
    """Do what formgrader does when the teacher enters a mark."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(name, "pad", "pad", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def test_answer_in_words_waits_for_the_teacher(course):
    marks.record(course, "pad", Result("anna", GRADED, marks=FULL))
    row = row_of(course, "anna")
    assert (row["automatic"], row["by hand"], row["why"], row["status"]) == (6, "", "", "answers to mark by hand")


def test_total_is_automatic_and_by_hand(course):
    marks.record(course, "pad", Result("anna", GRADED, marks=FULL))
    mark_by_hand(course, "anna", "why", 3.5)
    row = row_of(course, "anna")
    assert (row["automatic"], row["by hand"], row["total"], row["maximum"], row["status"]) == (6, 3.5, 9.5, 10, GRADED)


def test_marks_by_hand_survive_grading_again_and_are_shown_for_review(course):
    marks.record(course, "pad", Result("anna", GRADED, marks=FULL))
    mark_by_hand(course, "anna", "why", 3.5)
    marks.record(course, "pad", Result("anna", GRADED, marks={**FULL, "test_sum": 0.0}))
    row = row_of(course, "anna")
    assert (row["why"], row["total"], row["status"]) == (3.5, 7.5, "answers to mark by hand")


def test_submission_to_look_at_has_no_marks_until_all_are_given_by_hand(course):
    zeros = {name: 0.0 for name in FULL}
    marks.record(course, "pad", Result("eve", BY_HAND, "canary", zeros))
    assert row_of(course, "eve")["status"] == BY_HAND
    assert row_of(course, "eve")["test_sum"] == ""
    for name in ("test_shape", "test_frame", "test_sum", "why"):
        mark_by_hand(course, "eve", name, 1)
    row = row_of(course, "eve")
    assert (row["automatic"], row["by hand"], row["total"], row["status"]) == (0, 4, 4, "looked at by hand")


def test_recording_one_student_moves_no_other_mark(course):
    marks.record(course, "pad", Result("anna", GRADED, marks=FULL))
    before = row_of(course, "anna")
    marks.record(course, "pad", Result("bob", GRADED, marks={name: 0.0 for name in FULL}))
    assert row_of(course, "anna") == before


def test_table_has_everybody_with_the_reason(course, zipped, released):
    archive = zipped({"anna/pad.ipynb": edited(released, RIGHT), "bob/pad.ipynb": b"", "pad.ipynb": b"x"})
    collect(course, "pad", archive, [Student("zoe", "Zoe", "Z")])
    states = {row["student"]: (row["status"], row["remark"]) for row in marks.table(course, "pad")}
    assert states == {
        "anna": ("not graded yet", "not on the class list"),
        "bob": ("refused", "not on the class list; pad.ipynb: empty"),
        "unknown: pad.ipynb": ("refused", "its name does not tell whose it is"),
        "zoe": ("nothing handed in", ""),
    }


def test_csv_reads_back_as_it_was_written(course, zipped, released, tmp_path):
    names = ["Lee, Kim", 'Anna "A" O\'Neil', "José Núñez"]
    files = {f"{name}_{n}_assignsubmission_file_/pad.ipynb": edited(released, RIGHT) for n, name in enumerate(names)}
    collect(course, "pad", zipped(files))
    path = marks.write_csv(marks.table(course, "pad"), tmp_path / "marks.csv")
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(newline="", encoding="utf-8") as file:
        read = {f"{row['first name']} {row['last name']}" for row in csv.DictReader(file)}
    assert read == set(names)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_text_that_begins_as_a_formula_gets_an_apostrophe(text):
    assert marks.defused(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Anna", "", -1.5, 0, "a=b", "O'Neil"])
def test_other_values_stay_as_they_are(value):
    assert marks.defused(value) == value


def test_locked_gradebook_is_one_clear_sentence(course, monkeypatch):
    blocker = sqlite3.connect(course.root / "gradebook.db")
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match=r"database is locked.*close formgrader") as caught:
        marks.record(course, "pad", Result("anna", GRADED, marks=FULL))
    assert "\n" not in str(caught.value)
    blocker.close()


def test_broken_gradebook_is_one_clear_sentence(course):
    (course.root / "gradebook.db").write_bytes(b"no database" * 1000)
    with pytest.raises(CourseError, match=re.escape("restore it from a copy")):
        marks.record(course, "pad", Result("anna", GRADED, marks=FULL))


def test_digest_changes_with_submission_and_with_assignment(course, released):
    path = course.notebook("submitted", "pad", "anna")
    path.parent.mkdir(parents=True)
    digests = set()
    for where in (path, path, course.notebook("source", "pad")):
        where.write_bytes((where.read_bytes() if where.exists() else b"") + b" ")
        digests.add(marks.digest_of(course, "pad", "anna"))
    assert len(digests) == 3
