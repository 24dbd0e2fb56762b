"""A volume, and the even grid that its slices must form: order, spacing and affine."""

from dataclasses import dataclass, field

import numpy as np

from medbook.dicom.errors import DicomReadError
from medbook.dicom.geometry import direction_letters

TOLERANCE = 0.01  # of the slice spacing: positions are written with two to six digits


@dataclass(eq=False)
class Volume:
    """Voxels of a series and where they lie.

    Attributes
    ----------
    voxels : ndarray of float32, shape (slices, rows, cols)
        Modality units; every slice rescaled by its own slope and intercept.
    spacing_mm : (float, float, float)
        Distance between neighbouring slices, rows and columns.
    affine : ndarray of shape (4, 4)
        From the index (slice, row, col, 1) to the position (x, y, z, 1) in mm: x to the
        patient's left, y to the back, z to the head (LPS).
    orientation : (str, str, str)
        Direction in which slices, rows and columns grow, such as ("H", "P", "L").
    paths : list of str
        The file of each slice.
    units : str
        "HU" for CT, else what the files say.
    modality : str
        DICOM's code, such as "CT".
    """

    voxels: np.ndarray = field(repr=False)
    spacing_mm: tuple
    affine: np.ndarray = field(repr=False)
    orientation: tuple
    paths: list = field(repr=False)
    units: str
    modality: str


@dataclass
class SliceGrid:
    """Order of the slices along their normal, and where the voxels lie; see `Volume` for the last three."""

    order: np.ndarray
    spacing_mm: tuple
    affine: np.ndarray
    orientation: tuple


def slice_grid(positions, directions, spacing_mm, names):
    """Order slices along their normal, and refuse a stack that is no even grid.

    Parameters
    ----------
    positions : ndarray of shape (slices, 3)
        Position of each slice's first pixel, in mm.
    directions : ndarray of shape (2, 3)
        Unit vectors along a row and down a column, the same for all slices.
    spacing_mm : (float, float)
        Between rows and between columns.
    names : list of str
        What to call each slice in messages.

    Returns
    -------
    SliceGrid

    Raises
    ------
    DicomReadError
        If slices are duplicate, missing, unevenly spaced, or shifted against one another (tilt).

    References
    ----------
    DICOM PS3.3 C.7.6.2.1.1.

    Examples
    --------
    >>> positions = np.array([[0, 0, 5.0], [0, 0, 0], [0, 0, 2.5]])
    >>> grid = slice_grid(positions, np.eye(3)[:2], (1.0, 1.0), ["a", "b", "c"])
    >>> grid.order, grid.spacing_mm
    (array([1, 2, 0]), (2.5, 1.0, 1.0))
    """
    along_row, down_column = directions
    normal = np.cross(along_row, down_column)
    order = np.argsort(positions @ normal, kind="stable")
    positions, names = positions[order], [names[index] for index in order]
    gaps = np.diff(positions @ normal)
    usual_gap = np.median(gaps)
    _refuse_duplicates(gaps, usual_gap, names)
    _refuse_gaps(gaps, usual_gap, names)
    _refuse_tilt(np.diff(positions, axis=0) - np.outer(gaps, normal), usual_gap, names)
    step = (positions[-1] - positions[0]) / len(gaps)
    affine = np.eye(4)
    # One row further is a step down the column, one column further a step along the row.
    affine[:3] = np.stack([step, down_column * spacing_mm[0], along_row * spacing_mm[1], positions[0]], axis=1)
    return SliceGrid(
        order=order,
        spacing_mm=(float(np.linalg.norm(step)), *spacing_mm),
        affine=affine,
        orientation=tuple(direction_letters(direction) for direction in (normal, down_column, along_row)),
    )


def _refuse_duplicates(gaps, usual_gap, names):
    # With two time points at every position the usual gap itself may be 0: then a fixed bound.
    same = np.flatnonzero(gaps < max(TOLERANCE * usual_gap, 1e-3))
    if not same.size:
        return
    pair = f"{names[same[0]]} and {names[same[0] + 1]}"
    num_slices, num_positions = len(names), len(names) - same.size
    if num_positions > 1 and num_slices % num_positions == 0:
        raise DicomReadError(
            f"{num_slices} slices at {num_positions} positions, {num_slices // num_positions} at each, such as {pair}: "
            "several time points, echoes or segments in one series. Put each into a folder of its own."
        )
    raise DicomReadError(
        f"duplicate slices: {pair} lie at the same position ({same.size} of {len(gaps)} neighbours). Keep one of them."
    )


def _refuse_gaps(gaps, usual_gap, names):
    uneven = np.flatnonzero(abs(gaps - usual_gap) > TOLERANCE * usual_gap)
    if not uneven.size:
        return
    first = uneven[0]
    num_missing = round(gaps[first] / usual_gap) - 1
    what = f"missing ({num_missing})" if num_missing > 0 else "unevenly spaced"
    raise DicomReadError(
        f"slices are {what} between {names[first]} and {names[first + 1]}: {gaps[first]:.3f} mm apart, "
        f"usual are {usual_gap:.3f} mm ({uneven.size} of {len(gaps)} gaps). Get the whole series, or use read_image."
    )


def _refuse_tilt(shifts, usual_gap, names):
    largest = np.linalg.norm(shifts, axis=1).max()
    if largest > TOLERANCE * usual_gap:
        angle = np.degrees(np.arctan2(largest, usual_gap))
        raise DicomReadError(
            f"the slices are shifted against one another: from {names[0]} to {names[-1]} they run at {angle:.1f} "
            "degrees to their normal (tilted gantry). Resample them to a straight stack, or use read_image."
        )
