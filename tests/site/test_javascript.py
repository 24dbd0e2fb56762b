"""The unit tests of the interactive figures, run by Node."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="no Node here: install nodejs")
@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_unit_tests_of_figure_pass(path):
    result = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", str(path)], capture_output=True, encoding="utf-8", timeout=120
    )
    assert result.returncode == 0, result.stdout
    assert re.search(r"^# pass [1-9]", result.stdout, re.MULTILINE), result.stdout


@pytest.mark.parametrize("path", sorted((HERE.parents[1] / "_static").glob("*.js")), ids=lambda path: path.name)
def test_figure_stays_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 250
