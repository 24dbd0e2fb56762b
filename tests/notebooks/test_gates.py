"""Every gate for notebooks is shown a notebook that it must refuse, and one that it must pass."""

import copy
import time

import pytest

from tests.nbval_gate import agree, within_tolerance
from tests.notebooks.form import faults
from tests.notebooks.small import cell, figure, printed, run_nbval, small_notebook, write


@pytest.fixture
def notebook():
    return small_notebook()


def code_cells(notebook):
    return [one for one in notebook["cells"] if one["cell_type"] == "code"]


def test_notebook_in_order_passes_all_gates(notebook, tmp_path):
    path = write(notebook, tmp_path)
    assert faults(path) == []
    result = run_nbval(path)
    assert result.returncode == 0, result.stdout
    assert "4 passed" in result.stdout
    assert "notebook cells: 4 run, 1 compared within a tolerance, 0 not compared" in result.stdout


def test_differing_output_fails(notebook, tmp_path):
    code_cells(notebook)[0]["outputs"] = [printed("0.3334\n")]
    result = run_nbval(write(notebook, tmp_path))
    assert result.returncode == 1
    assert "0.3334" in result.stdout


def test_number_outside_tolerance_fails(notebook, tmp_path):
    code_cells(notebook)[1]["outputs"] = [printed("AUC 0.9410\n")]  # 0.0102 away
    result = run_nbval(write(notebook, tmp_path))
    assert result.returncode == 1
    assert "0.9410" in result.stdout


def test_other_word_beside_a_tolerated_number_fails(notebook, tmp_path):
    code_cells(notebook)[1]["outputs"] = [printed("accuracy 0.9450\n")]
    assert run_nbval(write(notebook, tmp_path)).returncode == 1


def test_missing_output_fails(notebook, tmp_path):
    code_cells(notebook)[3]["outputs"] = []
    assert run_nbval(write(notebook, tmp_path)).returncode == 1


def test_raising_cell_fails(notebook, tmp_path):
    code_cells(notebook)[3]["source"] = "raise RuntimeError('broken on purpose')"
    result = run_nbval(write(notebook, tmp_path))
    assert result.returncode == 1
    assert "broken on purpose" in result.stdout


def test_expected_error_that_does_not_come_fails(notebook, tmp_path):
    last = code_cells(notebook)[3]
    last["metadata"] = {"tags": ["raises-exception"]}
    last["outputs"] = [{"output_type": "error", "ename": "ValueError", "evalue": "shape", "traceback": []}]
    assert run_nbval(write(notebook, tmp_path)).returncode == 1


def test_stderr_is_not_compared(notebook, tmp_path):
    code_cells(notebook)[3]["source"] = "import sys\nprint('done')\nprint('40 %', file=sys.stderr)"
    assert run_nbval(write(notebook, tmp_path)).returncode == 0


@pytest.mark.parametrize("number", [0, 3])
def test_dead_kernel_fails_long_before_the_timeout(notebook, tmp_path, number):
    code_cells(notebook)[number]["source"] = "import os\nos._exit(1)"
    start = time.monotonic()
    result = run_nbval(write(notebook, tmp_path), cell_timeout=120)
    assert result.returncode == 1
    assert "The kernel died" in result.stdout
    assert time.monotonic() - start < 60


def test_tolerance_holds_after_a_progress_bar(notebook, tmp_path):
    cell = code_cells(notebook)[1]
    cell["source"] = "import sys\nprint('40 %', file=sys.stderr, flush=True)\nprint('AUC', 0.9512)\n0.9512"
    result = {"output_type": "execute_result", "data": {"text/plain": "0.9450"}, "metadata": {}, "execution_count": 2}
    cell["outputs"].append(result)
    assert run_nbval(write(notebook, tmp_path)).returncode == 0


def test_slow_cell_is_waited_for(notebook, tmp_path):
    code_cells(notebook)[3]["source"] = "import time\ntime.sleep(3)\nprint('done')"
    assert run_nbval(write(notebook, tmp_path)).returncode == 0


def test_endless_cell_fails_at_the_timeout(notebook, tmp_path):
    code_cells(notebook)[3]["source"] = "while True:\n    pass"
    result = run_nbval(write(notebook, tmp_path), cell_timeout=2)
    assert result.returncode == 1
    assert "Timeout of 2 seconds" in result.stdout


