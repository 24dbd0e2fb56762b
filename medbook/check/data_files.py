"""The book's own data, and the folder of public data sets that ``MEDBOOK_DATA`` names."""

import csv
import hashlib
import os
from pathlib import Path

from medbook.check.finding import Finding


def check_data(folder):
    """Compare the files of ``data/`` with the hashes in its manifest.

    Parameters
    ----------
    folder : Path
        ``data/`` of the book, with ``MANIFEST.csv``.

    Returns
    -------
    Finding
    """
    repair = "In the folder of the book: git restore data (this also undoes changes that you made there)."
    try:
        with open(folder / "MANIFEST.csv", encoding="ascii", newline="") as file:
            listed = {row["path"]: row["sha256"] for row in csv.DictReader(file)}
    except (OSError, KeyError, ValueError) as error:
        return Finding("fail", "Data", f"the list of data files cannot be read ({type(error).__name__}).", repair)
    if not listed:
        return Finding("fail", "Data", "the list of data files is empty.", repair)
    found = {path: _sha256(folder / path) for path in listed}
    missing = [path for path in listed if found[path] is None]
    changed = [path for path in listed if found[path] not in (None, listed[path])]
    faults = [
        f"{len(paths)} {word} ({paths[0]})" for paths, word in ((missing, "missing"), (changed, "changed")) if paths
    ]
    if faults:
        return Finding("fail", "Data", f"of {len(listed)} files: {', '.join(faults)}.", repair)
    return Finding("ok", "Data", f"all {len(listed)} files of the book are complete.")


def check_data_folder(environment=None):
    """Say where public data sets will be looked for. No chapter needs one.

    Parameters
    ----------
    environment : mapping, optional
        Left out: `os.environ`.

    Returns
    -------
    Finding

    Examples
    --------
    >>> check_data_folder({}).status
    'ok'
    """
    named = (os.environ if environment is None else environment).get("MEDBOOK_DATA")
    if not named:
        return Finding(
            "ok", "MEDBOOK_DATA", "not set; public data sets, which no chapter needs, are fetched on demand."
        )
    remedy = "Correct the variable, or take it out of your environment: no chapter needs it."
    folder = Path(named)
    if not folder.is_dir():
        return Finding("fail", "MEDBOOK_DATA", f"names {named}, and there is no such folder.", remedy)
    try:
        is_empty = not any(folder.iterdir())
    except OSError as error:
        return Finding("fail", "MEDBOOK_DATA", f"names {named}, which cannot be read ({error.strerror}).", remedy)
    if is_empty:
        return Finding("note", "MEDBOOK_DATA", f"names {named}, which is empty.", remedy)
    return Finding("ok", "MEDBOOK_DATA", f"public data sets are looked for in {named} first.")


def _sha256(path):
    """Return the hash of a file, or None if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
