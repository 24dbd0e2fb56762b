"""A class of forty, from the zip file to the feedback, by the commands that a teacher types."""

import csv
import os
import shutil
import socket
import threading

import nbformat
import pytest
from bs4 import BeautifulSoup

from coursework.__main__ import main
from coursework.course import Course
from coursework.feedback import secrets_of
from tests.coursework.whole_class import BY_HAND, MARK, OUTSIDE, REFUSED, SECRET, class_of, write_zip

pytestmark = pytest.mark.slow


class Listener:
    """Counts who connects to this machine's loopback interface."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.visits = self.socket.getsockname()[1], 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self):
        while True:
            self.socket.accept()
            self.visits += 1


@pytest.fixture(scope="module")
def graded(released_course, released, tmp_path_factory):
    """Grade the class once, with a second course beside it whose marks must not move."""
    root, listener = tmp_path_factory.mktemp("class") / "course", Listener()
    shutil.copytree(released_course.root, root)
    folders = [
        root,
        root / "source" / "pad",
        root.parent,
        tmp_path_factory.getbasetemp(),
        "/tmp",
        "/var/tmp",
        os.getcwd(),
    ]
    cases = class_of(released, folders, listener.port)
    archive = root.parent / "moodle.zip"
    students = write_zip(archive, cases)
    roster = root.parent / "class.csv"
    roster.write_text("id,first name,last name,email\nzoe,Zoe,Handed-in-nothing,\n")
    where = ["--course", str(root)]
    os.environ["SECRET_OF_THE_TEACHER"] = SECRET
    try:
        assert main(["collect", "pad", str(archive), "--roster", str(roster), *where]) == 0
        assert main(["grade", "pad", "--cell-seconds", "5", "--memory-gb", "2", *where]) == 0
        assert main(["feedback", "pad", *where]) == 0
    finally:
        del os.environ["SECRET_OF_THE_TEACHER"]
    with (root / "marks-pad.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return dict(cases=cases, students=students, rows=rows, listener=listener, folders=folders, course=Course(root))


def test_each_gets_what_it_deserves(graded, capsys):
    wrong = []
    with capsys.disabled():
        print(f"\n{'submission':32} {'points':>6}  {'status':26} remark")
        for case in graded["cases"]:
            row = graded["rows"][graded["students"][case.kind]]
            remark = row["remark"].replace("not on the class list", "")
            print(f"{case.kind:32} {row['automatic']:>6}  {row['status']:26} {remark}")
            status = "graded" if row["status"] == "answers to mark by hand" else row["status"]
            points = float(row["automatic"]) if row["automatic"] else None
            if (points, status) != (case.points, case.status):
                wrong.append((case.kind, "expected", case.points, case.status))
    assert wrong == []


def test_nobody_is_lost(graded):
    assert set(graded["rows"]) == {*graded["students"].values(), "zoe"}
    assert graded["rows"]["zoe"]["status"] == "nothing handed in"


def test_who_gets_no_marks_gets_the_reason(graded):
    for case in graded["cases"]:
        if case.status in (BY_HAND, REFUSED):
            assert len(graded["rows"][graded["students"][case.kind]]["remark"]) > len("not on the class list") + 5


def test_nothing_was_written_outside_the_sandbox(graded):
    assert not [
        path for folder in graded["folders"] for path in [os.path.join(folder, OUTSIDE)] if os.path.exists(path)
    ]


def test_nobody_reached_the_network(graded):
    assert graded["listener"].visits == 0


def test_no_mark_was_written_by_a_submission(graded):
    with graded["course"].gradebook() as gradebook:
        marks = [grade.manual_score for one in gradebook.notebook_submissions("pad", "pad") for grade in one.grades]
    assert len(marks) > 200
    assert set(marks) == {None}
    assert MARK not in (graded["course"].root / "marks-pad.csv").read_text("utf-8")


def pages(graded, pattern):
    return {path.parts[-3]: path.read_text("utf-8") for path in graded["course"].root.glob(pattern)}


def test_everyone_graded_has_a_page_without_hidden_tests(graded):
    html = pages(graded, "feedback/*/pad/pad.html")
    assert set(html) == {graded["students"][case.kind] for case in graded["cases"] if case.points is not None}
    source = nbformat.read(graded["course"].notebook("source", "pad"), as_version=4)
    secrets = [*secrets_of(source), "BEGIN HIDDEN", "kvistrelupin", "40417"]
    assert not [(name, secret) for name, text in html.items() for secret in secrets if secret in text]


def outputs(graded):
    """Return what the cells of every graded notebook put out, and the texts, as one string by student."""
    found = {}
    for student, text in pages(graded, "autograded/*/pad/pad.ipynb").items():
        cells = nbformat.reads(text, as_version=4).cells
        found[student] = "".join(str(cell.outputs) if cell.cell_type == "code" else cell.source for cell in cells)
    return found


def test_no_secret_of_the_teacher_is_put_out(graded):
    found = outputs(graded)
    assert "/tmp/home" in found[graded["students"]["prints the environment"]]
    assert not [student for student, text in found.items() if SECRET in text or str(graded["course"].root) in text]


def test_no_script_of_a_student_is_put_out(graded):
    alerts = ("<script>", "onload=", "onerror=")
    assert not [student for student, text in outputs(graded).items() if any(alert in text for alert in alerts)]


def test_no_script_of_a_student_is_in_a_page(graded):
    for text in pages(graded, "feedback/*/pad/pad.html").values():
        page = BeautifulSoup(text, "html.parser").body
        assert not page.find_all(lambda tag: {"onload", "onerror", "onclick"} & set(tag.attrs))
        assert not [script for script in page.find_all("script") if "alert" in script.text]


def test_no_process_is_left(graded):
    import psutil

    commands = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if "/mb-" in command and "ipykernel" in command]
