"""A mask as a DICOM Segmentation, which viewers and archives know how to lay over its images."""

import os
import warnings
from pathlib import Path

import numpy as np
from pydicom.uid import generate_uid
from pydicom.valuerep import format_number_as_ds

import medbook
from medbook.dicom.errors import DicomReadError, quoted, without_pydicom_warnings
from medbook.dicom.segment import Segment, check_text
from medbook.dicom.sources import source_headers

ALGORITHM_TYPES = ("AUTOMATIC", "SEMIAUTOMATIC", "MANUAL")
ABOUT = {
    "series_number": 1000,  # viewers list a study's series by it: after those of the scanner
    "instance_number": 1,
    "manufacturer": "medbook",
    "manufacturer_model_name": "medbook.dicom.write_segmentation",
    "software_versions": medbook.__version__,
    "device_serial_number": "0",
    "series_description": "Segmentation, not for clinical use",
    "content_label": "NOT_CLINICAL_USE",
    "content_description": "Made for teaching, not for clinical use",
}
# Attributes that may be empty but must be there (type 2), and that exported files often lack.
MAY_BE_EMPTY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("AccessionNumber", "StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName"),
)


def write_segmentation(
    path, mask, volume, segments, *, algorithm_name=None, algorithm_type="AUTOMATIC", overwrite=False
):
    """Write a mask as a DICOM Segmentation that refers to the images it was made on.

    The file carries the identity of the patient and of the study as the images do. It says in three
    places that it is not for clinical use. Slices without a mask are left out; if the mask is empty
    everywhere ("nothing found"), all are kept.

    Parameters
    ----------
    path : str or path-like
        The file, best in another folder than the images: `read_series` reads whole folders.
    mask : array_like of bool or int, shape (slices, rows, cols)
        In the order of ``volume.voxels``: 0 where there is nothing, n where there is ``segments[n - 1]``.
        A segment may be absent from it.
    volume : Volume
        What `read_series` returned for the images; its files must still be there.
    segments : str, Segment, or sequence of them
        What the numbers mean; names such as "liver" are those of `Segment.named`.
    algorithm_name : str, optional
        Such as "U-Net, 2D"; needed unless the mask was drawn by hand.
    algorithm_type : {"AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"}, optional
    overwrite : bool, optional
        Replace a file that exists. Files of the volume never are.

    Raises
    ------
    ValueError
        If the mask does not fit the volume or the segments, or an argument is out of range.
    DicomReadError
        If the images are not CT, MR or PET with one slice a file, or their headers lack what a mask refers to.
    OSError
        If the file exists, its folder does not, or an image is no longer there.

    See Also
    --------
    read_segmentation

    References
    ----------
    DICOM PS3.3 A.51 and C.8.20 (segmentation). C. P. Bridge et al., "Highdicom: a Python library for standardized
    encoding of image annotations and machine learning model outputs in pathology and radiology", Journal of
    Digital Imaging 35, 2022, DOI 10.1007/s10278-022-00683-y.

    Examples
    --------
    >>> import tempfile
    >>> from pydicom.data import get_testdata_file
    >>> from medbook.dicom import read_segmentation, read_series
    >>> volume = read_series(Path(get_testdata_file("2062", download=False)).parent)  # five slices of a CT
    >>> bone = Segment("bone", ("91723000", "SCT", "Anatomical Structure"), ("272673000", "SCT", "Bone"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_segmentation(f"{folder}/bone.dcm", volume.voxels > 200, volume, bone, algorithm_name="threshold")
    ...     segmentation = read_segmentation(f"{folder}/bone.dcm", volume)
    >>> segmentation.labels, np.array_equal(segmentation.mask, volume.voxels > 200)
    ({'bone': 1}, True)
    """
    path, segments = Path(path), _segments(segments)
    if algorithm_type not in ALGORITHM_TYPES:
        raise ValueError(f"algorithm_type={algorithm_type!r}; expected one of {', '.join(ALGORITHM_TYPES)}.")
    if algorithm_name is not None or algorithm_type != "MANUAL":
        check_text(algorithm_name, f"algorithm_name of an {algorithm_type} segmentation")
    headers = source_headers(volume)
    _complete(headers, volume)
    mask = _label_map(mask, volume.voxels.shape, segments)
    _check_target(path, volume, overwrite)
    dataset = _dataset(mask, headers, volume, segments, algorithm_name, algorithm_type)
    _save(dataset, path)


def _segments(segments):
    if isinstance(segments, str | Segment):
        segments = [segments]
    segments = [Segment.named(segment) if isinstance(segment, str) else segment for segment in segments]
    labels = [segment.label for segment in segments if isinstance(segment, Segment)]
    if not labels or len(labels) < len(segments):
        raise ValueError(f"segments={segments!r}; expected at least one name or Segment, and nothing else.")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise ValueError(f"segments: {', '.join(twice)} occurs twice. Segment.named(name, label=...) tells them apart.")
    return segments


