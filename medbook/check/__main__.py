"""``python -m medbook.check [--quick]``: say in plain words whether this machine is ready for the book.

The exit status is 0 if it is, 1 if something must be done first.
"""

import argparse
import sys

from medbook.check.report import format_report, run_checks


def main(arguments=None):
    """Print one line for each check, what to do where something is wrong, and the verdict.

    Parameters
    ----------
    arguments : list of str, optional
        Of the command line.

    Returns
    -------
    int
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m medbook.check", description=__doc__.partition(": ")[2])
    parser.add_argument("--quick", action="store_true", help="leave out the training step")
    quick = parser.parse_args(arguments).quick
    findings = []
    for finding in run_checks(quick=quick):
        print(finding, flush=True)
        findings.append(finding)
    print(f"\n{format_report(findings)}")
    return int(any(finding.status == "fail" for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
