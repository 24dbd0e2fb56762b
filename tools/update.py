"""Bring a clone up to date without losing an edit: ``make update``, or ``python tools/update.py``.

Only files that the new version changes are touched. Where the reader changed one of these as well, the
reader's file is first copied to ``my/``, with date and time in its name; then the new one takes its place.
Everything else stays as it is: edits elsewhere, staged changes, new files. In doubt (own commits, a
half-finished merge, anything unusual) nothing is touched, and the reader is told why.

Needs git and Python, none of the book's libraries.
"""

import argparse
import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path

UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "rebase-merge", "rebase-apply")
ABSENT = None  # a file that is not there, in place of the hash of its content


class Doubt(Exception):
    """Something that the reader has to decide; nothing was touched."""


class Clone:
    """A git clone in ``folder``."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def git(self, *arguments, check=True):
        """Run git and return what it prints; a git that fails is a doubt."""
        command = ["git", "-c", "core.quotepath=off", "-C", str(self.folder), *arguments]
        environment = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        try:
            done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
        except FileNotFoundError:
            raise Doubt("git is not installed.") from None
        if check and done.returncode:
            raise Doubt(f"git {arguments[0]} says: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def paths(self, *arguments):
        """Return the paths that a git command lists with ``-z``."""
        return [path for path in self.git(*arguments).split("\0") if path]

    def blobs(self, tree):
        """Return the hash of each file of a commit."""
        entries = (entry.partition("\t") for entry in self.paths("ls-tree", "-r", "-z", tree))
        return {path: mode_kind_hash.split()[2] for mode_kind_hash, _, path in entries}

    def staged(self):
        """Return the hash of each file of the index."""
        entries = (entry.partition("\t") for entry in self.paths("ls-files", "-s", "-z"))
        return {path: mode_hash_stage.split()[1] for mode_hash_stage, _, path in entries}

    def on_disk(self, path):
        """Return the hash that git would give to the file now, or ABSENT."""
        if not (self.folder / path).is_file():
            return ABSENT
        return self.git("hash-object", "--path", path, "--", path).strip()


def refuse_in_doubt(clone):
    """Raise Doubt unless the clone is on a branch with an upstream, with nothing half finished."""
    if clone.git("rev-parse", "--show-prefix", check=False).strip() or not (clone.folder / ".git").exists():
        raise Doubt(
            "this folder is no git clone. Download the new version to another folder and copy your files there."
        )
    git_folder = clone.folder / clone.git("rev-parse", "--git-dir").strip()
    unfinished = [name for name in UNFINISHED if (git_folder / name).exists()]
    if unfinished or clone.paths("ls-files", "-u", "-z"):
        raise Doubt("a merge, rebase or the like is half finished. Finish or abort it (`git status` says how).")
    if not clone.git("symbolic-ref", "-q", "HEAD", check=False).strip():
        raise Doubt("no branch is checked out. `git switch main` goes back to one.")
    if not clone.git("rev-parse", "--abbrev-ref", "@{upstream}", check=False).strip():
        raise Doubt(
            "this branch follows no other. `git branch --set-upstream-to=origin/main` makes it follow the book."
        )


def refuse_own_commits(clone):
    """Raise Doubt if the clone has commits that the new version does not have."""
    own = clone.git("rev-list", "--count", "@{upstream}..HEAD").strip()
    if own != "0":
        raise Doubt(
            f"you have {own} commit(s) of your own, which are safe where they are. To join them with the new version: "
            "commit what is open, then `git merge @{upstream}`."
        )


def incoming(clone):
    """Return the paths that the new version adds, changes or deletes."""
    return clone.paths("diff", "--name-only", "--no-renames", "-z", "HEAD", "@{upstream}")


def edited(clone, paths):
    """Return those of the paths where disk or index differ from the reader's last version.

    Asked of the contents themselves: files that git ignores or was told to overlook count as well.
    """
    old, staged = clone.blobs("HEAD"), clone.staged()
    return [path for path in paths if not old.get(path) == staged.get(path) == clone.on_disk(path)]


def refuse_odd_places(clone, paths):
    """Raise Doubt where a folder, a link or a file stands in the way of a path."""
    for path in paths:
        place = clone.folder / path
        for parent in list(Path(path).parents)[:-1]:
            if (clone.folder / parent).is_symlink() or (clone.folder / parent).is_file():
                raise Doubt(f"{parent} should be a folder and is a file or a link. Move it away first.")
        if place.is_symlink() or (place.exists() and not place.is_file()):
            raise Doubt(f"{path} should be a file and is a folder or a link. Move it away first.")


def copies_of(clone, paths, stamp):
    """Copy the reader's versions of the paths to ``my/`` and return {copy: path}.

    A version that is staged and differs from the one on disk is copied too.
    """
    old, staged, made = clone.blobs("HEAD"), clone.staged(), {}
    for path in paths:
        if (clone.folder / path).is_file() and clone.on_disk(path) != old.get(path):
            target = _place(clone, path, stamp)
            shutil.copy2(clone.folder / path, target)
            if target.read_bytes() != (clone.folder / path).read_bytes():
                raise Doubt(f"{path} could not be copied to {target}.")
            made[target] = path
        if staged.get(path) not in (ABSENT, old.get(path), clone.on_disk(path)):
            target = _place(clone, path, f"{stamp}-staged")
            with open(target, "wb") as file:
                command = ["git", "-C", str(clone.folder), "cat-file", "--filters", f":{path}"]
                subprocess.run(command, stdout=file, check=True)
            made[target] = path
    return made


def _place(clone, path, stamp):
    """Return a free name in ``my/``: as deep as ``chapters/``, so that ``../data`` still leads to the data."""
    path = Path(path)
    if path.parts[0] == "chapters":
        path = path.relative_to("chapters")
    folder = clone.folder / "my"
    folder.mkdir(exist_ok=True)
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text("*\n", encoding="ascii")  # git never offers to commit or delete it
    for count in range(1000):
        target = folder / path.parent / f"{path.stem}-{stamp}{f'-{count}' if count else ''}{path.suffix}"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            return target
    raise Doubt(f"no free name for {path} in {folder}.")


def put_aside(clone, paths):
    """Give the paths back the content of the reader's last version, so that git will replace them."""
    old, staged = clone.blobs("HEAD"), clone.staged()
    for path in paths:
        if path in old:
            clone.git("restore", "--source=HEAD", "--staged", "--worktree", "--", path)
            continue
        if path in staged:
            clone.git("rm", "--quiet", "--cached", "--force", "--", path)
        (clone.folder / path).unlink(missing_ok=True)


