"""tools/colab.py: copies that Colab can run; the chapters stay as they are."""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement

from tests.notebooks.form import MACHINE_PATH
from tools import colab

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
URL = "https://github.com/example/medbook"


def hashes():
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in CHAPTERS}


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """The copies of all chapters, by file name."""
    folder = tmp_path_factory.mktemp("colab")
    before = hashes()
    colab.main(["--url", URL, "--ref", "0123abc", "--output", str(folder)])
    assert hashes() == before, "the chapters were changed"
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("chapters/*.ipynb"))}


def test_every_chapter_has_a_valid_copy(copies):
    assert list(copies) == [path.name for path in CHAPTERS]
    for copy in copies.values():
        nbformat.validate(copy)


def test_install_cell_comes_first_and_is_python(copies):
    for name, copy in copies.items():
        first = copy["cells"][0]
        assert (first["cell_type"], first["outputs"]) == ("code", []), name
        ast.parse(first["source"])
        assert f'"{URL}.git"' in first["source"]
        assert '"0123abc"' in first["source"]


def test_no_source_has_an_install_cell():
    assert [path.name for path in CHAPTERS if "pip install" in path.read_text(encoding="utf-8")] == []


def test_code_and_outputs_of_the_chapter_are_the_same(copies):
    for path in CHAPTERS:
        source = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in source if cell["cell_type"] == "code"]
        assert [cell for cell in copies[path.name]["cells"] if cell["cell_type"] == "code"][1:] == code


def test_title_is_followed_by_links(copies):
    title, _, badges, *_ = copies["dense.ipynb"]["cells"][1]["source"].splitlines()
    assert title.startswith("# ")
    assert re.findall(r"\]\(([^)]+)\)", badges) == [
        "https://colab.research.google.com/github/example/medbook/blob/colab/chapters/dense.ipynb",
        "https://mybinder.org/v2/gh/example/medbook/main?urlpath=lab/tree/chapters/dense.ipynb",
        f"{URL}/blob/0123abc/chapters/dense.ipynb",
    ]


def test_references_become_links(copies):
    text = "".join("".join(cell["source"]) for cell in copies["intro.ipynb"]["cells"])
    assert "{doc}" not in text
    assert "[glossary](https://github.com/example/medbook/blob/0123abc/chapters/glossary.md)" in text
    assert "blob/colab/chapters/convolution.ipynb)" in text


def test_copies_name_no_machine(copies):
    assert [name for name, copy in copies.items() if MACHINE_PATH.search(copy["cells"][0]["source"])] == []


def test_tensorflow_is_left_to_colab():
    needed = [Requirement(line).name for line in colab.needed_on_colab(ROOT / "pyproject.toml")]
    assert {"pydicom", "keras", "numpy"} <= set(needed)
    assert not [name for name in needed if "tensorflow" in name]


@pytest.mark.parametrize("url", ["https://gitlab.com/a/b", "github.com/a/b", "https://github.com/a/b; rm -rf ~"])
def test_address_that_colab_cannot_open_is_refused(url, tmp_path):
    with pytest.raises(SystemExit, match="Colab opens notebooks from GitHub"):
        colab.main(["--url", url, "--ref", "x", "--output", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def repository(tmp_path):
    """A repository with a package and a chapters folder, to clone from."""
    folder = tmp_path / "published.git"
    for name, text in {"medbook/__init__.py": "answer = 42\n", "chapters/a.md": "", "data/x.txt": "data"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git = [
        "git",
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "-c",
        "commit.gpgsign=false",
        "-C",
        str(folder),
    ]
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "A book"]):
        subprocess.run([*git, *arguments], check=True)
    return folder


def run_install_cell(repository, tmp_path, program):
    """Run the cell with a stand-in for pip that notes what it is asked for."""
    (tmp_path / "site").mkdir(exist_ok=True)
    (tmp_path / "site" / "pip.py").write_text(
        "import sys; open(sys.path[0] + '/asked.txt', 'w').write(' '.join(sys.argv))", encoding="utf-8"
    )
    cell = colab.INSTALL_CELL.format(url="URL", ref="HEAD", needed='["pydicom>=3"]')
    cell = cell.replace('"URL.git"', repr(str(repository)))
    environment = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    environment["PYTHONPATH"] = str(tmp_path / "site")
    command = [sys.executable, "-c", program.format(cell=repr(cell))]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path, env=environment, timeout=60)


def test_install_cell_makes_the_book_importable_and_its_data_reachable(repository, tmp_path):
    program = "exec({cell}); exec({cell}); import medbook; print(medbook.answer, open('../data/x.txt').read())"
    done = run_install_cell(repository, tmp_path, program)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "42 data"
    assert done.stdout.startswith("Ready.")


def test_install_cell_asks_for_a_restart_if_a_loaded_library_was_replaced(repository, tmp_path):
    program = (
        "import importlib.metadata as m, numpy; from types import SimpleNamespace as N; calls = []\n"
        "m.distributions = lambda: calls.append(1) or [N(name='numpy', version=str(len(calls)))]\n"
        "m.packages_distributions = lambda: {{'numpy': ['numpy'], 'notloaded': ['numpy']}}\n"
        "exec({cell})"
    )
    done = run_install_cell(repository, tmp_path, program)
    assert done.stdout.startswith("Choose Runtime > Restart session"), done.stderr
    assert done.stdout.endswith("Replaced: numpy\n")
