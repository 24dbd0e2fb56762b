import os
import subprocess
import sys

import pytest

from medbook.dicom.__main__ import main
from medbook.dicom.report import describe_folder
from tests.dicom.builders import image_header, save_slices, saved
from tests.dicom.test_dicomdir import save_dicomdir

PHI = {
    "PatientName": "Fern^Anna",
    "PatientID": "ID4711",
    "PatientBirthDate": "19610203",
    "StudyDate": "20240506",
    "AccessionNumber": "ACC99",
    "InstitutionName": "Saint Elsewhere",
    "SeriesDescription": "of Anna Fern",
}


def test_sound_series_is_described(tmp_path, capsys):
    save_slices(tmp_path, [(0, 0, 0), (0, 0, 3)], WindowCenter=40, WindowWidth=400)
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("2 DICOM files, 1 series, 0 faults\n")
    for line in (
        "CT, 2 files",
        "size: 4 x 5",
        "spacing: 2 x 0.5 mm (PixelSpacing)",
        "orientation: left R, right L, top A, bottom P",
        "units: HU",
        "window: center 40, width 400",
        "volume: 2 slices, 3 mm apart",
    ):
        assert line in printed


def test_each_fault_is_listed_once_and_fails(tmp_path, capsys):
    paths = save_slices(tmp_path, [(0, 0, 0), (0, 0, 1), (0, 0, 2)])
    paths[2].write_bytes(paths[2].read_bytes()[:-7])
    assert main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert printed.count("slice02.dcm") == 1
    assert "slice02.dcm: truncated: PixelData announces 40 bytes, 33 follow" in printed


def test_gap_is_a_fault_of_the_series(tmp_path):
    save_slices(tmp_path, [(0, 0, depth) for depth in (0, 1, 2, 4)])
    (fault,) = describe_folder(tmp_path).faults.values()
    assert "missing (1) between slice02.dcm and slice03.dcm" in fault


def test_localizers_are_no_volume_and_no_fault(tmp_path):
    for number, cosines in enumerate(([1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1])):
        header = image_header(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], ImageOrientationPatient=cosines)
        saved(header, tmp_path, f"{number}.dcm")
    assert describe_folder(tmp_path).is_sound


def test_subfolders_are_searched_and_other_files_listed(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    save_slices(inner, [(0, 0, 0), (0, 0, 1)])
    (inner / "notes.txt").write_text("hello")
    (inner / "named.dcm").write_text("hello")
    report = describe_folder(tmp_path)
    assert report.num_files == 2
    assert report.not_dicom == [os.path.join("a", "b", "notes.txt")]
    assert list(report.faults) == [os.path.join("a", "b", "named.dcm")]


def test_warning_is_a_note_and_no_fault(tmp_path):
    saved(image_header(RescaleSlope=None), tmp_path)
    report = describe_folder(tmp_path)
    assert report.is_sound
    assert "not HU" in report.notes["image.dcm"]


def test_dicomdir_is_a_note_unless_it_points_outside(tmp_path):
    save_slices(tmp_path, [(0, 0, 0)])
    save_dicomdir(tmp_path, "slice00.dcm")
    assert describe_folder(tmp_path).is_sound
    save_dicomdir(tmp_path, ["..", "slice00.dcm"])
    assert "outside the folder" in describe_folder(tmp_path).faults["DICOMDIR"]


@pytest.mark.parametrize("damage", [0, 200])
def test_no_phi_is_printed(tmp_path, damage):
    path = saved(image_header(**PHI), tmp_path)
    path.write_bytes(path.read_bytes()[: -damage or None])
    printed = str(describe_folder(tmp_path))
    assert not [value for value in PHI.values() if value in printed or value.split("^")[0] in printed]


def test_single_file_is_described(tmp_path, capsys):
    assert main([str(saved(image_header(), tmp_path))]) == 0
    assert "CT, 1 file\n" in capsys.readouterr().out


def test_folder_without_dicom_fails(tmp_path):
    assert main([str(tmp_path)]) == 1


def test_missing_folder_has_its_own_status(tmp_path, capsys):
    assert main([str(tmp_path / "gone")]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_unreadable_file_is_listed_with_its_reason(tmp_path):
    saved(image_header(), tmp_path).chmod(0)
    assert "cannot be opened" in describe_folder(tmp_path).faults["image.dcm"]


def test_broken_link_is_listed_with_its_reason(tmp_path):
    try:
        (tmp_path / "link.dcm").symlink_to(tmp_path / "gone.dcm")
    except OSError:
        pytest.skip("this system makes no symbolic links")
    assert "cannot be opened" in describe_folder(tmp_path).faults["link.dcm"]


def test_module_runs_as_a_command(tmp_path):
    saved(image_header(), tmp_path)
    result = subprocess.run([sys.executable, "-m", "medbook.dicom", tmp_path], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