@pytest.mark.parametrize(
    ("text", "stored", "agrees"),
    [
        ("AUC 0.951 ± 0.004", "AUC 0.948 ± 0.002", True),
        ("AUC 0.951 ± 0.004", "AUC 0.940 ± 0.004", False),
        ("-0.004", "0.004", True),
        ("[0.1 0.2]", "[0.1 0.2 0.3]", False),
        ("1e-3", "0.002", True),
        ("nan", "0.5", False),
        ("nan", "nan", True),
        ("0.5 of 10", "0.5 of 11", False),
    ],
)
def test_numbers_agree_one_by_one(text, stored, agrees):
    assert (agree(text, stored, 0.01) == stored) is agrees


def test_tolerance_reaches_results_as_well_as_printed_text():
    stored = [{"output_type": "execute_result", "data": {"text/plain": "0.90"}}]
    new = copy.deepcopy(stored)
    new[0]["data"]["text/plain"] = "0.91"
    assert within_tolerance(new, stored, 0.02) == stored
    assert within_tolerance(new, stored, 0.001) == new


def not_executed(notebook):
    code_cells(notebook)[2]["execution_count"] = None


def executed_out_of_order(notebook):
    code_cells(notebook)[1]["execution_count"] = 7


def figure_without_alt_text(notebook):
    code_cells(notebook)[2]["metadata"] = {}


def figure_with_a_word_for_alt_text(notebook):
    code_cells(notebook)[2]["metadata"]["mystnb"]["image"]["alt"] = "figure"


def stored_error(notebook):
    code_cells(notebook)[0]["outputs"] = [{"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": []}]


def stored_stderr(notebook):
    code_cells(notebook)[0]["outputs"].append(printed("40 %", name="stderr"))


def machine_path(notebook):
    code_cells(notebook)[0]["outputs"] = [printed("/home/someone/slice.dcm")]


def skipped_by_tag(notebook):
    code_cells(notebook)[0]["metadata"] = {"tags": ["nbval-skip"]}


def skipped_by_comment(notebook):
    code_cells(notebook)[0]["source"] = "# NBVAL_SKIP\nprint(1)"


def ignored_by_comment(notebook):
    code_cells(notebook)[0]["source"] = "# NBVAL_IGNORE_OUTPUT\nprint(1)"


def tolerance_in_words(notebook):
    code_cells(notebook)[1]["metadata"] = {"medbook": {"tolerance": "0.02"}}


def editor_metadata(notebook):
    code_cells(notebook)[0]["metadata"] = {"ExecuteTime": {"end_time": "today"}}


def tolerance_that_anything_passes(notebook):
    code_cells(notebook)[1]["metadata"] = {"medbook": {"tolerance": 0.5}}


def over_budget(notebook):
    notebook["metadata"]["medbook"]["cost"]["seconds"] = 91.0


def head_states_another_cost(notebook):
    notebook["metadata"]["medbook"]["cost"] = {"seconds": 40.0, "peak_mib": 1000}


def second_figure_without_alt_text(notebook):
    extra = cell("1", [figure()])
    notebook["cells"].append({**extra, "execution_count": 5})


def too_heavy(notebook):
    notebook["cells"][0]["source"] += "x" * 2_100_000


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (not_executed, "not executed from top to bottom"),
        (executed_out_of_order, "not executed from top to bottom"),
        (figure_without_alt_text, "no alt text"),
        (figure_with_a_word_for_alt_text, "no alt text"),
        (second_figure_without_alt_text, "code cell 5: its figure has no alt text"),
        (stored_error, "stored error KeyError"),
        (stored_stderr, "stored stderr"),
        (machine_path, "a path of the machine"),
        (skipped_by_tag, "skipped by nbval"),
        (skipped_by_comment, "skipped by nbval"),
        (ignored_by_comment, "skipped by nbval"),
        (tolerance_in_words, "expected a number"),
        (editor_metadata, "metadata to strip"),
        (tolerance_that_anything_passes, "a claim that may be off"),
        (over_budget, "over the budget"),
        (head_states_another_cost, "the head states"),
        (too_heavy, "larger than 2 MB"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_fault_of_form_is_named(notebook, tmp_path, break_it, said):
    break_it(notebook)
    found = faults(write(notebook, tmp_path))
    assert any(said in fault for fault in found), found
