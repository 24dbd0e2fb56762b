"""The commands of a teacher, in the order of use; see `python -m coursework COMMAND --help`.

python -m coursework release convolution                       student notebook in course/release
python -m coursework collect convolution submissions.zip --roster class.csv
python -m coursework grade convolution                         automatic marks
nbgrader formgrader                                            marks by hand (in the course folder)
python -m coursework feedback convolution                      a page for every student
python -m coursework marks convolution                         course/marks-convolution.csv
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from coursework import collect, marks, sources
from coursework.course import Course, CourseError
from coursework.feedback import write_feedback
from coursework.grade import Limits, grade_submission, make_kit
from coursework.handed_in import read_roster
from coursework.launch import need_sandbox
from coursework.release import release
from coursework.returns import fill_worksheet, pack_feedback

LIMITS = ("cell_seconds", "total_seconds", "memory_gb")


def main(arguments=None):
    """Run one command; return 0, or 2 if the teacher has to mend something first."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(Course(options.course), options) or 0
    except (CourseError, sources.SourceError, OSError) as error:
        print(f"coursework: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("coursework: stopped; what is graded is recorded, the same command goes on.", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        "python -m coursework", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (run_release, run_collect, run_grade, run_feedback, run_marks):
        command = commands.add_parser(run.__name__.removeprefix("run_"), help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("assignment", help="name of the assignment, such as convolution")
        command.add_argument("--course", type=Path, default=Path("course"), help="the course folder; default: course")
        _add_options(command, run)
    return parser


def _add_options(command, run):
    if run is run_release:
        command.add_argument("--cohort", type=int, default=sources.TRIAL_COHORT, help="patients used for grading")
    if run is run_collect:
        command.add_argument("archive", type=Path, help="zip file from Canvas or Moodle, or with a folder per student")
        command.add_argument("--roster", type=Path, help="class list, CSV: id,first name,last name,email")
    if run in (run_release, run_grade):
        command.add_argument("--trust-students", action="store_true", help="no sandbox: their code runs as you")
        for name in LIMITS:
            help_text = (
                f"at most, per {'cell' if name == 'cell_seconds' else 'submission'}; default {getattr(Limits, name)}"
            )
            command.add_argument(f"--{name.replace('_', '-')}", type=float, help=help_text)
    if run is run_grade:
        command.add_argument("--student", action="append", help="grade this one only; may be repeated")
        command.add_argument("--again", action="store_true", help="also what is graded and has not changed")
        command.add_argument("--workers", type=int, help="processes; default: one for every core")
        command.add_argument("--scheduler", help="address of a dask scheduler, for a cluster")
    if run is run_marks:
        command.add_argument("--output", type=Path, help="CSV file; default: marks-ASSIGNMENT.csv in the course folder")
        command.add_argument("--worksheet", type=Path, help="Moodle's grading worksheet, to be filled in")


def run_release(course, options):
    """Write the students' notebook, and try the grader on the reference solution."""
    stem = options.assignment
    path = release(course, stem, sources.build(stem, options.cohort))
    kit = _kit(course, options)
    result = grade_submission(kit, "reference", course.notebook("source", stem).read_bytes())
    failed = [name for name, points in sources.points(sources.build(stem)).items() if result.marks.get(name, 0) == 0]
    if result.remark or failed:
        raise CourseError(f"the reference solution fails {', '.join(failed)} {result.remark}: mend src/{stem}.md.")
    print(f"{path}: give this file to the students. The reference solution passes all tests.")


def run_collect(course, options):
    """Take the submissions out of a learning management system's zip file."""
    roster = read_roster(options.roster) if options.roster else []
    entries = collect.collect(course, options.assignment, options.archive, roster)
    for entry in sorted(entries, key=lambda entry: (entry.status, entry.student.id)):
        if entry.status != collect.COLLECTED or entry.remark:
            print(f"{entry.status:18} {printable(entry.student.id)}: {printable(entry.remark or 'nothing')}")
    counts = Counter(entry.status for entry in entries)
    print(", ".join(f"{number} {status}" for status, number in sorted(counts.items())))


def _kit(course, options):
    limits = {name: getattr(options, name) for name in LIMITS if getattr(options, name)}
    kit = make_kit(course, options.assignment, limits, sandbox=not options.trust_students)
    if options.trust_students:
        print("WARNING: --trust-students: their code runs as you and may read, change and send all that you may.")
    elif not getattr(options, "scheduler", None):
        need_sandbox(kit.limits)
    return kit


def run_grade(course, options):
    """Grade what was collected, each submission in a sandbox of its own, many at a time."""
    from coursework.cluster import connected, grade_all  # takes a second, which other commands need not wait for

    course.need_release(options.assignment)
    stem, counts = options.assignment, Counter()
    digests, kit = _to_grade(course, options), _kit(course, options)
    if digests:
        with connected(options.workers, options.scheduler) as client:
            for result in grade_all(client, kit, {one: course.notebook("submitted", stem, one) for one in digests}):
                marks.record(course, stem, result, digests[result.student])
                counts[result.status] += 1
                earned = sum(mark or 0 for mark in result.marks.values())
                line = f"{result.student}: {result.status}, {earned:g} points {result.remark}"
                print(printable(line), flush=True)
    print(", ".join(f"{number} {status}" for status, number in counts.items()) or "nothing to do")
    run_marks(course, options)


def _to_grade(course, options):
    """Return the digest of every submission that is to be graded, by student."""
    stem, before = options.assignment, marks.read_results(course, options.assignment)
    students = options.student or course.students("submitted", stem)
    lost = [student for student in students if not course.notebook("submitted", stem, student).exists()]
    if lost or not students:
        where = f"in {course.root / 'submitted'}: run `python -m coursework collect` first."
        raise CourseError(f"no submission {f'of {lost[0]!r}' if lost else 'at all'} {where}")
    digests = {student: marks.digest_of(course, stem, student) for student in students}
    if options.again or options.student:
        return digests
    graded = {one for one in digests if course.notebook("autograded", stem, one).exists()}
    same = {one for one in graded if before.get(one, {}).get("digest") == digests[one]}
    if same:
        print(f"{len(same)} graded before and unchanged; --again grades them too.")
    return {student: digest for student, digest in digests.items() if student not in same}


def run_feedback(course, options):
    """Write a page for every student, without hidden tests."""
    pages = write_feedback(course, options.assignment)
    for student, page in pages.items():
        if not isinstance(page, Path):
            print(f"no page for {printable(student)}: {printable(page)}")
    archive = course.root / f"feedback-{options.assignment}.zip"
    print(
        f"{pack_feedback(course, options.assignment, archive)} pages in {course.root / 'feedback'} and {archive.name}"
    )


def run_marks(course, options):
    """Write the table of marks for spreadsheets."""
    path = getattr(options, "output", None) or course.root / f"marks-{options.assignment}.csv"
    rows = marks.table(course, options.assignment)
    if not rows:
        raise CourseError(f"nobody handed in {options.assignment!r} yet: run `python -m coursework collect` first.")
    counts = Counter(row["status"] for row in rows)
    print(
        f"{marks.write_csv(rows, path)}: "
        + ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    )
    if getattr(options, "worksheet", None):
        filled = course.root / f"worksheet-{options.assignment}.csv"
        for identifier, reason in fill_worksheet(course, options.assignment, options.worksheet, filled).items():
            print(f"no grade for {printable(identifier)}: {printable(reason)}")
        print(f"{filled}: upload this one to Moodle")


def printable(text):
    """Make text of a student's safe for the terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


if __name__ == "__main__":
    sys.exit(main())
