"""nbval with the book's rules: a tolerance for trained numbers, and a dead kernel noticed at once.

Loaded by ``conftest.py`` at the root. nbval compares outputs as text. A cell whose metadata hold
``"medbook": {"tolerance": 0.02}`` may differ in its numbers by that much, one by one; its other
text must be equal. stderr is not compared: progress bars go there.
"""

import copy
import re
import time
from queue import Empty

import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")
SECONDS_FOR_OUTPUT = 30  # nbval's own 5 s are too few on a busy runner


class PatientKernel(RunningKernel):
    """A kernel whose death is noticed within a second, not when the cell's time is up."""

    def await_reply(self, msg_id, timeout=None):
        deadline = time.monotonic() + (timeout or 0)
        while True:
            try:
                return super().await_reply(msg_id, timeout=1)
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("The kernel died in this cell; most often the memory was used up.") from None
                if time.monotonic() > deadline:
                    raise


def pytest_collectstart(collector):
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("stderr",)


def pytest_itemcollected(item):
    if isinstance(item, IPyNbCell):
        item.output_timeout = SECONDS_FOR_OUTPUT
        tolerance = item.cell.metadata.get("medbook", {}).get("tolerance")
        if tolerance is not None:
            compare = item.compare_outputs
            item.compare_outputs = lambda test, ref, skip_compare=None: compare(
                within_tolerance(test, ref, tolerance), ref, skip_compare
            )


@pytest.hookimpl(trylast=True)  # after pytest's own set-up, which starts the kernel at the first cell
def pytest_runtest_setup(item):
    if isinstance(item, IPyNbCell) and isinstance(item.parent.kernel, RunningKernel):
        item.parent.kernel.__class__ = PatientKernel


def pytest_terminal_summary(terminalreporter):
    """Say how many cells nbval runs without comparing, for those carry no claim."""
    cells = getattr(terminalreporter, "medbook_cells", [])
    if cells:
        ignored = sum("nbval-ignore-output" in item.cell.metadata.get("tags", []) for item in cells)
        tolerant = sum("tolerance" in item.cell.metadata.get("medbook", {}) for item in cells)
        terminalreporter.write_line(
            f"notebook cells: {len(cells)} run, {tolerant} compared within a tolerance, {ignored} not compared"
        )


def pytest_collection_finish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.medbook_cells = [item for item in session.items if isinstance(item, IPyNbCell)]


def within_tolerance(outputs, reference, tolerance):
    """Return ``outputs`` in which each number close enough to its reference is replaced by it."""
    # A cell under test still has its stderr, the stored one does not: without it the two lists run in step.
    outputs = [copy.deepcopy(output) for output in outputs if output.get("name") != "stderr"]
    for output, stored in zip(outputs, reference, strict=False):
        if "text" in output and "text" in stored:
            output["text"] = agree(output["text"], stored["text"], tolerance)
        for mime in output.get("data", {}):
            if mime.startswith("text/") and mime in stored.get("data", {}):
                output["data"][mime] = agree(output["data"][mime], stored["data"][mime], tolerance)
    return outputs


def agree(text, stored, tolerance):
    """Return ``stored`` if ``text`` has the same words and each number within ``tolerance``, else ``text``."""
    if NUMBER.split(text) != NUMBER.split(stored):
        return text
    pairs = zip(NUMBER.findall(text), NUMBER.findall(stored), strict=True)
    return stored if all(abs(float(new) - float(old)) <= tolerance for new, old in pairs) else text
