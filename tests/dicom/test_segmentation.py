"""From mask to file and back, and what is refused on the way back."""

import os
import shutil
from pathlib import Path

import highdicom
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from medbook.dicom import DicomReadError, Segment, read_segmentation, read_series, write_segmentation
from medbook.metrics import dice_score, volume_ml
from medbook.phantoms import ct_slices
from tests.dicom.builders import image_header, saved
from tests.dicom.segmentation_series import changed, series, simulated_series, three_labels
from tests.dicom.test_contract import mutated

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("MEDBOOK_DATA", "none"), "dicom")
TWO = ["liver", "liver metastasis"]


@pytest.fixture
def volume(tmp_path):
    return series(tmp_path / "images")


@pytest.fixture
def path(tmp_path, volume):
    return written(tmp_path / "mask.dcm", three_labels(), volume)


def written(path, mask, volume, segments=TWO):
    write_segmentation(path, mask, volume, segments, algorithm_name="threshold", overwrite=True)
    return path


def refusal(path, volume, **options):
    with pytest.raises(DicomReadError) as error:
        read_segmentation(path, volume, **options)
    message = str(error.value)
    assert message.startswith((os.path.basename(path), "slice", "image"))
    return message


def test_mask_comes_back_whatever_the_files_are_called(volume, path):
    assert [os.path.basename(image) for image in volume.paths] != sorted(map(os.path.basename, volume.paths))
    np.testing.assert_array_equal(read_segmentation(path, volume).mask, three_labels())


def test_labels_codes_colors_and_algorithm_come_back(volume, path):
    read = read_segmentation(path, volume)
    assert read.labels == {"liver": 1, "liver metastasis": 2}
    assert read.codes["liver"] == ("10200004", "SCT", "Liver")
    assert read.colors["liver metastasis"] == Segment.named("liver metastasis").color
    assert read.algorithms["liver"] == ("AUTOMATIC", "threshold")
    assert (read.mask.dtype, read.header.Modality) == (np.uint8, "SEG")


@pytest.mark.parametrize("slices", [[0], [5], [0, 5], [1, 2, 4], range(6)])
def test_slices_come_back_at_their_place(tmp_path, volume, slices):
    mask = np.zeros((6, 4, 5), bool)
    mask[list(slices), 1:, 2] = True
    read = read_segmentation(written(tmp_path / "mask.dcm", mask, volume, "heart"), volume)
    np.testing.assert_array_equal(read.mask, mask)
    assert read.header.NumberOfFrames == len(list(slices))


def test_empty_mask_comes_back_empty(tmp_path, volume):
    read = read_segmentation(written(tmp_path / "mask.dcm", np.zeros((6, 4, 5), int), volume), volume)
    assert not read.mask.any()
    assert read.labels == {"liver": 1, "liver metastasis": 2}


def test_segment_that_was_not_found_keeps_its_label(tmp_path, volume):
    read = read_segmentation(written(tmp_path / "mask.dcm", three_labels() == 1, volume, "liver"), volume)
    assert read.mask.max() == 1
    read = read_segmentation(written(tmp_path / "mask.dcm", 2 * (three_labels() == 1), volume), volume)
    assert (sorted(np.unique(read.mask)), list(read.labels)) == ([0, 2], TWO)


def test_three_hundred_segments_come_back(tmp_path):
    volume = series(tmp_path / "images", depths=[2.5 * number for number in range(16)])
    mask = np.arange(16 * 4 * 5).reshape(16, 4, 5) % 301
    segments = [Segment.named("lesion", label=f"lesion {number}") for number in range(1, 301)]
    read = read_segmentation(written(tmp_path / "mask.dcm", mask, volume, segments), volume)
    np.testing.assert_array_equal(read.mask, mask)
    assert read.mask.dtype == np.uint16


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.int64, np.uint16])
def test_every_kind_of_whole_numbers_is_taken(tmp_path, volume, dtype):
    mask = (three_labels() == 1).astype(dtype)
    read = read_segmentation(written(tmp_path / "mask.dcm", mask, volume, "lung"), volume)
    np.testing.assert_array_equal(read.mask, mask)


@pytest.mark.parametrize(
    "cosines", [[1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1], [1, 0, 0, 0, 0.8, 0.6], [-1, 0, 0, 0, -1, 0]]
)
def test_axial_sagittal_oblique_and_prone_series_come_back(tmp_path, cosines):
    (tmp_path / "images").mkdir()
    normal, numbers = np.cross(cosines[:3], cosines[3:]), [3, 0, 4, 1, 5, 2]
    for name, number in enumerate(numbers):
        place = {"ImageOrientationPatient": cosines, "ImagePositionPatient": list(np.round(3 * number * normal, 6))}
        saved(image_header(**place, StudyInstanceUID="1.2.3"), tmp_path / "images", f"{name}.dcm")
    volume = read_series(tmp_path / "images")
    path = written(tmp_path / "mask.dcm", three_labels(), volume)
    np.testing.assert_array_equal(read_segmentation(path, volume).mask, three_labels())


