import re
import subprocess
import sys
from pathlib import Path

import pytest

from medbook.check import Finding, __main__, format_report, report, run_checks
from medbook.check.machine import check_memory, check_python, check_threads

ROOT = Path(__file__).parents[2]
OK, NOTE, FAIL = (
    Finding("ok", "A", "fine."),
    Finding("note", "B", "odd.", "Read."),
    Finding("fail", "C", "bad.", "Act."),
)


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [([OK], "ready for the book."), ([OK, NOTE], "marked [note]"), ([OK, NOTE, FAIL], "1 line marked [fail]")],
)
def test_verdict_is_that_of_the_worst_line(findings, verdict):
    assert verdict in format_report(findings)


@pytest.mark.parametrize(("findings", "status"), [([OK, NOTE], 0), ([OK, FAIL], 1)])
def test_exit_status_is_one_if_a_line_fails(monkeypatch, findings, status):
    monkeypatch.setattr(__main__, "run_checks", lambda quick: findings)
    assert __main__.main([]) == status


def test_every_line_is_printed_with_its_remedy(monkeypatch, capsys):
    monkeypatch.setattr(__main__, "run_checks", lambda quick: [OK, FAIL])
    __main__.main(["--quick"])
    assert capsys.readouterr().out.startswith("[ok]    A: fine.\n[fail]  C: bad.\n        What to do: Act.\n")


def test_check_that_breaks_is_a_finding(monkeypatch):
    def breaks():
        raise RuntimeError("what nobody thought of")

    monkeypatch.setattr(report, "check_decoders", breaks)
    (finding,) = (finding for finding in run_checks(quick=True) if finding.subject == "DICOM")
    assert (finding.status, "what nobody thought of" in finding.text) == ("fail", True)


def test_quick_leaves_out_the_training_step(monkeypatch):
    monkeypatch.setattr(report, "check_training", lambda: Finding("ok", "Keras", "fine."))
    subjects = [{finding.subject for finding in run_checks(quick=quick)} for quick in (False, True)]
    assert subjects[0] - subjects[1] == {"Keras"}


def test_wrong_python_is_told_once(monkeypatch):
    """Its missing libraries would hide the cause."""
    monkeypatch.setattr(report, "check_python", lambda: check_python((3, 9, 0), 64))
    found = list(run_checks())
    assert [finding.subject for finding in found if finding.status == "fail"] == ["Python"]
    assert {"Memory", "Data"} <= {finding.subject for finding in found}


def test_import_is_light():
    heavy = "{'numpy', 'keras', 'tensorflow', 'pydicom', 'matplotlib', 'packaging'}"
    program = f"import sys, medbook.check; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "[]"


def test_bare_python_gets_lines_in_place_of_a_traceback():
    """Without site-packages there is no library at all, not even pip."""
    command = [sys.executable, "-S", "-E", "-m", "medbook.check", "--quick"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
    assert "[fail]  Libraries" in done.stdout
    assert "pydicom cannot be imported" in done.stdout
    assert "Not ready yet: 2 lines" in done.stdout


def test_page_shows_lines_that_the_program_prints():
    page = (ROOT / "chapters" / "setup.md").read_text(encoding="utf-8")
    shown = re.search(r"(?s)% lines of medbook.check\n```text\n(.*?)```\n% end", page)[1]
    assert shown == f"{check_threads(8, {})}\n{check_memory(1.4)}\n"
