"""Whatever bytes it is given, the reader returns an image or raises DicomReadError, soon and in little memory."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from medbook.dicom import DicomReadError, read_series
from medbook.dicom.report import describe_folder
from tests.dicom.builders import encoded, image_header
from tests.dicom.reader_process import ReaderProcess, is_clean

MOST_SECONDS, MOST_BYTES = 2.0, 10**9
ORIGINALS = (
    "CT_small.dcm",  # uncompressed
    "693_J2KI.dcm",  # JPEG 2000
    "MR_small_jpeg_ls_lossless.dcm",  # JPEG-LS
    "SC_rgb_jpeg_gdcm.dcm",  # lossless JPEG, which GDCM decodes
    "SC_rgb_small_odd_jpeg.dcm",  # JPEG
    "MR_small_RLE.dcm",  # run lengths
    "image_dfl.dcm",  # deflated
)


@pytest.fixture(scope="module")
def reader():
    process = ReaderProcess()
    yield process
    process.close()


def mutated(content, rng):
    """Cut the file, or set some bytes of its header, of the start of its pixel data, or anywhere."""
    if rng.random() < 0.15:
        return content[: rng.integers(len(content))]
    content = bytearray(content)
    pixels = max(content.find(b"\xe0\x7f\x10\x00"), 133)
    for _ in range(rng.choice([1, 2, 4, 8, 32])):
        regions = [(132, pixels), (pixels, min(pixels + 200, len(content))), (132, len(content))]
        start, end = regions[rng.integers(3)]
        content[rng.integers(start, end)] = rng.choice([0, 1, 127, 128, 255, rng.integers(256)])
    return bytes(content)


def check(inputs, reader, folder, record_property):
    worst_seconds = worst_bytes = num_read = num_inputs = 0
    failures = []
    for label, path in inputs:
        outcome, seconds, peak = reader.read(path)
        num_inputs += 1
        num_read += outcome == "read"
        worst_seconds, worst_bytes = max(worst_seconds, seconds), max(worst_bytes, peak)
        if outcome not in ("read", "refused") or seconds > MOST_SECONDS or peak > MOST_BYTES:
            failures.append(f"{label}: {outcome}, {seconds:.2f} s, peak {peak / 1e6:.0f} MB")
    summary = (
        f"{num_inputs} inputs: {num_read} read, the others refused; "
        f"at most {worst_seconds:.2f} s and {worst_bytes / 1e6:.0f} MB"
    )
    record_property("contract", summary)
    print(summary)
    assert not failures, "\n".join(failures)


def mutations(count, folder, seed):
    rng = np.random.default_rng(seed)
    contents = [Path(get_testdata_file(name)).read_bytes() for name in ORIGINALS]
    path = folder / "mutated.dcm"
    for number in range(count):
        which = number % len(ORIGINALS)
        path.write_bytes(mutated(contents[which], rng))
        yield f"seed {seed}, mutation {number} of {ORIGINALS[which]}", path


def test_every_file_of_pydicom_is_read_or_refused(reader, tmp_path, record_property):
    folder = Path(pydicom.__file__).parent / "data"
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    assert len(paths) > 200
    check([(path.name, path) for path in paths], reader, tmp_path, record_property)


def test_mutated_files_are_read_or_refused(reader, tmp_path, record_property):
    check(mutations(210, tmp_path, seed=1), reader, tmp_path, record_property)


@pytest.mark.filterwarnings("ignore")
def test_series_with_a_mutated_slice_is_read_or_refused_and_reported_without_phi(tmp_path):
    rng = np.random.default_rng(4)
    fields = {"PatientName": "Fern^Anna", "PatientID": "Fern4711"}
    slices = [encoded(image_header(ImagePositionPatient=[0, 0, depth], **fields)) for depth in range(3)]
    messages = []
    for _ in range(60):
        for depth, content in enumerate(slices):
            (tmp_path / f"{depth}.dcm").write_bytes(mutated(content, rng) if depth == 1 else content)
        try:
            read_series(tmp_path)
        except DicomReadError as error:
            messages.append(str(error))
        report = str(describe_folder(tmp_path))
        assert "Fern" not in report
        assert report.isascii()
    assert messages
    assert all(is_clean(message) for message in messages)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_thousands_of_mutated_files_are_read_or_refused(reader, tmp_path, record_property, seed):
    check(mutations(2100, tmp_path, seed), reader, tmp_path, record_property)
