"""The answers on the page "Readiness" are what Python answers."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "chapters" / "readiness.md"


def test_answers_are_what_python_says():
    result = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 20
    assert result.failed == 0


def test_every_question_has_one_folded_answer():
    text = PAGE.read_text(encoding="utf-8")
    questions = re.findall(r"(?m)^### (\d+)\. .*\n(?:(?!^### |^## ).*\n)*", text)
    answers = re.findall(r":::\{admonition\} Answer\n:class: dropdown\n", text)
    assert [int(number) for number in questions] == list(range(1, 15))
    assert len(answers) == 14
