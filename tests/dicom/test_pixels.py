import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.pixels import get_decoder
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from medbook.dicom import DicomReadError, read_image
from tests.dicom.builders import color_header, image_header, saved


def refusal(header, folder, **options):
    with pytest.raises(DicomReadError) as error:
        read_image(saved(header, folder), **options)
    assert str(error.value).startswith("image.dcm: ")
    return str(error.value)


@pytest.mark.parametrize(("field", "value"), [("Rows", None), ("Rows", 0), ("Columns", None), ("Columns", 0)])
def test_row_10_image_without_size_is_refused(tmp_path, field, value):
    assert field in refusal(image_header(**{field: value}), tmp_path)


def test_row_11_huge_claim_is_refused_before_decoding(tmp_path):
    assert "max_pixels=67108864" in refusal(image_header(Rows=65535, Columns=65535), tmp_path)
    assert "claims 20 pixels" in refusal(image_header(), tmp_path, max_pixels=19)


@pytest.mark.parametrize("num_frames", [2_000_000_000, -1, 0])
def test_row_12_number_of_frames_is_checked(tmp_path, num_frames):
    message = refusal(image_header(NumberOfFrames=num_frames), tmp_path)
    assert "NumberOfFrames" in message or "max_pixels" in message


@pytest.mark.parametrize("fields", [{"BitsAllocated": 7}, {"BitsStored": 20}, {"BitsStored": 0}, {"BitsAllocated": 24}])
def test_row_13_bits_are_checked(tmp_path, fields):
    assert next(iter(fields)) in refusal(image_header(**fields), tmp_path)


def test_row_14_object_without_image_names_its_kind(tmp_path):
    with pytest.raises(DicomReadError, match=r"no image in this object.*Basic Text SR") as error:
        read_image(get_testdata_file("reportsi.dcm"))
    assert "truncated" not in str(error.value)
    header = image_header()
    del header.PixelData
    assert "truncated, or its pixels were removed" in refusal(header, tmp_path)


def test_row_15_empty_pixel_data_are_refused(tmp_path):
    header = image_header()
    header.PixelData = b""
    assert "PixelData is empty" in refusal(header, tmp_path)


def test_row_16_samples_and_photometric_must_fit(tmp_path):
    assert "SamplesPerPixel" in refusal(image_header(SamplesPerPixel=3, PlanarConfiguration=0), tmp_path)
    assert "SamplesPerPixel" in refusal(color_header(SamplesPerPixel=1), tmp_path)
    assert "PhotometricInterpretation" in refusal(image_header(PhotometricInterpretation="GREY"), tmp_path)


SYNTAXES = [JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, RLELossless]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_row_17_garbage_is_one_line_with_the_decoders_in_the_cause(tmp_path, syntax):
    header = image_header()
    header.file_meta.TransferSyntaxUID = syntax
    header.PixelData = encapsulate([np.random.default_rng(0).bytes(500)])
    with pytest.raises(DicomReadError) as error:
        read_image(saved(header, tmp_path))
    message = str(error.value)
    assert message.isprintable()
    assert len(message) < 300
    plugins = [name for name in get_decoder(syntax).available_plugins if name != "gdcm"] or ["gdcm"]
    assert all(plugin in str(error.value.__cause__) for plugin in plugins)


@pytest.mark.parametrize(("syntax", "package"), [(JPEGLSLossless, "pyjpegls"), (JPEGLosslessSV1, "python-gdcm")])
def test_row_18_missing_decoder_names_its_package(tmp_path, monkeypatch, syntax, package):
    monkeypatch.setattr(get_decoder(syntax), "_available", {})
    header = image_header()
    header.file_meta.TransferSyntaxUID = syntax
    header.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    assert f"pip install {package}" in refusal(header, tmp_path)


@pytest.mark.parametrize("name", ["JPGExtended.dcm", "JPEG-lossy.dcm"])
def test_row_18_twelve_bit_jpeg_names_its_package(name):
    with pytest.raises(DicomReadError, match="pip install pylibjpeg pylibjpeg-libjpeg"):
        read_image(get_testdata_file(name))


def test_header_that_does_not_fit_its_codestream_is_refused(tmp_path):
    import pydicom

    header = pydicom.dcmread(get_testdata_file("693_J2KI.dcm"))
    header.Rows = 256
    assert "512 x 512" in refusal(header, tmp_path)


def test_video_is_refused_by_the_name_of_its_syntax(tmp_path):
    header = image_header()
    header.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    header.PixelData = encapsulate([bytes(100)])
    assert "MPEG-4" in refusal(header, tmp_path)


def test_float_pixels_are_read(tmp_path):
    values = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    header = image_header(BitsAllocated=32, Modality="OT", RescaleSlope=None, BitsStored=None)
    del header.PixelData
    header.FloatPixelData = values.tobytes()
    np.testing.assert_array_equal(read_image(saved(header, tmp_path)).pixels, values)


def test_one_bit_pixels_are_unpacked(tmp_path):
    mask = np.random.default_rng(0).integers(0, 2, (4, 6)).astype(np.uint8)
    header = image_header(mask, Modality="SEG", BitsAllocated=1, BitsStored=1, HighBit=0)
    header.PixelData = np.packbits(mask.ravel(), bitorder="little").tobytes() + b"\0"
    np.testing.assert_array_equal(read_image(saved(header, tmp_path)).pixels, mask)


def test_unused_bits_are_not_values(tmp_path):
    pixels = np.full((4, 5), 0xF00F, dtype=np.uint16)
    header = image_header(pixels, BitsStored=12, HighBit=11, SOPClassUID=DigitalXRayImageStorageForPresentation)
    assert np.all(read_image(saved(header, tmp_path)).pixels == 0x00F)
