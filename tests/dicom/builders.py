"""Hand-built DICOM files: the smallest that the reader accepts, to be damaged one attribute at a time."""

import io

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EnhancedMRImageStorage, ExplicitVRLittleEndian, generate_uid

FRAME_OF_REFERENCE = generate_uid(entropy_srcs=["frame of reference"])
SERIES = generate_uid(entropy_srcs=["series"])


def image_header(pixels=None, **fields):
    """A CT image of 4 x 5 pixels; a field that is None is left out."""
    pixels = np.arange(20, dtype=np.uint16).reshape(4, 5) if pixels is None else pixels
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    header = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    defaults = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "Modality": "CT",
        "SeriesInstanceUID": SERIES,
        "FrameOfReferenceUID": FRAME_OF_REFERENCE,
        "Rows": pixels.shape[-2],
        "Columns": pixels.shape[-1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 8 * pixels.itemsize,
        "BitsStored": 8 * pixels.itemsize,
        "HighBit": 8 * pixels.itemsize - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
        "PixelSpacing": [2.0, 0.5],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [0, 0, 0],
        "RescaleSlope": 1,
        "RescaleIntercept": 0,
        "PixelData": pixels.tobytes(),
    }
    for field, value in {**defaults, **fields}.items():
        if value is not None:
            setattr(header, field, value)
    header["PixelData"].VR = "OW"
    return header


def color_header(pixels=None, **fields):
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3) if pixels is None else pixels
    color = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0, "Modality": "OT"}
    size = {"Rows": pixels.shape[-3], "Columns": pixels.shape[-2]}
    return image_header(pixels, **{**size, **color, **fields})


def enhanced_header(pixels, positions, rescales=None, shared=True):
    """A multi-frame image with functional groups; with ``shared=False`` all of them are in the frames."""
    header = image_header(
        pixels,
        SOPClassUID=EnhancedMRImageStorage,
        Modality="MR",
        NumberOfFrames=len(pixels),
        **dict.fromkeys(
            ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "RescaleSlope", "RescaleIntercept")
        ),
    )
    measures, orientation = Dataset(), Dataset()
    measures.PixelSpacing = [2.0, 0.5]
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    common = Dataset()
    common.PixelMeasuresSequence, common.PlaneOrientationSequence = [measures], [orientation]
    frames = []
    for frame, position in enumerate(positions):
        groups = Dataset()
        if not shared:
            groups.update(common)
        place = Dataset()
        place.ImagePositionPatient = position
        groups.PlanePositionSequence = [place]
        if rescales is not None:
            transformation = Dataset()
            transformation.RescaleSlope, transformation.RescaleIntercept = rescales[frame]
            transformation.RescaleType = "US"
            groups.PixelValueTransformationSequence = [transformation]
        frames.append(groups)
    if shared:
        header.SharedFunctionalGroupsSequence = [common]
    header.PerFrameFunctionalGroupsSequence = frames
    return header


def saved(header, folder, name="image.dcm"):
    path = folder / name
    header.save_as(path, enforce_file_format=False)
    return path


def encoded(header):
    file = io.BytesIO()
    header.save_as(file, enforce_file_format=True)
    return file.getvalue()


def save_slices(folder, positions, **fields):
    """A series of one slice for each position; the pixels of slice n are all n. Names sort as written."""
    paths = []
    for number, position in enumerate(positions):
        pixels = np.full((4, 5), number, dtype=np.uint16)
        header = image_header(pixels, ImagePositionPatient=list(position), **fields)
        paths.append(saved(header, folder, f"slice{number:02}.dcm"))
    return paths
