"""What a folder of DICOM files holds, in plain words."""

import os
import warnings
from collections import defaultdict
from dataclasses import dataclass, field

from medbook.dicom.attributes import read_text
from medbook.dicom.dicomdir import is_dicomdir, list_dicomdir
from medbook.dicom.errors import DicomReadError, quoted, without_pydicom_warnings
from medbook.dicom.files import open_dataset
from medbook.dicom.geometry import plane_positions
from medbook.dicom.image import read_image
from medbook.dicom.pixels import PIXEL_FIELDS
from medbook.dicom.series import check_slices, has_dicom_prefix


@dataclass
class Report:
    """Lines to print, and what is wrong.

    Attributes
    ----------
    series : list of list of str
        Lines on each series.
    faults : dict of str to str
        From file or series to what is wrong with it.
    notes : dict of str to str
        From file to what to know of it, though it was read.
    not_dicom : list of str
        Files that are not DICOM.
    num_files : int
        How many files are DICOM.
    """

    series: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    notes: dict = field(default_factory=dict)
    not_dicom: list = field(default_factory=list)
    num_files: int = 0

    @property
    def is_sound(self):
        """Whether there is something to read, and no fault."""
        return not self.faults and self.num_files > 0

    def __str__(self):
        lines = [f"{self.num_files} DICOM files, {len(self.series)} series, {len(self.faults)} faults"]
        for number, series in enumerate(self.series, start=1):
            lines += ["", f"Series {number}: {series[0]}", *(f"  {line}" for line in series[1:])]
        for title, entries in (("Faults", self.faults), ("Notes", self.notes)):
            if entries:
                lines += ["", title, *(f"  {name}: {text}" for name, text in entries.items())]
        if self.not_dicom:
            lines += ["", f"Not DICOM ({len(self.not_dicom)})", *(f"  {name}" for name in self.not_dicom)]
        return "\n".join(lines)


def describe_folder(path):
    """Read every DICOM file of a folder and its subfolders, and say what is there and what is wrong.

    No name, number or date of a patient is in the report, nor any other text of a header but
    modality and units. File names are in it: they may be telling.

    Parameters
    ----------
    path : str or path-like
        A folder, or one file.

    Returns
    -------
    Report

    Raises
    ------
    OSError
        If there is no such folder or file.
    """
    root = os.fspath(path)
    report, series = Report(), defaultdict(dict)
    os.stat(root)  # raises for what is not there
    for file_path in _files(root):
        name = os.path.relpath(file_path, root) if os.path.isdir(root) else os.path.basename(file_path)
        try:
            header = _header(file_path, name, report)
        except OSError as error:
            report.faults[name] = f"cannot be opened ({error.strerror})"
        except DicomReadError as error:
            report.faults[name] = _reason(error, file_path)
        else:
            if header is not None:
                key = (os.path.dirname(file_path), read_text(header, "SeriesInstanceUID"))
                series[key][file_path] = (name, header)
    with without_pydicom_warnings():
        for files in series.values():
            report.series.append(_describe_series(files, report))
    return report


def _files(root):
    if not os.path.isdir(root):
        yield root
        return
    for folder, subfolders, names in os.walk(root):
        subfolders.sort()
        for name in sorted(names):
            file_path = os.path.join(folder, name)
            # Only plain files: reading a pipe would wait for ever.
            if os.path.isfile(file_path) or os.path.islink(file_path):
                yield file_path


def _header(path, name, report):
    """Return the header of a file with an image; None for other files, which are noted."""
    if not has_dicom_prefix(path):
        if path.lower().endswith((".dcm", ".dicom")):
            report.faults[name] = "named as DICOM, but has no 'DICM' after the preamble"
        else:
            report.not_dicom.append(name)
        return None
    report.num_files += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said when the image is read
        header = open_dataset(path, stop_before_pixels=True)
    if is_dicomdir(header):
        list_dicomdir(path)  # refuses one that points outside its folder
        report.notes[name] = "the directory of a medium"
        return None
    if "Rows" in header or any(item in header for item in PIXEL_FIELDS):
        return header
    try:
        read_image(path)
    except DicomReadError as error:
        reason = _reason(error, path)
        # A report, a plan or a curve is sound without an image; an image object is not.
        is_fault = "truncated" in reason
        (report.faults if is_fault else report.notes)[name] = reason
    return None


def _describe_series(files, report):
    images = {}
    for path, (name, _) in files.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                image = read_image(path)
            except DicomReadError as error:
                report.faults[name] = _reason(error, path)
                continue
            except OSError as error:
                report.faults[name] = f"cannot be read ({error.strerror})"
                continue
        images[path] = _summary(image)
        if caught:
            notes = dict.fromkeys(_reason(warning.message, path) for warning in caught)
            report.notes[name] = "; ".join(notes)
    first_name, first_header = next(iter(files.values()))
    modality = quoted(read_text(first_header, "Modality"), 16) or "modality unknown"
    lines = [f"{modality}, {len(files)} file{'s' if len(files) > 1 else ''}"]
    if images:
        lines += _shared_lines(images.values())
    grid = _grid(files, images, report)
    if grid is not None:
        lines.append(f"volume: {len(grid.order)} slices, {grid.spacing_mm[0]:.4g} mm apart")
    return lines


def _summary(image):
    """Keep what the report says of an image, and not its pixels."""
    size = " x ".join(str(length) for length in image.pixels.shape[-2 - image.is_color :][:2])
    spacing = "not given"
    if image.spacing_mm is not None:
        spacing = "{:.4g} x {:.4g} mm".format(*image.spacing_mm) + f" ({image.spacing_source})"
    return {
        "size": size + (" in colour" if image.is_color else ""),
        "frames": str(image.num_frames) if image.num_frames > 1 else "",
        "spacing": spacing,
        "orientation": "left {}, right {}, top {}, bottom {}".format(*image.orientation)
        if image.orientation
        else "not given",
        "units": quoted(image.units, 16) or "not given",
        "window": "center {:g}, width {:g}".format(*image.window) if image.window else "not given",
    }


def _shared_lines(summaries):
    lines = []
    for field_name in next(iter(summaries)):
        values = list(dict.fromkeys(summary[field_name] for summary in summaries))
        more = f" (and {len(values) - 1} others)" if len(values) > 1 else ""
        if values != [""]:
            lines.append(f"{field_name}: {values[0] or '1'}{more}")
    return lines


def _grid(files, images, report):
    """Check the slices of a tomographic series as a stack; radiographs, films and localizers form none."""
    headers = {path: files[path][1] for path in images}
    if any("LOCALIZER" in str(header.get("ImageType")) for header in headers.values()):
        return None
    if len(headers) < 2 or any(plane_positions(header)[0] is None for header in headers.values()):
        return None
    try:
        return check_slices(headers)
    except DicomReadError as error:
        first = next(iter(files.values()))[0]
        report.faults[f"series of {first}"] = str(error)
        return None


def _reason(message, path):
    """Drop the file name that begins a message, as the report has it already."""
    text = str(message)
    prefix = f"{os.path.basename(path)}: "
    return text[len(prefix) :] if text.startswith(prefix) else text
