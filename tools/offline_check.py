"""Say whether a copy of the book is whole: each file named in SHA256SUMS is there, unchanged, and no other is.

    python check.py                in the unpacked folder
    python check.py FILE.zip       for an archive that is still packed

Needs Python alone. In the archive of the book this file is called check.py.
"""

import hashlib
import sys
import zipfile
import zlib
from pathlib import Path, PurePosixPath

SUMS = "SHA256SUMS"
# What working with the book makes in an unpacked folder.
MADE_BY_USE = (".venv", "__pycache__", ".ipynb_checkpoints", ".pytest_cache", "medbook.egg-info", "my")
DAMAGED = (OSError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)


class Folder:
    """An unpacked copy."""

    def __init__(self, path):
        self.path = Path(path)

    def names(self):
        """Return the names of all files, without those that working with the book makes."""
        found = (item.relative_to(self.path) for item in self.path.rglob("*") if not item.is_dir())
        return [name.as_posix() for name in found if not set(name.parts) & set(MADE_BY_USE)]

    def open(self, name):
        """Open a file for reading bytes."""
        return (self.path / name).open("rb")


class Archive:
    """A copy that is still packed, all in one folder."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        self.top = self.archive.namelist()[0].split("/")[0] + "/" if self.archive.namelist() else ""

    def names(self):
        """Return the names of all files, a name as often as it occurs."""
        return [name.removeprefix(self.top) for name in self.archive.namelist() if not name.endswith("/")]

    def open(self, name):
        """Open a file for reading bytes."""
        return self.archive.open(self.top + name)


def sha256(stream):
    """Return the SHA-256 of what a stream holds, in hexadecimal digits."""
    digest = hashlib.sha256()
    for block in iter(lambda: stream.read(1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()


def read_sums(copy):
    """Return the expected SHA-256 of each file name."""
    with copy.open(SUMS) as stream:
        lines = stream.read().decode("utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def faults(path):
    """Return one sentence for each file that is damaged, missing or too many.

    Parameters
    ----------
    path : path
        An unpacked folder, or a zip file.
    """
    try:
        copy = Folder(path) if Path(path).is_dir() else Archive(path)
        expected, names = read_sums(copy), copy.names()
    except (*DAMAGED, KeyError, UnicodeDecodeError) as error:
        return [f"{path}: cannot be read as a copy of the book ({error}). Fetch it anew."]
    found = [f"missing: {name}" for name in sorted(expected.keys() - set(names))]
    for name in sorted(set(names) - {SUMS}):
        if name not in expected or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            found.append(f"extra: {name}")
        elif names.count(name) > 1:
            found.append(f"there twice: {name}")
        else:
            try:
                with copy.open(name) as stream:
                    same = sha256(stream) == expected[name]
            except DAMAGED:
                same = False
            if not same:
                found.append(f"damaged or changed: {name}")
    return found


def main(arguments):
    """Print what is wrong with a copy; return 1 if anything is."""
    path = Path(arguments[0]) if arguments else Path(__file__).parent
    found = faults(path)
    print("\n".join(found))
    if found:
        print(f"{len(found)} faults. Chapters that you edited count as changed; for the rest, fetch the copy anew.")
        return 1
    print(f"{path}: whole, every file as it was packed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
