"""Notebook preprocessors around nbgrader's own: trust nothing of a submission, show nothing that must not be seen."""

import ast
import builtins
import re

from bleach.sanitizer import ALLOWED_TAGS
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

HIDDEN = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*$", re.DOTALL | re.MULTILINE)
PICTURES, BASE64 = ("image/png", "image/jpeg"), re.compile(r"[A-Za-z0-9+/=\s]*")
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

# What this package and nbclient put in the place of a cell's own error.
OURS = {
    "CellTimeoutError": "it reached the time limit",
    "OutputLimit": "it printed too much",
    "NotFinished": "the notebook could not be run to this point",
}


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
        last = {name: number for number, cell in enumerate(nb.cells) if (name := grade_id(cell)) in originals}
        for number, cell in enumerate(nb.cells):
            name = grade_id(cell)
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


def grade_id(cell):
    """Return the name that a cell claims to have in the assignment, or None; its metadata may be anything."""
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
    pictures = cell.get("attachments")
    if fresh.cell_type == "markdown" and isinstance(pictures, dict):
        fresh.attachments = {name: _pictures(data) for name, data in pictures.items() if isinstance(data, dict)}


def _pictures(data):
    """Keep of the forms of a picture those that a browser can only show."""
    return {kind: text for kind, text in data.items() if kind in PICTURES and BASE64.fullmatch(str(text))}


class SafeForBrowsers(SanitizeHTML):
    """Leave in a graded notebook nothing that runs in the browser of the teacher who opens it."""

    tags, strip = TAGS, True
    attributes = dict(a=["href", "title"], img=["alt", "title"], th=["align"], td=["align"])
    safe_output_keys = {"text/plain", *PICTURES}  # neither SVG nor LaTeX, which can hold scripts and links
    sanitized_output_types = {"text/html"}

    def preprocess_cell(self, cell, resources, cell_index):
        """Clean what a student may have written; the assignment's own locked text stays as it is."""
        if cell.cell_type != "code":
            if not cell.metadata.get("nbgrader", {}).get("locked"):
                cell.source = defused_markdown(cell.source)
            return cell, resources
        for output in cell.outputs:
            if "data" in output:  # nbconvert writes metadata and pictures into its pages as they are
                output.metadata = {}
                plain = {kind: text for kind, text in output.data.items() if kind not in PICTURES}
                output.data = NotebookNode({**plain, **_pictures(output.data)})
        return super().preprocess_cell(cell, resources, cell_index)

    def sanitize_html_tags(self, html_str):
        """Clean the HTML of an output, formulas with links included."""
        return super().sanitize_html_tags(MATH_COMMANDS.sub(r"\\text", "".join(html_str)))


def defused_markdown(text):
    r"""Put spaces where they make Markdown's links, and HTML, plain text; attached pictures and formulas stay.

    Examples
    --------
    >>> defused_markdown("[x](javascript:y) ![z](attachment:z.png) <b> $a<b$")
    '[x] (javascript:y) ![z](attachment:z.png) < b> $a< b$'
    """
    text = re.sub(r"\](?=\((?!attachment:)|:)", "] ", MATH_COMMANDS.sub(r"\\text", text))
    return re.sub(r"<(?=[a-zA-Z/!?])", "< ", text)


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
        errors.sort(key=lambda error: error.ename not in OURS)
        shown = [self._shown(cell, error, is_test) for error in errors[:1]]
        cell.outputs = [new_output("stream", name="stdout", text=text) for text in shown]
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "canary":
            cell.outputs = []
        return cell, resources

    @staticmethod
    def _shown(cell, error, is_test):
        kind = error.ename if isinstance(getattr(builtins, error.ename, None), type) else "an error"
        kind = OURS.get(error.ename, kind)
        if is_test and error.evalue and error.evalue in _literals(cell.source):
            return f"A test failed: {error.evalue}"
        return f"{'A test failed' if is_test else 'This cell stopped'}: {kind}."


def _literals(source):
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return set()
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
