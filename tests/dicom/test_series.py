import numpy as np
import pytest
from pydicom.uid import generate_uid

from medbook.dicom import DicomReadError, DicomWarning, read_series
from medbook.dicom.geometry import direction_letters
from tests.dicom.builders import color_header, enhanced_header, image_header, save_slices, saved


def axial(*depths):
    return [(10, 20, depth) for depth in depths]


def refusal(folder, **options):
    with pytest.raises(DicomReadError) as error:
        read_series(folder, **options)
    return str(error.value)


def test_slices_are_sorted_by_position(tmp_path):
    save_slices(tmp_path, axial(7.5, 0, 5, 2.5))
    volume = read_series(tmp_path)
    np.testing.assert_array_equal(volume.voxels[:, 0, 0], [1, 3, 2, 0])
    assert volume.spacing_mm == (2.5, 2.0, 0.5)
    assert volume.orientation == ("H", "P", "L")
    assert [path[-6:-4] for path in volume.paths] == ["01", "03", "02", "00"]
    assert (volume.units, volume.modality, volume.voxels.dtype) == ("HU", "CT", np.float32)


def test_affine_by_hand(tmp_path):
    save_slices(tmp_path, axial(0, 2.5))
    affine = read_series(tmp_path).affine
    # Slice 1, row 2, column 3: 3 columns of 0.5 mm to the left, 2 rows of 2 mm to the back, 2.5 mm up.
    np.testing.assert_allclose(affine @ [1, 2, 3, 1], [10 + 1.5, 20 + 4, 2.5, 1])


def test_oblique_stack_has_a_right_angled_affine(tmp_path):
    normal = np.array([0, -0.6, 0.8])
    save_slices(
        tmp_path, [3 * step * normal + [1, 2, 3] for step in (2, 0, 1)], ImageOrientationPatient=[1, 0, 0, 0, 0.8, 0.6]
    )
    volume = read_series(tmp_path)
    columns = volume.affine[:3, :3]
    np.testing.assert_allclose(columns.T @ columns, np.diag(np.square(volume.spacing_mm)), atol=1e-6)
    assert volume.orientation == (direction_letters(normal), "PH", "L")


def test_every_slice_has_its_own_rescale(tmp_path):
    for number, (slope, intercept) in enumerate([(1, 0), (2, 5)]):
        pixels = np.ones((4, 5), dtype=np.uint16)
        header = image_header(
            pixels, ImagePositionPatient=[0, 0, number], RescaleSlope=slope, RescaleIntercept=intercept
        )
        saved(header, tmp_path, f"{number}.dcm")
    np.testing.assert_array_equal(read_series(tmp_path).voxels[:, 0, 0], [1, 7])


def test_jitter_of_the_positions_is_tolerated(tmp_path):
    save_slices(tmp_path, axial(0, 2.004, 3.999, 6))
    assert read_series(tmp_path).spacing_mm[0] == pytest.approx(2)


def test_row_31_missing_slice_is_placed(tmp_path):
    save_slices(tmp_path, axial(0, 1, 2, 4, 5))
    assert "missing (1) between slice02.dcm and slice03.dcm" in refusal(tmp_path)


def test_row_31_uneven_slices_are_refused(tmp_path):
    save_slices(tmp_path, axial(0, 1, 2, 3.2, 4.2))
    assert "unevenly spaced between slice02.dcm and slice03.dcm" in refusal(tmp_path)


def test_row_31_duplicate_slices_are_named(tmp_path):
    save_slices(tmp_path, axial(0, 1, 1, 2, 3))
    assert "duplicate slices: slice01.dcm and slice02.dcm" in refusal(tmp_path)


def test_row_31_same_slice_twice_is_refused(tmp_path):
    save_slices(tmp_path, axial(1, 1))
    assert "duplicate slices" in refusal(tmp_path)


@pytest.mark.parametrize("num_times", [2, 3])
def test_row_31_time_points_are_recognised(tmp_path, num_times):
    save_slices(tmp_path, axial(0, 1, 2, 3) * num_times)
    assert f"4 positions, {num_times} at each" in refusal(tmp_path)


def test_row_31_tilted_gantry_is_found_from_positions(tmp_path):
    save_slices(tmp_path, [(0, depth * np.tan(np.radians(10)), depth) for depth in range(4)])
    assert "10.0 degrees to their normal" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("2 series", {"SeriesInstanceUID": generate_uid()}),
        ("2 frames of reference", {"FrameOfReferenceUID": generate_uid()}),
        ("2 orientations", {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}),
        ("2 pixel spacings", {"PixelSpacing": [2.0, 0.6]}),
        ("2 image sizes", {"Rows": 5, "Columns": 4}),
    ],
)
def test_row_31_mixed_slices_are_refused(tmp_path, what, fields):
    save_slices(tmp_path, axial(0, 1))
    saved(image_header(ImagePositionPatient=[10, 20, 2], **fields), tmp_path, "other.dcm")
    message = refusal(tmp_path)
    assert message.startswith(what)
    assert "such as other.dcm" in message


