"""A small course, released once; the tests of coursework need its environment, see requirements-grading.txt."""

import importlib.util
import shutil
from pathlib import Path

import pytest

SMALL = Path(__file__).parent / "small" / "pad.md"

if importlib.util.find_spec("nbgrader") is None:
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"))  # nbgrader's own


@pytest.fixture(scope="session")
def released_course(tmp_path_factory):
    from coursework import sources
    from coursework.course import Course
    from coursework.release import release

    course = Course(tmp_path_factory.mktemp("template") / "course")
    release(course, "pad", sources.build_file(SMALL))
    return course


@pytest.fixture
def course(released_course, tmp_path):
    from coursework.course import Course

    shutil.copytree(released_course.root, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture(scope="session")
def released(released_course):
    import nbformat

    return nbformat.read(released_course.notebook("release", "pad"), as_version=4)


@pytest.fixture(scope="session")
def kit(released_course):
    from coursework.grade import make_kit

    return make_kit(released_course, "pad", dict(cell_seconds=5, memory_gb=2, processes=100))


@pytest.fixture
def zipped(tmp_path):
    """Make a zip file of the given contents by name."""
    import zipfile

    def make(contents):
        path = tmp_path / "submissions.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
        return path

    return make
