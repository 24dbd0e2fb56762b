"""Where the pixels lie: spacing, orientation and position in the patient."""

import numpy as np

from medbook.dicom.attributes import read_count, read_items, read_numbers, read_text
from medbook.dicom.errors import warn
from medbook.dicom.functional_groups import frame_items

CENTIMETRE = 3  # code of PhysicalUnitsXDirection, PS3.3 C.8.5.5.1.15
OPPOSITE = str.maketrans("LRPAHF", "RLAPFH")


def pixel_spacing(header, num_frames=1):
    """Find the distance between neighbouring pixels.

    Parameters
    ----------
    header : pydicom.Dataset
    num_frames : int, optional

    Returns
    -------
    spacing_mm : (float, float) or None
        Between rows and between columns; None where the file does not say, says 0, or
        gives several values of which none holds for the whole image.
    source : str or None
        "PixelSpacing", "PixelMeasuresSequence" (functional groups), "ultrasound region", or
        "ImagerPixelSpacing", which is measured in the plane of the detector.

    References
    ----------
    DICOM PS3.3 10.7.1.3 (spacing), C.8.5.5 (ultrasound regions), C.7.6.16.2.1 (pixel measures).
    """
    at_detector = _positive_pair(header, "ImagerPixelSpacing")
    spacing = _positive_pair(header, "PixelSpacing")
    if spacing and not (spacing == at_detector and not read_text(header, "PixelSpacingCalibrationType")):
        # Equal to the detector's and not calibrated means: not corrected for magnification.
        return spacing, "PixelSpacing"
    measures = frame_items(header, "PixelMeasuresSequence", num_frames)
    spacings = {_positive_pair(item, "PixelSpacing") if item is not None else None for item in measures}
    if len(spacings) == 1 and None not in spacings:
        return spacings.pop(), "PixelMeasuresSequence"
    spacing = _region_spacing(header)
    if spacing:
        return spacing, "ultrasound region"
    return (at_detector, "ImagerPixelSpacing") if at_detector else (None, None)


def _positive_pair(dataset, field):
    pair = read_numbers(dataset, field, 2)
    return pair if pair and min(pair) > 0 else None


def _region_spacing(header):
    """Spacing of the tissue regions, if they agree; other regions hold curves in seconds or cm/s."""
    spacings = set()
    for region in read_items(header, "SequenceOfUltrasoundRegions"):
        units = [read_numbers(region, f"PhysicalUnits{axis}Direction", 1) for axis in "YX"]
        if units != [(CENTIMETRE,), (CENTIMETRE,)]:
            continue
        corner = [read_numbers(region, field, 1) for field in ("RegionLocationMaxY1", "RegionLocationMaxX1")]
        size = [header.get("Rows") or 0, header.get("Columns") or 0]
        if None in corner or any(last[0] > count for last, count in zip(corner, size, strict=True)):
            warn("an ultrasound region reaches beyond the image: its spacing is not used.")
            return None
        deltas = [read_numbers(region, f"PhysicalDelta{axis}", 1) for axis in "YX"]
        if None not in deltas and all(delta[0] != 0 for delta in deltas):
            spacings.add(tuple(10 * abs(delta[0]) for delta in deltas))  # cm to mm; the sign is a direction
    return spacings.pop() if len(spacings) == 1 else None


def plane_directions(header, num_frames=1):
    """Return the directions along a row and down a column, in patient coordinates, of each frame.

    Parameters
    ----------
    header : pydicom.Dataset
    num_frames : int, optional

    Returns
    -------
    list of (ndarray of shape (2, 3) or None), length ``num_frames``
        Unit vectors (x to the patient's left, y to the back, z to the head); None where the file
        gives none that stand at right angles.
    """
    items = frame_items(header, "PlaneOrientationSequence", num_frames)
    shared = _directions(header)
    return [_directions(item) if item is not None else shared for item in items]


def _directions(dataset):
    cosines = read_numbers(dataset, "ImageOrientationPatient", 6)
    if cosines is None:
        return None
    directions = np.reshape(cosines, (2, 3))
    lengths = np.linalg.norm(directions, axis=1)
    # Files round to 3 to 6 digits; 1 % is far from any rounding.
    if np.any(abs(lengths - 1) > 0.01) or abs(directions[0] @ directions[1]) > 0.01:
        return None
    return directions / lengths[:, np.newaxis]


def plane_positions(header, num_frames=1):
    """Return the position of the first pixel's center, in mm, of each frame; None where not given.

    Parameters
    ----------
    header : pydicom.Dataset
    num_frames : int, optional

    Returns
    -------
    list of (ndarray of shape (3,) or None), length ``num_frames``
    """
    items = frame_items(header, "PlanePositionSequence", num_frames)
    sources = [item if item is not None else header for item in items]
    positions = [read_numbers(source, "ImagePositionPatient", 3) for source in sources]
    return [None if position is None else np.array(position) for position in positions]


def edge_letters(header, num_frames=1):
    """Name the directions of the image's left, right, top and bottom edge, such as ("R", "L", "A", "P").

    Parameters
    ----------
    header : pydicom.Dataset
    num_frames : int, optional

    Returns
    -------
    (str, str, str, str) or None
        Two letters where the image lies oblique; None if unknown or not the same for all frames.

    References
    ----------
    DICOM PS3.3 C.7.6.1.1.1.
    """
    planes = plane_directions(header, num_frames)
    if planes[0] is not None:
        if any(plane is None or not np.allclose(plane, planes[0], atol=1e-3) for plane in planes):
            return None
        along_row, down_column = planes[0]
        return tuple(direction_letters(edge) for edge in (-along_row, along_row, -down_column, down_column))
    # Radiographs have no position in space, but may name two edges.
    try:
        right, bottom = (str(letters) for letters in header.get("PatientOrientation") or ())
    except (TypeError, ValueError):
        return None
    if not right or not bottom or set(right + bottom) - set("LRPAHF"):
        return None
    return right.translate(OPPOSITE), right, bottom.translate(OPPOSITE), bottom


def direction_letters(direction):
    """Name a direction in patient coordinates, its strongest component first.

    Parameters
    ----------
    direction : ndarray of shape (3,)

    Returns
    -------
    str

    Examples
    --------
    >>> direction_letters(np.array([0, 0.8, -0.6]))
    'PF'
    """
    names = ("LR", "PA", "HF")  # axes x, y, z: positive, negative
    strongest = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    return "".join(names[axis][int(direction[axis] < 0)] for axis in strongest if abs(direction[axis]) > 0.1)


def count_frames(header, name):
    """Return the number of frames, 1 where the file does not say.

    Parameters
    ----------
    header : pydicom.Dataset
    name : str
        The file, for the message.

    Returns
    -------
    int
    """
    return read_count(header, "NumberOfFrames", name, default=1)