def test_one_of_several_series_can_be_chosen(tmp_path):
    save_slices(tmp_path, axial(0, 1))
    uid = generate_uid()
    (tmp_path / "localizer").mkdir()
    saved(image_header(SeriesInstanceUID=uid, ImagePositionPatient=[0, 0, 9]), tmp_path, "x1.dcm")
    saved(image_header(SeriesInstanceUID=uid, ImagePositionPatient=[0, 0, 8]), tmp_path, "x2.dcm")
    assert read_series(tmp_path, series_uid=uid).affine[2, 3] == 8
    assert "no file of series 1.2.3" in refusal(tmp_path, series_uid="1.2.3")


def test_other_files_are_left_out_with_one_warning(tmp_path):
    save_slices(tmp_path, axial(0, 1))
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "mask.nii").write_bytes(bytes(500))
    (tmp_path / ".hidden").write_text("")
    with pytest.warns(DicomWarning) as caught:
        assert read_series(tmp_path).voxels.shape == (2, 4, 5)
    assert len(caught) == 1
    assert str(caught[0].message).endswith("mask.nii, notes.txt.")


@pytest.mark.parametrize("field", ["ImagePositionPatient", "ImageOrientationPatient"])
def test_slice_without_a_place_is_named(tmp_path, field):
    save_slices(tmp_path, axial(0, 1, 2), **({} if field == "ImagePositionPatient" else {field: None}))
    if field == "ImagePositionPatient":
        saved(image_header(ImagePositionPatient=None), tmp_path, "slice01.dcm")
    assert "it has no place in a volume" in refusal(tmp_path)


def test_slices_without_spacing_are_refused(tmp_path):
    save_slices(tmp_path, axial(0, 1), PixelSpacing=None)
    assert "no usable PixelSpacing" in refusal(tmp_path)


def test_slices_in_colour_are_refused(tmp_path):
    for number in range(2):
        saved(color_header(ImagePositionPatient=[0, 0, number]), tmp_path, f"{number}.dcm")
    assert "in colour" in refusal(tmp_path)


def test_damaged_slice_is_named(tmp_path):
    path = save_slices(tmp_path, axial(0, 1, 2))[1]
    path.write_bytes(path.read_bytes()[:-7])
    assert refusal(tmp_path).startswith("slice01.dcm: truncated")


def test_volume_of_too_many_pixels_is_refused(tmp_path):
    save_slices(tmp_path, axial(0, 1, 2))
    assert "3 x 4 x 5 pixels" in refusal(tmp_path, max_pixels=59)


def test_empty_folder_and_single_slice_are_refused(tmp_path):
    assert "no DICOM file" in refusal(tmp_path)
    save_slices(tmp_path, axial(0))
    assert "a single slice is no volume" in refusal(tmp_path)


def frames(*values):
    return np.stack([np.full((4, 5), value, dtype=np.uint16) for value in values])


@pytest.mark.parametrize("shared", [True, False])
def test_frames_become_a_volume(tmp_path, shared):
    header = enhanced_header(frames(30, 10, 20), [[0, 0, 6], [0, 0, 0], [0, 0, 3]], shared=shared)
    path = saved(header, tmp_path)
    volume = read_series(tmp_path)
    np.testing.assert_array_equal(volume.voxels[:, 0, 0], [10, 20, 30])
    assert volume.spacing_mm == (3.0, 2.0, 0.5)
    assert volume.paths == 3 * [str(path)]


def test_frames_with_a_gap_are_named(tmp_path):
    saved(enhanced_header(frames(1, 2, 3, 4), [[0, 0, z] for z in (0, 1, 2, 4)]), tmp_path)
    assert refusal(tmp_path).startswith("image.dcm: slices are missing (1) between frame 3 and frame 4")


def test_film_is_no_volume(tmp_path):
    saved(image_header(frames(1, 2), NumberOfFrames=2), tmp_path)
    assert "a film is no volume" in refusal(tmp_path)


def test_frames_beside_other_files_are_refused(tmp_path):
    save_slices(tmp_path, axial(0, 1))
    saved(image_header(frames(1, 2), NumberOfFrames=2, ImagePositionPatient=[10, 20, 2]), tmp_path, "x.dcm")
    assert "several frames, beside other files" in refusal(tmp_path)
