import sys

import pydicom
import pydicom.pixels
import pytest
from pydicom.data import get_testdata_file

from medbook.check.decoders import FILES, check_decoders


def test_all_kinds_are_read_here():
    finding = check_decoders()
    assert (finding.status, "JPEG-LS" in finding.text) == ("ok", True)


@pytest.mark.parametrize(
    ("kind", "uid"),
    [
        ("JPEG", "1.2.840.10008.1.2.4.50"),
        ("JPEG 2000", "1.2.840.10008.1.2.4.90"),
        ("JPEG-LS", "1.2.840.10008.1.2.4.80"),
        ("run length", "1.2.840.10008.1.2.5"),
    ],
)
def test_each_file_is_compressed_as_stated(kind, uid):
    path = get_testdata_file(FILES[kind][0], download=False)
    assert pydicom.dcmread(path).file_meta.TransferSyntaxUID == uid


def test_missing_decoder_fails_with_its_package(monkeypatch):
    monkeypatch.setitem(FILES, "JPEG 2000", ("no_such_file.dcm", "pylibjpeg"))
    finding = check_decoders()
    assert (finding.status, "JPEG 2000" in finding.text) == ("fail", True)
    assert "pylibjpeg" in finding.remedy


def test_missing_lossless_decoder_fails_with_its_package(monkeypatch):
    class NoDecoder:
        is_available = False

    monkeypatch.setattr(pydicom.pixels, "get_decoder", lambda uid: NoDecoder)
    assert "python-gdcm" in check_decoders().remedy


def test_missing_pydicom_fails_without_traceback(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydicom", None)
    assert check_decoders().status == "fail"
