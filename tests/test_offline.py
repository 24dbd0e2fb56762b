"""The archive for a class room without network: what is in it, that it repeats, and that damage is found."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
SPEC = importlib.util.spec_from_file_location("offline", TOOLS / "offline.py")
offline = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(offline)

TOP = "medbook-offline-1.2.3/"
TRACKED = {
    "pyproject.toml": '[project]\nname = "medbook"\nversion = "1.2.3"\n',
    "requirements.txt": "numpy==2.4.0 --hash=sha256:00\n",
    "LICENSE": "MIT",
    "LICENSE-text": "CC BY 4.0",
    "Makefile": "help:\n",
    "_toc.yml": "root: chapters/intro\n",
    "chapters/intro.ipynb": "{}",
    "chapters/setup.md": "# Set up",
    "medbook/__init__.py": "",
    "data/scan.dcm": "DICM",
    "benchmarks/results/speed.json": "{}",
    "benchmarks/speed.py": "",
    "tests/test_it.py": "",
    "coursework/src/pooling.md": "the solution",
    "coursework/release/pooling.ipynb": "the task",
}
UNKNOWN = {
    "chapters/my_notes.ipynb": "mine",
    "coursework/release/draft.ipynb": "not ready",
    "medbook/__pycache__/x.pyc": "cache",
}
SITE = {
    "index.html": "",
    "chapters/intro.html": '<img src="../_images/new.png">',
    "chapters/setup.html": "",
    "_images/new.png": "new",
    "_images/old.png": "left by an older build",
    "_sources/chapters/intro.ipynb": "{}",
    "_sources/chapters/gone.md": "left by an older build",
    "_static/medbook.css": "",
    ".buildinfo": "",
    "searchindex.js": "",
}
LATER = int(time.time()) + 10**6  # than the files that the tests write, however long the tests before them take
LATEST = LATER + 100


def write(folder, files, *, changed_at=None):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if changed_at:
            os.utime(path, (changed_at, changed_at))


@pytest.fixture
def book(tmp_path):
    """A small clone with a built site."""
    root = tmp_path / "clone"
    write(root, TRACKED)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", "-C", root, *command], check=True)
    write(root, UNKNOWN)
    write(root / "_build" / "html", SITE, changed_at=LATER)
    return root


@pytest.fixture
def archive(book):
    return offline.make(book)[0]


@pytest.fixture
def unpacked(archive, tmp_path):
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "room")
    return tmp_path / "room" / TOP.rstrip("/")


def names(archive):
    with zipfile.ZipFile(archive) as packed:
        return {name.removeprefix(TOP) for name in packed.namelist()}


def read(archive, name):
    with zipfile.ZipFile(archive) as packed:
        return packed.read(TOP + name).decode("utf-8")


def rewrite(archive, change):
    """Write an archive anew after `change` did something to its files, a dict of bytes by name."""
    with zipfile.ZipFile(archive) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    change(files)
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)


def test_archive_holds_exactly_what_a_reader_needs(archive):
    kept_at_home = {"_toc.yml", "benchmarks/speed.py", "tests/test_it.py", "coursework/src/pooling.md"}
    left_out = {".buildinfo", "_images/old.png", "_sources/chapters/gone.md"}
    made = {"index.html", "check.py", "README-OFFLINE.txt", "SHA256SUMS"}
    site = {f"site/{name}" for name in SITE.keys() - left_out}
    assert names(archive) == (TRACKED.keys() - kept_at_home) | made | site


def test_solutions_stay_at_home(archive):
    with zipfile.ZipFile(archive) as packed:
        assert not any(b"the solution" in packed.read(name) for name in packed.namelist())


def test_sums_are_those_of_every_file(unpacked):
    sums = dict(reversed(line.split("  ")) for line in (unpacked / "SHA256SUMS").read_text().splitlines())
    files = [path for path in unpacked.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert sums == {
        path.relative_to(unpacked).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_second_archive_has_the_same_bytes(book):
    first = offline.make(book)[0].read_bytes()
    write(book, TRACKED, changed_at=LATER - 50)
    assert offline.make(book)[0].read_bytes() == first


def test_pdf_is_packed_if_it_is_there(book):
    assert "holds no PDF" in read(offline.make(book)[0], "README-OFFLINE.txt")
    write(book, {"_build/medbook.pdf": "%PDF"}, changed_at=LATER)
    archive = offline.make(book)[0]
    assert "medbook.pdf" in names(archive)
    assert "Or open medbook.pdf" in read(archive, "README-OFFLINE.txt")


def test_words_for_the_room_have_no_gaps(archive):
    text = read(archive, "README-OFFLINE.txt")
    assert "medbook 1.2.3" in text
    assert "packages are NOT inside" in text
    assert not set("{}[]") & set(text)


def test_wheels_are_packed_and_named(book, monkeypatch):
    def fetch(root, folder):
        write(Path(folder), {"numpy-2.4.0-any.whl": "wheel"})
        return sorted(Path(folder).glob("*.whl"))

    monkeypatch.setattr(offline, "fetch_wheels", fetch)
    archive = offline.make(book, with_wheels=True)[0]
    assert offline.platform_name() in archive.name
    assert "wheels/numpy-2.4.0-any.whl" in names(archive)
    assert "--no-index --find-links wheels --require-hashes" in read(archive, "README-OFFLINE.txt")
    assert "NOT inside" not in read(archive, "README-OFFLINE.txt")


def test_packages_that_cannot_be_fetched_stop_with_a_remedy(book, monkeypatch):
    monkeypatch.setattr(offline.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(offline.OfflineError, match=r"requirements\.txt: pip could not .* without --wheels"):
        offline.fetch_wheels(book, book)


# ---- Refused ----


def no_site(book):
    (book / "_build/html/index.html").unlink()


def changed_chapter(book):
    os.utime(book / "chapters/setup.md", (LATEST, LATEST))


def old_pdf(book):
    write(book, {"_build/medbook.pdf": "%PDF"}, changed_at=LATER)
    os.utime(book / "_toc.yml", (LATER - 1, LATER - 1))
    os.utime(book / "_build/medbook.pdf", (LATER - 2, LATER - 2))


def page_without_source(book):
    write(book, {"_build/html/chapters/my_notes.html": ""})


def no_licence(book):
    (book / "LICENSE").unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (no_site, r"_build/html/index\.html: the site is not built\. Run: make book"),
        (changed_chapter, r"chapters/setup\.md is newer than _build/html/searchindex\.js .*Run: make book"),
        (old_pdf, r"_toc\.yml is newer than _build/medbook\.pdf .*Run: make pdf"),
        (page_without_source, r"my_notes\.html: git knows no source of this page\. Delete .* make book"),
        (no_licence, r"LICENSE is missing .* git checkout LICENSE"),
    ],
)
def test_what_does_not_fit_is_refused_with_file_and_remedy(book, spoil, said):
    spoil(book)
    with pytest.raises(offline.OfflineError, match=said):
        offline.make(book)
    assert not list((book / "_build").glob("*.zip"))


def test_folder_that_is_no_clone_is_refused(tmp_path):
    with pytest.raises(offline.OfflineError, match="is no git clone"):
        offline.make(tmp_path)


# ---- Damage is found ----


def check(path):
    """Run the check as a reader does; return its exit status and what it prints."""
    done = subprocess.run([sys.executable, path / "check.py"], capture_output=True, encoding="utf-8")
    assert not done.stderr
    return done.returncode, done.stdout


def test_whole_copies_pass(archive, unpacked):
    assert offline.offline_check.faults(archive) == []
    assert check(unpacked)[0] == 0


def test_damage_in_a_folder_is_named(unpacked):
    (unpacked / "data/scan.dcm").write_text("DICN")
    (unpacked / "LICENSE").unlink()
    (unpacked / "site/new.html").write_text("")
    status, said = check(unpacked)
    assert status == 1
    assert said.splitlines()[:3] == ["missing: LICENSE", "damaged or changed: data/scan.dcm", "extra: site/new.html"]


def test_damage_in_an_archive_is_named(archive):
    def change(files):
        files[TOP + "data/scan.dcm"] = b"DICN"
        del files[TOP + "LICENSE"]
        files[TOP + "site/new.html"] = b""

    rewrite(archive, change)
    assert offline.offline_check.faults(archive) == [
        "missing: LICENSE", "damaged or changed: data/scan.dcm", "extra: site/new.html"]  # fmt: skip


def test_flipped_bit_in_an_archive_is_named(archive):
    content = bytearray(archive.read_bytes())
    place = content.find(b"new", content.find(b"_images/new.png") + len("_images/new.png"))
    content[place] ^= 1
    archive.write_bytes(content)
    assert offline.offline_check.faults(archive) == ["damaged or changed: site/_images/new.png"]


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_file_that_is_no_archive_is_named(tmp_path, content):
    (tmp_path / "broken.zip").write_bytes(content)
    (said,) = offline.offline_check.faults(tmp_path / "broken.zip")
    assert "broken.zip: cannot be read as a copy of the book" in said
    assert "Fetch it anew" in said


def test_half_an_archive_is_named(archive):
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    assert "Fetch it anew" in offline.offline_check.faults(archive)[0]


def test_what_working_with_the_book_makes_is_no_fault(unpacked):
    write(unpacked, {".venv/lib/x.py": "", "medbook/__pycache__/x.pyc": "", "chapters/.ipynb_checkpoints/x": ""})
    assert offline.offline_check.faults(unpacked) == []


def test_name_that_leads_out_of_the_folder_is_extra(archive):
    def change(files):
        files[TOP + "../evil.py"] = b""
        files[TOP + "SHA256SUMS"] += hashlib.sha256(b"").hexdigest().encode() + b"  ../evil.py\n"

    rewrite(archive, change)
    assert offline.offline_check.faults(archive) == ["extra: ../evil.py"]
