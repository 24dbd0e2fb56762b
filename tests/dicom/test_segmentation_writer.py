"""What the written file says, read without the package: by pydicom alone, by hand, and by highdicom."""

import os
import subprocess
import sys

import highdicom
import numpy as np
import pytest
from highdicom._standard_utils import check_required_attributes
from pydicom import dcmread
from pydicom.uid import JPEGLSLossless, RLELossless

from medbook.dicom import DicomReadError, Segment, read_segmentation, read_series, write_segmentation
from tests.dicom.segmentation_series import PATIENT, series, three_labels

TWO = ["liver", "liver metastasis"]
HOW = {"algorithm_name": "threshold"}


@pytest.fixture
def volume(tmp_path):
    return series(tmp_path / "images")


@pytest.fixture
def path(tmp_path, volume):
    write_segmentation(tmp_path / "mask.dcm", three_labels(), volume, TWO, **HOW)
    return tmp_path / "mask.dcm"


def refusal(path, volume, mask=None, segments=TWO, error=ValueError, **options):
    with pytest.raises(error) as caught:
        write_segmentation(path, three_labels() if mask is None else mask, volume, segments, **{**HOW, **options})
    left = [name for name in os.listdir(path.parent) if name.endswith(".part")] if path.parent.is_dir() else []
    assert not left
    return str(caught.value)


def frames_by_hand(header):
    """Unpack the bits, and give for each frame its segment, its groups and its pixels."""
    size = header.Rows * header.Columns
    bits = np.unpackbits(np.frombuffer(header.PixelData, np.uint8), bitorder="little")
    shared = header.SharedFunctionalGroupsSequence[0]
    for index, groups in enumerate(header.PerFrameFunctionalGroupsSequence):
        holder = groups if "SegmentIdentificationSequence" in groups else shared
        number = holder.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        yield number, groups, bits[index * size : (index + 1) * size].reshape(header.Rows, header.Columns)


def test_every_frame_refers_to_the_image_of_its_slice(volume, path):
    header, expected = dcmread(path), three_labels()
    where = {dcmread(image).SOPInstanceUID: index for index, image in enumerate(volume.paths)}
    found = np.zeros_like(expected)
    for number, groups, pixels in frames_by_hand(header):
        (source,) = groups.DerivationImageSequence[0].SourceImageSequence
        found[where[source.ReferencedSOPInstanceUID]][pixels == 1] = number
    np.testing.assert_array_equal(found, expected)


def test_every_frame_lies_at_the_position_of_its_slice(volume, path):
    """As dcmqi places them: from the functional groups to the patient, and back by the volume's affine."""
    header, expected = dcmread(path), three_labels()
    shared = header.SharedFunctionalGroupsSequence[0]
    row_mm, col_mm = shared.PixelMeasuresSequence[0].PixelSpacing
    cosines = np.reshape(shared.PlaneOrientationSequence[0].ImageOrientationPatient, (2, 3)).astype(float)
    found = np.zeros_like(expected)
    for number, groups, pixels in frames_by_hand(header):
        corner = np.array(groups.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
        for row, col in np.argwhere(pixels):
            place = corner + col * col_mm * cosines[0] + row * row_mm * cosines[1]
            index = np.linalg.solve(volume.affine, [*place, 1])[:3]
            np.testing.assert_allclose(index, np.rint(index), atol=1e-6)
            found[tuple(np.rint(index).astype(int))] = number
    np.testing.assert_array_equal(found, expected)
    assert shared.PixelMeasuresSequence[0].SpacingBetweenSlices == 2.5


def test_pixel_array_holds_the_mask_without_empty_slices(path):
    header = dcmread(path)
    assert (header.NumberOfFrames, header.pixel_array.shape) == (4, (4, 4, 5))
    numbers = [number for number, _, _ in frames_by_hand(header)]
    assert [header.pixel_array[np.array(numbers) == number].sum() for number in (1, 2)] == [5, 3]


def test_highdicom_gives_the_mask_by_images_and_as_volume(volume, path):
    file, expected = highdicom.seg.segread(path), three_labels()
    uids = [dcmread(image).SOPInstanceUID for image in volume.paths]
    by_image = file.get_pixels_by_source_instance(uids, combine_segments=True, ignore_spatial_locations=False)
    np.testing.assert_array_equal(by_image, expected)
    place = highdicom.VolumeGeometry(
        affine=volume.affine,
        spatial_shape=expected.shape,
        coordinate_system="PATIENT",
        frame_of_reference_uid=file.FrameOfReferenceUID,
    )
    np.testing.assert_array_equal(file.get_volume(combine_segments=True).match_geometry(place).array, expected)


def test_patient_study_and_place_are_those_of_the_images(volume, path):
    header, image = dcmread(path), dcmread(volume.paths[0])
    for field in (*PATIENT, "FrameOfReferenceUID"):
        assert header[field].value == image[field].value, field
    (referenced,) = header.ReferencedSeriesSequence
    assert referenced.SeriesInstanceUID == image.SeriesInstanceUID != header.SeriesInstanceUID
    assert len(referenced.ReferencedInstanceSequence) == 6


def test_segments_have_labels_codes_colors_and_algorithm(path):
    first, second = dcmread(path).SegmentSequence
    assert (first.SegmentLabel, second.SegmentLabel) == ("liver", "liver metastasis")
    assert first.SegmentedPropertyTypeCodeSequence[0].CodeValue == "10200004"
    assert second.SegmentedPropertyCategoryCodeSequence[0].CodeMeaning == "Morphologically Abnormal Structure"
    assert second.AnatomicRegionSequence[0].CodeMeaning == "Liver"
    assert (first.SegmentAlgorithmType, first.SegmentAlgorithmName) == ("AUTOMATIC", "threshold")


def test_white_black_and_red_have_their_place_in_cielab(tmp_path, volume):
    code = ("85756007", "SCT", "Tissue")
    colors = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0)}
    segments = [Segment(name, code, code, color=color) for name, color in colors.items()]
    write_segmentation(tmp_path / "colors.dcm", three_labels(), volume, segments, **HOW)
    values = [item.RecommendedDisplayCIELabValue for item in dcmread(tmp_path / "colors.dcm").SegmentSequence]
    # L* 0 to 100 and a*, b* -128 to 127 fill 16 bits, PS3.3 C.10.7.1.1; sRGB's red is L*a*b* (53.2, 80.1, 67.2).
    expected = [[100, 0, 0], [0, 0, 0], [53.2, 80.1, 67.2]]
    found = np.array(values) / 65535 * [100, 255, 255] - [0, 128, 128]
    np.testing.assert_allclose(found, expected, atol=0.2)


