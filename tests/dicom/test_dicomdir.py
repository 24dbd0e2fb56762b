import os

import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from medbook.dicom import DicomReadError, list_dicomdir, read_series
from tests.dicom.builders import save_slices


def save_dicomdir(folder, *file_ids):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    header = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    records = []
    for file_id in file_ids:
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        record.add_new(0x00041500, "CS", file_id)
        records.append(record)
    header.DirectoryRecordSequence = records
    path = folder / "DICOMDIR"
    header.save_as(path)
    return path


def test_files_of_pydicom_are_listed_and_there():
    paths = list_dicomdir(get_testdata_file("dicomdirtests/DICOMDIR"))
    assert len(paths) == 31
    assert all(os.path.isfile(path) for path in paths)


@pytest.mark.parametrize(
    "file_id",
    [
        ["..", "..", "secret"],
        "..\\..\\secret".split("\\"),
        ["A", "..", "..", "secret"],
        ["", "etc", "passwd"],
        ["/etc/passwd"],
        ["../secret"],
        ["C:", "secret"],
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value", "ignore:The value length", "ignore:Value")
def test_row_22_path_outside_the_folder_is_refused(tmp_path, file_id):
    folder = tmp_path / "medium"
    folder.mkdir()
    path = save_dicomdir(folder, ["IMAGES", "IM1"], file_id)
    with pytest.raises(DicomReadError, match="outside the folder"):
        list_dicomdir(path)


def test_row_22_link_that_leads_outside_is_refused(tmp_path):
    folder = tmp_path / "medium"
    folder.mkdir()
    try:
        (folder / "LINK").symlink_to(tmp_path)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    with pytest.raises(DicomReadError, match="outside the folder"):
        list_dicomdir(save_dicomdir(folder, ["LINK", "IM1"]))


def test_paths_follow_the_records(tmp_path):
    paths = list_dicomdir(save_dicomdir(tmp_path, ["A", "IM2"], "IM1"))
    assert [os.path.relpath(path, os.path.realpath(tmp_path)) for path in paths] == [os.path.join("A", "IM2"), "IM1"]


def test_other_file_is_no_dicomdir():
    with pytest.raises(DicomReadError, match="not a DICOMDIR"):
        list_dicomdir(get_testdata_file("CT_small.dcm"))


def test_dicomdir_is_no_slice(tmp_path):
    save_slices(tmp_path, [(0, 0, 0), (0, 0, 1)])
    save_dicomdir(tmp_path, "slice00.dcm")
    assert read_series(tmp_path).voxels.shape == (2, 4, 5)
