"""A child process that reads files, so that a decoder that ends or hangs its process is a failing input."""

import multiprocessing
import sys
import time
import warnings
from pathlib import Path


def serve(connection):
    from medbook.dicom import DicomReadError, read_image

    warnings.simplefilter("ignore")
    while (path := connection.recv()) is not None:
        start = time.perf_counter()
        try:
            read_image(path)
            outcome = "read"
        except DicomReadError as error:
            outcome = "refused" if is_clean(str(error)) else f"unclean message {str(error)!r}"
        except BaseException as error:
            outcome = f"raised {type(error).__name__}: {error}"
        connection.send((outcome, time.perf_counter() - start, peak_bytes()))


def is_clean(message):
    return message.isprintable() and len(message) < 600


def peak_bytes():
    """Return the most memory that this process has held. On Linux, ru_maxrss would count its parent's as well."""
    status = Path("/proc/self/status")
    if status.exists():
        kibibytes = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return 1024 * int(kibibytes)
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


class ReaderProcess:
    """Reads one file after another in a child that is started anew when it dies."""

    def __init__(self, timeout=20):
        self.timeout = timeout
        self.process = None

    def read(self, path):
        """Return outcome, seconds and peak memory in bytes."""
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.connection, other = context.Pipe()
            self.process = context.Process(target=serve, args=(other,), daemon=True)
            self.process.start()
            other.close()
        self.connection.send(str(path))
        try:
            if self.connection.poll(self.timeout):
                return self.connection.recv()
            outcome = f"hung for {self.timeout} s"
        except EOFError:
            self.process.join()
            outcome = f"ended the process with exit code {self.process.exitcode}"
        self.close()
        return outcome, 0.0, 0

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None
