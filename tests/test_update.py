"""tools/update.py on clones with local changes: no edit is ever lost."""

import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.update import Doubt, update

ROOT = Path(__file__).parents[1]
NOW = datetime.datetime(2027, 3, 1, 9, 30)
BOOK = {
    "chapters/dense.ipynb": '{"cells": ["old"]}\n',
    "chapters/pooling.ipynb": '{"cells": ["old"]}\n',
    "medbook/scratch/dense.py": "old = True\n",
    "requirements.txt": "numpy==1\n",
    ".gitignore": "ignored*\n",
}
NEW = {"chapters/dense.ipynb": '{"cells": ["new"]}\n', "requirements.txt": "numpy==2\n"}
EDIT = '{"cells": ["old", "the reader\'s own work, ä"]}\n'


def git(folder, *arguments):
    identity = [
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.autocrlf=false",
    ]
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")


def commit(folder, files):
    write(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A change")


def texts(folder):
    """Return the content of every file, those of git left out."""
    paths = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def author(tmp_path):
    """The repository in which the book is written."""
    folder = tmp_path / "author"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, BOOK)
    return folder


@pytest.fixture
def clone(author, tmp_path):
    """The reader's clone; the author has since published a new version."""
    folder = tmp_path / "a reader's clone"
    git(tmp_path, "clone", "--quiet", "--config", "core.autocrlf=false", str(author), str(folder))
    commit(author, NEW)
    return folder


def test_untouched_clone_gets_the_new_version(clone):
    changed, made = update(clone)
    assert (sorted(changed), made) == (sorted(NEW), {})
    assert texts(clone) == {**BOOK, **NEW}


def test_second_update_changes_nothing(clone):
    update(clone)
    assert update(clone) == ([], {})


def test_edited_notebook_is_kept_under_another_name(clone):
    write(clone, {"chapters/dense.ipynb": EDIT})
    update(clone, now=NOW)
    after = texts(clone)
    assert after["chapters/dense.ipynb"] == NEW["chapters/dense.ipynb"]
    assert after["my/dense-20270301-093000.ipynb"] == EDIT


def test_copy_of_a_notebook_lies_as_deep_as_the_chapters(clone):
    """``../data`` and ``../benchmarks`` must lead from the copy to where they lead from the chapter."""
    write(clone, {"chapters/dense.ipynb": EDIT})
    _, made = update(clone)
    assert [copy.parent.parent for copy in made] == [clone]


def test_edit_of_a_file_that_did_not_change_stays_in_place(clone):
    write(clone, {"chapters/pooling.ipynb": EDIT})
    _, made = update(clone)
    assert texts(clone) == {**BOOK, **NEW, "chapters/pooling.ipynb": EDIT}
    assert made == {}


def test_new_file_of_the_reader_stays(clone):
    write(clone, {"chapters/notes.ipynb": EDIT, "ignored.txt": "mine"})
    update(clone)
    assert texts(clone) == {**BOOK, **NEW, "chapters/notes.ipynb": EDIT, "ignored.txt": "mine"}


@pytest.mark.parametrize("name", ["chapters/unet.ipynb", "ignored.ipynb"])
def test_new_file_with_the_name_of_a_new_chapter_is_kept(author, clone, name):
    """Git itself would overwrite the second one without a word, since it is told to ignore it."""
    write(author, {name: "the author's"})
    git(author, "add", "--force", name)
    git(author, "commit", "--quiet", "--message", "A chapter")
    write(clone, {name: EDIT})
    _, made = update(clone)
    assert (clone / name).read_text(encoding="utf-8") == "the author's"
    assert [copy.read_text(encoding="utf-8") for copy in made] == [EDIT]


def test_staged_change_is_kept(clone):
    write(clone, {"chapters/dense.ipynb": EDIT})
    git(clone, "add", "chapters/dense.ipynb")
    _, made = update(clone)
    assert [copy.read_text(encoding="utf-8") for copy in made] == [EDIT]
    assert git(clone, "status", "--porcelain") == ""


def test_staged_and_later_version_are_both_kept(clone):
    write(clone, {"chapters/dense.ipynb": EDIT})
    git(clone, "add", "chapters/dense.ipynb")
    write(clone, {"chapters/dense.ipynb": EDIT + "more"})
    _, made = update(clone)
    assert sorted(copy.read_text(encoding="utf-8") for copy in made) == [EDIT, EDIT + "more"]


def test_staged_change_of_a_file_that_did_not_change_stays_staged(clone):
    write(clone, {"chapters/pooling.ipynb": EDIT})
    git(clone, "add", "chapters/pooling.ipynb")
    update(clone)
    assert git(clone, "status", "--porcelain") == "M  chapters/pooling.ipynb\n"
    assert texts(clone) == {**BOOK, **NEW, "chapters/pooling.ipynb": EDIT}


def test_edit_that_git_was_told_to_overlook_is_kept(clone):
    git(clone, "update-index", "--assume-unchanged", "chapters/dense.ipynb")
    write(clone, {"chapters/dense.ipynb": EDIT})
    _, made = update(clone)
    assert [copy.read_text(encoding="utf-8") for copy in made] == [EDIT]


