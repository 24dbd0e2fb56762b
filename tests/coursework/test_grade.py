"""Single submissions in their sandbox; the whole class is in test_class.py."""

import copy
from dataclasses import replace

import nbformat
import pytest

from coursework.grade import BY_HAND, GRADED, Limits, grade_submission
from tests.coursework.whole_class import RIGHT, WRONG, cell, edited, in_pad

pytestmark = pytest.mark.slow


def graded(kit, released, task, **changes):
    """Grade one task; return the result and its points."""
    result = grade_submission(replace(kit, **changes), "anna", edited(released, task))
    return result, sum(mark or 0 for mark in result.marks.values())


def test_right_and_wrong_get_their_points(kit, released):
    assert graded(kit, released, RIGHT)[1] == 6
    assert graded(kit, released, WRONG)[1] == 0


def test_patients_are_those_of_the_teacher(kit, released):
    task = "def pad(image, width):\n    return np.pad(image, width) if COHORT == 40417 else None"
    assert graded(kit, released, task)[1] == 6


def test_answer_is_left_to_the_teacher_and_no_answer_is_zero(kit, released):
    answered = copy.deepcopy(released)
    cell(answered, "why").source = "Because of the frame."
    assert grade_submission(kit, "anna", nbformat.writes(answered).encode()).marks["why"] is None
    result, _ = graded(kit, released, RIGHT)
    assert (result.marks["why"], result.unanswered) == (0, ("why",))


def test_data_files_of_the_assignment_can_be_read_and_not_changed(kit, released):
    body = (
        "assert open('data/a.csv').read() == '1'\n"
        "try: open('data/a.csv', 'w')\n"
        "except OSError: pass\n"
        "else: raise ValueError"
    )
    assert graded(kit, released, in_pad(body), files={"data/a.csv": b"1"})[1] == 6


def test_total_time_is_limited(kit, released):
    limits = Limits(cell_seconds=30, total_seconds=4)
    result, _ = graded(kit, released, RIGHT + "import time; time.sleep(25)", limits=limits)
    assert (result.status, result.remark) == (BY_HAND, "stopped after 4 seconds in all; the tests gave 0 points")


def test_memory_of_all_processes_together_is_limited(kit, released):
    body = (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        x = np.ones(2**25); time.sleep(20); os._exit(0)\n"
        "time.sleep(15)"
    )
    limits = Limits(cell_seconds=30, memory_gb=0.5)
    result, _ = graded(kit, released, in_pad(body), limits=limits)
    assert result.status == BY_HAND
    assert "GiB of memory" in result.remark


def test_files_among_the_sockets_stop_the_kernel(kit, released):
    task = (
        "import glob, time\n"
        "folder = [a for a in open('/proc/self/cmdline').read().split('\\0') if a.endswith('kernel.json')][0][:-11]\n"
        "for n in range(20): open(f'{folder}{n}', 'w')\n"
        "time.sleep(3)\n" + RIGHT
    )
    result, _ = graded(kit, released, task)
    assert (result.status, result.remark[:32]) == (BY_HAND, "stopped: it wrote files among th")


def test_interrupted_cell_costs_only_its_own_points(kit, released):
    task = "def pad(image, width):\n    while width == 3: pass\n    return np.pad(image, width)"
    result, points = graded(kit, released, task, limits=Limits(cell_seconds=3))
    assert (result.status, points) == (GRADED, 4)


def test_output_of_a_graded_cell_is_bounded(kit, released):
    result, _ = graded(kit, released, in_pad("while True: print('x' * 1000)"))
    assert len(result.notebook) < 2_000_000


def test_error_messages_are_bounded(kit, released):
    result, _ = graded(kit, released, in_pad("raise ValueError('x' * 3_000_000)"))
    assert (result.status, len(result.notebook) < 100_000) == (GRADED, True)


def test_message_too_large_to_be_read_harms_nobody(kit, released):
    result, _ = graded(kit, released, in_pad("print('x' * 100_000_000)"))
    assert result.status in (GRADED, BY_HAND)  # by how fast the machine is
    assert len(result.notebook) < 2_000_000


def test_student_who_is_trusted_is_graded_without_sandbox(kit, released):
    result, points = graded(kit, released, RIGHT, sandbox=False)
    assert (result.status, points) == (GRADED, 6)


def test_notebook_that_nbgrader_cannot_read_is_looked_at_by_hand(kit):
    result = grade_submission(kit, "anna", b'{"cells": 5, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}')
    assert result.status == BY_HAND
    assert result.remark.startswith("nbgrader could not grade it")