def test_rounding_of_positions_and_directions_does_no_harm(tmp_path):
    volume = series(tmp_path / "images", depths=[0, 2.504, 5, 7.496, 10, 12.5])
    changed(volume.paths[2], tmp_path / "images", "slice02.dcm", ImageOrientationPatient=[1, 0.0004, 0, 0, 1, 0])
    volume = read_series(tmp_path / "images")
    read = read_segmentation(written(tmp_path / "mask.dcm", three_labels(), volume), volume)
    np.testing.assert_array_equal(read.mask, three_labels())


def test_volume_of_the_simulated_liver_is_that_of_its_formula(tmp_path):
    rng = np.random.default_rng(3)
    ct = ct_slices(48, rng=rng, region="liver", prevalence=1, slices_per_patient=16)
    errors = []
    for patient in range(3):
        own = ct.patient_ids == patient
        folder = tmp_path / f"patient{patient}"
        volume = simulated_series(folder, ct.images[own], ct.spacing_mm, ct.slice_positions_mm[own], rng)
        mask = (ct.organ_masks[own] == ct.organ_names.index("liver")).astype(int)
        mask[ct.masks[own]] = 2
        read = read_segmentation(written(tmp_path / "mask.dcm", mask, volume), volume)
        measured_ml = volume_ml(read.mask, spacing_mm=volume.spacing_mm, labels=read.labels)
        assert measured_ml == volume_ml(mask, spacing_mm=volume.spacing_mm, labels={"liver": 1, "liver metastasis": 2})
        true_ml = ct.lesion_volumes_ml[own][0]
        errors.append(measured_ml["liver metastasis"] / true_ml - 1)
    # Counting voxels of 3 x 2.9 x 2.9 mm; over 20 such patients: mean -0.4 %, standard deviation 1.3 %, at most 3.6 %.
    assert np.abs(errors).max() < 0.015


def test_nodule_of_the_books_chest_ct_is_that_of_its_sphere(tmp_path):
    volume = read_series(ROOT / "data" / "chest_ct")
    with np.load(ROOT / "data" / "chest_ct_nodule.npz") as nodule:
        mask, true_ml = nodule["mask"], float(nodule["volume_ml"])
    read = read_segmentation(written(tmp_path / "mask.dcm", mask, volume, "lung nodule"), volume)
    assert dice_score(mask, read.mask) == 1
    assert volume_ml(read.mask, spacing_mm=volume.spacing_mm) == pytest.approx(true_ml, rel=0.005)


def test_segmentation_of_another_series_is_refused(tmp_path, path):
    other = series(tmp_path / "other", SeriesInstanceUID=generate_uid())
    assert "SeriesInstanceUID of the images is" in refusal(path, other)


@pytest.mark.parametrize("field", ["FrameOfReferenceUID", "StudyInstanceUID"])
def test_segmentation_in_another_space_or_study_is_refused(tmp_path, path, field):
    other = series(tmp_path / "other", **{field: "1.2.3.4"})
    message = refusal(path, other)
    assert f"{field} of the images is" in message
    assert "that of the volume 1.2.3.4: it was made on other images" in message


def test_slices_elsewhere_are_refused(tmp_path, path):
    message = refusal(path, series(tmp_path / "other", depths=[depth + 1 for depth in (0, 2.5, 5, 7.5, 10, 12.5)]))
    assert "frame 1: ImagePositionPatient is 1.00 mm from the nearest slice, slice0" in message


def test_part_of_the_series_is_refused(tmp_path, path):
    (tmp_path / "part").mkdir()
    for image in read_series(tmp_path / "images").paths[2:]:
        shutil.copy(image, tmp_path / "part")
    assert "2.50 mm from the nearest slice" in refusal(path, read_series(tmp_path / "part"))


def test_other_images_at_the_same_places_are_refused(tmp_path, path):
    assert "ReferencedSOPInstanceUID is not that of the image" in refusal(path, series(tmp_path / "other"))


def test_without_references_the_place_decides(tmp_path, volume, path):
    header = dcmread(path)
    for groups in header.PerFrameFunctionalGroupsSequence:
        del groups.DerivationImageSequence
    del header.ReferencedSeriesSequence
    header.save_as(path)
    np.testing.assert_array_equal(read_segmentation(path, volume).mask, three_labels())


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"PixelSpacing": [2.0, 0.6]}, "PixelSpacing is (2.0, 0.5) mm, that of the volume (2.0, 0.6) mm"),
        ({"ImageOrientationPatient": [1, 0, 0, 0, -1, 0]}, "ImageOrientationPatient is not that of the volume"),
    ],
)
def test_other_grids_are_refused(tmp_path, path, fields, what):
    assert what in refusal(path, series(tmp_path / "other", **fields))


