"""Where data sets lie on this machine, and reading lists and pictures from there."""

import csv
import os
from pathlib import Path

import numpy as np
from PIL import Image

from medbook.datasets.errors import DataError

MAX_PIXELS = 2**24  # of one picture
MAX_LIST_BYTES = 2**26  # of one list of files


def find(candidates, *, folder=None):
    """Return the first of some relative paths that exists in ``folder`` or that MEDBOOK_DATA names.

    Parameters
    ----------
    candidates : sequence of str
        Relative paths, such as ``("pneumoniamnist.npz", "medmnist/pneumoniamnist.npz")``; "" is
        the folder itself, and counts only if ``folder`` is given.
    folder : str or path, optional
        Where to look; MEDBOOK_DATA is then left out.

    Returns
    -------
    Path or None

    Raises
    ------
    DataError
        If ``folder`` does not exist.
    """
    if folder is not None and not Path(folder).is_dir():
        raise DataError(f"folder={str(folder)!r}: there is no such folder.")
    root = folder if folder is not None else os.environ.get("MEDBOOK_DATA")
    if not root:
        return None
    paths = [Path(root, candidate) for candidate in candidates]
    return next((path for path in paths if path.exists()), None)


def missing(name, *, folder, layout, address):
    """Return the error that says where a data set can be had and how its folder must look.

    Parameters
    ----------
    name : str
    folder : str or path or None
        Where it was looked for.
    layout, address : str

    Returns
    -------
    DataError
    """
    root = folder if folder is not None else os.environ.get("MEDBOOK_DATA")
    looked = f"was not found in {root}" if root else "is not fetched by this package, and no folder was named"
    return DataError(
        f'{name} {looked}. Get it from {address}; then call load("{name}", folder=...) or set the environment '
        f"variable MEDBOOK_DATA to the folder that holds it. Expected: {layout}."
    )


def read_list(path, columns):
    """Read a list in CSV format that must have some columns.

    Parameters
    ----------
    path : Path
    columns : sequence of str

    Returns
    -------
    list of dict of str to str

    Raises
    ------
    DataError
        If the file is missing, no text, too long, empty or lacks a column or an entry.
    """
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            raise DataError(f"{path}: {path.stat().st_size} bytes, far too long for a list of images.")
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file; it must list the images.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as CSV ({type(error).__name__}: {error}).") from error
    if not rows:
        raise DataError(f"{path}: lists no image.")
    for number, row in enumerate(rows, start=2):
        for column in columns:
            if not row.get(column):
                raise DataError(f"{path}, line {number}: column {column!r} is missing or empty.")
    return rows


def inside(folder, entry, *, where):
    """Return the path of a file named in a list, refusing names that lead out of its folder.

    Parameters
    ----------
    folder : Path
    entry : str
        Relative path, with forward slashes.
    where : str

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If ``entry`` is absolute or climbs out with "..", directly or through a link.
    """
    root = Path(folder).resolve()
    if "\\" in entry or ":" in entry or "\0" in entry or not (root / entry).resolve().is_relative_to(root):
        raise DataError(f"{where}: {entry!r} leads out of the folder; expected a file below {folder}.")
    return Path(folder, entry)


def read_picture(path, *, mode):
    """Read a PNG.

    Parameters
    ----------
    path : Path
    mode : {"L", "RGB", "I;16"}
        Gray bytes, colour bytes (constant transparency is dropped), or 16-bit numbers.

    Returns
    -------
    ndarray of uint8 or uint16, shape (rows, cols) or (rows, cols, 3)

    Raises
    ------
    DataError
        If it is missing, damaged, too large, or of another kind.
    """
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            cols, rows = picture.size
            if rows * cols > MAX_PIXELS:
                raise DataError(f"{path}: {rows} x {cols} pixels, more than the allowed {MAX_PIXELS}.")
            accepted = ("RGB", "RGBA") if mode == "RGB" else (mode,)
            if picture.mode not in accepted:
                raise DataError(f"{path}: a picture of mode {picture.mode}, expected {' or '.join(accepted)}.")
            return np.asarray(picture.convert("RGB") if mode == "RGB" else picture)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file, though the list names it.") from None
    except DataError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: damaged, or no PNG ({type(error).__name__}). Fetch it again.") from error
