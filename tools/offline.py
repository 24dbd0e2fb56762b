"""Pack the book into one archive for a class room without network: `make offline`.

    python tools/offline.py             writes _build/medbook-offline-VERSION.zip
    python tools/offline.py --wheels    with the Python packages for this system, some 500 MB more
    python tools/offline.py --check FILE.zip

Packed are the built site, the PDF if there is one, and of the files that git knows those that a reader needs.
The same input gives the same bytes. Needs git and Python, none of the book's libraries.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
SPEC = importlib.util.spec_from_file_location("offline_check", HERE / "offline_check.py")
offline_check = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(offline_check)

# Of the files that git knows. Never coursework/: it holds solutions; what students get is in coursework/release.
FOLDERS = ("chapters/", "data/", "medbook/", "benchmarks/results/", "coursework/release/")
FILES = ("pyproject.toml", "requirements.txt", "Makefile", "LICENSE", "LICENSE-text", "CITATION.cff", "CHANGELOG.md",
         "README.md")  # fmt: skip
NEEDED = ("pyproject.toml", "requirements.txt", "LICENSE", "LICENSE-text")
SOURCES = ("chapters/", "_static/", "_ext/", "_config.yml", "_toc.yml", "CITATION.cff")  # of site and PDF
PDF_TOOLS = ("tools/pdf.py", "tools/pdf_page.css", "tools/pdf_page.js")
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can hold; the same in every archive
PACKED_ALREADY = (".whl", ".png", ".woff", ".woff2", ".npz")
ENTRY = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>medbook</title>
<meta http-equiv="refresh" content="0; url=site/chapters/intro.html">
<p><a href="site/chapters/intro.html">Open the book</a></p></html>
"""


class OfflineError(Exception):
    """The archive cannot be made; the message names the file and what to do."""


