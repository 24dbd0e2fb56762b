"""DICOM files as arrays in physical units."""

from medbook.dicom.dicomdir import list_dicomdir
from medbook.dicom.display import to_display
from medbook.dicom.errors import DicomReadError, DicomWarning
from medbook.dicom.image import Image, read_image
from medbook.dicom.measure import length_mm
from medbook.dicom.overlays import read_overlays
from medbook.dicom.segment import Segment
from medbook.dicom.segmentation import Segmentation, read_segmentation
from medbook.dicom.segmentation_writer import write_segmentation
from medbook.dicom.series import read_series
from medbook.dicom.volume import Volume
from medbook.dicom.window import apply_window

__all__ = [
    "DicomReadError",
    "DicomWarning",
    "Image",
    "Segment",
    "Segmentation",
    "Volume",
    "apply_window",
    "length_mm",
    "list_dicomdir",
    "read_image",
    "read_overlays",
    "read_segmentation",
    "read_series",
    "to_display",
    "write_segmentation",
]
