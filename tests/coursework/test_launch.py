import subprocess
import sys

import pytest

from coursework import launch
from coursework.course import CourseError
from coursework.grade import Limits

LIMITS = Limits(memory_gb=1, processes=50)


def run(code, sockets=None, files=None):
    """Run Python code in the sandbox; return what it prints."""
    words = launch.command([sys.executable, "-c", code], sockets, LIMITS, files)
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.fixture(params=["as root", "as a user"], autouse=True)
def mode(request, monkeypatch):
    if request.param == "as a user":
        monkeypatch.setattr(launch, "is_root", lambda: False)
    elif not launch.is_root():
        pytest.skip("these tests don't run as root")


@pytest.mark.parametrize("folder", ["coursework", "tests", "chapters", ".git", "data"])
def test_the_books_repository_is_not_there(folder):
    path = launch.Path(launch.__file__).parents[1] / folder
    assert path.exists()
    assert run(f"import os; print(os.path.exists({str(path)!r}))") == "False"


def test_only_what_is_bound_is_there(tmp_path):
    # Where the book and its environment lie below /tmp, the way to them is there too.
    places = [launch.Path(launch.__file__), launch.Path(sys.prefix), launch.Path(sys.base_prefix)]
    ways = {path.parts[2] for path in places if path.is_relative_to("/tmp")}
    seen = f"os.path.exists({str(tmp_path)!r}), os.listdir('/etc'), sorted(os.listdir('/tmp'))"
    assert run(f"import os; print({seen})") == f"False ['ld.so.cache'] {sorted({'home', *ways})}"


def test_the_books_package_and_numpy_work():
    assert run("import numpy, medbook.scratch; print(numpy.ones(3).sum())") == "3.0"


@pytest.mark.parametrize("folder", ["/", "/usr", "/etc", "/dev", sys.prefix, sys.base_prefix, "/proc"])
def test_nothing_can_be_written_but_the_folder_in_memory(folder):
    assert run(f"open({folder + '/x'!r}, 'w')").startswith(("OSError", "PermissionError", "FileNotFoundError"))


def test_folder_of_its_own_can_be_written_and_is_bounded():
    code = "f = open('x', 'wb')\nfor _ in range(3): f.write(bytes(2**20))\nprint(f.tell() >> 20)"
    assert run(code) == "3"
    fill = "for n in range(9): open(f'/tmp/{n}', 'wb').write(bytes(200 * 2**20))"
    assert run(fill).startswith("OSError: [Errno 28]")


def test_data_files_are_there_read_only(tmp_path):
    (tmp_path / "a.csv").write_text("1,2")
    files = {"data/a.csv": tmp_path / "a.csv"}
    assert run("print(open('data/a.csv').read())", files=files) == "1,2"
    assert run("open('data/a.csv', 'w')", files=files).startswith(("OSError", "PermissionError"))


def test_no_environment_variable_of_the_teacher_is_passed_on(monkeypatch):
    monkeypatch.setenv("API_KEY", "s3cret")
    code = (
        "import glob\n"
        "for path in glob.glob('/proc/[0-9]*/environ'):\n"
        "    try: print(open(path).read())\n"
        "    except OSError: pass\n"
    )
    assert "LANG=C.UTF-8" in run(code)
    assert "s3cret" not in run(code)


def test_no_network():
    assert "unreachable" in run("import socket; socket.create_connection(('1.1.1.1', 80), timeout=3)")
    assert "refused" in run("import socket; socket.create_connection(('127.0.0.1', 22), timeout=3)")


def test_no_other_process_is_seen():
    assert int(run("import os; print(sum(name.isdigit() for name in os.listdir('/proc')))")) <= 4


def test_no_capability_and_no_way_to_get_one():
    status = run("print(open('/proc/self/status').read())")
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


def test_memory_beyond_the_limit_is_a_memory_error():
    assert run("bytes(2 * 2**30)") == "MemoryError"
    assert run("print(len(bytes(2**29)))") == str(2**29)


def test_missing_bubblewrap_is_refused_with_the_remedy(monkeypatch):
    launch.need_sandbox.cache_clear()
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CourseError, match=r"bwrap is not there.*Install bubblewrap 0.7.*--trust-students"):
        launch.need_sandbox(LIMITS)


def test_bubblewrap_that_cannot_make_namespaces_is_refused_with_its_own_words(monkeypatch, tmp_path):
    launch.need_sandbox.cache_clear()
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(CourseError, match=r"No permissions to create new namespace\. Install"):
        launch.need_sandbox(LIMITS)
    launch.need_sandbox.cache_clear()


def test_processes_are_limited(mode):
    code = (
        "import os, time\n"
        "for n in range(200):\n"
        "    try: child = os.fork()\n"
        "    except OSError: break\n"
        "    if child == 0: time.sleep(9); os._exit(0)\n"
        "print(n)"
    )
    if not launch.is_root() and launch.os.geteuid() == 0:
        pytest.skip("the system sets no limit on root's processes in a user namespace")
    assert int(run(code)) < 50
