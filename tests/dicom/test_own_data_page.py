"""The page on own data shows what the command prints, word for word."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_page_shows_the_report_that_the_command_prints():
    command = [sys.executable, "-m", "medbook.dicom", "data/chest_ct"]
    printed = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT)
    page = (ROOT / "chapters/own_data.md").read_text(encoding="utf-8")
    shown = re.search(r"% report of data/chest_ct\n```text\n(.*?)```\n% end", page, re.DOTALL)[1]
    assert printed.returncode == 0
    assert shown == printed.stdout
