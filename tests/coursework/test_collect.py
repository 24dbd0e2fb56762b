import struct
import zipfile

import nbformat
import pytest

from coursework.collect import COLLECTED, MISSING, REFUSED, collect
from coursework.course import CourseError
from coursework.handed_in import Student, read_roster
from tests.coursework.whole_class import RIGHT, WRONG, edited


@pytest.fixture
def good(released):
    return edited(released, RIGHT)


def one(course, archive, roster=()):
    [entry] = collect(course, "pad", archive, roster)
    return entry


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("curiemarie_123_456_pad.ipynb", "curiemarie-123"),
        ("curiemarie_LATE_123_456_pad-1.ipynb", "curiemarie-123"),
        ("Marie Curie_77_assignsubmission_file_/pad.ipynb", "marie-curie-77"),
        ("Marie Curie_77_assignsubmission_file_pad.ipynb", "marie-curie-77"),
        ("s123/pad.ipynb", "s123"),
        ("all of them/s123/pad.ipynb", "s123"),
    ],
)
def test_names_of_canvas_moodle_and_folders_tell_the_student(course, zipped, good, path, student):
    assert one(course, zipped({path: good})).student.id == student
    assert course.notebook("submitted", "pad", student).read_bytes() == good


@pytest.mark.parametrize(
    "name", ["José Núñez", 'Anna "Ann" O\'Neil', "Lee, Kim", "=1+1", "王伟", "../x", "a*[b]", ".hidden"]
)
def test_odd_names_are_kept_for_people_and_safe_for_files(course, zipped, good, name):
    entry = one(course, zipped({f"{name.replace('/', ':')}_5_assignsubmission_file_/pad.ipynb": good}))
    assert entry.status == COLLECTED
    assert entry.student.id.replace("-", "").isascii()
    assert entry.student.id.replace("-", "").isalnum()
    assert f"{entry.student.first} {entry.student.last}".strip() == name.replace("/", ":")


def test_two_of_one_name_stay_two(course, zipped, good):
    entries = collect(course, "pad", zipped({f"Kim Lee_{n}_assignsubmission_file_/pad.ipynb": good for n in (1, 2)}))
    assert [entry.student.id for entry in entries] == ["kim-lee-1", "kim-lee-2"]


def test_late_hand_in_is_remarked(course, zipped, good):
    assert one(course, zipped({"leekim_LATE_1_2_pad.ipynb": good})).remark == "late"


def test_last_attempt_counts_and_the_other_is_named(course, zipped, released, good):
    files = {"leekim_1_2_pad-2.ipynb": good, "leekim_1_3_pad-1.ipynb": edited(released, WRONG)}
    entry = one(course, zipped(files))
    assert course.notebook("submitted", "pad", entry.student.id).read_bytes() == good
    assert entry.remark == "not graded: leekim_1_3_pad-1.ipynb"


def test_wrong_file_name_is_collected_and_remarked(course, zipped, good):
    entry = one(course, zipped({"anna/pad (1).ipynb": good}))
    assert (entry.status, entry.remark) == (COLLECTED, "the file was called 'pad (1).ipynb'")


