"""Single attributes of a DICOM header, read so that a damaged value is reported and not raised later."""

import math

from medbook.dicom.errors import DicomReadError, quoted, warn


def read_text(dataset, field):
    """Return an attribute as text; empty if it is absent, empty or unreadable.

    Parameters
    ----------
    dataset : pydicom.Dataset
    field : str
        Keyword of the attribute, such as "Modality".

    Returns
    -------
    str
        The first value, if there are several.
    """
    try:
        value = dataset.get(field)
        if isinstance(value, str) or value is None:
            return str(value or "")
        return str(value[0]) if len(value) else ""
    except Exception:  # pydicom converts values when asked, and raises what the converter meets
        return ""


def read_numbers(dataset, field, count=None):
    """Return the numbers of an attribute, or None if they are not there.

    Parameters
    ----------
    dataset : pydicom.Dataset
    field : str
        Keyword of the attribute, such as "PixelSpacing".
    count : int, optional
        How many numbers it must have; with another count the attribute is not used.

    Returns
    -------
    tuple of float, or None
        None also for what is not a finite number: then with a warning that names the field.
    """
    try:
        value = dataset.get(field)
        if value is None or value == "":
            return None
        values = (value,) if isinstance(value, int | float | str) else tuple(value)
        if not values or any(item is None or item == "" for item in values):
            return None
        numbers = tuple(float(item) for item in values)
    except Exception:
        numbers = (math.nan,)
    if not all(math.isfinite(number) for number in numbers) or count not in (None, len(numbers)):
        warn(f"{field} is not readable as {count or 'finite'} numbers and is not used.")
        return None
    return numbers


def read_count(dataset, field, name, default=None):
    """Return an attribute that must be a whole number of at least 0.

    Parameters
    ----------
    dataset : pydicom.Dataset
    field : str
        Keyword of the attribute, such as "Rows".
    name : str
        The file, for the message.
    default : int, optional
        What an absent attribute means; without it, absence is an error.

    Returns
    -------
    int

    Raises
    ------
    DicomReadError
        If it is absent without default, or not a whole number.
    """
    try:
        value = dataset.get(field)
    except Exception as error:
        raise DicomReadError(f"{name}: {field} is not readable ({quoted(error)}). Get the file again.") from error
    if value is None or value == "":
        if default is None:
            raise DicomReadError(f"{name}: {field} is missing, and an image needs it. The file may be truncated.")
        return default
    if not isinstance(value, int) or value < 0:
        raise DicomReadError(f"{name}: {field} is {quoted(value, 40)}; expected a whole number of at least 0.")
    return int(value)


def read_items(dataset, field):
    """Return the items of a sequence; none if it is absent or unreadable.

    Parameters
    ----------
    dataset : pydicom.Dataset
    field : str
        Keyword of the sequence, such as "SharedFunctionalGroupsSequence".

    Returns
    -------
    list of pydicom.Dataset
    """
    try:
        value = dataset.get(field)
        return list(value) if value is not None and not isinstance(value, str | bytes | int | float) else []
    except Exception:
        return []
