"""Building an assignment's notebook from its source, and what is refused."""

import nbformat
import pytest

from coursework import sources

HEAD = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
---

# Assignment
"""
TASK = """
```{code-cell}
:task: double

def double(x):
    ### BEGIN SOLUTION
    # kvistrelupin
    return 2 * x
    ### END SOLUTION
```
"""
TEST = """
```{code-cell}
:test: test_double
:points: 2

assert double(2) == 4
### BEGIN HIDDEN TESTS
# kvistrelupin
assert double(TEACHER_COHORT) == 2 * TEACHER_COHORT
### END HIDDEN TESTS
```
"""


def built(tmp_path, body, cohort=5):
    path = tmp_path / "small.md"
    path.write_text(HEAD + body, encoding="utf-8")
    return sources.build_file(path, cohort)


def roles(notebook):
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader
        for cell in notebook.cells
        if cell.metadata.get("nbgrader")
    }


def test_built_notebook_is_valid_and_has_roles(tmp_path):
    notebook = built(tmp_path, TASK + TEST)
    nbformat.validate(notebook)
    found = roles(notebook)
    assert (found["double"].solution, found["double"].grade, found["double"].locked) == (True, False, False)
    assert (found["test_double"].grade, found["test_double"].locked, found["test_double"].points) == (True, True, 2)


def test_cohort_of_the_teacher_is_put_in(tmp_path):
    test = built(tmp_path, TASK + TEST, cohort=77).cells[2].source
    assert "assert double(77) == 2 * 77" in test


def test_every_assignment_ends_with_the_canary(tmp_path):
    last = built(tmp_path, TASK + TEST).cells[-1]
    assert (last.metadata.nbgrader.grade_id, last.metadata.nbgrader.points) == ("canary", 0)


def test_same_source_gives_the_same_notebook(tmp_path):
    assert built(tmp_path, TASK + TEST) == built(tmp_path, TASK + TEST)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (TASK.replace("# kvistrelupin\n", "pass\n"), "put the word"),
        (TEST.replace("# kvistrelupin\n", ""), "put the word"),
        (TASK.replace("### BEGIN SOLUTION", ""), "no region between"),
        (TEST.replace(":points: 2\n", ""), "have points"),
        (TASK + TEST + TEST, "not unique"),
        (TASK.replace("double\n\n", "Double it\n\n"), "not unique, or not of"),
        (TASK.replace(":task: double", ":task: canary"), "not unique"),
    ],
)
def test_faulty_source_is_refused_with_file_and_reason(tmp_path, body, said):
    with pytest.raises(sources.SourceError, match=said) as caught:
        built(tmp_path, body)
    assert "small.md" in str(caught.value)


def test_cohort_of_the_students_is_refused_for_grading(tmp_path):
    with pytest.raises(sources.SourceError, match="must differ"):
        built(tmp_path, TASK, cohort=sources.STUDENTS_COHORT)


def test_unknown_assignment_names_those_there_are():
    with pytest.raises(sources.SourceError, match="convolution"):
        sources.build("convolutions")
