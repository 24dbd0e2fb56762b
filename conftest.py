"""Settings of all tests; nbval's rules for the chapters are in tests/nbval_gate.py."""

import importlib.util
import os

import matplotlib
import pytest
from hypothesis import settings

matplotlib.use("agg")  # no windows; not by MPLBACKEND, which the chapters' kernels would inherit
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# The graders have an environment of their own; `make test` runs their tests there.
collect_ignore = [] if importlib.util.find_spec("nbgrader") else ["tests/coursework"]

pytest_plugins = ["tests.nbval_gate"]

settings.register_profile("fast", max_examples=30, deadline=None, derandomize=True)
settings.register_profile("slow", max_examples=300, deadline=None)


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run the slow tests, and draw more examples")


def pytest_configure(config):
    settings.load_profile("slow" if config.getoption("--slow") else "fast")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow: runs with --slow, as `make test-all` does"))


def pytest_terminal_summary(terminalreporter):
    """Print what the tests of the DICOM contract tried: pytest keeps the output of passing tests to itself."""
    for report in terminalreporter.getreports("passed"):
        for name, summary in getattr(report, "user_properties", []):
            if name == "contract":
                terminalreporter.write_line(f"DICOM contract, {report.nodeid.split('::')[-1]}: {summary}")
