import sys
import tomllib
from pathlib import Path

import pytest

from medbook.check.machine import (
    GIB,
    PYTHONS,
    available_memory_gib,
    check_disk,
    check_memory,
    check_python,
    check_system,
    check_threads,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 13, 7), "ok"), ((3, 14, 0), "fail"), ((2, 7, 18), "fail")],
)
def test_python_is_judged_by_its_version(version, status):
    assert check_python(version, 64).status == status


def test_python_of_32_bit_fails():
    finding = check_python((3, 12, 0), 32)
    assert (finding.status, "64 bit only" in finding.text) == ("fail", True)


def test_pythons_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (first, (major, newest)) = PYTHONS
    assert project["requires-python"] == f">={first[0]}.{first[1]},<{major}.{newest + 1}"


@pytest.mark.parametrize(
    ("system", "machine", "status"),
    [("Darwin", "x86_64", "fail"), ("Darwin", "arm64", "ok"), ("Linux", "x86_64", "ok"), ("Windows", "AMD64", "ok")],
)
def test_system_fails_on_intel_macs_only(system, machine, status):
    assert check_system(system, machine).status == status


@pytest.mark.parametrize(("gib", "status"), [(1.9, "fail"), (2.0, "note"), (3.9, "note"), (4.0, "ok"), (None, "note")])
def test_memory_is_judged_by_what_a_chapter_takes(gib, status):
    assert check_memory(gib).status == status


def test_memory_of_a_container_is_its_limit(tmp_path):
    (tmp_path / "memory.max").write_text(f"{GIB}\n", encoding="ascii")
    (tmp_path / "memory.current").write_text(f"{GIB // 4}\n", encoding="ascii")
    assert available_memory_gib(cgroup=tmp_path) == 0.75


def test_memory_of_a_container_without_limit_is_the_machines(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("1000\n", encoding="ascii")
    (tmp_path / "meminfo").write_text("MemTotal: 9999 kB\nMemAvailable:    3145728 kB\n", encoding="ascii")
    assert available_memory_gib(proc=tmp_path / "meminfo", cgroup=tmp_path) == 3


def test_memory_that_nothing_tells_is_none(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert available_memory_gib(proc=tmp_path / "none", cgroup=tmp_path) is None


@pytest.mark.parametrize(
    ("num_threads", "environment", "status"),
    [(1, {}, "note"), (2, {}, "ok"), (8, {"OMP_NUM_THREADS": ""}, "ok"), (8, {"OMP_NUM_THREADS": "1"}, "note")],
)
def test_threads_are_judged_with_the_limits_of_the_environment(num_threads, environment, status):
    assert check_threads(num_threads, environment).status == status


def test_a_limit_of_threads_is_named():
    assert "OMP_NUM_THREADS=1" in check_threads(8, {"OMP_NUM_THREADS": "1"}).text


@pytest.mark.parametrize(("gib", "status"), [(0.4, "fail"), (1.0, "note"), (2.0, "ok")])
def test_disk_is_judged_by_its_free_room(gib, status):
    assert check_disk(".", gib).status == status


def test_disk_of_a_real_folder_is_measured(tmp_path):
    assert "GiB free" in check_disk(tmp_path).text
