"""A small notebook that is in order, for tests that break a copy of it on purpose."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
ALT = "A single gray pixel, drawn so that the test has a figure with alt text."


def cell(source, outputs=(), **metadata):
    return {
        "cell_type": "code",
        "id": f"cell-{abs(hash(source)) % 10**8}",
        "metadata": metadata,
        "source": source,
        "outputs": list(outputs),
    }


def printed(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def figure():
    return {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL}}


def small_notebook():
    """Return a notebook of four cells whose stored outputs are right, as a dictionary."""
    show = f"from IPython.display import Image, display\nimport base64\ndisplay(Image(base64.b64decode('{PIXEL}')))"
    code = [
        cell("x = 1 / 3\nprint(f'{x:.4f}')", [printed("0.3333\n")]),
        cell("print('AUC', 0.9512)", [printed("AUC 0.9450\n")], medbook={"tolerance": 0.01}),
        cell(show, [{**figure(), "data": {"image/png": PIXEL, "text/plain": "<IPython.core.display.Image object>"}}]),
        cell("print('done')", [printed("done\n")]),
    ]
    code[2]["metadata"] = {"mystnb": {"image": {"alt": ALT}}}
    for count, one in enumerate(code, start=1):
        one["execution_count"] = count
    head = "**Runs in** about 5 s on two cores with 0.1 GiB of memory."
    text = {"cell_type": "markdown", "id": "head", "metadata": {}, "source": f"# Small\n\n{head}"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "medbook": {"cost": {"seconds": 1.0, "peak_mib": 100}},
        },
        "cells": [text, *code],
    }


def write(notebook, folder):
    path = folder / "small.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def run_nbval(path, *, cell_timeout=60):
    """Run the project's own gate on one notebook, in a process of its own, and return what it printed."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.nbval_gate", "-c", os.devnull, "--rootdir", path.parent]
    command = [*command, "--nbval", f"--nbval-cell-timeout={cell_timeout}", "-q", "--color=no", path]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [str(part) for part in command]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, env=environment, cwd=path.parent)
