"""A folder of DICOM files as one volume."""

import os

import numpy as np

from medbook.dicom.attributes import read_text
from medbook.dicom.dicomdir import is_dicomdir
from medbook.dicom.errors import DicomReadError, quoted, warn, without_pydicom_warnings
from medbook.dicom.files import open_dataset
from medbook.dicom.geometry import count_frames, pixel_spacing, plane_directions, plane_positions
from medbook.dicom.image import read_image
from medbook.dicom.volume import Volume, slice_grid

ROUNDING = 1e-3  # of spacings in mm, and of directions: a twentieth of a degree


def read_series(folder, *, series_uid=None, max_pixels=2**26):
    """Read the slices in a folder as one volume.

    Parameters
    ----------
    folder : str or path-like
        Its files are read, not those of its subfolders. What is not DICOM is left out, with one
        warning that lists it; a DICOMDIR is skipped.
    series_uid : str, optional
        Series Instance UID of the series to read, where the folder holds several.
    max_pixels : int, optional
        Refuse a volume of more pixels than this.

    Returns
    -------
    Volume
        Sorted by position along the slice normal.

    Raises
    ------
    DicomReadError
        If a file cannot be read, slices are missing or duplicate, the stack is tilted, or the
        slices differ in series, size, spacing, orientation or frame of reference.
    OSError
        If the folder does not exist.

    References
    ----------
    DICOM PS3.3 C.7.6.2 (image plane) and C.7.4.1 (frame of reference).
    """
    paths = _slice_paths(folder)
    try:
        with without_pydicom_warnings():
            return _read_series(os.fspath(folder), paths, series_uid, max_pixels)
    except (DicomReadError, OSError, MemoryError):
        raise
    except Exception as error:  # an attribute that only fails when its value is asked for
        raise DicomReadError(
            f"{os.fspath(folder)}: a header is damaged ({quoted(error)}). Run `python -m medbook.dicom` on the folder."
        ) from error


def _read_series(folder, paths, series_uid, max_pixels):
    headers = {path: open_dataset(path, stop_before_pixels=True) for path in paths}
    headers = {path: header for path, header in headers.items() if not is_dicomdir(header)}
    if series_uid is not None:
        headers = {path: header for path, header in headers.items() if _series(header) == series_uid}
    if not headers:
        what = f"no file of series {series_uid}" if series_uid is not None else "no DICOM file"
        raise DicomReadError(f"{folder}: {what} in this folder (subfolders are not searched).")
    if len(headers) == 1:
        return _frames_volume(*headers.popitem(), max_pixels)
    return _slices_volume(headers, max_pixels)


def _slice_paths(folder):
    paths, others = [], []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_file() and not entry.name.startswith("."):
            (paths if has_dicom_prefix(entry.path) else others).append(entry.path)
    if others:
        names = ", ".join(os.path.basename(path) for path in others[:10])
        more = f" and {len(others) - 10} more" if len(others) > 10 else ""
        warn(f"{os.fspath(folder)}: not DICOM and left out: {names}{more}.")
    return paths


def has_dicom_prefix(path):
    """Say whether a file carries the mark of a DICOM file, "DICM" after 128 bytes.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    bool
    """
    with open(path, "rb") as file:
        return file.read(132)[128:] == b"DICM"


def _series(header):
    return read_text(header, "SeriesInstanceUID")


def _refuse_differences(headers):
    """Refuse slices that no one grid holds, naming a file of each kind."""
    for what, key, remedy in (
        ("series", _series, "Name one with series_uid="),
        ("image sizes", lambda header: (header.get("Rows"), header.get("Columns")), "Leave localizers out"),
        ("frames of reference", lambda header: read_text(header, "FrameOfReferenceUID"), "They cannot be aligned"),
        ("pixel spacings", lambda header: pixel_spacing(header)[0], "Read them apart"),
        ("orientations", lambda header: plane_directions(header)[0], "Read each orientation apart"),
    ):
        kinds = []  # of (value, names)
        for path, header in headers.items():
            value, name = key(header), os.path.basename(path)
            same = next((names for other, names in kinds if _is_same(value, other)), None)
            if same is None:
                kinds.append((value, [name]))
            else:
                same.append(name)
        if len(kinds) > 1:
            examples = "; ".join(f"{_shown(value)}: {len(names)} such as {names[0]}" for value, names in kinds[:5])
            raise DicomReadError(f"{len(kinds)} {what} in one folder ({examples}). {remedy}.")


