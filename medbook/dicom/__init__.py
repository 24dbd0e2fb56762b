"""DICOM files as arrays in physical units."""

from medbook.dicom.image import DicomReadError, Image, read_image
from medbook.dicom.window import apply_window

__all__ = ["DicomReadError", "Image", "apply_window", "read_image"]
