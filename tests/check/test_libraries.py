from pathlib import Path

import pytest

from medbook.check.libraries import check_libraries, install_advice, installed_version, read_locked, read_needed

PROJECT = """
[project]
dependencies = ["numpy>=2.1", "pydicom>=3.0.2", "nowhere>=1; sys_platform == 'none'"]
[dependency-groups]
book = ["jupyterlab>=4.4"]
"""
LOCK = """numpy==2.4.6 \\
    --hash=sha256:00
nowhere==1.0 ; sys_platform == 'none' \\
    --hash=sha256:00
pydicom==3.0.2
jupyterlab==4.6.6
"""
AS_TESTED = {"numpy": "2.4.6", "pydicom": "3.0.2", "jupyterlab": "4.6.6"}


@pytest.fixture
def book(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text(LOCK, encoding="utf-8")
    return tmp_path


def test_libraries_as_tested_are_one_line(book):
    (finding,) = check_libraries(book, AS_TESTED.get)
    assert (finding.status, finding.text[:6]) == ("ok", "3 of 3")


def test_missing_library_fails_by_name(book):
    found = check_libraries(book, {**AS_TESTED, "pydicom": None}.get)
    assert [(finding.status, finding.text[:14]) for finding in found] == [
        ("ok", "2 of 3 are the"),
        ("fail", "not installed:"),
    ]
    assert found[1].text.endswith(" pydicom.")


def test_library_too_old_fails_with_what_is_needed(book):
    found = check_libraries(book, {**AS_TESTED, "numpy": "1.26.4"}.get)
    assert (found[1].status, found[1].text) == ("fail", "1.26.4 is installed, the book needs >=2.1.")


def test_library_newer_than_tested_is_noted(book):
    found = check_libraries(book, {**AS_TESTED, "numpy": "2.5.0"}.get)
    assert (found[1].status, found[1].subject) == ("note", "numpy")
    assert "tested with 2.4.6" in found[1].text


def test_tensorflow_for_graphics_cards_stands_in_for_the_one_for_processors(book):
    (book / "pyproject.toml").write_text(PROJECT.replace("numpy>=2.1", "tensorflow-cpu>=2.20"), encoding="utf-8")
    (book / "requirements.txt").write_text(LOCK + "tensorflow-cpu==2.21.0\n", encoding="utf-8")
    (finding,) = check_libraries(book, {**AS_TESTED, "tensorflow": "2.21.0"}.get)
    assert finding.text[:6] == "3 of 3"


def test_versions_are_compared_as_numbers(book):
    found = check_libraries(book, {**AS_TESTED, "numpy": "2.10"}.get)
    assert found[1].status == "note"


def test_nothing_installed_is_one_failure(book):
    (finding,) = check_libraries(book, lambda name: None)
    assert (finding.status, finding.text) == ("fail", "not installed: numpy, pydicom, jupyterlab.")


def test_advice_for_another_python_than_the_books_is_to_use_the_books(book):
    (book / ".venv" / "bin").mkdir(parents=True)
    (book / ".venv" / "bin" / "python").touch()
    advice = install_advice(book, prefix=str(book), base_prefix=str(book))
    assert advice.startswith(f"This is not the book's Python. Use {book / '.venv' / 'bin' / 'python'}")


def test_advice_never_touches_the_systems_python(book):
    advice = install_advice(book, prefix="/usr", base_prefix="/usr", environment={})
    assert "pip install" not in advice
    assert "make book" in advice


@pytest.mark.parametrize(("prefix", "environment"), [("/env", {}), ("/usr", {"CONDA_PREFIX": "/usr"})])
def test_advice_in_an_environment_is_the_locked_installation(book, prefix, environment):
    advice = install_advice(book, prefix=prefix, base_prefix="/usr", environment=environment)
    assert "-m pip install --require-hashes" in advice


def test_package_without_its_lists_fails_without_traceback(tmp_path):
    (finding,) = check_libraries(tmp_path)
    assert (finding.status, "FileNotFoundError" in finding.text) == ("fail", True)


def test_every_needed_library_of_the_book_is_locked():
    root = Path(__file__).parents[2]
    locked = read_locked(root / "requirements.txt")
    needed = [requirement.name.lower() for requirement in read_needed(root / "pyproject.toml")]
    assert {"numpy", "keras", "pydicom", "jupyterlab", "pillow"} <= set(needed)
    assert [name for name in needed if name not in locked] == []


def test_version_of_an_installed_library_is_found():
    assert installed_version("numpy").count(".") >= 1
