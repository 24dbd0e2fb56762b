"""Notebook preprocessors around nbgrader's own: trust nothing of a submission, show nothing that must not be seen."""

import ast
import builtins
import re

from bleach.sanitizer import ALLOWED_TAGS
from nbconvert.preprocessors import SanitizeHTML
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

HIDDEN = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*$", re.DOTALL | re.MULTILINE)
KERNEL = dict(kernelspec=dict(name="python3", display_name="Python 3", language="python"))
TAGS = [
    *ALLOWED_TAGS,
    "p",
    "br",
    "hr",
    "pre",
    "img",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "sub",
    "sup",
    "span",
    "div",
]
MATH_COMMANDS = re.compile(r"\\(href|url|require|cssId|style|class|bbox|includegraphics)\b")


class RestoreAssignment(NbGraderPreprocessor):
    """Take from a submission the student's answers and the cells that he or she added; all else from the gradebook.

    So points, names, order, tags and tests are the teacher's, whatever the submission says, and cells that were
    deleted are there again. `order` names the cells as the assignment has them; of a cell that was copied, the last
    copy counts, as in nbgrader.
    """

    def __init__(self, order):
        super().__init__()
        self.order = order

    def preprocess(self, nb, resources):
        """Build the notebook to be graded."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(where["notebook"], where["assignment"])
            originals = {cell.name: _original(cell, notebook) for cell in notebook.source_cells}
        place, added = "", {name: [] for name in ("", *self.order)}
        last = {name: number for number, cell in enumerate(nb.cells) if (name := _name(cell)) in originals}
        for number, cell in enumerate(nb.cells):
            name = _name(cell)
            if last.get(name) == number:
                place = name
                if not originals[name].metadata.nbgrader["locked"]:
                    originals[name].source = _text(cell)
                    _keep_pictures(cell, originals[name])
            else:
                added[place].append(_fresh(cell))
        cells = [part for name in ("", *self.order) for part in ([originals[name]] if name else []) + added[name]]
        return new_notebook(cells=cells, metadata=KERNEL), resources


def _original(cell, notebook):
    points = {grade.name: grade.max_score for grade in notebook.grade_cells}
    solution = cell.name in {solution.name for solution in notebook.solution_cells}
    made = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    about = dict(schema_version=3, grade_id=cell.name, locked=cell.locked, solution=solution, task=False)
    about |= dict(checksum=cell.checksum, cell_type=cell.cell_type, grade=cell.name in points)
    if cell.name in points:
        about["points"] = points[cell.name]
    return made(cell.source, metadata=dict(nbgrader=about))


def _name(cell):
    about = cell.get("metadata", {}).get("nbgrader", {})
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def _text(cell):
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def _fresh(cell):
    fresh = (new_code_cell if cell.get("cell_type") == "code" else new_markdown_cell)(_text(cell))
    _keep_pictures(cell, fresh)
    return fresh


def _keep_pictures(cell, fresh):
    if fresh.cell_type == "markdown" and cell.get("attachments"):
        fresh.attachments = cell.attachments


class SafeForBrowsers(SanitizeHTML):
    """Leave in a graded notebook nothing that runs in the browser of the teacher who opens it."""

    tags, strip = TAGS, True
    attributes = dict(a=["href", "title"], img=["src", "alt", "title", "width", "height"], th=["align"], td=["align"])
    safe_output_keys = {"metadata", "text/plain", "image/png", "image/jpeg"}  # LaTeX can hold links that run

    def preprocess_cell(self, cell, resources, cell_index):
        """Clean what a student may have written; the assignment's own locked cells stay as they are."""
        if cell.metadata.get("nbgrader", {}).get("locked") and cell.cell_type == "markdown":
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)

    def sanitize_html_tags(self, html_str):
        """Clean HTML, or Markdown with HTML in it; < and & of plain text and formulas stay readable."""
        html = MATH_COMMANDS.sub(r"\\text", "".join(html_str))
        if not re.search(r"<\s*[a-zA-Z!/?]", html):
            return html
        return super().sanitize_html_tags(html)


class StudentsView(NbGraderPreprocessor):
    """Hide from the feedback all that a student could use to see hidden tests or the cohort used for grading.

    A student's code runs beside the hidden tests and can read them, so nothing that it puts out is shown, not even
    the message of an error, unless that message stands in the student's copy too.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        """Hide the hidden part of one cell, and keep of its outputs only which error there was."""
        if cell.cell_type != "code":
            return cell, resources
        cell.source = HIDDEN.sub("# (hidden tests)", cell.source)
        is_test = bool(cell.metadata.get("nbgrader", {}).get("grade"))
        errors = [output for output in cell.outputs if output.output_type == "error"]
        outputs = [self._shown(cell, error, is_test) for error in errors[:1]]
        cell.outputs = [new_output("stream", name="stdout", text=text) for text in outputs]
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "canary":
            cell.outputs = []
        return cell, resources

    @staticmethod
    def _shown(cell, error, is_test):
        own = error.ename in ("NotFinished", "OutputLimit", "CellTimeoutError")
        kind = error.ename if own or isinstance(getattr(builtins, error.ename, None), type) else "an error"
        kind = {"CellTimeoutError": "the time limit", "OutputLimit": "too much output"}.get(kind, kind)
        if is_test and error.evalue and error.evalue in _literals(cell.source):
            return f"A test failed: {error.evalue}"
        return f"{'A test failed' if is_test else 'This cell stopped'}: {kind}."


def _literals(source):
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return set()
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
