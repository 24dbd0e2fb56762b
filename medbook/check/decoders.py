"""Can compressed DICOM images be read? Tried on files that come with pydicom."""

from medbook.check.finding import Finding

# One file for each way of compressing that hospitals use, and the package that reads it.
FILES = {
    "JPEG": ("SC_rgb_jpeg_dcmtk.dcm", "Pillow"),
    "JPEG 2000": ("J2K_pixelrep_mismatch.dcm", "pylibjpeg and pylibjpeg-openjpeg"),
    "JPEG-LS": ("MR_small_jpeg_ls_lossless.dcm", "pyjpegls"),
    "run length": ("MR_small_RLE.dcm", "pydicom"),
}
# No file of this kind comes with pydicom; here it is only asked whether a decoder is there.
LOSSLESS_JPEG, LOSSLESS_JPEG_PACKAGE = "1.2.840.10008.1.2.4.70", "python-gdcm"


def check_decoders():
    """Decode one DICOM image of each kind of compression.

    Returns
    -------
    Finding
    """
    try:
        import pydicom
        from pydicom.pixels import get_decoder
    except ImportError as error:
        return Finding("fail", "DICOM", f"pydicom cannot be imported ({error}).", "Install what is missing, see above.")
    missing = {kind: package for kind, (name, package) in FILES.items() if not _decodes(pydicom, name)}
    if not get_decoder(LOSSLESS_JPEG).is_available:
        missing["lossless JPEG"] = LOSSLESS_JPEG_PACKAGE
    if missing:
        text = f"cannot read images compressed as {', '.join(missing)}."
        return Finding("fail", "DICOM", text, f"Install {', '.join(missing.values())}, see requirements.txt.")
    return Finding("ok", "DICOM", f"reads images compressed as {', '.join(FILES)} and lossless JPEG.")


def _decodes(pydicom, name):
    """Say whether the pixels of one of pydicom's own files can be read."""
    from pydicom.data import get_testdata_file

    try:
        return pydicom.dcmread(get_testdata_file(name, download=False)).pixel_array.size > 0
    except Exception:  # plug-ins raise what they like, and a file that is gone gives None
        return False
