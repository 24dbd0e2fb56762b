"""What a chapter's questions must be like: ``faults(path)`` lists what is not, for tests and for authors.

A question is a Markdown cell, an admonition of class ``quiz``; the form is told in ``_static/medbook-quiz.js``. The
cell after a question for a number computes the answer, folded away (tag ``hide-cell``); nbval compares what it prints.
"""

import json
import re
from itertools import pairwise

KINDS = {"choose one": "single", "choose all that hold": "multiple", "give a number": "number"}
FORM = re.compile(
    r"::::\{admonition\} Question (?P<number>\d+) · (?P<kind>[a-z ]+)\n:class: quiz\n(?P<text>.+?)\n\n"
    r"(?P<options>(?:\d+\. .+\n)*)\n?:::\{dropdown\} Answers\n(?P<answers>(?:(?:\d+\.|-) .+\n)+):::\n::::",
    re.DOTALL,
)
MARK = re.compile(r"\*\*(?P<word>Right|No)(?:: (?P<condition>[^*]+))?\.\*\* (?P<why>.+)")
VALUE = re.compile(r"(?P<value>−?[\d.,]+(?:e−?\d+)?) ± (?P<tolerance>[\d.]+(?:e−?\d+)?) ?(?P<unit>.*)")
PRINTED = re.compile(r"[-−]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")
MIN_QUESTIONS, MIN_WORDS = 4, 5


def faults(path):
    """Return a sentence for each fault of the questions of the notebook at ``path``; an empty list if there is none."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    places = [place for place, cell in enumerate(cells) if ":class: quiz" in _source(cell)]
    found, kinds = [], []
    for number, place in enumerate(places, start=1):
        question = FORM.fullmatch(_source(cells[place]).strip())
        if question is None or question["kind"] not in KINDS:
            found.append(f"question {number} does not have the form of a question")
            continue
        kinds.append(KINDS[question["kind"]])
        following = cells[place + 1] if place + 1 < len(cells) else {"cell_type": "none"}
        found += [f"question {number}: {fault}" for fault in _question_faults(question, number, following)]
    if len(places) < MIN_QUESTIONS:
        found.append(f"has {len(places)} questions, expected at least {MIN_QUESTIONS}")
    if not found and ("number" not in kinds or len(set(kinds)) < 2):
        found.append(f"has questions of the kinds {sorted(set(kinds))}: expected two kinds, one of them for a number")
    return found


def positions_of_right_answers(path):
    """Return, for each question with one right answer, its place (from 0) and whether it is the longest."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        question = FORM.fullmatch(_source(cell).strip())
        if question and KINDS.get(question["kind"]) == "single":
            options, marks = _items(question["options"]), _marks(question)
            place = next(place for place, mark in enumerate(marks) if mark["word"] == "Right")
            yield place, len(options[place]) == max(map(len, options))


def _source(cell):
    return "".join(cell["source"]) if cell["cell_type"] == "markdown" else ""


def _items(text):
    return [line.split(" ", 1)[1] for line in text.splitlines() if line]


def _marks(question):
    return [MARK.fullmatch(item) for item in _items(question["answers"])]


def _question_faults(question, number, following):
    if int(question["number"]) != number:
        yield f"bears the number {question['number']}"
    marks = _marks(question)
    if None in marks:
        yield 'each item of Answers must open with "**Right.**" or "**No.**"'
        return
    told = [mark["why"] for mark in marks]
    if any(len(why.split()) < MIN_WORDS for why in told) or len(set(told)) < len(told):
        yield f"each answer needs feedback of its own, of at least {MIN_WORDS} words"
    if KINDS[question["kind"]] == "number":
        yield from _number_faults(marks, question["options"], following)
    else:
        yield from _choice_faults(question, marks)


def _choice_faults(question, marks):
    options, num_right = _items(question["options"]), sum(mark["word"] == "Right" for mark in marks)
    numbers = [int(line.split(".")[0]) for line in (question["options"] + question["answers"]).splitlines() if line]
    if len(options) < 3 or len(set(options)) < len(options):
        yield "needs at least three answers to choose from, all different"
    if numbers != 2 * list(range(1, len(options) + 1)):
        yield f"{len(options)} answers and {len(marks)} explanations, numbered {numbers}"
    if any(mark["condition"] for mark in marks):
        yield "only a question for a number has values in its answers"
    wanted = num_right == 1 if question["kind"] == "choose one" else 2 <= num_right < len(marks)
    if not wanted:
        yield f'"{question["kind"]}" with {num_right} right answers of {len(marks)}'


def _number_faults(marks, options, following):
    values = [VALUE.fullmatch(mark["condition"] or "") for mark in marks[:-1]]
    words = [mark["word"] for mark in marks]
    if options or len(marks) < 3 or None in values or words != ["Right"] + ["No"] * (len(marks) - 1):
        yield "a number needs its right value first, at least one typical wrong one, and no list of answers"
        return
    if marks[-1]["condition"] != "anything else":
        yield 'the last item must be "**No: anything else.**"'
    spans = sorted((_number(v["value"]), float(v["tolerance"].replace("−", "-"))) for v in values)
    if any(low + reach >= high - other for (low, reach), (high, other) in pairwise(spans)):
        yield "two of its values overlap within their tolerances"
    if len({value["unit"] for value in values}) > 1:
        yield "its values bear different units"
    yield from _computation_faults(_number(values[0]["value"]), float(values[0]["tolerance"]), following)


def _computation_faults(answer, tolerance, cell):
    if cell["cell_type"] != "code" or "hide-cell" not in cell["metadata"].get("tags", []):
        yield "no cell with the tag hide-cell follows that computes the answer"
        return
    printed = "".join("".join(output["text"]) for output in cell["outputs"] if output.get("name") == "stdout")
    numbers = [_number(text) for text in PRINTED.findall(printed)]
    if not numbers or abs(numbers[-1] - answer) > tolerance:
        last = numbers[-1] if numbers else "missing"
        yield f"the answer is {answer} ± {tolerance}, the last number printed is {last}"
    if tolerance < cell["metadata"].get("medbook", {}).get("tolerance", 0):
        yield "its tolerance is smaller than that of the cell that computes it"


def _number(text):
    return float(text.replace("−", "-").replace(",", ""))
