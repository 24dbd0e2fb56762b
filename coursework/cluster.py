"""Grade many submissions side by side with dask.distributed, on this machine or on a cluster.

Each task carries the kit and one notebook as bytes and returns bytes, so a worker needs the environment and nothing
else. If a worker dies, its submission is graded again by another; if that one dies too, it is to be looked at by hand.
"""

import contextlib
import itertools
import logging
import os
import tempfile
import zipfile
from pathlib import Path

import dask
from distributed import Client, KilledWorker, LocalCluster, as_completed

from coursework.course import CourseError
from coursework.grade import BY_HAND, Result, grade_submission

DEATHS = 1  # of workers that a submission may cause before it is given up
PACKAGE = Path(__file__).parent


@contextlib.contextmanager
def connected(workers=None, scheduler=None):
    """Connect to a scheduler, or start a local cluster with a process for every core.

    Parameters
    ----------
    workers : int, optional
        Processes of the local cluster.
    scheduler : str, optional
        Address of a running scheduler, such as ``tcp://10.0.0.1:8786``.
    """
    dask.config.set({"distributed.scheduler.allowed-failures": DEATHS, "distributed.comm.retry.count": 2})
    if scheduler:
        try:
            client = Client(scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise CourseError(f"no scheduler answers at {scheduler} ({error}): start `dask scheduler`.") from None
        with client:
            _send_package(client)
            yield client
        return
    logging.getLogger("distributed").setLevel(logging.ERROR)
    options = dict(n_workers=workers or os.cpu_count(), threads_per_worker=1, processes=True)
    with (
        LocalCluster(**options, memory_limit=0, dashboard_address=None, host="127.0.0.1") as cluster,
        Client(cluster) as client,
    ):
        yield client


def _send_package(client):
    # Only the code of the grader: the assignments' sources and solutions stay here.
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "coursework.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            for path in PACKAGE.glob("*.py"):
                zipped.write(path, f"coursework/{path.name}")
        client.upload_file(archive)


def grade_all(client, kit, submissions, grade=grade_submission):
    """Grade submissions, and yield each `Result` when it is there.

    Parameters
    ----------
    client : distributed.Client
    kit : coursework.grade.Kit
    submissions : dict
        Path of each notebook, by student.
    grade : callable, optional
        Called on the workers with kit, student and the notebook's bytes.

    Yields
    ------
    coursework.grade.Result
    """
    waiting = iter(submissions.items())
    owners, done = {}, as_completed()

    def submit(count):
        for student, path in itertools.islice(waiting, count):
            future = client.submit(grade, kit, student, Path(path).read_bytes(), pure=False)
            owners[future.key] = student
            done.add(future)

    submit(4 * max(1, len(client.scheduler_info()["workers"])))  # so that not all notebooks are in memory at once
    for future in done:
        yield _result(future, owners.pop(future.key))
        future.release()
        submit(1)


def _result(future, student):
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, CourseError):
        raise error
    if isinstance(error, KilledWorker):
        return Result(student, BY_HAND, "the process that graded it died, and so did the next one that tried")
    return Result(student, BY_HAND, f"the grader failed: {type(error).__name__}: {error}"[:500])
