"""A DICOM Segmentation as a label map on the grid of the volume that it was made on."""

import os
from dataclasses import dataclass, field

import numpy as np
import pydicom
from pydicom.uid import SegmentationStorage

from medbook.dicom.attributes import read_count, read_items, read_numbers, read_text
from medbook.dicom.errors import DicomReadError, quoted, without_pydicom_warnings
from medbook.dicom.files import open_dataset
from medbook.dicom.functional_groups import frame_items
from medbook.dicom.pixels import check_pixel_attributes, decode_pixels
from medbook.dicom.segmentation_frames import frame_slices
from medbook.dicom.sources import source_headers


@dataclass(eq=False)
class Segmentation:
    """Segments of a file, on the grid of a volume.

    Attributes
    ----------
    mask : ndarray of uint8 or uint16, shape (slices, rows, cols)
        In the order of the volume's voxels: 0 where there is nothing, else the number of the segment.
    labels : dict of str to int
        From the label of a segment to its number.
    codes : dict of str to (str, str, str)
        From the label to the code of the structure: value, coding scheme and meaning.
    colors : dict of str to (int, int, int)
        From the label to red, green and blue, 0 to 255; those are missing that the file does not colour.
    algorithms : dict of str to (str, str)
        From the label to "MANUAL", "SEMIAUTOMATIC" or "AUTOMATIC", and the name of the algorithm, if any.
    header : pydicom.Dataset
        Everything else that the file says.
    """

    mask: np.ndarray = field(repr=False)
    labels: dict
    codes: dict
    colors: dict
    algorithms: dict
    header: pydicom.Dataset = field(repr=False)  # it holds names: no notebook should store them


def read_segmentation(path, volume, *, labels=None, max_pixels=2**28):
    """Read a DICOM Segmentation as a label map on the grid of the volume that it was made on.

    Every frame is laid on the slice at its position. Nothing is resampled: a file whose frames do not
    fall on the slices, or that refers to other images, is refused.

    Parameters
    ----------
    path : str or path-like
        A file of any maker, with segments that are binary (not probabilities).
    volume : Volume
        What `read_series` returned for the images.
    labels : sequence of str, optional
        Read these segments only, which helps where segments overlap.
    max_pixels : int, optional
        Refuse a file of more pixels than this, all frames together.

    Returns
    -------
    Segmentation

    Raises
    ------
    DicomReadError
        If the file is no binary segmentation, was not made on these images, segments overlap, or
        ``labels`` has one that the file does not.
    OSError
        If a file does not exist or cannot be opened.

    See Also
    --------
    write_segmentation

    References
    ----------
    DICOM PS3.3 A.51 (segmentation), C.8.20.3 (frames), C.7.6.16.2 (functional groups).

    Examples
    --------
    See `write_segmentation`, whose file is read back there.
    """
    name = os.path.basename(os.fspath(path))
    header = open_dataset(path)
    sources = source_headers(volume)
    try:
        with without_pydicom_warnings():
            return _read(header, sources, volume, labels, max_pixels, name)
    except (DicomReadError, MemoryError):
        raise
    except Exception as error:  # an attribute that only fails when its value is asked for
        raise DicomReadError(
            f"{name}: the segmentation cannot be read ({quoted(error)}). Get the file again."
        ) from error


def _read(header, sources, volume, labels, max_pixels, name):
    _check_kind(header, name)
    num_frames = check_pixel_attributes(header, name, max_pixels)
    _check_images(header, sources[0], name)
    segments = _segments(header, name)
    chosen = _chosen(segments, labels, name)
    numbers = _frame_numbers(header, segments, num_frames, name)
    slices = frame_slices(header, sources, volume, num_frames, name)
    frames = decode_pixels(header, name).reshape(num_frames, *volume.voxels.shape[1:]) > 0
    mask = np.zeros(volume.voxels.shape, np.uint8 if max(chosen.values()) < 256 else np.uint16)
    for frame, number, index in zip(frames, numbers, slices, strict=True):
        if number in chosen.values():
            _refuse_overlap(mask[index][frame], number, chosen, name)
            mask[index][frame] = number
    items = {label: segments[number][1] for label, number in chosen.items()}
    return Segmentation(
        mask=mask,
        labels=chosen,
        codes={label: _code(item) for label, item in items.items()},
        colors={label: color for label, item in items.items() if (color := _rgb(item)) is not None},
        algorithms={
            label: (read_text(item, "SegmentAlgorithmType"), read_text(item, "SegmentAlgorithmName"))
            for label, item in items.items()
        },
        header=header,
    )


