"""All checks in a row, and the verdict."""

from pathlib import Path

from medbook.check.data_files import check_data, check_data_folder
from medbook.check.decoders import check_decoders
from medbook.check.finding import Finding
from medbook.check.libraries import check_libraries
from medbook.check.machine import (
    available_memory_gib,
    check_disk,
    check_memory,
    check_python,
    check_system,
    check_threads,
)
from medbook.check.training import check_training

BOOK = Path(__file__).resolve().parents[2]
NEED_PYTHON = ("Libraries", "DICOM", "Keras")  # looked at only if Python itself is right


def run_checks(*, quick=False, folder=BOOK):
    """Yield what each check finds, one by one; a check that breaks is a finding, too.

    Parameters
    ----------
    quick : bool, optional
        Leave out the training step, which takes ten seconds or more.
    folder : Path, optional
        Of the book.

    Yields
    ------
    Finding
    """
    checks = {
        "Python": check_python,
        "System": check_system,
        "Memory": lambda: check_memory(available_memory_gib()),
        "Processor": check_threads,
        "Disk": lambda: check_disk(folder),
        "Libraries": lambda: check_libraries(folder),
        "DICOM": check_decoders,
        "Data": lambda: check_data(folder / "data"),
        "MEDBOOK_DATA": check_data_folder,
    }
    if not quick:
        checks["Keras"] = check_training
    python = None
    for subject, check in checks.items():
        if subject in NEED_PYTHON and python.status == "fail":
            continue  # what they say would only hide the cause
        found = _survive(subject, check)
        python = found if subject == "Python" else python
        yield from found if isinstance(found, list) else [found]


def format_report(findings):
    """Return the last lines of the report: is the machine ready?

    Parameters
    ----------
    findings : list of Finding

    Returns
    -------
    str

    Examples
    --------
    >>> print(format_report([Finding("ok", "Memory", "8.0 GiB free.")]))
    This machine is ready for the book.
    """
    num_fails = sum(finding.status == "fail" for finding in findings)
    num_notes = sum(finding.status == "note" for finding in findings)
    if num_fails:
        lines = "line" if num_fails == 1 else "lines"
        return f"Not ready yet: {num_fails} {lines} marked [fail]. Do what stands below each, then check again."
    if num_notes:
        return "This machine is ready for the book. Lines marked [note] are worth reading."
    return "This machine is ready for the book."


def _survive(subject, check):
    """Return what a check finds. Whoever needs this report has a broken machine: no traceback."""
    try:
        return check()
    except Exception as error:
        text = f"could not be checked ({type(error).__name__}: {error})."
        return Finding("fail", subject, text, "Set the environment up anew; if it stays, report this line.")
