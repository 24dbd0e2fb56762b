import pytest

from medbook.dicom import DicomReadError
from medbook.dicom.errors import quoted


def test_error_is_a_value_error():
    assert issubclass(DicomReadError, ValueError)


@pytest.mark.parametrize("text", ["a\nb\r\n\tc", "über\x1b[31m\0", "x" * 5000, "\u202egnp.exe"])
def test_quoted_text_is_one_short_printable_line(text):
    line = quoted(text)
    assert len(line) <= 200
    assert line.isascii()
    assert line.isprintable()