def test_other_size_is_refused(tmp_path, path):
    (tmp_path / "other").mkdir()
    for depth in range(3):
        header = image_header(np.zeros((6, 5), np.uint16), ImagePositionPatient=[0, 0, depth])
        header.StudyInstanceUID = dcmread(path).StudyInstanceUID
        saved(header, tmp_path / "other", f"{depth}.dcm")
    assert "Rows and Columns are 4 x 5, those of the volume 6 x 5" in refusal(path, read_series(tmp_path / "other"))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"SegmentationType": "FRACTIONAL"}, "SegmentationType is FRACTIONAL"),
        ({"SegmentationType": None}, "SegmentationType is missing"),
        ({"SegmentSequence": []}, "SegmentSequence is missing or empty"),
        ({"PixelData": b"12"}, "PixelData has 2 bytes"),
        ({"PerFrameFunctionalGroupsSequence": None}, "ReferencedSegmentNumber is None"),
    ],
)
def test_damaged_file_is_refused(tmp_path, volume, path, fields, what):
    assert what in refusal(changed(path, tmp_path, **fields), volume)


def test_image_is_refused(volume):
    assert "SOPClassUID is CT Image Storage, not Segmentation Storage" in refusal(volume.paths[0], volume)


def test_too_many_pixels_are_refused(volume, path):
    assert "more than max_pixels=79" in refusal(path, volume, max_pixels=79)


def overlapping(path, folder, **fields):
    """Move the frames of segment 2 onto the voxels of segment 1."""
    header = dcmread(path)
    for groups in header.PerFrameFunctionalGroupsSequence:
        groups.PlanePositionSequence[0].ImagePositionPatient = [10, 20, 2.5]
        del groups.DerivationImageSequence
    pixels = np.zeros((header.NumberOfFrames, 4, 5), np.uint8)
    pixels[:, 0, 1] = 1
    header.PixelData = np.packbits(pixels, bitorder="little").tobytes()
    header.save_as(folder / "overlap.dcm")
    return folder / "overlap.dcm"


def test_overlap_is_refused_and_one_segment_can_be_read(tmp_path, volume, path):
    file = overlapping(path, tmp_path)
    assert "segments overlap (liver and liver metastasis)" in refusal(file, volume)
    read = read_segmentation(file, volume, labels=["liver metastasis"])
    assert read.labels == {"liver metastasis": 2}
    assert np.argwhere(read.mask).tolist() == [[1, 0, 1]]
    assert read.mask.max() == 2


@pytest.mark.parametrize("labels", [["spleen"], [], "liver"])
def test_labels_that_the_file_has_not_are_refused(volume, path, labels):
    assert "expected a list of some of: liver, liver metastasis" in refusal(path, volume, labels=labels)


def read_or_refused(path, volume):
    try:
        return "read" if read_segmentation(path, volume).mask.shape == (6, 4, 5) else "\n"
    except DicomReadError as error:
        return str(error)


@pytest.mark.filterwarnings("ignore")
def test_mutated_files_are_read_or_refused(tmp_path, volume, path):
    rng, content = np.random.default_rng(1), path.read_bytes()
    num_refused = 0
    for _ in range(200):
        path.write_bytes(mutated(content, rng))
        outcome = read_or_refused(path, volume)
        assert outcome.isprintable()
        num_refused += outcome != "read"
    assert 20 < num_refused < 200


@pytest.fixture(scope="module")
def real():
    if not REAL.is_dir():
        pytest.skip("real DICOM files are absent: MEDBOOK_DATA names no folder with a subfolder dicom")
    return REAL


@pytest.mark.real_data
def test_segmentation_made_by_dcmqi_equals_what_highdicom_reads(real):
    path, volume = real / "seg" / "partial_overlaps_seg.dcm", read_series(real / "seg" / "ct_3slice")
    assert "segments overlap" in refusal(path, volume)
    file = highdicom.seg.segread(path)
    uids = [dcmread(image, stop_before_pixels=True).SOPInstanceUID for image in volume.paths]
    expected = file.get_pixels_by_source_instance(
        uids, assert_missing_frames_are_empty=True, ignore_spatial_locations=True
    )
    for number, item in enumerate(file.SegmentSequence, start=1):
        read = read_segmentation(path, volume, labels=[item.SegmentLabel])
        np.testing.assert_array_equal(read.mask, number * expected[..., number - 1])
        assert read.algorithms[item.SegmentLabel][0] == "MANUAL"


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["ct_torso_17slice", "mr_hippocrop_32slice"])
def test_mask_on_a_real_series_comes_back(real, tmp_path, folder):
    volume = read_series(real / "series" / folder)
    mask = 1 + (volume.voxels > np.median(volume.voxels))
    mask[:2] = 0
    read = read_segmentation(written(tmp_path / "mask.dcm", mask, volume), volume)
    np.testing.assert_array_equal(read.mask, mask)
    by_highdicom = highdicom.seg.segread(tmp_path / "mask.dcm").get_volume(combine_segments=True)
    assert np.bincount(by_highdicom.array.ravel()).tolist()[1:] == np.bincount(mask.ravel()).tolist()[1:]


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["mr_4slice", "mr_4slice_rle", "mr_4slice_jpegls"])
def test_real_series_without_frame_of_reference_is_refused(real, tmp_path, folder):
    volume = read_series(real / "series" / folder)
    with pytest.raises(DicomReadError, match="FrameOfReferenceUID is missing"):
        written(tmp_path / "mask.dcm", np.ones(volume.voxels.shape, int), volume)