def put_back(clone, made):
    """Put the reader's files back to where they were."""
    for copy, path in made.items():
        if "-staged" not in copy.stem:
            (clone.folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(copy, clone.folder / path)


def update(folder, *, now=None):
    """Bring a clone up to date.

    Parameters
    ----------
    folder : str or Path
        The top of the clone.
    now : datetime.datetime, optional
        For the names of the copies; left out, the present.

    Returns
    -------
    changed : list of str
        Paths that the new version changed; empty if there was none.
    made : dict of Path to str
        The copy of each file that the reader had changed as well.

    Raises
    ------
    Doubt
        If the reader has to decide; all files are then as they were.
    """
    clone = Clone(folder)
    refuse_in_doubt(clone)
    clone.git("fetch", "--quiet")
    refuse_own_commits(clone)
    changed = incoming(clone)
    refuse_odd_places(clone, changed)
    stamp = (now or datetime.datetime.now()).strftime("%Y%m%d-%H%M%S")
    mine = edited(clone, changed)
    try:
        made = copies_of(clone, mine, stamp)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Doubt(f"your files could not be copied to {clone.folder / 'my'}: {error}") from None
    try:
        put_aside(clone, mine)
        clone.git("merge", "--quiet", "--ff-only", "@{upstream}")
    except (Doubt, OSError) as error:
        put_back(clone, made)
        raise Doubt(f"{error}\nYour files are back in their places; copies are in {clone.folder / 'my'}.") from None
    return changed, made


def main(arguments=None):
    """Update the clone that holds this file, and say what happened."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[2])
    parser.parse_args(arguments)
    folder = Path(__file__).resolve().parents[1]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a file name that the terminal cannot show is no reason to stop
    try:
        changed, made = update(folder)
    except Doubt as doubt:
        print(f"Not updated: {doubt}", file=sys.stderr)
        return 1
    print(f"{len(changed)} files are new or changed." if changed else "The book is up to date.")
    for copy, path in made.items():
        print(f"  your {path} is now {copy.relative_to(folder).as_posix()}")
    if "requirements.txt" in changed:
        print("The libraries changed as well: `make book` installs them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
