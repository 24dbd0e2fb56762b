"""Who handed in which file: the names that Canvas, Moodle and plain folders give to files, and the class's roster."""

import csv
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from coursework.course import CourseError

# lastnamefirst_LATE_123_456_pad-1.ipynb: the student's number, the file's, and -1 for the second attempt.
CANVAS = re.compile(r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file>.+)")
# First Last_12345_assignsubmission_file_/pad.ipynb, or all in one name.
MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_file_?/?(?P<file>.+)")
ATTEMPT = re.compile(r"-(\d+)(?=\.[^.]+$)")


@dataclass(frozen=True)
class Student:
    """A student: the identifier is a safe file name, the names are as the student writes them."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""


@dataclass(frozen=True)
class Owner:
    """What the place of a file in an archive tells of it."""

    name: str
    number: str
    file: str
    attempt: int = 0
    late: bool = False

    @property
    def id(self):
        """An identifier that is unique, readable and safe as a file name."""
        if self.number:
            return f"{slug(self.name)}-{self.number}"
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@-]*", self.name):
            return self.name
        return f"{slug(self.name)}-{hashlib.sha256(self.name.encode()).hexdigest()[:6]}"


def owner_of(path, shared=""):
    """Read who owns a file from its path in an archive; None if the path does not tell.

    Parameters
    ----------
    path : str
    shared : str
        Folder in which all files of the archive lie, with a slash at its end.

    Examples
    --------
    >>> owner_of("curiemarie_LATE_123_456_pad-1.ipynb")
    Owner(name='curiemarie', number='123', file='pad.ipynb', attempt=1, late=True)
    >>> owner_of("Marie Curie_77_assignsubmission_file_/pad.ipynb").id
    'marie-curie-77'
    """
    path = path.removeprefix(shared)
    if found := MOODLE.fullmatch(path):
        return Owner(found["name"], found["number"], PurePosixPath(found["file"]).name)
    if found := CANVAS.fullmatch(PurePosixPath(path).name):
        attempt = ATTEMPT.search(found["file"])
        file = ATTEMPT.sub("", found["file"])
        return Owner(found["name"], found["number"], file, int(attempt[1]) if attempt else 0, bool(found["late"]))
    folder, slash, file = path.partition("/")
    return Owner(folder, "", PurePosixPath(file).name) if slash else None


def slug(text):
    """Reduce a name to a-z, 0-9 and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "student"


def letters(text):
    """Reduce a name to its letters and digits without accents, of any script, for comparison."""
    return "".join(char for char in unicodedata.normalize("NFKD", text).casefold() if char.isalnum())


def read_roster(path):
    """Read a class list, a CSV file with the columns ``id,first name,last name,email``, to a list of `Student`."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = [{(key or "").strip().lower(): (value or "") for key, value in row.items() if isinstance(value, str)}
                    for row in csv.DictReader(file)]  # fmt: skip
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read as a class list ({error}): save it as CSV in UTF-8.") from None
    if not rows or "id" not in rows[0]:
        raise CourseError(f"{path} has no column 'id': its first line must be id,first name,last name,email.")
    names = ("id", "first name", "last name", "email")
    students = [Student(*(row.get(name, "").strip() for name in names)) for row in rows if row["id"].strip()]
    return [Student(Owner(one.id, "", "").id, one.first, one.last, one.email) for one in students]


class Roster:
    """Finds the student on a class list to whom a file belongs."""

    def __init__(self, students=()):
        self.students = {student.id: student for student in students}
        self.by_name = {}
        for student in students:
            for name in {letters(student.first + student.last), letters(student.last + student.first)}:
                self.by_name.setdefault(name, set()).add(student.id)

    def find(self, owner, namesakes):
        """Return the student, and a remark where that is not certain.

        Parameters
        ----------
        owner : Owner
        namesakes : int
            How many owners in the archive have this name.
        """
        for key in (owner.number, owner.id, Owner(owner.name, "", "").id):
            if key in self.students:
                return self.students[key], ""
        found = self.by_name.get(letters(owner.name), set())
        if len(found) == 1 and namesakes == 1:
            return self.students[next(iter(found))], ""
        unlisted = Student(owner.id, *_split(owner))
        if not self.students:
            return unlisted, ""
        return unlisted, "several have this name, tell them apart by hand" if found else "not on the class list"


def _split(owner):
    # Canvas runs last and first name together; others put the last name last.
    first, _, last = owner.name.rpartition(" ")
    return first, last