def test_right_file_name_wins_over_wrong(course, zipped, released, good):
    one(course, zipped({"anna/a pad.ipynb": edited(released, WRONG), "anna/pad.ipynb": good, "anna/z.ipynb": b"{}"}))
    assert course.notebook("submitted", "pad", "anna").read_bytes() == good


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("pad.ipynb", b"", "empty"),
        ("pad.ipynb", b"  \n", "empty"),
        ("pad.ipynb", b'{"cells": [', "not a readable notebook"),
        ("pad.ipynb", b"[" * 100_000, "not a readable notebook"),
        ("pad.ipynb", b'{"cells": {}, "nbformat": 4, "nbformat_minor": 5, "metadata": []}', "not a readable notebook"),
        ("pad.ipynb", b"\xff\xfe\x00", "not a readable notebook"),
        ("pad.ipynb", nbformat.writes(nbformat.v4.new_notebook()).encode(), "no cell of this assignment"),
        ("pad.ipynb", b" " * 21_000_000, "larger than 20 MB"),
        ("pad.pdf", b"%PDF", "a .pdf, not a notebook"),
        ("pad", b"x", "not a notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_with_the_reason(course, zipped, file, content, reason):
    entry = one(course, zipped({f"anna/{file}": content}))
    assert entry.status == REFUSED
    assert reason in entry.remark
    assert course.students("submitted", "pad") == []


@pytest.mark.parametrize(
    "path", ["../../pad.ipynb", "/etc/pad.ipynb", "a/../../pad.ipynb", "C:\\pad.ipynb", "a\\..\\pad.ipynb"]
)
def test_paths_out_of_the_archive_are_named_and_not_written(course, zipped, good, tmp_path, path):
    before = sorted(tmp_path.rglob("*"))
    entry = one(course, zipped({path: good}))
    assert entry.status == REFUSED
    assert "leads out" in entry.remark
    assert {new.name for new in set(tmp_path.rglob("*")) - set(before)} <= {
        "submissions.zip",
        "downloaded",
        "pad",
        "report.json",
    }


def test_file_that_tells_no_owner_is_named(course, zipped, good):
    entry = one(course, zipped({"pad.ipynb": good}))
    assert (entry.status, entry.student.id) == (REFUSED, "unknown: pad.ipynb")


def test_bomb_is_refused_without_unpacking_it(course, tmp_path, good):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anna/pad.ipynb", b" " * 200_000_000)
        archive.writestr("bob/pad.ipynb", good)
    states = {entry.student.id: entry.status for entry in collect(course, "pad", path)}
    assert states == {"anna": REFUSED, "bob": COLLECTED}


def test_bomb_that_lies_about_its_size_is_refused(course, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anna/pad.ipynb", b" " * 100_000_000)
    honest, lie = struct.pack("<L", 100_000_000), struct.pack("<L", 1000)
    path.write_bytes(path.read_bytes().replace(honest, lie))
    assert one(course, path).status == REFUSED


def test_what_macos_adds_is_passed_over(course, zipped, good):
    assert (
        one(course, zipped({"anna/pad.ipynb": good, "__MACOSX/anna/._pad.ipynb": b"x", "anna/.DS_Store": b""})).remark
        == ""
    )


def test_roster_finds_who_handed_in_nothing(course, zipped, good, tmp_path):
    (tmp_path / "class.csv").write_text("\ufeffid,first name,last name,email\n7,Ana,Ruíz,a@x.org\n8,Bo,Li,\n", "utf-8")
    entries = collect(course, "pad", zipped({"Ana Ruiz_55_assignsubmission_file_/pad.ipynb": good}),
                      read_roster(tmp_path / "class.csv"))  # fmt: skip
    assert {entry.student.id: entry.status for entry in entries} == {"7": COLLECTED, "8": MISSING}


@pytest.mark.parametrize(
    "path", ["ruizana_55_1_pad.ipynb", "7/pad.ipynb", "x_7_1_pad.ipynb", "Ruíz Ana_3_assignsubmission_file_pad.ipynb"]
)
def test_roster_is_matched_by_number_or_name(course, zipped, good, path):
    assert one(course, zipped({path: good}), [Student("7", "Ana", "Ruíz")]).student.id == "7"


def test_namesakes_are_not_guessed_from_the_roster(course, zipped, good):
    roster = [Student("7", "Kim", "Lee"), Student("8", "Kim", "Lee")]
    states = {
        entry.student.id: entry for entry in collect(course, "pad", zipped({"leekim_1_2_pad.ipynb": good}), roster)
    }
    assert states["leekim-1"].remark == "several have this name, tell them apart by hand"
    assert states["7"].status == states["8"].status == MISSING


def test_refused_second_file_leaves_the_first(course, zipped, good):
    one(course, zipped({"anna/pad.ipynb": good}))
    entry = one(course, zipped({"anna/pad.ipynb": b""}))
    assert entry.status == COLLECTED
    assert "was refused" in entry.remark
    assert course.notebook("submitted", "pad", "anna").read_bytes() == good


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_archive_that_is_no_zip_is_one_clear_sentence(course, tmp_path, content):
    if content is not None:
        (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(CourseError, match=r"cannot be read as a zip file .*download the submissions again"):
        collect(course, "pad", tmp_path / "x.zip")


@pytest.mark.parametrize("text", ["", "name\nx\n", "id;first\n1;2\n"])
def test_roster_without_id_is_one_clear_sentence(tmp_path, text):
    (tmp_path / "class.csv").write_text(text)
    with pytest.raises(CourseError, match="has no column 'id'"):
        read_roster(tmp_path / "class.csv")
