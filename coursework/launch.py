"""Start a student's kernel where it can do no harm: in bubblewrap (https://github.com/containers/bubblewrap).

The kernel sees Python, the environment's packages, `medbook` and the assignment's data files, all read-only; an empty
folder of its own in memory; no network, no other process, no environment variable of the teacher's. It answers
through sockets in a folder, the only thing that it shares with the grading process.

When the teacher grades as root, the kernel gets a user number of its own that owns nothing; otherwise it runs in a
user namespace.
"""

import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Any

from coursework.course import CourseError

HOME = "/tmp/home"
GIB = 2**30
REMEDY = (
    "Install bubblewrap 0.7 or newer (Debian, Ubuntu: apt install bubblewrap) on Linux, allow user namespaces "
    "(sysctl kernel.unprivileged_userns_clone=1, and on Ubuntu 24.04 kernel.apparmor_restrict_unprivileged_userns=0), "
    "or grade in a virtual machine with --trust-students: then their code runs as you, with all that you may do."
)


def is_root():
    """Tell whether this process may give the kernel another user number."""
    return os.geteuid() == 0


def isolation():
    """Return bubblewrap's options that part the kernel from everything else."""
    options = ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    if not is_root():
        return ["--unshare-all", *options]
    keep = [word for name in ("SETUID", "SETGID", "SETPCAP") for word in ("--cap-add", f"CAP_{name}")]
    return ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try", *options, *keep]


def visible(files):
    """Return bubblewrap's options for the file system: what is bound is all there is."""
    options = [
        "--ro-bind",
        "/usr",
        "/usr",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--perms",
        "1777",
        "--size",
        str(GIB // 4),
    ]
    options += [
        "--tmpfs",
        "/dev/shm",
        "--remount-ro",
        "/dev",
        "--perms",
        "1777",
        "--size",
        str(GIB // 2),
        "--tmpfs",
        "/tmp",
    ]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            options += ["--ro-bind", str(path), str(path)]
    medbook = Path(importlib.util.find_spec("medbook").origin).parent
    for path in dict.fromkeys([Path("/etc/ld.so.cache"), Path(sys.base_prefix), Path(sys.prefix), medbook]):
        if path.exists() and not path.is_relative_to("/usr"):
            options += [*_parents(path), "--ro-bind", str(path), str(path)]
    options += ["--perms", "1777", "--dir", HOME]
    for name, path in files.items():
        options += [*_parents(Path(HOME, name)), "--ro-bind", str(path), f"{HOME}/{name}"]
    return options


def _parents(path):
    # bubblewrap makes missing parents that only their owner may enter.
    return [word for parent in reversed(path.parents[:-1]) for word in ("--perms", "0755", "--dir", str(parent))]


def limited(limits):
    """Return the words before the kernel's command that set its limits, inside the sandbox."""
    words = ["prlimit", f"--nproc={limits.processes}", f"--data={int(limits.memory_gb * GIB)}"]
    words += [f"--fsize={GIB // 4}", "--core=0"]
    if not is_root():
        return words
    number = str(2**20 + secrets.randbelow(2**30))  # so that limits on processes count this submission alone
    drop = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups"]
    return [*drop, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", *words]


def environment():
    """Return bubblewrap's options for the kernel's environment variables; none of the teacher's is passed on."""
    values = dict(HOME=HOME, USER="student", LOGNAME="student", LANG="C.UTF-8", PATH=f"{sys.prefix}/bin:/usr/bin:/bin")
    values |= dict(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", NBGRADER_EXECUTION="autograde")
    values |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1")
    return [word for name, value in values.items() for word in ("--setenv", name, value)]


def command(inside, sockets, limits, files=None):
    """Return the full command that runs the words `inside` in the sandbox.

    Parameters
    ----------
    inside : list of str
    sockets : Path or None
        Folder that is shared with the sandbox, writable.
    limits : coursework.grade.Limits
    files : dict
        Data files of the assignment, path by name.
    """
    shared = [*_parents(sockets), "--bind", str(sockets), str(sockets)] if sockets else []
    rest = ["--remount-ro", "/", "--chdir", HOME, *environment(), "--"]
    # Without `env -i`, students could read the teacher's environment variables from bubblewrap's own process.
    bubblewrap = ["env", "-i", f"PATH={os.environ.get('PATH', os.defpath)}", "bwrap"]
    return [*bubblewrap, *isolation(), *visible(files or {}), *shared, *rest, *limited(limits), *inside]


@cache
def need_sandbox(limits):
    """Refuse, with the remedy, where bubblewrap is missing or cannot make a sandbox."""
    for tool in ("bwrap", "prlimit"):
        if shutil.which(tool) is None:
            raise CourseError(f"submissions cannot be isolated, {tool} is not there. {REMEDY}")
    trial = subprocess.run(
        command([sys.executable, "-c", ""], None, limits), capture_output=True, text=True, check=False
    )
    if trial.returncode:
        reason = trial.stderr.strip().splitlines()[-1:] or [f"exit code {trial.returncode}"]
        raise CourseError(f"submissions cannot be isolated, bubblewrap says: {reason[0]}. {REMEDY}")


class SandboxManager(AsyncKernelManager):
    """Starts the kernel in the sandbox; with `limits` None as a plain process of the teacher's."""

    limits = Any()
    files = Any({})

    @property
    def kernel_spec(self):
        """The same kernel for every notebook, whatever it names; interrupted by message, for signals don't get in."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False"]
        return KernelSpec(argv=argv, display_name="medbook", language="python", interrupt_mode="message")

    def format_kernel_cmd(self, extra_arguments=None):
        """Put the sandbox around the kernel's command."""
        inside = super().format_kernel_cmd(extra_arguments)
        if self.limits is None:
            return inside
        connection = Path(self.connection_file)
        connection.chmod(0o644)  # the kernel's user number may be another; the folder above is closed to all others
        return command(inside, connection.parent, self.limits, self.files)

    async def _async_launch_kernel(self, kernel_cmd, **kw):
        # Nothing that the kernel's process writes may reach the teacher's terminal.
        silent = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await super()._async_launch_kernel(kernel_cmd, **{**kw, **silent})
