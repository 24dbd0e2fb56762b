"""The trial of the graders: it must notice a test that lets a wrong solution pass."""

import pytest

from coursework import sources, trial
from tests.coursework.test_sources import TASK, TEST, built

WRONG = trial.Wrong("double", "adds two", "test_double", "def double(x):\n    return x + 2\n")


def test_reference_earns_all_points(tmp_path):
    assert trial.run(built(tmp_path, TASK + TEST)) == {"test_double": 2}


def test_untouched_notebook_earns_nothing(tmp_path):
    [result] = trial.run(trial.untouched(built(tmp_path, TASK + TEST))).values()
    assert result.startswith("NotImplementedError")


def test_wrong_solution_fails_by_the_hidden_test_alone(tmp_path):
    notebook = built(tmp_path, TASK + TEST)
    assert "AssertionError" in trial.run(trial.replaced(notebook, WRONG))["test_double"]
    notebook.cells[2].source = "assert double(2) == 4"
    assert trial.run(trial.replaced(notebook, WRONG)) == {"test_double": 2}


def test_replacing_leaves_the_reference_alone(tmp_path):
    notebook = built(tmp_path, TASK + TEST)
    trial.replaced(notebook, WRONG)
    trial.untouched(notebook)
    assert trial.run(notebook) == {"test_double": 2}


def test_wrong_solution_that_does_not_run_is_not_counted_as_noticed(tmp_path):
    broken = trial.Wrong("double", "does not run", "test_double", "raise ValueError('x')")
    result = trial.run(trial.replaced(built(tmp_path, TASK + TEST), broken), until="test_double")["test_double"]
    assert result.startswith(trial.RAISED)
    assert not trial._noticed(result)


def test_wrong_solutions_are_read_with_task_test_and_code(tmp_path):
    text = "# Wrong\n\n## double: adds two -> test_double\n\n```python\ndef double(x):\n    return x + 2\n```\n"
    (tmp_path / "small.md").write_text(text, encoding="utf-8")
    assert trial.wrong_solutions("small", tmp_path) == [WRONG]


def test_malformed_wrong_solution_is_refused(tmp_path):
    (tmp_path / "small.md").write_text("## double: adds two\n\n```python\n```\n", encoding="utf-8")
    with pytest.raises(sources.SourceError, match=r"wrong/small\.md"):
        trial.wrong_solutions("small", tmp_path)
