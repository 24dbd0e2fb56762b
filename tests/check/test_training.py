import subprocess
from types import SimpleNamespace

import pytest

from medbook.check.training import check_training


def program(returncode=0, stdout="", stderr=""):
    """Return what stands in for `subprocess.run`, ending as stated."""
    return lambda *args, **kwargs: SimpleNamespace(returncode=returncode, stdout=stdout, stderr=stderr)


def test_a_real_training_step_works():
    finding = check_training()
    assert (finding.status, "training step on TensorFlow works" in finding.text) == ("ok", True)


@pytest.mark.parametrize(("num_gpus", "said"), [("0", "no graphics card"), ("2", "2 graphics card(s)")])
def test_graphics_cards_are_counted(num_gpus, said):
    finding = check_training(program(stdout=f"chatter\nmedbook: tensorflow {num_gpus}\n"))
    assert (finding.status, said in finding.text) == ("ok", True)


def test_another_backend_is_noted():
    finding = check_training(program(stdout="medbook: torch ?\n"))
    assert (finding.status, "KERAS_BACKEND" in finding.remedy) == ("note", True)


@pytest.mark.parametrize(
    ("returncode", "stderr", "said"),
    [
        (1, "ModuleNotFoundError: No module named 'keras'", "No module named 'keras'"),
        (-4, "", "AVX"),
        (132, "", "AVX"),
        (1, "ImportError: DLL load failed while importing _pywrap: x", "Windows lacks a library"),
        (-9, "", "lack of memory"),
        (1, "Traceback ...\nAssertionError: [0.5, 0.7]", "AssertionError: [0.5, 0.7]"),
        (0, "", "without a message"),
    ],
)
def test_failure_is_explained(returncode, stderr, said):
    finding = check_training(program(returncode, stderr=stderr))
    assert (finding.status, said in finding.text) == ("fail", True)


@pytest.mark.parametrize(
    ("error", "said"), [(subprocess.TimeoutExpired("python", 180), "180 s"), (OSError("no memory"), "no memory")]
)
def test_program_that_hangs_or_cannot_start_fails(error, said):
    def run(*args, **kwargs):
        raise error

    finding = check_training(run)
    assert (finding.status, said in finding.text) == ("fail", True)