def test_file_is_a_segmentation_that_says_not_for_clinical_use(path):
    header = dcmread(path)
    assert header.SOPClassUID == header.file_meta.MediaStorageSOPClassUID == "1.2.840.10008.5.1.4.1.1.66.4"
    assert (header.Modality, header.SegmentationType, header.SegmentsOverlap) == ("SEG", "BINARY", "NO")
    assert header.ContentLabel == "NOT_CLINICAL_USE"
    assert header.ContentDescription.endswith("not for clinical use")
    assert header.SeriesDescription.endswith("not for clinical use")
    assert not header.ContentCreatorName


@pytest.mark.parametrize(
    "module",
    [
        *("patient", "general-study", "general-series", "segmentation-series", "frame-of-reference"),
        *("general-equipment", "enhanced-general-equipment", "general-image", "image-pixel", "segmentation-image"),
        *("multi-frame-dimension", "common-instance-reference", "sop-common"),
    ],
)
def test_module_has_all_that_the_standard_requires(path, module):
    check_required_attributes(dcmread(path), module=module)


def test_check_of_modules_finds_what_is_missing(path):
    header = dcmread(path)
    del header.SegmentSequence[0].SegmentLabel
    with pytest.raises(AttributeError, match="SegmentLabel"):
        check_required_attributes(header, module="segmentation-image")


def test_images_without_empty_attributes_are_completed(tmp_path):
    volume = series(tmp_path / "images", **dict.fromkeys(PATIENT, None) | {"StudyInstanceUID": "1.2.3"})
    write_segmentation(tmp_path / "mask.dcm", three_labels(), volume, TWO, **HOW)
    assert dcmread(tmp_path / "mask.dcm").PatientID == ""


def test_mask_drawn_by_hand_needs_no_algorithm(tmp_path, volume):
    options = {"algorithm_name": None, "algorithm_type": "MANUAL"}
    write_segmentation(tmp_path / "mask.dcm", three_labels() > 0, volume, "heart", **options)
    (segment,) = dcmread(tmp_path / "mask.dcm").SegmentSequence
    assert segment.SegmentAlgorithmType == "MANUAL"
    assert "SegmentAlgorithmName" not in segment


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_compressed_images_can_be_referred_to(tmp_path, volume, syntax):
    for image in volume.paths:
        header = dcmread(image)
        header.compress(syntax, generate_instance_uid=False)
        header.save_as(image)
    volume = read_series(tmp_path / "images")
    write_segmentation(tmp_path / "mask.dcm", three_labels(), volume, TWO, **HOW)
    np.testing.assert_array_equal(read_segmentation(tmp_path / "mask.dcm", volume).mask, three_labels())
    assert not dcmread(tmp_path / "mask.dcm").file_meta.TransferSyntaxUID.is_compressed


def test_lossy_images_are_said_to_be_lossy(tmp_path):
    volume = series(tmp_path / "images", LossyImageCompression="01", LossyImageCompressionRatio="9")
    write_segmentation(tmp_path / "mask.dcm", three_labels(), volume, TWO, **HOW)
    assert dcmread(tmp_path / "mask.dcm").LossyImageCompression == "01"