def _is_same(value, other):
    if isinstance(value, str) or value is None or other is None:
        return type(value) is type(other) and value == other
    return np.allclose(np.array(value, dtype=float), np.array(other, dtype=float), rtol=0, atol=ROUNDING)


def _shown(value):
    if value is None or isinstance(value, str):
        return quoted(value or "none", 64)
    return " ".join(f"{number:g}" for number in np.ravel(np.array(value, dtype=float)))


def check_slices(headers):
    """Find the grid of the slices of one series, or say why they form none.

    Parameters
    ----------
    headers : dict of str to pydicom.FileDataset
        From path to header; at least two, of one frame each.

    Returns
    -------
    SliceGrid

    Raises
    ------
    DicomReadError
    """
    _refuse_differences(headers)
    positions, names = [], [os.path.basename(path) for path in headers]
    for name, header in zip(names, headers.values(), strict=True):
        if count_frames(header, name) != 1:
            raise DicomReadError(f"{name}: has several frames, beside other files. Put it into a folder of its own.")
        positions.append(plane_positions(header)[0])
        if positions[-1] is None or plane_directions(header)[0] is None:
            raise DicomReadError(
                f"{name}: no usable ImagePositionPatient and ImageOrientationPatient: it has no place in a volume. "
                "Take it out of the folder."
            )
    first = next(iter(headers.values()))
    return slice_grid(np.array(positions), plane_directions(first)[0], _spacing(first, names[0]), names)


def _slices_volume(headers, max_pixels):
    grid = check_slices(headers)  # what the headers tell is refused before any pixel is decoded
    paths = [list(headers)[index] for index in grid.order]
    rows, cols = (int(headers[paths[0]].get(field) or 0) for field in ("Rows", "Columns"))
    if len(paths) * rows * cols > max_pixels:
        raise DicomReadError(
            f"{len(paths)} x {rows} x {cols} pixels are more than max_pixels={max_pixels}. "
            "Pass a larger max_pixels if the memory suffices."
        )
    voxels, units = np.empty((len(paths), rows, cols), dtype=np.float32), None
    for index, path in enumerate(paths):
        image, name = read_image(path, max_pixels=max_pixels), os.path.basename(path)
        if image.is_color:
            raise DicomReadError(f"{name}: in colour; a volume has one value for each voxel. Use read_image.")
        units = image.units if units is None else units
        if image.units != units:
            raise DicomReadError(
                f"{name}: its units are {image.units!r}, those of {os.path.basename(paths[0])} {units!r}. "
                "Read them apart."
            )
        voxels[index] = image.pixels
    return Volume(voxels, grid.spacing_mm, grid.affine, grid.orientation, paths, units, image.modality)


def _frames_volume(path, header, max_pixels):
    """Build the volume of one file: its frames, where functional groups place them."""
    name = os.path.basename(path)
    num_frames = count_frames(header, name)
    if num_frames < 2:
        raise DicomReadError(f"{name}: a single slice is no volume. Read it with read_image.")
    image = read_image(path, max_pixels=max_pixels)
    positions, directions = plane_positions(header, num_frames), plane_directions(header, num_frames)
    has_groups = "PerFrameFunctionalGroupsSequence" in header
    if not has_groups or any(item is None for item in (*positions, *directions)) or image.is_color:
        raise DicomReadError(
            f"{name}: its functional groups do not say where each frame lies (a film is no volume). Use read_image."
        )
    if not all(_is_same(direction, directions[0]) for direction in directions):
        raise DicomReadError(f"{name}: its frames differ in orientation. Use read_image.")
    frames = [f"frame {frame + 1}" for frame in range(num_frames)]
    try:
        grid = slice_grid(np.array(positions), directions[0], _spacing(header, name, num_frames), frames)
    except DicomReadError as error:
        raise DicomReadError(f"{name}: {error}") from error
    paths = [path] * num_frames
    voxels = image.pixels[grid.order]
    return Volume(voxels, grid.spacing_mm, grid.affine, grid.orientation, paths, image.units, image.modality)


def _spacing(header, name, num_frames=1):
    spacing_mm, source = pixel_spacing(header, num_frames)
    if source not in ("PixelSpacing", "PixelMeasuresSequence"):
        raise DicomReadError(f"{name}: no usable PixelSpacing: without it a volume has no size. Correct the header.")
    return spacing_mm