def known_files(root):
    """Return the names of the files that git knows and that are there."""
    command = ["git", "-C", str(root), "ls-files", "-z"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
    except FileNotFoundError:
        raise OfflineError("git is not installed; it says which files belong to the book.") from None
    if done.returncode:
        raise OfflineError(f"{root} is no git clone, so nobody knows which files belong to the book: make one of it.")
    return [name for name in done.stdout.split("\0") if (root / name).is_file() and not (root / name).is_symlink()]


def of_the_book(names):
    """Return those of the known files that a reader needs."""
    return [name for name in names if name.startswith(FOLDERS) or name in FILES]


def refuse_if_older(built, root, names, remedy):
    """Raise OfflineError if one of the sources was changed after `built` was made."""
    made = built.stat().st_mtime
    newer = [name for name in names if (root / name).stat().st_mtime > made]
    if newer:
        shown = built.relative_to(root).as_posix()
        raise OfflineError(f"{newer[0]} is newer than {shown} ({len(newer)} such files). Run: {remedy}")


def of_the_site(root, names):
    """Return the files of the built site by their name in it, without what older builds left there.

    Raises
    ------
    OfflineError
        If the site is not built, older than its sources, or has pages of which git knows no source.
    """
    site = root / "_build" / "html"
    last = site / "searchindex.js"  # written at the end of a build
    if not (site / "index.html").is_file() or not last.is_file():
        raise OfflineError("_build/html/index.html: the site is not built. Run: make book")
    refuse_if_older(last, root, [name for name in names if name.startswith(SOURCES)], "make book")
    sources = {name.rpartition(".")[0] for name in names if name.endswith((".ipynb", ".md"))}
    pages = {page: page.relative_to(site).with_suffix("").as_posix() for page in sorted(site.rglob("*.html"))}
    pages = {page: name for page, name in pages.items() if not name.startswith("_static/")}
    for name in pages.values():
        if "/" in name and name not in sources:
            raise OfflineError(
                f"_build/html/{name}.html: git knows no source of this page. "
                "Delete the folder _build/html and run: make book; if the chapter is new, `git add` it first."
            )
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    found = {}
    for file in sorted(file for file in site.rglob("*") if file.is_file()):
        name = file.relative_to(site).as_posix()
        kept = name.removeprefix("_sources/").rpartition(".")[0] in sources if name.startswith("_sources/") else True
        if name.startswith("_images/"):
            kept = file.name in text
        if kept and not any(part.startswith(".") for part in name.split("/")):
            found[name] = file
    return found


def fetch_wheels(root, folder):
    """Fetch the locked packages for this system into a folder; return the files."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    command += ["--only-binary", ":all:", "-r", str(root / "requirements.txt"), "-d", str(folder)]
    if subprocess.run(command).returncode:
        raise OfflineError(
            "requirements.txt: pip could not fetch the packages (its message is above). This needs a network; without "
            "--wheels the archive is made without packages."
        )
    return sorted(Path(folder).glob("*.whl"))


def platform_name():
    """Return system and Python for which wheels are fetched, such as linux_x86_64-py311."""
    system = re.sub(r"[^a-z0-9]+", "_", sysconfig.get_platform().lower())
    return f"{system}-py{sys.version_info.major}{sys.version_info.minor}"


def contents(root, wheels=()):
    """Return what goes into the archive: a path or bytes by name.

    Parameters
    ----------
    root : Path
        The folder of the book.
    wheels : sequence of Path, optional
        Files of Python packages.
    """
    names = known_files(root)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise OfflineError(f"{missing[0]} is missing or unknown to git. Get it back, as by: git checkout {missing[0]}")
    found = {name: root / name for name in of_the_book(names)}
    found |= {f"site/{name}": file for name, file in of_the_site(root, names).items()}
    pdf = root / "_build" / "medbook.pdf"
    if pdf.is_file():
        refuse_if_older(pdf, root, [name for name in names if name.startswith((*SOURCES, *PDF_TOOLS))],
                        "make pdf (or delete the PDF, to pack none)")  # fmt: skip
        found["medbook.pdf"] = pdf
    found |= {f"wheels/{file.name}": file for file in wheels}
    found["index.html"] = ENTRY.encode()
    found["check.py"] = HERE / "offline_check.py"
    found["README-OFFLINE.txt"] = readme(root, has_pdf=pdf.is_file(), num_wheels=len(wheels)).encode()
    return dict(sorted(found.items()))


def readme(root, *, has_pdf, num_wheels):
    """Return the words for who unpacks the archive."""
    text = (HERE / "offline_readme.txt").read_text(encoding="utf-8")
    chosen = {"pdf": has_pdf, "no-pdf": not has_pdf, "wheels": num_wheels > 0, "no-wheels": num_wheels == 0}
    for name, is_kept in chosen.items():
        text = re.sub(rf"\[{name}\]\n(.*?)\[/{name}\]\n", r"\1" if is_kept else "", text, flags=re.DOTALL)
    values = {"version": version_of(root), "platform": platform_name(), "num_wheels": num_wheels,
              "python": f"{sys.version_info.major}.{sys.version_info.minor}" if num_wheels else "3.12"}  # fmt: skip
    return text.format(**values)


def version_of(root):
    """Return the version of the book."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def write_archive(output, top, files):
    """Write a zip whose bytes depend on the content of the files alone; return the number of bytes packed."""
    sums, total = [], 0
    draft = output.with_suffix(".part")
    with zipfile.ZipFile(draft, "w") as archive:
        for name, source in files.items():
            content = source if isinstance(source, bytes) else source.read_bytes()
            add(archive, f"{top}/{name}", content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
            total += len(content)
        add(archive, f"{top}/{offline_check.SUMS}", "".join(sums).encode())
    os.replace(draft, output)
    return total


def add(archive, name, content):
    """Add a file to a zip, with a fixed date and as one that everybody may read."""
    info = zipfile.ZipInfo(name, EARLIEST)
    info.create_system, info.external_attr = 3, 0o100644 << 16  # as on Unix, wherever it is made
    is_packed = name.endswith(PACKED_ALREADY)
    info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    archive.writestr(info, content, compresslevel=9)


def make(root=ROOT, *, with_wheels=False):
    """Write the archive into `_build`; return its path, the number of files and the bytes unpacked."""
    with tempfile.TemporaryDirectory() as folder:
        contents(root)  # what can be refused is refused before anything is fetched
        wheels = fetch_wheels(root, folder) if with_wheels else []
        files = contents(root, wheels)
        top = f"medbook-offline-{version_of(root)}"
        output = root / "_build" / f"{top}{'-' + platform_name() if wheels else ''}.zip"
        total = write_archive(output, top, files)
    found = offline_check.faults(output)
    if found:
        raise OfflineError(f"{output.name} was not written whole: {'; '.join(found[:5])}. Is the disk full?")
    return output, files, total


def main():
    """Make an archive, or check one."""
    parser = argparse.ArgumentParser(description="Pack the book for a class room without network.")
    parser.add_argument("--wheels", action="store_true", help="also the Python packages for this system")
    parser.add_argument("--check", metavar="FILE.zip", help="say whether an archive is whole")
    options = parser.parse_args()
    if options.check:
        sys.exit(offline_check.main([options.check]))
    try:
        output, files, total = make(with_wheels=options.wheels)
    except (OfflineError, OSError) as error:
        sys.exit(f"make offline: {error}")
    size = output.stat().st_size / 1e6
    print(f"{output.relative_to(ROOT)}: {size:.1f} MB, {len(files) + 1} files, {total / 1e6:.1f} MB unpacked")
    if "medbook.pdf" not in files:
        print("Without the PDF: there is none in _build. `make pdf` makes it.")
    if not options.wheels:
        print("Without Python packages: students fetch them from the network, or add --wheels.")


if __name__ == "__main__":
    main()
