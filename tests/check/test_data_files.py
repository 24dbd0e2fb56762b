import shutil
from pathlib import Path

import pytest

from medbook.check.data_files import check_data, check_data_folder

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def data(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def test_data_of_the_book_is_complete():
    assert check_data(DATA).status == "ok"


def test_one_changed_byte_fails_by_name(data):
    path = data / "cine_ultrasound.dcm"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    finding = check_data(data)
    assert (finding.status, "1 changed (cine_ultrasound.dcm)" in finding.text) == ("fail", True)


def test_missing_file_fails_by_name(data):
    (data / "chest_ct" / "IM1.dcm").unlink()
    assert "1 missing (chest_ct/IM1.dcm)" in check_data(data).text


@pytest.mark.parametrize("content", [None, "", "path,bytes\nx,1\n"])
def test_missing_or_broken_manifest_fails(tmp_path, content):
    if content is not None:
        (tmp_path / "MANIFEST.csv").write_text(content, encoding="ascii")
    assert check_data(tmp_path).status == "fail"


def test_variable_that_names_a_folder_with_files_is_in_order(data):
    assert check_data_folder({"MEDBOOK_DATA": str(data)}).status == "ok"


def test_variable_that_names_nothing_fails(tmp_path):
    finding = check_data_folder({"MEDBOOK_DATA": str(tmp_path / "gone")})
    assert (finding.status, "no such folder" in finding.text) == ("fail", True)


def test_variable_that_names_an_empty_folder_is_noted(tmp_path):
    assert check_data_folder({"MEDBOOK_DATA": str(tmp_path)}).status == "note"
