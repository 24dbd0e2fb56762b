import os
import signal
import subprocess
import sys
import time

import pytest
from distributed import Client

from coursework.cluster import connected, grade_all
from coursework.course import CourseError
from coursework.grade import BY_HAND, GRADED, Result
from tests.coursework.whole_class import RIGHT, edited

pytestmark = pytest.mark.slow


def slowly(kit, student, notebook):
    time.sleep(0.3)
    return Result(student, GRADED, str(os.getpid()))


def deadly(kit, student, notebook):
    if student == "killer":
        os.kill(os.getpid(), signal.SIGKILL)
    return slowly(kit, student, notebook)


def faulty(kit, student, notebook):
    raise CourseError("mend it") if student == "mendable" else ZeroDivisionError("a fault")


@pytest.fixture
def submissions(tmp_path):
    def make(names):
        paths = {name: tmp_path / f"{name}.ipynb" for name in names}
        for path in paths.values():
            path.write_bytes(b"{}")
        return paths

    return make


def test_killed_worker_loses_no_submission(kit, submissions):
    names = [f"s{number}" for number in range(12)]
    with connected(workers=2) as client:
        results = grade_all(client, kit, submissions(names), slowly)
        first = next(results)
        os.kill(int(first.remark), signal.SIGKILL)
        done = [first, *results]
    assert sorted(result.student for result in done) == sorted(names)
    assert {result.status for result in done} == {GRADED}


def test_submission_that_kills_its_workers_is_looked_at_by_hand_and_costs_no_other(kit, submissions):
    with connected(workers=2) as client:
        results = grade_all(client, kit, submissions(["a", "b", "killer", "c", "d"]), deadly)
        status = {result.student: result.status for result in results}
    assert status == dict(a=GRADED, b=GRADED, c=GRADED, d=GRADED, killer=BY_HAND)


def test_fault_of_the_grader_is_one_submissions_remark(kit, submissions):
    with connected(workers=1) as client:
        [result] = grade_all(client, kit, submissions(["a"]), faulty)
        assert (result.status, result.remark) == (BY_HAND, "the grader failed: ZeroDivisionError: a fault")


def test_what_the_teacher_can_mend_ends_the_run(kit, submissions):
    with connected(workers=1) as client, pytest.raises(CourseError, match="mend it"):
        list(grade_all(client, kit, submissions(["mendable"]), faulty))


def test_remote_workers_need_only_the_environment(kit, submissions, released, tmp_path):
    paths = submissions(["anna"])
    paths["anna"].write_bytes(edited(released, RIGHT))
    port, elsewhere = "18786", dict(cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **elsewhere
    )
    worker = subprocess.Popen([*dask, "worker", address, "--no-dashboard", "--nthreads", "1"], **elsewhere)
    try:
        time.sleep(5)
        with connected(scheduler=address) as client:
            [result] = grade_all(client, kit, paths)
    finally:
        worker.terminate()
        scheduler.terminate()
        worker.wait()
        scheduler.wait()
    assert (result.status, sum(mark or 0 for mark in result.marks.values())) == (GRADED, 6)


def test_strangers_cannot_use_the_local_cluster():
    with connected(workers=1) as client:
        address = client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        for stranger in (address, address.replace("tls", "tcp")):
            with pytest.raises((OSError, TypeError)):
                Client(stranger, timeout=3)
