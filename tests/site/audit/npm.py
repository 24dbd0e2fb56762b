"""Install the tools that package-lock.json names, with their hashes, outside of the repository."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

HERE = Path(__file__).parent
NPM = shutil.which("npm")
needs_npm = pytest.mark.skipif(NPM is None, reason="no npm here: install Node.js with npm")


@cache
def tools():
    """Return a folder with ``node_modules`` and our drivers; made once in a run of the tests."""
    folder = Path(mkdtemp(prefix="medbook-audit-"))
    for path in [*HERE.glob("*.json"), *HERE.glob("*.mjs")]:
        shutil.copy(path, folder)
    command = [NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, f"npm ci failed; does it reach its registry?\n{done.stderr[-2000:]}"
    return folder


@pytest.fixture(scope="session")
def audit_tools():
    yield tools()
    shutil.rmtree(tools(), ignore_errors=True)
    tools.cache_clear()
