"""Run the cells of a submission by nbgrader's `Execute`, and survive whatever they do.

`Execute` stops a cell at its time limit and goes on. Added here: the sandbox, a limit on output, a watch on what the
whole sandbox takes, and a record of what went wrong instead of an exception.
"""

import ast
import asyncio
import threading
import time
from pathlib import Path

import psutil
import zmq.asyncio
from jupyter_client.utils import ensure_async
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

from coursework.launch import GIB, SandboxManager

MESSAGE_BYTES = 8 * 2**20  # a larger message is not read; a figure has some hundred kilobytes
WIDGETS = (
    "comm_open",
    "comm_msg",
    "comm_close",
    "clear_output",
    "update_display_data",
)  # could take outputs away again
TEXT = 2000  # letters of an error's message, and of each line of its traceback
SOCKETS = 6  # five and the connection file


class GuardedExecute(Execute):
    """Runs a notebook; afterwards `trouble` says why it could not be finished, or is empty.

    Parameters
    ----------
    limits : coursework.grade.Limits
    sockets : Path
        An empty folder for the sockets, with a short path (the system allows 107 characters).
    sandbox : bool
        Whether to isolate the kernel.
    files : dict
        Data files of the assignment, path by name.
    """

    def __init__(self, limits, sockets, sandbox=True, files=None):
        options = dict(store_widget_state=False, skip_cells_with_tag="", shutdown_kernel="immediate")
        super().__init__(timeout=limits.cell_seconds, **options)
        self.limits, self.sockets, self.sandbox, self.files = limits, sockets, sandbox, files or {}
        self.trouble, self.forged, self.at, self.written, self.full = "", [], None, 0, False

    def create_kernel_manager(self):
        """Make the manager of a sandboxed kernel whose messages are limited in size."""
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
        place = dict(transport="ipc", ip=str(self.sockets / "k"), connection_file=str(self.sockets / "kernel.json"))
        limits = self.limits if self.sandbox else None
        self.km = SandboxManager(context=self.context, limits=limits, files=self.files, **place)
        return self.km

    def preprocess(self, nb, resources, km=None):
        """Run all cells; if that fails, let every cell from there on count as failed."""
        self.context = zmq.asyncio.Context()
        watch = Watch(self)
        try:
            return super().preprocess(nb, resources, km)
        except Exception as error:  # a hostile kernel may make the client fail in any way
            self.trouble = watch.reason or f"{_why(error)} in {name_of(nb, self.at)}"
            for cell in nb.cells[self.at or 0 :]:
                if cell.cell_type == "code":
                    cell.outputs = [
                        new_output("error", ename="NotFinished", evalue=self.trouble, traceback=[self.trouble])
                    ]
            return nb, resources
        finally:
            watch.stop()
            self.context.destroy(linger=0)

    def preprocess_cell(self, cell, resources, index):
        """Run one cell, and look whether it answers what its code cannot answer."""
        self.at, self.written, self.full = index, 0, False
        cell, resources = super().preprocess_cell(cell, resources, index)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.evalue = output.evalue[:TEXT]
                output.traceback = [line[:TEXT] for line in output.traceback[-50:]]
        results = [output for output in cell.get("outputs", []) if output.output_type == "execute_result"]
        if results and cell.metadata.get("nbgrader", {}).get("locked") and not ends_in_expression(cell.source):
            self.forged.append(cell.metadata.nbgrader["grade_id"])
        return cell, resources

    def process_message(self, msg, cell, cell_index):
        """Keep a message of the kernel's as an output, until there are too many of them."""
        if msg["msg_type"] in WIDGETS:
            return None
        self.written += len(repr(msg["content"])) if msg["msg_type"] != "status" else 0
        if msg["msg_type"] == "status" or self.written <= self.limits.output_mb * 1e6:
            return super().process_message(msg, cell, cell_index)
        if not self.full:
            self.full = True
            reason = f"stopped after {self.limits.output_mb} MB of output"
            cell.outputs.append(new_output("error", ename="OutputLimit", evalue=reason, traceback=[reason]))
            self._interrupting = asyncio.ensure_future(ensure_async(self.km.interrupt_kernel()))
        return None


class Watch:
    """Looks five times a second at all that the sandbox holds, and kills it beyond the limits; `reason` says why."""

    def __init__(self, execute):
        self.execute, self.reason, self.stopped = execute, "", threading.Event()
        self.deadline = time.monotonic() + execute.limits.total_seconds
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def stop(self):
        """End the watch."""
        self.stopped.set()
        self.thread.join()

    def _look(self):
        while not self.stopped.wait(0.2) and not self.reason:
            process = getattr(getattr(self.execute.km, "provisioner", None), "process", None)
            if process is not None:
                self.reason = self._excess(process.pid)
                if self.reason:
                    process.kill()

    def _excess(self, pid):
        limits = self.execute.limits
        if time.monotonic() > self.deadline:
            return f"stopped after {limits.total_seconds} seconds in all"
        try:
            files = len(list(Path(self.execute.sockets).iterdir()))
            family = psutil.Process(pid).children(recursive=True)
        except (OSError, psutil.Error):  # the sandbox ended while we looked
            return ""
        if files > SOCKETS:
            return "stopped: it wrote files among the kernel's sockets"
        memory = sum(map(resident, family))
        if memory > limits.memory_gb * GIB:  # forked processes share pages, which were counted for each
            memory = sum(resident(process, shared_once=True) for process in family)
        if len(family) > limits.processes:
            return f"stopped at {len(family)} processes"
        return f"stopped at {memory / GIB:.1f} GiB of memory" if memory > 1.25 * limits.memory_gb * GIB else ""


def resident(process, shared_once=False):
    """Return the bytes of memory that a process holds; 0 if it has ended."""
    try:
        return process.memory_full_info().pss if shared_once else process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    except psutil.AccessDenied:
        return 0 if not shared_once else resident(process)


def name_of(nb, index):
    """Name a cell for the teacher."""
    if index is None:
        return "the kernel's start"
    name = nb.cells[index].metadata.get("nbgrader", {}).get("grade_id")
    return f"the cell {name}" if name else f"cell number {index + 1}, one that the student added or that is not graded"


def ends_in_expression(source):
    """Tell whether running a cell can yield a result, that is, whether its last line is an expression."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return True  # a magic command: can't tell
    return bool(body) and isinstance(body[-1], ast.Expr)


def _why(error):
    known = {
        "DeadKernelError": "the kernel died",
        "CellTimeoutError": "the kernel did not obey when it was stopped at the time limit",
    }
    text = str(error).strip().splitlines()
    return known.get(type(error).__name__, f"{type(error).__name__}: {text[0][:200] if text else ''}")
