import os

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import UltrasoundImageStorage

from medbook.dicom import DicomReadError, read_series
from medbook.dicom.sources import source_headers
from tests.dicom.builders import enhanced_header, saved
from tests.dicom.segmentation_series import changed, series


def refusal(volume):
    with pytest.raises(DicomReadError) as error:
        source_headers(volume)
    return str(error.value)


def test_headers_stand_in_the_order_of_the_slices(tmp_path):
    volume = series(tmp_path / "images")
    headers = source_headers(volume)
    assert [header.ImagePositionPatient[2] for header in headers] == [0, 2.5, 5, 7.5, 10, 12.5]
    assert headers[0].SOPInstanceUID == dcmread(volume.paths[0]).SOPInstanceUID


def test_what_is_no_volume_is_refused():
    with pytest.raises(ValueError, match="of type ndarray; expected the Volume"):
        source_headers(np.zeros((6, 4, 5)))


def test_other_kinds_of_images_are_refused(tmp_path):
    volume = series(tmp_path / "images", SOPClassUID=UltrasoundImageStorage)
    assert "slice01.dcm: SOPClassUID is Ultrasound Image Storage" in refusal(volume)


def test_frames_of_one_file_are_refused(tmp_path):
    saved(enhanced_header(np.zeros((6, 4, 5), np.uint16), [[0, 0, depth] for depth in range(6)]), tmp_path)
    assert "image.dcm: 6 slices in 1 file;" in refusal(read_series(tmp_path))


@pytest.mark.parametrize("field", ["StudyInstanceUID", "FrameOfReferenceUID"])
def test_image_that_cannot_be_referred_to_is_refused(tmp_path, field):
    assert refusal(series(tmp_path / "images", **{field: None})).startswith(f"slice01.dcm: {field} is missing")


def test_image_of_another_size_is_refused(tmp_path):
    volume = series(tmp_path / "images")
    changed(volume.paths[3], tmp_path / "images", os.path.basename(volume.paths[3]), Rows=5)
    assert "its size is not that of the volume, 4 x 5" in refusal(volume)


def test_files_that_were_changed_since_are_refused(tmp_path):
    volume = series(tmp_path / "images")
    volume.paths.reverse()
    assert "is not where the volume has slice 0" in refusal(volume)


def test_file_that_is_gone_is_an_os_error(tmp_path):
    volume = series(tmp_path / "images")
    os.remove(volume.paths[2])
    with pytest.raises(FileNotFoundError, match=os.path.basename(volume.paths[2])):
        source_headers(volume)