def _label_map(mask, shape, segments):
    mask, num_segments = np.asarray(mask), len(segments)
    if mask.shape != shape:
        raise ValueError(
            f"mask has the shape {mask.shape}, the volume {shape} (slices, rows, cols). A mask that was made on "
            "resized images must be resized back (nearest neighbour); one channel a segment becomes labels by argmax."
        )
    if mask.dtype != bool and not np.issubdtype(mask.dtype, np.integer):
        raise ValueError(
            f"mask is of type {mask.dtype}; expected bool or int. Probabilities become a mask by a threshold, "
            "such as probability >= 0.5."
        )
    if mask.dtype == bool and num_segments > 1:
        raise ValueError(f"mask is bool, which tells one segment only, but {num_segments} are named. Pass labels.")
    found = np.unique(mask).astype(int)
    unknown = found[(found < 0) | (found > num_segments)]
    if unknown.size:
        raise ValueError(
            f"mask has the labels {', '.join(map(str, unknown[:10]))}, but {num_segments} segment(s) are named. "
            f"Labels are 0 (nothing) to {num_segments}; label n is the n-th segment."
        )
    return mask.astype(np.uint16 if num_segments > 255 else np.uint8)


def _check_target(path, volume, overwrite):
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: the folder {path.parent} does not exist. Make it first.")
    if path.is_dir():
        raise IsADirectoryError(f"{path}: is a folder. Name a file in it, such as {path / 'segmentation.dcm'}.")
    if path.exists() and any(os.path.samefile(path, source) for source in volume.paths):
        raise FileExistsError(f"{path}: is one of the images that the mask was made on. Choose another name.")
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path}: exists. Choose another name, or pass overwrite=True to replace it.")


def _complete(headers, volume):
    """Make headers, in memory, say in one voice what the volume has been found to be."""
    first = headers[0]
    for header in headers:
        for field in MAY_BE_EMPTY:
            header.setdefault(field, "")
        # One grid for all frames: `read_series` has let pass what differs by rounding only.
        header.ImageOrientationPatient, header.PixelSpacing = first.ImageOrientationPatient, first.PixelSpacing
        header.SliceThickness = first.get("SliceThickness") or format_number_as_ds(volume.spacing_mm[0])
        # From the positions: what files say of it is often wrong.
        header.SpacingBetweenSlices = format_number_as_ds(volume.spacing_mm[0])


def _dataset(mask, headers, volume, segments, algorithm_name, algorithm_type):
    # Not at the top: measured, importing highdicom takes half as long again as this whole package (0.16 s and 0.36 s).
    from highdicom.seg import Segmentation

    try:
        with without_pydicom_warnings(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"highdicom\.")  # it quotes the patient's name
            headers[0].decode()
            character_set = headers[0].pop("SpecificCharacterSet", None)  # highdicom lacks that of Korean
            dataset = Segmentation(
                source_images=headers,
                pixel_array=mask,
                segmentation_type="BINARY",
                segment_descriptions=[
                    _description(number, segment, algorithm_name, algorithm_type)
                    for number, segment in enumerate(segments, start=1)
                ],
                series_instance_uid=generate_uid(prefix=None),
                sop_instance_uid=generate_uid(prefix=None),
                **ABOUT,
            )
    except (ValueError, TypeError, AttributeError, LookupError) as error:  # a damaged date, sex or text of the images
        raise DicomReadError(
            f"{os.path.basename(volume.paths[0])}: its header cannot be taken over into a segmentation "
            f"({quoted(error)}). Correct it, or export the series again."
        ) from error
    if character_set is not None:
        dataset.add(character_set)
    dataset.ContentCreatorName = ""  # no person's; editions of the standard differ in whether it may be absent
    return dataset


def _description(number, segment, algorithm_name, algorithm_type):
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes

    family = codes.DCM.ArtificialIntelligence  # highdicom asks for one; it is taken out below
    description = SegmentDescription(
        segment_number=number,
        segment_label=segment.label,
        segmented_property_category=segment.category,
        segmented_property_type=segment.property_type,
        algorithm_type=algorithm_type,
        algorithm_identification=AlgorithmIdentificationSequence(algorithm_name or "none", family, version="0"),
        anatomic_regions=None if segment.region is None else [segment.region],
        display_color=None if segment.color is None else CIELabColor.from_rgb(*segment.color),
    )
    # The standard asks for the name alone; family and version are not known here.
    del description.SegmentationAlgorithmIdentificationSequence
    if algorithm_name is None:
        del description.SegmentAlgorithmName
    return description


def _save(dataset, path):
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # read_series skips names with a leading dot
    try:
        with without_pydicom_warnings():
            dataset.save_as(part, enforce_file_format=True)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
