"""The libraries: are they there, and in the versions that the book was tested with?"""

import importlib.metadata
import os
import sys

from medbook.check.finding import Finding

GROUPS = ("book",)  # besides what medbook itself needs: JupyterLab and what builds the site
# The build for graphics cards is imported by the same name, and replaces the one for processors.
INSTEAD_OF = {"tensorflow-cpu": "tensorflow"}


def installed_version(name):
    """Return the installed version of a package, or None if it is not there.

    Parameters
    ----------
    name : str
        As pip knows it, such as "scikit-image".

    Returns
    -------
    str or None

    Examples
    --------
    >>> installed_version("no-such-package-anywhere") is None
    True
    """
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def check_libraries(folder, find_version=installed_version):
    """Compare what is installed with ``pyproject.toml`` (what is needed) and ``requirements.txt`` (what was tested).

    Parameters
    ----------
    folder : Path
        Of the book.
    find_version : callable, optional
        From a name to an installed version or None.

    Returns
    -------
    list of Finding
        One for all libraries that are as tested, and one for each other.
    """
    install = install_advice(folder)
    try:
        needed, locked = read_needed(folder / "pyproject.toml"), read_locked(folder / "requirements.txt")
    except (OSError, ImportError, ValueError) as error:
        text = f"versions could not be compared ({type(error).__name__}: {error})."
        return [Finding("fail", "Libraries", text, install)]
    versions = {requirement: _find(requirement.name, find_version) for requirement in needed}
    missing = [requirement.name for requirement, version in versions.items() if version is None]
    others = [
        _finding(requirement, version, locked.get(_key(requirement.name)), install)
        for requirement, version in versions.items()
        if version is not None
    ]
    others = [finding for finding in others if finding is not None]
    as_tested = len(needed) - len(missing) - len(others)
    if as_tested:
        summary = f"{as_tested} of {len(needed)} are there in the versions that the book was tested with."
        others.insert(0, Finding("ok", "Libraries", summary))
    if missing:
        others.append(Finding("fail", "Libraries", f"not installed: {', '.join(missing)}.", install))
    return others


def install_advice(folder, *, prefix=None, base_prefix=None, environment=None):
    """Say how the libraries are installed, without advising anybody to change the system's Python.

    Parameters
    ----------
    folder : Path
        Of the book.
    prefix, base_prefix : str, optional
        As in `sys`: they differ in a virtual environment.
    environment : mapping, optional
        Left out: `os.environ`; conda says there that it is active.

    Returns
    -------
    str
    """
    prefix = sys.prefix if prefix is None else prefix
    base_prefix = sys.base_prefix if base_prefix is None else base_prefix
    environment = os.environ if environment is None else environment
    places = (folder / ".venv" / "bin" / "python", folder / ".venv" / "Scripts" / "python.exe")
    own = [place for place in places if place.exists()]
    if own and not os.path.samefile(prefix, folder / ".venv"):
        return f"This is not the book's Python. Use {own[0]} in place of {sys.executable}."
    if prefix != base_prefix or environment.get("CONDA_PREFIX") == prefix:
        return (
            f"In the folder of the book: {sys.executable} -m pip install --require-hashes --only-binary :all: "
            "-r requirements.txt"
        )
    return 'Set up the book\'s own environment: `make book`, or the commands on the page "Set up".'


def read_needed(path):
    """Return the requirements of ``pyproject.toml`` that hold on this machine.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of packaging.requirements.Requirement
    """
    import tomllib

    with open(path, "rb") as file:
        project = tomllib.load(file)
    lines = list(project["project"]["dependencies"])
    for group in GROUPS:
        lines += project["dependency-groups"][group]
    return [requirement for requirement in map(_requirement, lines) if _holds_here(requirement)]


def read_locked(path):
    """Return the version of each package that ``requirements.txt`` locks for this machine.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to str
        From the name, in lower case with hyphens, to the version.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line.rstrip("\\ ") for line in lines if line and not line.startswith((" ", "#"))]
    locked = [requirement for requirement in map(_requirement, lines) if _holds_here(requirement)]
    return {_key(requirement.name): str(requirement.specifier)[2:] for requirement in locked}


def _find(name, find_version):
    """Return the installed version of a library, or of the one that may stand in its place, or None."""
    found = find_version(name)
    return find_version(INSTEAD_OF[name]) if found is None and name in INSTEAD_OF else found


def _finding(requirement, installed, tested, install):
    """Return what is wrong with the version of one library, or None."""
    if not requirement.specifier.contains(installed, prereleases=True):
        text = f"{installed} is installed, the book needs {requirement.specifier}."
        return Finding("fail", requirement.name, text, install)
    if installed != tested:
        text = f"{installed} is installed, the book was tested with {tested}."
        remedy = (
            f"Nothing, if the chapters run; printed numbers may differ a little. For the tested versions: {install}"
        )
        return Finding("note", requirement.name, text, remedy)
    return None


def _requirement(line):
    try:
        from packaging.requirements import Requirement
    except ImportError:  # pip carries a copy, and pip is nearly always there
        from pip._vendor.packaging.requirements import Requirement
    return Requirement(line)


def _holds_here(requirement):
    return requirement.marker is None or requirement.marker.evaluate()


def _key(name):
    return name.lower().replace("_", "-")
