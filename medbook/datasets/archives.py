"""Reading .npz files that may be broken or hostile: no pickle, sizes checked before memory is taken."""

import math
import zipfile
import zlib

import numpy as np
from numpy.lib import format as npy

from medbook.datasets.errors import DataError

MAX_BYTES = 2**30  # of all fields together, unpacked; the largest set of the book has 3.7 MB
UNREADABLE = (OSError, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError, SyntaxError, zlib.error)


def read_npz(path, fields):
    """Read named arrays from a .npz file.

    What a field says of itself (type and shape) is compared with what is expected, and with the
    bytes that it takes, before any of it is unpacked.

    Parameters
    ----------
    path : str or path
    fields : dict
        From the name of a field to its (dtype, shape), with None for axes of any length, such as
        ``{"train_images": ("uint8", (None, 28, 28))}``. A dtype or shape of None lets all pass but
        Python objects.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    DataError
        If the file is no .npz, truncated or damaged, a field is missing, holds Python objects
        (pickle), has another type or shape, or is too large.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> np.savez(file, images=np.zeros((2, 28, 28), dtype="uint8"))
    >>> read_npz(file, {"images": ("uint8", (None, 28, 28))})["images"].shape
    (2, 28, 28)
    """
    name = getattr(path, "name", path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, fields, name)
            return {field: _read(archive, members[field], fields[field], f"{name}, {field}") for field in fields}
    except DataError:
        raise
    except zipfile.BadZipFile as error:
        raise DataError(f"{name}: no .npz file, or truncated ({error}). {_remedy(name)}") from error
    except FileNotFoundError:
        raise DataError(f"{name}: there is no such file.") from None
    except UNREADABLE as error:
        raise DataError(f"{name}: damaged ({type(error).__name__}: {str(error)[:100]}). {_remedy(name)}") from error


def _members(archive, fields, name):
    """Return the zip entries of the fields, once they are there and small enough together."""
    entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
    for field in fields:
        if field not in entries:
            held = ", ".join(sorted(entries)[:10]) or "nothing"
            raise DataError(f"{name}: has no field {field!r}; it holds {held}. Is this the file that you meant?")
    size = sum(entries[field].file_size for field in fields)
    if size > MAX_BYTES:
        raise DataError(
            f"{name}: {', '.join(fields)} would take {size / 2**20:.0f} MiB unpacked, more than the allowed "
            f"{MAX_BYTES / 2**20:.0f} MiB. {_remedy(name)}"
        )
    return entries


def _read(archive, entry, expected, where):
    with archive.open(entry) as file:
        shape, dtype = _header(file, where)
    if dtype.hasobject:
        raise DataError(f"{where}: holds Python objects (pickle), which can run code when read; it is not read.")
    _compare(shape, dtype, expected, where)
    if math.prod(shape) * dtype.itemsize > entry.file_size:
        raise DataError(f"{where}: says shape {shape} of {dtype} but has only {entry.file_size} bytes: truncated.")
    with archive.open(entry) as file:
        return npy.read_array(file, allow_pickle=False)


def _header(file, where):
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise DataError(f"{where}: format version {version}, expected 1.0 or 2.0. Save it anew with numpy.savez.")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(file)
    return shape, dtype


def _compare(shape, dtype, expected, where):
    expected_dtype, expected_shape = expected
    if expected_dtype is not None and dtype != np.dtype(expected_dtype):
        raise DataError(f"{where}: type {dtype}, expected {expected_dtype}.")
    if expected_shape is None:
        return
    fits = len(shape) == len(expected_shape) and all(
        wanted in (None, length) for length, wanted in zip(shape, expected_shape, strict=True)
    )
    if not fits:
        words = ", ".join("any" if length is None else str(length) for length in expected_shape)
        raise DataError(f"{where}: shape {shape}, expected ({words}).")


def _remedy(name):
    return f"Delete {name} and fetch or make it again."
