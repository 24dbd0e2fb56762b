"""Python, memory, processor and disk: what the machine has, beside what the chapters need.

No chapter may take more than 2 GiB (page "Costs"); the limits below add what Python, JupyterLab and
a browser take beside it. Times are measured on two cores.
"""

import os
import platform
import shutil
import sys
from pathlib import Path

from medbook.check.finding import Finding

PYTHONS = ((3, 11), (3, 13))  # the oldest and the newest that TensorFlow and Keras both support
GIB = 2**30
CHAPTER_GIB, COMFORT_GIB = 2, 4
LEAST_DISK_GIB, COMFORT_DISK_GIB = 0.5, 2


def check_python(version=None, bits=None):
    """Say whether this Python is one that the book's libraries exist for.

    Parameters
    ----------
    version : tuple of int, optional
        Major, minor and micro version; left out, that of the running Python.
    bits : int, optional
        32 or 64; left out, that of the running Python.

    Returns
    -------
    Finding

    Examples
    --------
    >>> check_python((3, 14, 0), 64).status
    'fail'
    """
    version = tuple(sys.version_info[:3]) if version is None else version
    bits = (64 if sys.maxsize > 2**32 else 32) if bits is None else bits
    text = f"{'.'.join(map(str, version))}, {bits} bit, at {sys.executable}"
    again = "Install a 64-bit Python 3.11, 3.12 or 3.13, delete the folder .venv, and set the book up again with it."
    if not PYTHONS[0] <= tuple(version[:2]) <= PYTHONS[1]:
        return Finding("fail", "Python", f"{text}. TensorFlow and Keras need 3.11, 3.12 or 3.13.", again)
    if bits != 64:
        return Finding("fail", "Python", f"{text}. TensorFlow exists for 64 bit only.", again)
    return Finding("ok", "Python", f"{text}.")


def check_system(system=None, machine=None):
    """Say whether TensorFlow exists for this operating system and processor.

    Parameters
    ----------
    system, machine : str, optional
        As `platform.system` and `platform.machine` give them; left out, those of this machine.

    Returns
    -------
    Finding

    Examples
    --------
    >>> check_system("Darwin", "x86_64").status
    'fail'
    """
    system = platform.system() if system is None else system
    machine = platform.machine() if machine is None else machine
    if system == "Darwin" and machine == "x86_64":
        return Finding(
            "fail",
            "System",
            "a Mac with an Intel processor, or a Python made for one. TensorFlow no longer supports it.",
            "On a Mac with Apple silicon install the arm64 Python from python.org; on an Intel Mac use Colab, Binder "
            "or your institution's hub.",
        )
    return Finding("ok", "System", f"{system}, {machine}.")


def available_memory_gib(proc=Path("/proc/meminfo"), cgroup=Path("/sys/fs/cgroup")):
    """Return the memory in GiB that a new program may take, or None if it cannot be told.

    In a container (a hub, Binder) the limit of the container counts, not the memory of the machine.

    Parameters
    ----------
    proc, cgroup : Path, optional
        Where Linux says it.

    Returns
    -------
    float or None
    """
    available = _from_psutil()
    if available is None:
        available = _from_proc(proc)
    limit, used = (_number(cgroup / name) for name in ("memory.max", "memory.current"))
    if limit is not None and used is not None:
        left = max(limit - used, 0)
        available = left if available is None else min(available, left)
    return None if available is None else available / GIB


def check_memory(available_gib):
    """Say whether the memory that is free now suffices for a chapter.

    Parameters
    ----------
    available_gib : float or None
        As `available_memory_gib` returns it.

    Returns
    -------
    Finding

    Examples
    --------
    >>> check_memory(1.2).status
    'fail'
    """
    if available_gib is None:
        return Finding("note", "Memory", "could not be read.", f"See yourself that {COMFORT_GIB} GiB are free.")
    text = f"{available_gib:.1f} GiB free; a chapter takes up to {CHAPTER_GIB} GiB."
    close = "Close other programs and notebooks that you do not use, then check again."
    if available_gib < CHAPTER_GIB:
        return Finding("fail", "Memory", text, close)
    if available_gib < COMFORT_GIB:
        return Finding("note", "Memory", text, f"Run one notebook at a time. {close}")
    return Finding("ok", "Memory", text)


def check_threads(num_threads=None, environment=None):
    """Say how many processor threads the chapters will get.

    Parameters
    ----------
    num_threads : int, optional
        Left out: those that this process may use.
    environment : mapping, optional
        Left out: `os.environ`. ``OMP_NUM_THREADS`` and ``TF_NUM_INTRAOP_THREADS`` limit the libraries.

    Returns
    -------
    Finding

    Examples
    --------
    >>> check_threads(8, {}).text
    '8 threads.'
    """
    num_threads = _usable_threads() if num_threads is None else num_threads
    environment = os.environ if environment is None else environment
    limits = [f"{name}={environment[name]}" for name in THREAD_VARIABLES if environment.get(name)]
    text = f"{num_threads} thread{'s' if num_threads != 1 else ''}."
    if num_threads < 2:
        remedy = 'Nothing need be done. The times on the page "Costs" are for two cores: expect twice as long.'
        return Finding("note", "Processor", text, remedy)
    if limits:
        remedy = "If you did not set this, or do not know why, take it out of your environment."
        return Finding("note", "Processor", f"{text} Libraries are told to use fewer: {', '.join(limits)}.", remedy)
    return Finding("ok", "Processor", text)


THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


def check_disk(folder, free_gib=None):
    """Say whether the disk has room for stored notebooks, the built site and public data sets.

    Parameters
    ----------
    folder : str or Path
        Of the book.
    free_gib : float, optional
        Left out: what the disk of ``folder`` has.

    Returns
    -------
    Finding

    Examples
    --------
    >>> check_disk(".", free_gib=0.2).status
    'fail'
    """
    free_gib = shutil.disk_usage(folder).free / GIB if free_gib is None else free_gib
    text = f"{free_gib:.1f} GiB free."
    if free_gib < LEAST_DISK_GIB:
        return Finding(
            "fail", "Disk", text, f"Free some: notebooks cannot be saved on a full disk; {LEAST_DISK_GIB} GiB."
        )
    if free_gib < COMFORT_DISK_GIB:
        return Finding("note", "Disk", text, "Enough for the chapters; free some before you fetch public data sets.")
    return Finding("ok", "Disk", text)


def _from_psutil():
    try:
        import psutil
    except ImportError:
        return None
    return psutil.virtual_memory().available


def _from_proc(path):
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kibibytes = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    return kibibytes[0] * 1024 if kibibytes else None


def _number(path):
    """Return the number that a file holds, or None where it says "max" or does not exist."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _usable_threads():
    if hasattr(os, "sched_getaffinity"):  # fewer than the machine has, in many containers
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
