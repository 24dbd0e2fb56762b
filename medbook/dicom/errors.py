"""The error and the warning of this package, and how messages of other packages are quoted in them."""

import warnings
from contextlib import contextmanager


class DicomReadError(ValueError):
    """A DICOM file or series cannot be read; the message names file, field and remedy."""


class DicomWarning(UserWarning):
    """A DICOM file was read, but not all of it was as it should be; the message says what was done."""


def warn(message):
    """Warn of a file that was read all the same.

    Parameters
    ----------
    message : str
    """
    warnings.warn(message, DicomWarning, stacklevel=3)


@contextmanager
def without_pydicom_warnings():
    """Silence pydicom's own warnings, which quote values of the file, among them names of patients."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"pydicom\.")
        yield


def quoted(text, limit=200):
    """Shorten a message of another package, or a value of a file, so that it is safe to show.

    What a damaged file holds may end up in such messages: only printable ASCII is kept, on one line.

    Parameters
    ----------
    text : object
        An error, or a value read from a file.
    limit : int, optional
        Length in characters that the result does not pass.

    Returns
    -------
    str

    Examples
    --------
    >>> quoted("two lines\\n  and a bell \\a")
    'two lines and a bell ?'
    """
    line = " ".join(str(text).split())
    line = "".join(character if " " <= character <= "~" else "?" for character in line)
    return line if len(line) <= limit else line[: limit - 3] + "..."
