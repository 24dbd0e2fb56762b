import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def build(source, output):
    """Build a book as `make book` does, with every warning an error; return the finished process."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    command += ["--all", "-W", "-n", "--keep-going"]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        [*command, "--path-output", str(output), str(source)],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        env=environment,
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site."""
    output = tmp_path_factory.mktemp("site")
    result = build(ROOT, output)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return output / "_build" / "html"


@pytest.fixture
def small_book(tmp_path):
    """A copy of the book's configuration with one page, for tests that break it on purpose."""
    source = tmp_path / "book"
    (source / "chapters").mkdir(parents=True)
    shutil.copy(ROOT / "_config.yml", source)
    shutil.copytree(ROOT / "_ext", source / "_ext", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "_static", source / "_static")
    (source / "chapters" / "references.bib").write_text("", encoding="utf-8")
    (source / "_toc.yml").write_text("format: jb-book\nroot: chapters/page\n", encoding="utf-8")
    (source / "chapters" / "page.md").write_text("# A page\n\nWith a sentence.\n", encoding="utf-8")
    return source
