"""Write the tree that may be public: the book without solutions, hidden tests and graders, with students' notebooks.

    python -m coursework.student_edition         writes _build/student-edition

The tree holds files, not their history: a public repository must start from it, since the history of the private one
holds every solution.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from coursework import sources
from coursework.leaks import leaks

ROOT = Path(__file__).parents[1]
PRIVATE = (
    "coursework/",
    "tests/coursework/",
    "tests/site/test_leaks.py",
    "benchmarks/grading.py",
    "requirements-grading.txt",
)

GRADERS = re.compile(r"\n  # Not in the edition for students.*", re.DOTALL)  # the last job of the workflow


def write(target, root=ROOT):
    """Write the student edition of the repository `root` into the folder `target`; return the number of files.

    Raises
    ------
    RuntimeError
        If the canary word of the solutions is found in what was written; the message names the files.
    """
    target = Path(target)
    shutil.rmtree(target, ignore_errors=True)
    for name in _tracked(root):
        if not name.startswith(PRIVATE):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)
    workflow = target / ".github" / "workflows" / "test.yml"
    if workflow.exists():
        workflow.write_text(GRADERS.sub("", workflow.read_text("utf-8")), "utf-8")
    for stem in sources.stems():
        path = target / "assignments" / f"{stem}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(sources.student_notebook(stem), path)
    found = leaks(target)
    if found:
        raise RuntimeError(f"solutions leak into {', '.join(found)}; the student edition must not be published.")
    return sum(path.is_file() for path in target.rglob("*"))


def _tracked(root):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (root / name).exists()]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "student-edition"
    print(f"{write(folder)} files in {folder}; no solution or hidden test among them")