def test_mask_of_another_shape_is_refused_with_both(tmp_path, volume):
    message = refusal(tmp_path / "x.dcm", volume, np.zeros((4, 5, 6), int))
    assert "mask has the shape (4, 5, 6), the volume (6, 4, 5)" in message


def test_probabilities_are_refused(tmp_path, volume):
    assert "by a threshold" in refusal(tmp_path / "x.dcm", volume, np.full((6, 4, 5), 0.7))


@pytest.mark.parametrize("label", [3, -1])
def test_label_without_a_segment_is_named(tmp_path, volume, label):
    mask = three_labels()
    mask[0, 0, 0] = label
    assert f"has the labels {label}, but 2 segment(s)" in refusal(tmp_path / "x.dcm", volume, mask)


def test_bool_mask_with_two_segments_is_refused(tmp_path, volume):
    assert "bool, which tells one segment only" in refusal(tmp_path / "x.dcm", volume, three_labels() > 0)


@pytest.mark.parametrize("segments", [[], [3], [None, "liver"]])
def test_segments_that_are_none_are_refused(tmp_path, volume, segments):
    assert "expected at least one name or Segment" in refusal(tmp_path / "x.dcm", volume, segments=segments)


def test_same_label_twice_is_refused(tmp_path, volume):
    assert "liver occurs twice" in refusal(tmp_path / "x.dcm", volume, segments=["liver", "liver"])


def test_algorithm_must_be_named_and_of_a_known_type(tmp_path, volume):
    assert "algorithm_name of an AUTOMATIC" in refusal(tmp_path / "x.dcm", volume, algorithm_name=None)
    assert "expected one of AUTOMATIC" in refusal(tmp_path / "x.dcm", volume, algorithm_type="automatic")


def test_what_is_no_volume_is_refused(tmp_path, volume):
    assert "type ndarray; expected the Volume" in refusal(tmp_path / "x.dcm", volume.voxels)


def test_file_that_exists_is_kept(volume, path):
    before = path.read_bytes()
    assert "pass overwrite=True" in refusal(path, volume, error=FileExistsError)
    assert path.read_bytes() == before


def test_file_that_exists_is_replaced_on_demand(volume, path):
    write_segmentation(path, 3 - three_labels().clip(1), volume, TWO, overwrite=True, **HOW)
    assert read_segmentation(path, volume).mask.min() == 1
    assert [name for name in os.listdir(path.parent) if name != "images"] == ["mask.dcm"]


def test_image_is_never_overwritten(tmp_path, volume):
    image = tmp_path / "images" / os.path.basename(volume.paths[2])
    before = image.read_bytes()
    assert "is one of the images" in refusal(image, volume, error=FileExistsError, overwrite=True)
    assert image.read_bytes() == before


def test_missing_folder_and_folder_as_file_are_refused(tmp_path, volume):
    assert "Make it first" in refusal(tmp_path / "none" / "x.dcm", volume, error=FileNotFoundError)
    assert "is a folder" in refusal(tmp_path / "images", volume, error=IsADirectoryError, overwrite=True)


def test_interrupted_writing_leaves_the_old_file(volume, path, monkeypatch):
    before = path.read_bytes()

    def fail(self, file, **options):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr("pydicom.Dataset.save_as", fail)
    assert "disk full" in refusal(path, volume, error=OSError, overwrite=True)
    assert path.read_bytes() == before


def test_damaged_sex_of_the_patient_is_reported(tmp_path):
    volume = series(tmp_path / "images", PatientSex="UNKNOWN")
    assert "cannot be taken over" in refusal(tmp_path / "x.dcm", volume, error=DicomReadError)


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        ("ISO_IR 100", "M\u00fcller^J\u00f6rg"),
        ("ISO_IR 192", "M\u00fcller^\u5c71\u7530"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=\u5c71\u7530^\u592a\u90ce"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=\u6d2a^\u5409\u6d1e"),
    ],
)
def test_name_is_kept_in_every_alphabet(tmp_path, character_set, name):
    volume = series(tmp_path / "images", SpecificCharacterSet=character_set, PatientName=name)
    write_segmentation(tmp_path / "mask.dcm", three_labels(), volume, TWO, **HOW)
    assert dcmread(tmp_path / "mask.dcm").PatientName == name


@pytest.mark.filterwarnings("error")
def test_name_that_highdicom_finds_odd_is_not_shown(tmp_path, capfd):
    volume = series(tmp_path / "images", PatientName="Fern")
    write_segmentation(tmp_path / "mask.dcm", three_labels(), volume, TWO, **HOW)
    assert capfd.readouterr() == ("", "")


def test_highdicom_is_imported_by_writers_only():
    code = "import sys, medbook.dicom; print('highdicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
