"""Grade many submissions side by side with dask.distributed, on this machine or on a cluster.

Each task carries the kit and one notebook as bytes and returns bytes, so a worker needs the environment and nothing
else. If a worker dies, its submission is graded again by another. One that brings down every worker, even when it is
graded alone, is to be looked at by hand.
"""

import contextlib
import itertools
import logging
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import dask
from distributed import Client, KilledWorker, LocalCluster, Security, as_completed

from coursework.course import CourseError
from coursework.grade import BY_HAND, Result, grade_submission

# A worker holds one submission at a time, so that its death is not blamed on others that wait beside it.
SETTINGS = {"distributed.scheduler.allowed-failures": 1, "distributed.scheduler.worker-saturation": 1.0}
SETTINGS |= {f"distributed.{who}.http.routes": [] for who in ("scheduler", "worker")}  # no pages that others could open
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
    dask.config.set(SETTINGS)
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
    options = dict(n_workers=workers or os.cpu_count(), threads_per_worker=1, processes=True, memory_limit=0)
    with tempfile.TemporaryDirectory() as folder:
        options |= dict(dashboard_address="127.0.0.1:0", host="127.0.0.1", security=_keys(Path(folder)))
        with LocalCluster(**options) as cluster, Client(cluster) as client:
            yield client


def _keys(folder):
    """Make a key for this run alone: else everyone with an account on this machine could run code as the teacher."""
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", "/CN=medbook"]
    if shutil.which("openssl") is None:
        raise CourseError("openssl is not there, which keeps others on this machine out: install it.")
    subprocess.run([*words, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    pair = {f"tls_{who}_{kind}": path for who in ("scheduler", "worker", "client")
            for kind, path in (("key", key), ("cert", certificate))}  # fmt: skip
    return Security(tls_ca_file=certificate, require_encryption=True, **pair)


def _send_package(client):
    # Only the code of the grader: the assignments' sources and solutions stay here.
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "coursework.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            for path in PACKAGE.glob("*.py"):
                zipped.write(path, f"coursework/{path.name}")
        client.upload_file(str(archive))


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
    owners, done, suspects = {}, as_completed(), []

    def submit(student, path):
        future = client.submit(grade, kit, student, Path(path).read_bytes(), pure=False)
        owners[future.key] = student
        return future

    # A few for every worker, so that not all notebooks are in memory at once.
    for one in itertools.islice(waiting, 4 * max(1, len(client.scheduler_info()["workers"]))):
        done.add(submit(*one))
    for future in done:
        student = owners.pop(future.key)
        if isinstance(future.exception(), KilledWorker):
            suspects.append(student)
        else:
            yield _result(future, student)
        for one in itertools.islice(waiting, 1):
            done.add(submit(*one))
    for student in suspects:  # again, one after the other: then it is clear whose fault it is
        yield _result(submit(student, submissions[student]), student)


def _result(future, student):
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, CourseError):
        raise error
    if isinstance(error, KilledWorker):
        return Result(student, BY_HAND, "every process that graded it died")
    return Result(student, BY_HAND, f"the grader failed: {type(error).__name__}: {error}"[:500])
