"""Try the graders: the reference solution must pass, an untouched notebook and plausible wrong ones must fail.

    python -m coursework.trial convolution       prints the table of scores

The wrong solutions of an assignment stand in ``wrong/<stem>.md``. A heading says which task is done wrongly, how,
and which test must notice it; the code below replaces the reference:

    ## paint: flips the kernel -> test_paint_by_hand
"""

import re
import sys
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from nbgrader.preprocessors import ClearSolutions
from threadpoolctl import threadpool_limits

from coursework import sources

matplotlib.use("agg")
WRONG = Path(__file__).parent / "wrong"
COHORTS = (40417, 90001, 31337)
RAISED = "no test reached, for a cell before it raised"
HEADING = re.compile(r"^## (?P<task>\w+): (?P<how>.+?) -> (?P<test>\w+)\n+```python\n(?P<code>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Wrong:
    """A wrong solution: which task, how it is wrong, the test that must notice, the code."""

    task: str
    how: str
    test: str
    code: str


def wrong_solutions(stem, folder=WRONG):
    """Return the wrong solutions of an assignment, as a list of `Wrong`."""
    text = (Path(folder) / f"{stem}.md").read_text("utf-8")
    found = [Wrong(**match.groupdict()) for match in HEADING.finditer(text)]
    if len(found) != len(re.findall(r"^## ", text, re.MULTILINE)):
        raise sources.SourceError(f"wrong/{stem}.md: a heading is not '## task: how -> test' with code below.")
    return found


def untouched(notebook):
    """Return a built notebook as a student gets it, but with the hidden tests still in it."""
    cleared, _ = ClearSolutions().preprocess(deepcopy(notebook), {})
    return cleared


def replaced(notebook, wrong):
    """Return a built notebook in which one task is solved wrongly."""
    changed = deepcopy(notebook)
    [cell] = [cell for cell in changed.cells if _name(cell) == wrong.task]
    cell.source = wrong.code
    return changed


def run(notebook, until=None):
    """Run the cells of a notebook as nbgrader does, going on after errors.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    until : str, optional
        Name of the test to stop after; other tests are then left out, which saves time.

    Returns
    -------
    dict
        For each test its points if passed, else the error as a string.
    """
    space, results = {"__name__": "__main__"}, {}
    for cell in notebook.cells:
        name, is_test = _name(cell), cell.metadata.get("nbgrader", {}).get("points", 0) > 0
        if cell.cell_type != "code" or (until and is_test and name != until):
            continue
        error = _execute(cell.source, name, space)
        if is_test:
            results[name] = error or cell.metadata.nbgrader["points"]
        elif error and until:
            return {until: f"{RAISED} {error}"}
        if name == until:
            break
    plt.close("all")
    return results


def _name(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _execute(source, name, space):
    try:
        exec(compile(source, f"<{name}>", "exec"), space)
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return None


def table(stem):
    """Yield ``(who, test, result, as it should be)`` for every trial of an assignment."""
    for cohort in COHORTS:
        for test, result in run(sources.build(stem, cohort)).items():
            yield f"reference, cohort {cohort}", test, result, not isinstance(result, str)
    notebook = sources.build(stem)
    for test, result in run(untouched(notebook)).items():
        yield "untouched", test, result, isinstance(result, str)
    for wrong in wrong_solutions(stem):
        result = run(replaced(notebook, wrong), until=wrong.test)[wrong.test]
        yield f"{wrong.task}: {wrong.how}", wrong.test, result, isinstance(result, str) and _noticed(result)


def _noticed(error):
    # A wrong solution must run, and then fail in the test, not for a name that is missing.
    return not error.startswith((RAISED, "NameError", "NotImplementedError"))


def main(names):
    """Print the tables of the assignments in `names`; return 1 if any row is not as it should be."""
    good = True
    threadpool_limits(1)  # small matrices: more threads take longer, much longer on a busy machine
    for stem in names or sources.stems():
        print(f"\n{stem}\n{'':3}{'solution':58} {'test':26} result")
        for who, test, result, right in table(stem):
            print(f"{'' if right else '!!':3}{who[:57]:58} {test:26} {str(result)[:60]}", flush=True)
            good &= right
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
