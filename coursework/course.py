"""A course folder: an ordinary nbgrader course, so that `nbgrader formgrader` and its other tools work on it too."""

import contextlib
import logging
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy.exc
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

NAME = "medbook"
warnings.filterwarnings("ignore", category=sqlalchemy.exc.SAWarning, module="nbgrader")  # nbgrader's own, harmless
# nbgrader starts `alembic` by name to make a gradebook; the environment need not be activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
# What formgrader and nbgrader's own commands need to know when they are started in the course folder.
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "medbook"


def refuse(**_):
    raise SystemExit(
        "nbgrader's own commands would run students' code without a sandbox, and show hidden tests in the feedback: "
        "use `python -m coursework grade` and `python -m coursework feedback` instead."
    )


c.Autograde.pre_convert_hook = refuse
c.GenerateFeedback.pre_convert_hook = refuse
"""


class CourseError(Exception):
    """Something that the teacher can mend; the message says what and how."""


@dataclass(frozen=True)
class Course:
    """Where everything of a course lies."""

    root: Path

    def __post_init__(self):
        object.__setattr__(self, "root", Path(self.root).resolve())

    @property
    def url(self):
        """The gradebook, as SQLAlchemy names it."""
        return f"sqlite:///{self.root / 'gradebook.db'}"

    def notebook(self, step, stem, student="."):
        """Return the path of a notebook in one step: source, release, submitted or autograded."""
        return self.root / step / student / stem / f"{stem}.ipynb"

    def directory(self, stem, student="*"):
        """Return nbgrader's own description of this folder, for one assignment."""
        return CourseDirectory(root=str(self.root), course_id=NAME, assignment_id=stem, student_id=student)

    def students(self, step, stem):
        """Return the sorted identifiers of all students who have a notebook in a step."""
        found = (self.root / step).glob(f"*/{stem}/{stem}.ipynb")
        return sorted(path.parts[-3] for path in found if path.parts[-3] != ".")

    def create(self):
        """Make the folder and nbgrader's configuration, if they are not there."""
        self.root.mkdir(parents=True, exist_ok=True)
        configuration = self.root / "nbgrader_config.py"
        if not configuration.exists():
            configuration.write_text(CONFIG, encoding="utf-8")

    @contextlib.contextmanager
    def gradebook(self):
        """Open the gradebook; turn what SQLite can complain of into a sentence for the teacher."""
        try:
            with Gradebook(self.url, NAME) as gradebook:
                yield gradebook
        except (sqlalchemy.exc.OperationalError, sqlalchemy.exc.DatabaseError) as error:
            cause = str(error.orig)
            remedy = (
                "close formgrader and other graders, then try again" if "locked" in cause else "restore it from a copy"
            )
            raise CourseError(f"{self.root / 'gradebook.db'} cannot be used ({cause}): {remedy}.") from None

    def need_release(self, stem):
        """Refuse to go on without the assignment's release."""
        for step in ("source", "release"):
            if not self.notebook(step, stem).exists():
                raise CourseError(
                    f"{self.root} has no release of {stem!r}: run `python -m coursework release {stem}` first, "
                    "or name the course folder with --course."
                )


def convert(converter, course_directory, preprocessors=None, config=None, **options):
    """Run one of nbgrader's converters in this process, silently; return the lines of its log.

    What failed is missing in its output folder, with the reason in the log.
    """
    lines, before = _Lines(), os.getcwd()
    logger = logging.Logger("nbgrader")
    logger.addHandler(lines)
    try:
        made = converter(coursedir=course_directory, config=config or Config(), log=logger, **options)
        for name, value in (preprocessors or {}).items():
            setattr(made, name, value)
        made.start()
    except NbGraderException as error:
        lines.text.append(str(error))
    finally:
        os.chdir(before)
    return lines.text


class _Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.text = []

    def emit(self, record):
        self.text.append(record.getMessage())
