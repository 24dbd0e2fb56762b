"""On which slice of a volume each frame of a segmentation lies."""

import os

import numpy as np

from medbook.dicom.attributes import read_items, read_text
from medbook.dicom.errors import DicomReadError
from medbook.dicom.functional_groups import frame_items
from medbook.dicom.geometry import pixel_spacing, plane_directions, plane_positions
from medbook.dicom.sources import TOLERANCE

ROUNDING = 1e-3  # of spacings in mm, and of directions, as between the slices of a series


def frame_slices(header, sources, volume, num_frames, name):
    """Return the index of the slice on which each frame lies, pixel on pixel.

    Parameters
    ----------
    header : pydicom.Dataset
        Of the segmentation.
    sources : list of pydicom.FileDataset
        Headers of the slices, from `source_headers`.
    volume : Volume
    num_frames : int
    name : str
        The file of the segmentation, for messages.

    Returns
    -------
    list of int, length ``num_frames``

    Raises
    ------
    DicomReadError
        If size, spacing or orientation are not those of the volume, a frame lies on no slice, or it
        was drawn on another image than the slice at its position.

    References
    ----------
    DICOM PS3.3 C.7.6.16.2.3 (plane position), C.7.6.16.2.4 (plane orientation), C.7.6.16.2.6 (derivation image).
    """
    _check_grid(header, sources[0], num_frames, name)
    places = np.array([plane_positions(source)[0] for source in sources])
    uids = [read_text(source, "SOPInstanceUID") for source in sources]
    images = _frame_images(header, num_frames)
    slices = []
    for frame, position in enumerate(plane_positions(header, num_frames)):
        if position is None:
            raise DicomReadError(f"{name}: frame {frame + 1}: ImagePositionPatient is missing. Get the file again.")
        distances_mm = np.linalg.norm(places - position, axis=1)
        index = int(distances_mm.argmin())
        if distances_mm[index] > TOLERANCE * min(volume.spacing_mm):
            raise DicomReadError(
                f"{name}: frame {frame + 1}: ImagePositionPatient is {distances_mm[index]:.2f} mm from the nearest "
                f"slice, {os.path.basename(volume.paths[index])}. Read the series that it was made on, as a whole."
            )
        if images[frame] and uids[index] not in images[frame]:
            raise DicomReadError(
                f"{name}: frame {frame + 1}: ReferencedSOPInstanceUID is not that of the image at its position, "
                f"{os.path.basename(volume.paths[index])}. Read the series that it was made on."
            )
        slices.append(index)
    return slices


def _frame_images(header, num_frames):
    """Return the UIDs of the images that each frame was drawn on; none where the file does not say."""
    return [
        {
            read_text(image, "ReferencedSOPInstanceUID")
            for image in (read_items(item, "SourceImageSequence") if item is not None else ())
        }
        for item in frame_items(header, "DerivationImageSequence", num_frames)
    ]


def _check_grid(header, source, num_frames, name):
    rows_cols = header.get("Rows"), header.get("Columns")
    if rows_cols != (source.get("Rows"), source.get("Columns")):
        raise DicomReadError(
            f"{name}: Rows and Columns are {rows_cols[0]} x {rows_cols[1]}, those of the volume "
            f"{source.get('Rows')} x {source.get('Columns')}. Resample it with the program that made it."
        )
    spacing_mm, expected_mm = pixel_spacing(header, num_frames)[0], pixel_spacing(source)[0]
    if spacing_mm is None or not np.allclose(spacing_mm, expected_mm, rtol=0, atol=ROUNDING):
        raise DicomReadError(
            f"{name}: PixelSpacing is {spacing_mm} mm, that of the volume {expected_mm} mm. "
            "Resample it with the program that made it."
        )
    expected = plane_directions(source)[0]
    for frame, directions in enumerate(plane_directions(header, num_frames), start=1):
        if directions is None or not np.allclose(directions, expected, rtol=0, atol=ROUNDING):
            raise DicomReadError(
                f"{name}: frame {frame}: ImageOrientationPatient is not that of the volume. "
                "Resample it with the program that made it."
            )
