"""Fetching a file once, and using it only if it is the right one."""

import os
import tempfile
from pathlib import Path

import pooch
from tqdm import tqdm

from medbook.datasets.errors import DataError

TIMEOUT_S = 30  # to connect, and between two pieces of an answer


def cache_folder():
    """Return the folder in which fetched files are kept, as the operating system has it."""
    return Path(pooch.os_cache("medbook"))


def fetch(name, address, *, sha256, num_bytes, fallback):
    """Return the path of a file in the cache, fetched from its address if it is not there.

    The file is written under another name, ending in ``.part``, and gets its own only after its
    hash was found right. A file in the cache whose hash is wrong is not used but fetched anew.

    Parameters
    ----------
    name : str
        Of the data set; the file is ``<name>.npz``.
    address : str
    sha256 : str
    num_bytes : int
        Length of the file; a server that sends more is cut off.
    fallback : str
        The simulated data set that the message proposes meanwhile.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If the file cannot be had: offline, proxy, silent or failing server, broken or wrong answer.
    """
    path = cache_folder() / f"{name}.npz"
    if path.is_file() and pooch.file_hash(str(path)) == sha256:
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own for each run, so that two at a time do not write into one another's file.
        handle, part = tempfile.mkstemp(prefix=f"{name}.npz.", suffix=".part", dir=path.parent)
        os.close(handle)
        try:
            _download(address, part, name, num_bytes)
            _check_hash(part, sha256)
            os.replace(part, path)
        finally:
            Path(part).unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        stale = f" The copy in the cache, {path}, is damaged and was not used." if path.is_file() else ""
        raise DataError(_message(name, address, _reason(error), stale, sha256, fallback)) from None
    return path


class _Bar(tqdm):
    """A progress bar on stderr that stops an answer longer than the file."""

    def watch(self, part, num_bytes):
        self.part, self.num_bytes = part, num_bytes

    def __bool__(self):  # of tqdm says no where a server does not tell the length; pooch then leaves the bar out
        return True

    def update(self, n=1):
        # The file's own size: what pooch reports is rounded up to whole pieces.
        if os.path.getsize(self.part) > self.num_bytes:
            raise ValueError(f"the answer is longer than the {self.num_bytes} bytes of the file")
        return super().update(n)


def _download(address, part, name, num_bytes):
    with _Bar(desc=f"{name}.npz", total=num_bytes, unit="B", unit_scale=True, ncols=79) as bar:
        bar.watch(part, num_bytes)
        # Answers are not to be unpacked on the way: the hash is that of the file itself.
        headers = {"Accept-Encoding": "identity"}
        pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT_S, headers=headers)(address, part, None)


def _check_hash(part, sha256):
    received = pooch.file_hash(part)
    if received != sha256:
        raise ValueError(
            f"what arrived is another file, of {os.path.getsize(part)} bytes with SHA-256 {received[:16]}...; "
            "login pages and proxies sometimes answer in place of the server"
        )


def _reason(error):
    """Say in plain words why a download failed; the classes are those of the package requests."""
    kind = type(error).__name__
    if kind == "HTTPError":
        return f"the server answered with status {error.response.status_code}"
    if kind == "ProxyError":
        return "the proxy did not let us through (ProxyError; see the variables HTTPS_PROXY and HTTP_PROXY)"
    if "timed out" in str(error).lower():
        return f"the server stayed silent for {TIMEOUT_S} s"
    if kind == "ChunkedEncodingError":
        return "the connection broke before the file was complete"
    if kind in ("ConnectionError", "SSLError"):
        return f"no connection ({kind}): this machine is offline, or the server is down or hidden by a firewall"
    return f"{kind}: {str(error)[:200]}" if kind != "ValueError" else str(error)


def _message(name, address, reason, stale, sha256, fallback):
    return (
        f"{name} could not be fetched from {address}: {reason}.{stale} What helps: (1) connect to the internet and "
        f"try again; (2) fetch {name}.npz on another machine (SHA-256 {sha256}), put it in a folder and set the "
        f'environment variable MEDBOOK_DATA to that folder; (3) go on with load("{fallback}"), which needs no download.'
    )