def _check_kind(header, name):
    kind = header.get("SOPClassUID")
    if kind != SegmentationStorage:
        raise DicomReadError(
            f"{name}: SOPClassUID is {quoted(getattr(kind, 'name', kind), 64)}, not Segmentation Storage. "
            "Images are read with read_image or read_series."
        )
    if (kind := read_text(header, "SegmentationType")) != "BINARY":
        raise DicomReadError(
            f"{name}: SegmentationType is {quoted(kind, 16) or 'missing'}; read are binary segments, not "
            "probabilities. Use highdicom.seg.segread, or export it as binary."
        )


def _check_images(header, source, name):
    """Refuse a segmentation of other images: the same place in another series may show another state."""
    series = read_items(header, "ReferencedSeriesSequence")
    for field_name, items in (
        ("FrameOfReferenceUID", [header]),
        ("StudyInstanceUID", [header]),
        ("SeriesInstanceUID", series),
    ):
        uids = [read_text(item, field_name) for item in items]
        expected = read_text(source, field_name)
        if uids and expected not in uids:
            raise DicomReadError(
                f"{name}: {field_name} of the images is {quoted(uids[0], 64) or 'missing'}, that of the volume "
                f"{quoted(expected, 64)}: it was made on other images. Read the series that it refers to."
            )


def _segments(header, name):
    """Return for each segment number its label, unique in the file, and its item."""
    segments, labels = {}, set()
    for item in read_items(header, "SegmentSequence"):
        number = read_count(item, "SegmentNumber", name)
        label = quoted(read_text(item, "SegmentLabel") or f"segment {number}", 64)
        label = f"{label} ({number})" if label in labels else label
        if number in segments or number < 1:
            raise DicomReadError(f"{name}: SegmentNumber {number} occurs twice or is 0. Get the file again.")
        segments[number] = label, item
        labels.add(label)
    if not segments:
        raise DicomReadError(f"{name}: SegmentSequence is missing or empty, so no one knows what the mask shows.")
    return segments


def _chosen(segments, labels, name):
    numbers = {label: number for number, (label, item) in segments.items()}
    if labels is None:
        return numbers
    unknown = [label for label in labels if label not in numbers]
    if unknown or isinstance(labels, str) or not labels:
        raise DicomReadError(f"{name}: labels={labels!r}; expected a list of some of: {', '.join(numbers)}.")
    return {label: numbers[label] for label in labels}


def _frame_numbers(header, segments, num_frames, name):
    """Return the segment number of each frame."""
    numbers = []
    for frame, item in enumerate(frame_items(header, "SegmentIdentificationSequence", num_frames), start=1):
        number = None if item is None else read_count(item, "ReferencedSegmentNumber", name)
        if number not in segments:
            raise DicomReadError(
                f"{name}: frame {frame}: ReferencedSegmentNumber is {number}, which SegmentSequence does not "
                f"describe ({', '.join(map(str, segments))}). Get the file again."
            )
        numbers.append(number)
    return numbers


def _refuse_overlap(there, number, chosen, name):
    others = set(np.unique(there).tolist()) - {0, number}
    if others:
        names = [label for label, other in chosen.items() if other in (number, min(others))]
        raise DicomReadError(
            f"{name}: segments overlap ({' and '.join(names)}), and a label map has one label a voxel. "
            f"Read them one by one, as labels=[{names[0]!r}]."
        )


def _code(item):
    for code in read_items(item, "SegmentedPropertyTypeCodeSequence")[:1]:
        return tuple(read_text(code, field) for field in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"))
    return ("", "", "")


def _rgb(item):
    lab = read_numbers(item, "RecommendedDisplayCIELabValue", 3)
    if lab is None:
        return None
    from highdicom.color import CIELabColor  # see segmentation_writer: its import is not cheap

    return CIELabColor.from_dicom_value([int(value) for value in lab]).to_rgb(clip=True)
