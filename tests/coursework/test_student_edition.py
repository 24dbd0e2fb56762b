"""The edition that may be public holds the book and the students' notebooks, and no solution."""

import subprocess

import pytest

from coursework import sources, student_edition
from coursework.leaks import CANARY, leaks


@pytest.fixture
def repository(tmp_path):
    """A small repository with a public and a private file."""
    root = tmp_path / "repository"
    for name in ("README.md", "coursework/src/secret.md", "tests/coursework/test_x.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("words\n", encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    (root / "untracked.txt").write_text("notes", encoding="utf-8")
    return root


def test_private_and_untracked_files_stay_out(repository, tmp_path):
    number = student_edition.write(tmp_path / "public", root=repository)
    written = {path.relative_to(tmp_path / "public").as_posix() for path in (tmp_path / "public").rglob("*.*")}
    assert written == {"README.md"} | {f"assignments/{stem}.ipynb" for stem in sources.stems()}
    assert number == len(written)


def test_leak_stops_it(repository, tmp_path):
    (repository / "README.md").write_text(f"the answer: {CANARY}", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"README\.md.*must not be published"):
        student_edition.write(tmp_path / "public", root=repository)


def test_the_books_own_edition_is_clean(tmp_path):
    student_edition.write(tmp_path / "public")
    assert leaks(tmp_path / "public") == []
    assert not (tmp_path / "public" / "coursework").exists()
    assert (tmp_path / "public" / "chapters" / "convolution.ipynb").exists()
    workflow = (tmp_path / "public" / ".github" / "workflows" / "test.yml").read_text("utf-8")
    assert "python -m pytest" in workflow
    assert "grading" not in workflow
