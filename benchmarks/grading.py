"""How long does grading a class take? Writes results/grading.json.

    .venv-grading/bin/python benchmarks/grading.py [--submissions 300] [--plain 20]

A small NumPy assignment (three tests), submissions half right and half wrong, through four routes: plain nbgrader one
by one as its command line does it (a sample, for it is slow), and this package with one and two workers, with the
sandbox and without. Routes share the machine with whatever else runs on it: quote the ratios.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

import nbformat

from coursework import sources
from coursework.cluster import connected, grade_all
from coursework.course import Course
from coursework.grade import make_kit
from coursework.marks import record
from coursework.release import release
from tests.coursework.whole_class import RIGHT, WRONG, edited

SMALL = Path(__file__).parents[1] / "tests" / "coursework" / "small" / "pad.md"
POINTS = {RIGHT: 6.0, WRONG: 0.0}


def make_course(folder, submissions):
    """Make a course with submissions, right and wrong in turn; return it and the points that each deserves."""
    course = Course(folder)
    released = nbformat.read(release(course, "pad", sources.build_file(SMALL)), as_version=4)
    deserved = {}
    for number in range(submissions):
        task = WRONG if number % 2 else RIGHT
        path = course.notebook("submitted", "pad", f"s{number:04}")
        path.parent.mkdir(parents=True)
        path.write_bytes(edited(released, task))
        deserved[f"s{number:04}"] = POINTS[task]
    return course, deserved


def plain_seconds(folder, submissions):
    """Time ``nbgrader autograde`` for one student after the other, each in a process of its own."""
    course, deserved = make_course(folder, submissions)
    (course.root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'medbook'\n")
    start = time.perf_counter()
    for student in deserved:
        command = ["nbgrader", "autograde", "pad", "--student", student]
        subprocess.run(command, cwd=course.root, check=True, capture_output=True)
    return time.perf_counter() - start


def engine_seconds(folder, submissions, workers, sandbox):
    """Time this package, from the start of its workers to the last mark in the gradebook; check every mark."""
    course, deserved = make_course(folder, submissions)
    kit = make_kit(course, "pad", sandbox=sandbox)
    paths = {student: course.notebook("submitted", "pad", student) for student in deserved}
    start, marks = time.perf_counter(), {}
    with connected(workers) as client:
        for result in grade_all(client, kit, paths):
            record(course, "pad", result)
            marks[result.student] = sum(mark or 0 for mark in result.marks.values())
        seconds = time.perf_counter() - start
    if marks != deserved:
        raise RuntimeError(f"wrong marks: {sorted(set(marks.items()) ^ set(deserved.items()))}")
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--submissions", type=int, default=300)
    parser.add_argument("--plain", type=int, default=20, help="submissions for plain nbgrader")
    parser.add_argument("--trusted", type=int, default=60, help="submissions without sandbox")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "grading.json")
    options = parser.parse_args()
    number, few = options.submissions, options.trusted
    routes = {
        "plain nbgrader, one by one": (options.plain, lambda folder: plain_seconds(folder, options.plain)),
        "1 worker, no sandbox": (few, lambda folder: engine_seconds(folder, few, 1, sandbox=False)),
        "1 worker, sandbox": (number, lambda folder: engine_seconds(folder, number, 1, sandbox=True)),
        "2 workers, no sandbox": (few, lambda folder: engine_seconds(folder, few, 2, sandbox=False)),
        "2 workers, sandbox": (number, lambda folder: engine_seconds(folder, number, 2, sandbox=True)),
    }
    rows = []
    print(f"{'route':28} {'submissions':>11} {'seconds':>8} {'each':>6}")
    for name, (count, run) in routes.items():
        folder = tempfile.mkdtemp()
        seconds = run(Path(folder) / "course")
        shutil.rmtree(folder, ignore_errors=True)
        rows.append(dict(route=name, submissions=count, seconds=seconds, seconds_each=seconds / count))
        print(f"{name:28} {count:11} {seconds:8.1f} {seconds / count:6.2f}", flush=True)
    result = {
        "date": datetime.date.today().isoformat(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in ("nbgrader", "distributed", "nbclient", "ipykernel")},
        "routes": rows,
        "speed_up": rows[0]["seconds_each"] / rows[-1]["seconds_each"],
    }
    print(f"{rows[-1]['route']} is {result['speed_up']:.1f} times as fast as {rows[0]['route']}")
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output.name}")


if __name__ == "__main__":
    main()
