"""Every assignment: its graders are right, its points add up, its notebook runs, and students get no solution."""

import json
import os
import re
import subprocess
import sys

import nbformat
import pytest

from coursework import overview, sources, trial
from coursework.grade import Limits
from coursework.leaks import CANARY

ROOT = sources.SOURCES.parents[1]
STEMS = sources.stems()
SECTION = re.compile(r"^## .*\((\d+) points?\)$", re.MULTILINE)


def tasks(notebook):
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells if cell.cell_type == "code"]
    return [cell["grade_id"] for cell in cells if cell.get("solution")]


@pytest.mark.slow
@pytest.mark.parametrize("stem", STEMS)
def test_graders_pass_the_reference_and_reject_the_wrong(stem):
    # A process of its own: a solution may change global state, such as TensorFlow's random numbers.
    command = [sys.executable, "-m", "coursework.trial", stem]
    tried = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    print(tried.stdout)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert tried.stdout.count("reference, cohort") == 3 * sum(
        n.startswith("test_") for n in sources.points(sources.build(stem))
    )


@pytest.mark.parametrize("stem", STEMS)
def test_each_task_has_four_wrong_solutions(stem):
    listed = [wrong.task for wrong in trial.wrong_solutions(stem)]
    notebook = sources.build(stem)
    assert {task: listed.count(task) for task in tasks(notebook) if listed.count(task) < 4} == {}
    assert set(listed) <= set(tasks(notebook))


@pytest.mark.parametrize("stem", STEMS)
def test_headings_say_the_points_of_their_tests(stem):
    said, given, total = {}, {}, sources.points(sources.build(stem))
    heading = None
    for cell in sources.build(stem).cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else []:
            if line.startswith("## "):
                heading = line
                found = SECTION.match(line)
                said[heading] = int(found.group(1)) if found else 0
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in total:
            given[heading] = given.get(heading, 0) + total[name]
    assert {heading: points for heading, points in said.items() if points} == given
    text = (sources.SOURCES / f"{stem}.md").read_text("utf-8")
    minutes, points = map(int, re.search(r"\*(\d+) minutes, (\d+) points\.", text).groups())
    assert points == sum(total.values())
    assert minutes == sources.about(sources.SOURCES / f"{stem}.md")["minutes"]
    assert 10 <= points <= 20
    assert 60 <= minutes <= 120


@pytest.mark.parametrize("stem", STEMS)
def test_instructors_notebook_passes_nbval(stem, tmp_path):
    nbformat.write(sources.build(stem), tmp_path / f"{stem}.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", f"--rootdir={tmp_path}"]
    command += ["--nbval-cell-timeout=120", "--nbval-kernel-name=python3", f"{stem}.ipynb"]
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, cwd=tmp_path, env=one_thread, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout[-3000:]
    code_cells = sum(cell.cell_type == "code" for cell in sources.build(stem).cells)
    assert f"{code_cells} passed" in run.stdout


@pytest.mark.parametrize("stem", STEMS)
def test_students_notebook_holds_no_solution(stem):
    text = nbformat.writes(sources.student_notebook(stem))
    assert not re.search(rf"{CANARY}|BEGIN SOLUTION|HIDDEN TESTS|MARK SCHEME|{sources.TRIAL_COHORT}", text)
    assert text.count("raise NotImplementedError()") == len(tasks(sources.build(stem)))


@pytest.mark.parametrize("stem", STEMS)
def test_students_notebook_shows_what_the_instructors_shows(stem):
    """Cells that belong to nobody, and the visible part of the tests, are the same in both."""
    for student, teacher in zip(sources.student_notebook(stem).cells, sources.build(stem).cells, strict=True):
        role = teacher.metadata.get("nbgrader", {})
        if not role.get("solution"):
            visible = re.sub(r"### BEGIN HIDDEN.*?### END HIDDEN TESTS\n?", "", teacher.source, flags=re.DOTALL)
            assert student.source.strip() == visible.strip()


def test_page_for_students_lists_every_assignment():
    assert overview.table() in overview.PAGE.read_text("utf-8"), "run: python -m coursework.overview"


def test_page_for_teachers_quotes_the_benchmark():
    routes = json.loads((ROOT / "benchmarks" / "results" / "grading.json").read_text("utf-8"))["routes"]
    each = {route["route"]: route["seconds_each"] for route in routes}
    [total] = [route["seconds"] for route in routes if route["route"] == "2 workers, sandbox"]
    page = (ROOT / "chapters" / "instructors.md").read_text("utf-8")
    assert f"300 submissions in {total:.0f} s in the sandbox, {each['2 workers, sandbox']:.2f} s each" in page
    assert f"one worker takes {each['1 worker, sandbox']:.2f} s each" in page
    assert f"plain nbgrader, one submission after the other, {each['plain nbgrader, one by one']:.1f} s each" in page


def test_page_for_teachers_says_the_limits():
    page = (ROOT / "chapters" / "instructors.md").read_text("utf-8")
    limits = Limits()
    said = f"time (a cell {limits.cell_seconds:g} s, a submission {limits.total_seconds:g} s), memory "
    said += f"({limits.memory_gb:g} GiB), processes ({limits.processes})"
    assert said in page
    assert f"output ({limits.output_mb:g} MB a cell)" in page
