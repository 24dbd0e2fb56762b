import sys
from pathlib import Path

import pytest

from coursework import launch
from coursework.__main__ import main
from tests.coursework.whole_class import RIGHT, WRONG, edited


def says(capsys, *arguments):
    """Run a command that must fail; return its one sentence."""
    assert main([str(argument) for argument in arguments]) == 2
    message = capsys.readouterr().err.strip()
    assert "\n" not in message
    assert "Traceback" not in message
    return message


@pytest.mark.parametrize("command", ["collect", "grade", "feedback", "marks"])
def test_command_before_release_names_the_release(capsys, tmp_path, command):
    extra = [tmp_path / "x.zip"] if command == "collect" else []
    message = says(capsys, command, "pad", *extra, "--course", tmp_path / "none")
    assert "has no release of 'pad': run `python -m coursework release pad` first" in message


def test_unknown_assignment_lists_those_there_are(capsys, tmp_path):
    message = says(capsys, "release", "nonsense", "--course", tmp_path)
    assert "there is no assignment 'nonsense'; there are: " in message


def test_grade_without_submissions_names_collect(capsys, course):
    assert "no submission at all" in says(capsys, "grade", "pad", "--course", course.root)


def test_grade_of_an_unknown_student_names_him(capsys, course):
    assert "no submission of 'nobody'" in says(capsys, "grade", "pad", "--student", "nobody", "--course", course.root)


def test_marks_of_nobody_names_collect(capsys, course):
    assert "nobody handed in 'pad' yet" in says(capsys, "marks", "pad", "--course", course.root)


def test_zip_that_is_none_is_one_sentence(capsys, course, tmp_path):
    (tmp_path / "x.zip").write_text("no")
    assert "cannot be read as a zip file" in says(capsys, "collect", "pad", tmp_path / "x.zip", "--course", course.root)


def test_missing_bubblewrap_is_one_sentence(capsys, course, zipped, released, monkeypatch):
    main(["collect", "pad", str(zipped({"anna/pad.ipynb": edited(released, RIGHT)})), "--course", str(course.root)])
    launch.need_sandbox.cache_clear()
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert "bwrap is not there" in says(capsys, "grade", "pad", "--course", course.root)


@pytest.mark.slow
def test_no_scheduler_is_one_sentence(capsys, course, zipped, released):
    main(["collect", "pad", str(zipped({"anna/pad.ipynb": edited(released, RIGHT)})), "--course", str(course.root)])
    capsys.readouterr()
    message = says(capsys, "grade", "pad", "--course", course.root, "--scheduler", "tcp://127.0.0.1:1")
    assert "no scheduler answers at tcp://127.0.0.1:1" in message


def test_collect_prints_who_is_missing_and_who_was_refused(capsys, course, zipped, tmp_path):
    (tmp_path / "class.csv").write_text("id,first name,last name,email\nzoe,Zoe,Z,\n")
    archive = zipped({"bob\x1b[31m/pad.ipynb": b""})
    main(["collect", "pad", str(archive), "--roster", str(tmp_path / "class.csv"), "--course", str(course.root)])
    printed = capsys.readouterr().out
    assert "nothing handed in  zoe" in printed
    assert "1 nothing handed in, 1 refused" in printed
    assert "\x1b" not in printed


def test_nbgraders_own_grading_is_refused_in_the_course_folder(course):
    text = (course.root / "nbgrader_config.py").read_text()
    space = {"get_config": lambda: __import__("traitlets").config.Config()}
    exec(text, space)
    with pytest.raises(SystemExit, match="python -m coursework grade"):
        space["c"].Autograde.pre_convert_hook()
    assert space["c"].GenerateFeedback.pre_convert_hook is space["refuse"]


@pytest.mark.slow
def test_second_run_grades_only_what_is_new_or_has_changed(capsys, course, zipped, released):
    where = ["--course", str(course.root)]
    main(["collect", "pad", str(zipped({"a/pad.ipynb": edited(released, RIGHT)})), *where])
    main(["grade", "pad", *where])
    main(["collect", "pad", str(zipped({"b/pad.ipynb": edited(released, WRONG)})), *where])
    capsys.readouterr()
    main(["grade", "pad", *where])
    printed = capsys.readouterr().out
    assert "1 graded before and unchanged" in printed
    assert "b: graded, 0 points" in printed
    assert "a: graded" not in printed


def test_table_that_cannot_be_written_is_one_sentence(capsys, course, zipped, released, tmp_path):
    where = ["--course", str(course.root)]
    main(["collect", "pad", str(zipped({"a/pad.ipynb": edited(released, RIGHT)})), *where])
    capsys.readouterr()
    assert "No such file or directory" in says(capsys, "marks", "pad", "--output", tmp_path / "none" / "x.csv", *where)
