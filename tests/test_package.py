import subprocess
import sys
import tomllib
from pathlib import Path

import medbook

ROOT = Path(__file__).parents[1]


def test_import_of_medbook_is_light():
    heavy = "{'keras', 'tensorflow', 'pydicom', 'matplotlib'}"
    program = f"import sys, medbook; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "[]"


def test_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == medbook.__version__


def test_lock_names_hashes_and_no_address():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    packages = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages) > 100
    assert all("==" in line for line in packages)
    assert lock.count("--hash=sha256:") >= len(packages)
    assert "://" not in lock
