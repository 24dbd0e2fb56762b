"""Real files of many makers, where they are; see README of the data folder for what each must give."""

import os
from pathlib import Path

import nibabel
import numpy as np
import pytest

from medbook.dicom import DicomReadError, read_image, read_overlays, read_series, to_display

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not Path(os.environ.get("MEDBOOK_DATA", "none"), "dicom").is_dir(),
        reason="real DICOM files are absent: MEDBOOK_DATA names no folder with a subfolder dicom",
    ),
    pytest.mark.filterwarnings("ignore:an ultrasound region"),
]
DICOM = Path(os.environ.get("MEDBOOK_DATA", "none"), "dicom")
REFUSED = {
    "bad_336_bytes.dcm": "truncated",  # no pixel data
    "no_meta_group_length.dcm": "truncated",  # no pixel data
    "emri_j2k_too_short.dcm": "truncated",  # ends before its delimiter
    "no_preamble_palette_face.dcm": "force=True",
}


@pytest.mark.parametrize(
    ("folder", "reference"),
    [
        ("mr_4slice", "mr_4slice_ground_truth"),
        ("mr_4slice_rle", "mr_4slice_compressed_ground_truth"),
        ("mr_4slice_jpegls", "mr_4slice_compressed_ground_truth"),
    ],
)
def test_series_equals_its_nifti_voxel_by_voxel(folder, reference):
    volume = read_series(DICOM / "series" / folder)
    nifti = nibabel.load(DICOM / "series" / f"{reference}.nii.gz")
    index = np.indices(volume.voxels.shape).reshape(3, -1)
    position = volume.affine @ np.vstack([index, np.ones(index.shape[1])])
    position[:2] *= -1  # LPS to RAS
    expected_index = (np.linalg.inv(nifti.affine) @ position)[:3]
    rounded = np.rint(expected_index).astype(int)
    np.testing.assert_allclose(expected_index, rounded, atol=1e-4)
    np.testing.assert_array_equal(volume.voxels.ravel(), nifti.get_fdata()[tuple(rounded)])


def test_file_names_do_not_decide_the_order():
    volume = read_series(DICOM / "series" / "mr_hippocrop_32slice")
    assert [Path(path).name for path in volume.paths] == [f"{number}.dcm" for number in range(1, 33)]
    assert volume.voxels.shape == (32, 51, 35)
    assert volume.spacing_mm == (1, 1, 1)


def test_torso_is_a_volume_of_2_mm():
    volume = read_series(DICOM / "series" / "ct_torso_17slice")
    assert (volume.voxels.shape, volume.spacing_mm, volume.units) == ((17, 128, 88), (2, 2, 2), "HU")
    assert volume.orientation == ("H", "A", "R")


def test_head_of_three_slices_is_a_volume():
    volume = read_series(DICOM / "seg" / "ct_3slice")
    assert [Path(path).name for path in volume.paths] == ["03.dcm", "02.dcm", "01.dcm"]


@pytest.mark.parametrize(
    ("folder", "reason"), [("ct_gantry_tilt_4slice", "14.0 degrees"), ("fmri_ge_4d", "4 positions, 2 at each")]
)
def test_row_31_series_that_is_no_volume_is_refused(folder, reason):
    with pytest.raises(DicomReadError, match=reason):
        read_series(DICOM / "series" / folder)


def test_every_encoding_of_one_ct_gives_the_same_pixels():
    folder = DICOM / "transfer_syntaxes_ct1"
    reference = read_image(folder / "CT1_UNC_implicit_le.dcm").pixels
    for path in sorted(folder.iterdir()):
        largest = 352 if path.name == "CT1_J2KI.dcm" else 0  # the one lossy file
        assert np.abs(read_image(path).pixels - reference).max() == largest, path.name


@pytest.mark.filterwarnings("ignore::medbook.dicom.DicomWarning")
def test_every_file_is_read_but_those_that_are_damaged():
    for path in sorted(DICOM.rglob("*.dcm")):
        if path.name in REFUSED:
            with pytest.raises(DicomReadError, match=REFUSED[path.name]):
                read_image(path)
        else:
            assert np.isfinite(read_image(path).pixels).all(), path.name


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("multiframe/us_echo_8f_jpeg.dcm", (8, 240, 320, 3)),
        ("multiframe/us_palette_echo_10f_rle.dcm", (10, 430, 600, 3)),
        ("multiframe/nm_heart_13f.dcm", (13, 64, 64)),
        ("multiframe/enhanced_mr_10f.dcm", (10, 64, 64)),
    ],
)
def test_frames_and_colour_have_their_axes(path, shape):
    assert read_image(DICOM / path).pixels.shape == shape


def test_row_02_face_without_preamble_is_read_with_force():
    assert read_image(DICOM / "odd" / "no_preamble_palette_face.dcm", force=True).is_color


def test_row_28_monochrome1_radiograph_is_inverted():
    image = read_image(DICOM / "cr" / "rg3_monochrome1_j2k.dcm")
    shown = to_display(image)
    assert image.photometric == "MONOCHROME1"
    assert np.corrcoef(shown.ravel(), image.pixels.ravel())[0, 1] < -0.9


def test_four_overlays_are_read():
    overlays = read_overlays(read_image(DICOM / "overlay" / "ovly_p01.dcm").header)
    assert list(overlays) == [0x6000, 0x6002, 0x6004, 0x6006]
    assert all(overlay.shape == (512, 512) and overlay.any() and not overlay.all() for overlay in overlays.values())


def test_pet_is_in_becquerel_per_millilitre():
    assert read_image(DICOM / "pet" / "pet_acrin_flt_028.dcm").units == "BQML"
