"""What arrays must be before they become a data set: checked once, at the boundary."""

import numpy as np

from medbook.datasets.errors import DataError


def check_images(images, *, where, value_range):
    """Check one array of images and return it as float32 with a channel axis.

    Parameters
    ----------
    images : ndarray of shape (num, rows, cols) or (num, rows, cols, channels)
        Or (num, frames, rows, cols, channels). Unsigned bytes are divided by 255 if
        ``value_range`` is (0, 1).
    where : str
        What the message names, such as "FILE, field images".
    value_range : (float, float) or None
        What the values may be; None lets every finite value pass.

    Returns
    -------
    ndarray of float32 of shape (num, rows, cols, channels)

    Raises
    ------
    DataError
        If the values are not numbers, not finite or out of range, or the shape has too few axes.

    Examples
    --------
    >>> check_images(np.full((2, 8, 8), 255, dtype="uint8"), where="own images", value_range=(0, 1)).max()
    np.float32(1.0)
    >>> check_images(np.full((2, 8, 8), 255.0), where="own images", value_range=(0, 1))
    Traceback (most recent call last):
        ...
    medbook.datasets.errors.DataError: own images: float64 from 255 to 255, expected 0 to 1. These look like \
bytes stored as floats: divide by 255.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4, 5) or 0 in images.shape[1:]:
        raise DataError(
            f"{where}: shape {images.shape}, expected (num, rows, cols) or (num, rows, cols, channels), none of size 0."
        )
    values = check_values(images, where=where, value_range=value_range)
    return values[..., np.newaxis] if values.ndim == 3 else values


def check_values(values, *, where, value_range):
    """Return an array of any shape as float32 if it has numbers that are finite and in range.

    Parameters
    ----------
    values : ndarray
    where, value_range
        As in `check_images`.

    Returns
    -------
    ndarray of float32, same shape

    Raises
    ------
    DataError
        As `check_images`.
    """
    if values.dtype.kind not in "buif":
        raise DataError(f"{where}: values of type {values.dtype}, expected whole or floating-point numbers.")
    if values.dtype == np.uint8 and value_range == (0, 1):
        return _scaled_bytes(values, where)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        count = np.count_nonzero(~np.isfinite(values))
        raise DataError(f"{where}: {count} values are NaN or infinite; find out why before replacing them.")
    if value_range is not None and values.size:
        _check_range(values, where, value_range)
    return values.astype(np.float32)


def check_labels(labels, *, where, num, num_classes):
    """Return labels as int64 of shape (num,) if each is the number of a class.

    Parameters
    ----------
    labels : ndarray of whole numbers, shape (num,) or (num, 1)
    where : str
    num, num_classes : int

    Returns
    -------
    ndarray of int64, shape (num,)

    Raises
    ------
    DataError
        If there are more or fewer than ``num``, or one is no class.

    Examples
    --------
    >>> check_labels([[1], [0]], where="own labels", num=2, num_classes=2)
    array([1, 0])
    """
    labels = np.asarray(labels)
    if labels.shape not in ((num,), (num, 1)):
        raise DataError(f"{where}: shape {labels.shape}, expected ({num},), one label for each image.")
    if labels.dtype.kind not in "biu":
        raise DataError(f"{where}: labels of type {labels.dtype}, expected whole numbers that count classes from 0.")
    labels = labels.ravel()
    wrong = labels[(labels < 0) | (labels >= num_classes)]
    if wrong.size:
        raise DataError(f"{where}: label {wrong[0]}, expected 0 to {num_classes - 1}, the classes counted from 0.")
    return labels.astype(np.int64)


def check_masks(masks, *, where, shape):
    """Return masks as unsigned integers if they fit their images and hold whole numbers from 0.

    Parameters
    ----------
    masks : ndarray of bool or whole numbers
        0 is background; other values number classes or objects.
    where : str
    shape : tuple of int
        Shape of the images without channels.

    Returns
    -------
    ndarray of uint8 or uint16, of shape ``shape``

    Raises
    ------
    DataError
        If the shape differs, or values are negative, fractions, or above 65535.

    Examples
    --------
    >>> check_masks(np.eye(2) > 0, where="own masks", shape=(2, 2))
    array([[1, 0],
           [0, 1]], dtype=uint8)
    """
    masks = np.asarray(masks)
    if masks.shape != tuple(shape):
        raise DataError(f"{where}: masks of shape {masks.shape}, expected that of the images, {tuple(shape)}.")
    if masks.dtype.kind not in "biu":
        raise DataError(f"{where}: masks of type {masks.dtype}, expected bool or whole numbers with 0 = background.")
    low, high = (int(masks.min()), int(masks.max())) if masks.size else (0, 0)
    if low < 0 or high > 65535:
        raise DataError(f"{where}: mask values from {low} to {high}, expected 0 to 65535 with 0 = background.")
    return masks.astype(np.uint8 if high < 256 else np.uint16)


def check_per_image(values, *, where, num):
    """Return an array with one entry for each image, such as patient identifiers; none may be missing.

    Parameters
    ----------
    values : array_like with ``num`` entries along its first axis
    where : str
    num : int

    Returns
    -------
    ndarray

    Raises
    ------
    DataError
        If there are more or fewer than ``num``, or one is empty, None or NaN: patients without an
        identifier would all count as one.

    Examples
    --------
    >>> check_per_image(["a", "b", "a"], where="own patient_ids", num=3)
    array(['a', 'b', 'a'], dtype='<U1')
    """
    check_length(values, where=where, num=num)
    values = np.asarray(values)
    if values.ndim != 1:
        raise DataError(f"{where}: shape {values.shape}, expected ({num},), one entry for each image.")
    missing = np.array([entry is None or entry != entry or entry == "" for entry in values.tolist()], bool)
    if missing.any():
        raise DataError(f"{where}: entry {missing.argmax()} is empty; every image needs one, or leave the field out.")
    return values


def check_length(values, *, where, num):
    """Raise an error unless there is one entry for each image.

    Parameters
    ----------
    values : array_like
    where : str
    num : int

    Raises
    ------
    DataError
        If there are more or fewer than ``num``.
    """
    received = len(values) if isinstance(values, list | tuple) or np.ndim(values) else "no"
    if received != num:
        raise DataError(f"{where}: {received} entries, expected {num}, one for each image.")


def _scaled_bytes(values, where):
    if values.size and values.max() == 1:
        raise DataError(f"{where}: bytes of only 0 and 1, expected 0 to 255. Pass masks or scaled values as float32.")
    return values.astype(np.float32) / 255


def _check_range(values, where, value_range):
    low, high = float(values.min()), float(values.max())
    slack = 1e-6 * (value_range[1] - value_range[0])  # what resizing and float32 add
    if low >= value_range[0] - slack and high <= value_range[1] + slack:
        return
    message = f"{where}: {values.dtype} from {low:g} to {high:g}, expected {value_range[0]:g} to {value_range[1]:g}."
    if tuple(value_range) == (0, 1) and 0 <= low and high <= 255:
        remedy = "These look like bytes stored as floats: divide by 255."
    else:
        remedy = "Scale the values by a rule that is the same for every image, or give their value_range."
    raise DataError(f"{message} {remedy}")