def test_edit_of_a_deleted_chapter_is_kept(author, clone):
    git(author, "rm", "--quiet", "chapters/pooling.ipynb")
    git(author, "commit", "--quiet", "--message", "Without pooling")
    write(clone, {"chapters/pooling.ipynb": EDIT})
    _, made = update(clone)
    assert not (clone / "chapters/pooling.ipynb").exists()
    assert [copy.read_text(encoding="utf-8") for copy in made] == [EDIT]


def test_edit_of_a_renamed_module_is_kept(author, clone):
    git(author, "mv", "medbook/scratch/dense.py", "medbook/scratch/affine.py")
    git(author, "commit", "--quiet", "--message", "Another name")
    write(clone, {"medbook/scratch/dense.py": "mine = True\n"})
    update(clone, now=NOW)
    assert texts(clone)["my/medbook/scratch/dense-20270301-093000.py"] == "mine = True\n"
    assert texts(clone)["medbook/scratch/affine.py"] == BOOK["medbook/scratch/dense.py"]


def test_chapter_that_the_reader_deleted_comes_back(clone):
    (clone / "chapters/dense.ipynb").unlink()
    update(clone)
    assert texts(clone) == {**BOOK, **NEW}


def test_two_updates_in_one_second_keep_both_edits(author, clone):
    for number in (1, 2):
        write(clone, {"chapters/dense.ipynb": f"edit {number}"})
        _, made = update(clone, now=NOW)
        assert len(made) == 1
        commit(author, {"chapters/dense.ipynb": f"version {number}"})
    copies = [text for path, text in texts(clone).items() if path.startswith("my/dense")]
    assert sorted(copies) == ["edit 1", "edit 2"]


def test_copies_are_invisible_to_git(clone):
    write(clone, {"chapters/dense.ipynb": EDIT})
    update(clone)
    assert git(clone, "status", "--porcelain") == ""


def own_commit(clone):
    commit(clone, {"chapters/pooling.ipynb": EDIT})


def half_merge(clone):
    (clone / ".git" / "MERGE_HEAD").write_text(git(clone, "rev-parse", "HEAD"), encoding="ascii")


def conflict(clone):
    git(clone, "fetch", "--quiet")
    write(clone, {"chapters/dense.ipynb": EDIT})
    git(clone, "stash", "--quiet")
    git(clone, "merge", "--quiet", "--ff-only", "origin/main")
    subprocess.run(["git", "-C", str(clone), "stash", "pop", "--quiet"], capture_output=True)


def folder_in_the_way(clone):
    (clone / "chapters/dense.ipynb").unlink()
    write(clone, {"chapters/dense.ipynb/notes.txt": EDIT})


def file_in_the_way(clone):
    shutil.rmtree(clone / "chapters")
    write(clone, {"chapters": EDIT})


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (own_commit, "1 commit\\(s\\) of your own"),
        (half_merge, "half finished"),
        (conflict, "half finished"),
        (lambda clone: git(clone, "checkout", "--quiet", "--detach"), "no branch"),
        (lambda clone: git(clone, "branch", "--unset-upstream"), "follows no other"),
        (lambda clone: git(clone, "remote", "set-url", "origin", str(clone / "gone")), "git fetch says"),
        (lambda clone: (clone / ".git").rename(clone.parent / "history"), "no git clone"),
        (folder_in_the_way, "should be a file"),
        (file_in_the_way, "should be a folder"),
    ],
)
def test_doubt_leaves_every_file_as_it_was(clone, prepare, reason):
    prepare(clone)
    before = texts(clone)
    with pytest.raises(Doubt, match=reason):
        update(clone)
    assert texts(clone) == before


def test_rewritten_history_is_a_doubt(author, clone):
    update(clone)
    before = texts(clone)
    git(author, "commit", "--quiet", "--amend", "--message", "Another")
    with pytest.raises(Doubt, match="of your own"):
        update(clone)
    assert texts(clone) == before


def test_copy_that_fails_is_a_doubt(clone):
    write(clone, {"chapters/dense.ipynb": EDIT, "my": "a file where the folder should be"})
    before = texts(clone)
    with pytest.raises(Doubt, match="could not be copied"):
        update(clone)
    assert texts(clone) == before


def test_failing_merge_puts_the_edit_back(clone):
    """A lock that another program left behind stops git half way."""
    write(clone, {"chapters/dense.ipynb": EDIT})
    (clone / ".git" / "refs" / "heads" / "main.lock").write_text("", encoding="ascii")
    with pytest.raises(Doubt, match="back in their places"):
        update(clone, now=NOW)
    assert texts(clone)["chapters/dense.ipynb"] == EDIT
    assert texts(clone)["my/dense-20270301-093000.ipynb"] == EDIT


def test_program_reports_copies_and_new_libraries(clone, author):
    write(clone, {"chapters/dense.ipynb": EDIT, "tools/update.py": ""})
    shutil.copy(ROOT / "tools" / "update.py", clone / "tools" / "update.py")
    command = [sys.executable, "-S", str(clone / "tools" / "update.py")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 files are new or changed.\n  your chapters/dense.ipynb is now my/dense-" in done.stdout
    assert "`make book`" in done.stdout


def test_program_says_why_it_did_not_update(clone):
    own_commit(clone)
    (clone / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "update.py", clone / "tools" / "update.py")
    done = subprocess.run([sys.executable, str(clone / "tools" / "update.py")], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr[:12]) == (1, "Not updated:")
