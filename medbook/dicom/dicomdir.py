"""DICOMDIR: the table of contents of a medium, which may name files that it should not."""

import os

from medbook.dicom.attributes import read_items, read_text
from medbook.dicom.errors import DicomReadError, quoted
from medbook.dicom.files import open_dataset

DIRECTORY_STORAGE = "1.2.840.10008.1.3.10"


def is_dicomdir(header):
    """Say whether a data set is the directory of a medium.

    Parameters
    ----------
    header : pydicom.FileDataset

    Returns
    -------
    bool
    """
    return read_text(header.file_meta, "MediaStorageSOPClassUID") == DIRECTORY_STORAGE or (
        "DirectoryRecordSequence" in header
    )


def list_dicomdir(path):
    """List the files that a DICOMDIR refers to.

    Parameters
    ----------
    path : str or path-like
        The DICOMDIR.

    Returns
    -------
    list of str
        Paths in the order of the records; whether the files exist is not asked.

    Raises
    ------
    DicomReadError
        If it is no DICOMDIR, or names a file outside its folder.

    References
    ----------
    DICOM PS3.3 F.3 (records), PS3.10 8.5 (file IDs: at most eight parts of letters, digits, underscores).
    """
    name = os.path.basename(os.fspath(path))
    header = open_dataset(path)
    if not is_dicomdir(header):
        raise DicomReadError(f"{name}: not a DICOMDIR (no DirectoryRecordSequence). Pass the DICOMDIR of a medium.")
    root = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    paths = []
    for record in read_items(header, "DirectoryRecordSequence"):
        try:
            value = record.get("ReferencedFileID")
        except Exception as error:
            raise DicomReadError(f"{name}: a ReferencedFileID is not readable ({quoted(error)}).") from error
        if not value:
            continue  # patients, studies and series have no file
        parts = [value] if isinstance(value, str) else [str(part) for part in value]
        # Some writers put a whole Windows path into one part.
        parts = [piece for part in parts for piece in part.replace("\\", "/").split("/")]
        is_plain = all(piece and piece != ".." and not set(piece) & {":", "\0"} for piece in parts)
        target = os.path.realpath(os.path.join(root, *parts)) if is_plain else ""  # follows links
        if not is_plain or os.path.commonpath([root, target]) != root:
            raise DicomReadError(
                f"{name}: a record refers to {quoted('/'.join(parts), 80)!r}, outside the folder of the DICOMDIR. "
                "Do not use this medium before you know where it comes from."
            )
        paths.append(target)
    return paths
