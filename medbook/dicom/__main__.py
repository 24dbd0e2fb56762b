"""``python -m medbook.dicom FOLDER``: what the DICOM files of a folder are, and what is wrong with them.

Prints no name, number or date of a patient; file names are printed as they are. The exit status
is 0 if every file was read, 1 if there are faults or no DICOM files, 2 if the folder does not exist.
"""

import argparse
import sys

from medbook.dicom.report import describe_folder


def main(arguments=None):
    """Print the report on a folder, or on one file.

    Parameters
    ----------
    arguments : list of str, optional
        Of the command line.

    Returns
    -------
    int
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m medbook.dicom", description=__doc__.partition("\n\n")[2])
    parser.add_argument("folder", help="a folder, searched with its subfolders, or one DICOM file")
    folder = parser.parse_args(arguments).folder
    try:
        report = describe_folder(folder)
    except OSError as error:
        print(f"{folder}: {error.strerror}", file=sys.stderr)
        return 2
    print(report)
    return 0 if report.is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
