import warnings

import pytest

from medbook.dicom import DicomWarning, length_mm, read_image
from tests.dicom.builders import image_header, saved


def test_length_by_hand(tmp_path):
    image = read_image(saved(image_header(PixelSpacing=[2, 0.5]), tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert length_mm(image, (0, 0), (2, 6)) == 5.0


@pytest.mark.parametrize("spacing", [None, [0, 1], [-1, 1]])
def test_row_30_without_spacing_nothing_is_measured(tmp_path, spacing):
    image = read_image(saved(image_header(PixelSpacing=spacing), tmp_path))
    with pytest.raises(ValueError, match="does not say how large a pixel is"):
        length_mm(image, (0, 0), (1, 1))


def test_row_30_length_in_the_detector_plane_is_a_warning(tmp_path):
    image = read_image(saved(image_header(PixelSpacing=None, ImagerPixelSpacing=[1, 1]), tmp_path))
    with pytest.warns(DicomWarning, match="plane of the detector"):
        assert length_mm(image, (0, 0), (3, 4)) == 5.0
