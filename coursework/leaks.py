"""Search what students can see for the word that stands in every solution, hidden test and marking scheme.

    python -m coursework.leaks _build/html _build/medbook.pdf course/release

Standard library and pypdf only, so that it runs wherever the site is built.
"""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

CANARY = "kvistrelupin"


def leaks(path):
    """Return the files in which the canary word stands, as strings; a folder is searched with all below it.

    Archives are searched member by member, archives in archives too, and PDFs by their text.

    Parameters
    ----------
    path : path-like
        A file or a folder.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder: an empty search proves nothing.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: nothing to search; build it first.")
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [name for file in files if file.is_file() for name in _in_bytes(str(file), file.read_bytes())]


def _in_bytes(name, content):
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            inside = [info for info in archive.infolist() if not info.is_dir()]
            return [hit for info in inside for hit in _in_bytes(f"{name}/{info.filename}", archive.read(info))]
    text = _text_of_pdf(content) if content.startswith(b"%PDF") else content
    return [name] if CANARY.encode() in text.lower() else []


def _text_of_pdf(content):
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    # A word may be broken at a line's end.
    text = "".join(page.extract_text() for page in reader.pages)
    return "".join(text.split()).replace("-", "").encode()


def main(paths):
    """Print the files that leak; return 1 if there are any."""
    found = [name for path in paths for name in leaks(path)]
    print("\n".join(f"a solution or hidden test leaks into {name}" for name in found) or "no leak")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
