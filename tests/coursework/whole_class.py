"""A class whose submissions go wrong in every way that the grader has to stand: each with what it deserves.

All are edits of the released notebook of `small/pad.md`, where three tests of 2 points follow the task `pad`.
"""

import copy
import zipfile
from dataclasses import dataclass

import nbformat

GRADED, BY_HAND, REFUSED = "graded", "look by hand", "refused"
RIGHT = "def pad(image, width):\n    return np.pad(image, width)\n"
WRONG = "def pad(image, width):\n    return None\n"
OUTSIDE = "escaped.txt"  # attacks write files of this name; the tests look for them
MARK = "999.5"  # attacks on the gradebook write this mark
SECRET = "s3cret-of-the-teacher"


@dataclass(frozen=True)
class Case:
    """One submission and what it deserves: points of its automatic tests, or None if it cannot be graded."""

    kind: str
    points: float | None
    status: str
    notebook: bytes
    file: str = "pad.ipynb"


def in_pad(body, before=""):
    """Return a task cell whose function runs `body`."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{before}\ndef pad(image, width):\n{lines}\n    return np.pad(image, width)\n"


# What a student writes into the task cell, and the points and the status that it deserves.
TASKS = {
    "right": (RIGHT, 6, GRADED),
    "half": ("def pad(image, width):\n    return np.pad(image, width, constant_values=1)", 2, GRADED),
    "raises": (in_pad("raise RuntimeError('no')"), 0, GRADED),
    "syntax error": ("def pad(image, width:\n    return image", 0, GRADED),
    "loops in the function": (in_pad("while True: pass"), 0, GRADED),
    "loops at top level": (RIGHT + "while True: pass", 6, GRADED),
    "loops and cannot be stopped": (
        in_pad("import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass"), 0, BY_HAND),
    "prints without end": (in_pad("while True: print('x' * 1000)"), 0, GRADED),
    "prints one giant line": (in_pad("print('x' * 3_000_000)"), 0, GRADED),
    "warns": (in_pad("import warnings; warnings.warn('careful')"), 6, GRADED),
    "patches NumPy": (
        "class Equal:\n"
        "    shape = property(lambda self: self)\n"
        "    __eq__ = lambda self, other: True\n"
        "    sum = lambda self: self\n"
        "    __getitem__ = lambda self, key: self\n"
        "np.allclose = np.isclose = lambda *args: True\n"
        "def pad(image, width): return Equal()\n", 0, BY_HAND),
    "drops asserts": (
        "import ast\n"
        "class Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Drop())\n" + WRONG, 0, BY_HAND),
    "blanks later cells": (
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['\\n'])\n" + WRONG, 0, BY_HAND),
    "hides tracebacks": (
        "get_ipython().set_custom_exc((Exception,), lambda *args, **kwargs: None)\n" + WRONG, 0, GRADED),
    "forges results": (
        "def pad(image, width):\n"
        "    shell = get_ipython()\n"
        "    shell.kernel.session.send(shell.kernel.iopub_socket, 'execute_result', parent=shell.parent_header,\n"
        "        content={'data': {'text/plain': '2'}, 'metadata': {}, 'execution_count': 1},\n"
        "        ident=b'execute_result')\n",
        0, BY_HAND),
    "SQL into the gradebook": (
        "import glob, os, sqlite3\n"
        "for folder, _, names in os.walk('/'):\n"
        "    for name in names:\n"
        "        if name.endswith('.db'):\n"
        f"            sqlite3.connect(os.path.join(folder, name)).execute('UPDATE grade SET manual_score = {MARK}')\n"
        + WRONG, 0, GRADED),
    "reads hidden tests from disk": (
        "import os\n"
        "for top in ('/tmp', '/home', '/root', '/srv', '/etc', os.getcwd(), '..'):\n"
        "    for folder, _, names in os.walk(top):\n"
        "        for name in names:\n"
        "            if name.endswith(('.ipynb', 'pad.md')) and 'site-packages' not in folder:\n"
        "                print(open(os.path.join(folder, name)).read())\n" + WRONG, 0, GRADED),
    "writes outside": (
        "import os\n"
        "for folder in {folders}:\n"
        "    try: open(os.path.join(folder, '" + OUTSIDE + "'), 'w').write('x')\n"
        "    except OSError: pass\n" + RIGHT, 6, GRADED),
    "sys.exit": (RIGHT + "import sys; sys.exit()", 6, GRADED),
    "os._exit": (in_pad("import os; os._exit(0)"), 0, BY_HAND),
    "takes 3 GB": (in_pad("x = np.ones(3 * 2**27); raise MemoryError('had it')"), 0, GRADED),
    "asks for 37 GB": (in_pad("x = np.ones(37 * 2**27)"), 0, GRADED),
    "uses the network": (
        in_pad("import socket; socket.create_connection(('127.0.0.1', {port}), timeout=2)"), 0, GRADED),
    "forks": (
        in_pad("import os, time\nfor _ in range(400):\n    if os.fork() == 0:\n        time.sleep(60); os._exit(0)"),
        0, GRADED),
    "prints the environment": ("import os; print(dict(os.environ))\n" + RIGHT, 6, GRADED),
    "script in outputs": (
        "from IPython.display import HTML, Javascript, display\n"
        "display(HTML('<script>alert(1)</script><img src=x onerror=alert(2)><b>bold</b>'), Javascript('alert(3)'))\n"
        "display({'image/png': '\">' + '<script>alert(4)</script>', 'text/plain': 'x'}, raw=True)\n"
        "display({'image/png': 'iVBORw0K'}, metadata={'image/png': {'width': '1 onload=alert(5)'}}, raw=True)\n"
        + RIGHT, 6, GRADED),
    "hidden tests from memory": (WRONG, 0, GRADED),
}  # fmt: skip
READS_MEMORY = (
    "import gc, sys\n"
    "print(In); print(get_ipython().history_manager.input_hist_raw)\n"
    "for thing in gc.get_objects():\n"
    "    if isinstance(thing, (list, dict)) and 'HIDDEN' + ' TESTS' in str(thing): print(thing)\n"
    "raise ValueError(str(In))"
)


def cell(notebook, name):
    """Return a cell by its nbgrader name."""
    return next(one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == name)


def edited(released, task=None, edit=None):
    """Return the bytes of a released notebook with the task done, and changed by `edit`."""
    notebook = copy.deepcopy(released)
    if task is not None:
        cell(notebook, "pad").source = task
        cell(notebook, "width").source = "width_of_five = 2"
    if edit:
        edit(notebook)
    return nbformat.writes(notebook).encode()


def _tests(notebook):
    return [cell(notebook, name) for name in ("test_shape", "test_frame", "test_sum")]


def _tamper(notebook):
    for one in _tests(notebook):
        one.source = "pass"


def _raise_points(notebook):
    for one in _tests(notebook):
        one.metadata.nbgrader["points"] = 100


def _delete(notebook):
    tests = _tests(notebook)
    notebook.cells = [one for one in notebook.cells if one not in tests]


def _delete_all(notebook):
    notebook.cells = [one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == "pad"]


def _skip(notebook):
    for one in _tests(notebook):
        one.metadata.tags = ["skip-execution"]


def _canary_first(notebook):
    canary = cell(notebook, "canary")
    notebook.cells.remove(canary)
    notebook.cells.insert(0, canary)


def _ungraded(notebook):
    for one in _tests(notebook):
        one.metadata.nbgrader.update(grade=False, solution=True, locked=False)


def _print_in(notebook):
    notebook.cells.insert(-1, nbformat.v4.new_code_cell("print(In)"))


def _read_memory(notebook):
    cell(notebook, "width").source = READS_MEMORY
    notebook.cells.append(nbformat.v4.new_code_cell(READS_MEMORY))


def _bad_metadata(notebook):
    cell(notebook, "canary").metadata.nbgrader = ["not", "a", "dict"]
    notebook.cells[0].metadata.nbgrader = {"grade": True}


def _script_in_answer(notebook):
    cell(notebook, "why").source = "Because <script>alert(1)</script> [x](javascript:alert(2)) if $a < b$ & so on"


def class_of(released, folders=(), port=9):
    """Return the whole class.

    Parameters
    ----------
    released : nbformat.NotebookNode
        The students' notebook.
    folders : list of str
        Where "writes outside" tries to write.
    port : int
        Where "uses the network" tries to connect to.
    """
    cases = []
    for kind, (code, points, status) in TASKS.items():
        code = code.replace("{folders}", repr(list(map(str, folders)))).replace("{port}", str(port))
        edit = {"hidden tests from memory": _read_memory, "right": _script_in_answer}.get(kind)
        cases.append(Case(kind, points, status, edited(released, code, edit)))
    patched = TASKS["patches NumPy"][0]
    more = [
        ("blank", 0, GRADED, edited(released)),
        ("tampers with tests", 0, GRADED, edited(released, WRONG, _tamper)),
        ("raises the points", 6, GRADED, edited(released, RIGHT, _raise_points)),
        ("deletes tests, wrong", 0, GRADED, edited(released, WRONG, _delete)),
        ("deletes tests, right", 6, GRADED, edited(released, RIGHT, _delete)),
        ("deletes all but the task", 6, GRADED, edited(released, RIGHT, _delete_all)),
        ("tags tests to be skipped", 0, GRADED, edited(released, WRONG, _skip)),
        ("marks tests as not graded", 0, GRADED, edited(released, WRONG, _ungraded)),
        ("canary first, then patches", 0, BY_HAND, edited(released, patched, _canary_first)),
        ("spoils the metadata", 6, GRADED, edited(released, RIGHT, _bad_metadata)),
        ("prints In in a cell of its own", 6, GRADED, edited(released, RIGHT, _print_in)),
        ("wrong file name", 6, GRADED, edited(released, RIGHT), "pad (1).ipynb"),
        ("broken JSON", None, REFUSED, edited(released, RIGHT)[:-40]),
        ("a text file", None, REFUSED, b"I did it on paper", "pad.pdf"),
    ]
    return cases + [Case(*one) for one in more]


def write_zip(path, cases):
    """Write the class as Moodle would; return the identifier of each kind's student."""
    identifiers = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, case in enumerate(cases, start=101):
            archive.writestr(f"{case.kind}_{number}_assignsubmission_file_/{case.file}", case.notebook)
            slug = "-".join("".join(char if char.isalnum() else " " for char in case.kind.lower()).split())
            identifiers[case.kind] = f"{slug}-{number}"
    return identifiers
