"""Write the simulated studies of data/ anew, byte for byte the same: python tools/make_data.py [folder].

One simulated patient: a contrast-enhanced chest CT, a radiograph made by X-raying the same body, and a
beating heart in ultrasound. data/README.md is the data card. Coordinates are DICOM's, in mm: x to the
patient's left, y to the back, z to the head (LPS); arrays are (rows, cols) or (slices, rows, cols).

Why the bytes repeat: random numbers are raw bits of PCG64, which NumPy never changes (its distributions may);
UIDs are hashes of names; edges are ramps, not steps, so that the last digit of a square root, in which
processors differ, stays a last digit and is rounded away; where there is a step, it is computed in integers.
"""

import csv
import hashlib
import io
import sys
import uuid
import zipfile
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    UltrasoundMultiFrameImageStorage,
)
from scipy.ndimage import convolve1d, gaussian_filter, map_coordinates
from simulated_thorax import (
    CARTILAGE_HU,
    CLAVICLES,
    MARROW_HU,
    NODULE_HU,
    RANDOM_SD,
    Ellipsoid,
    body_hu,
    paint,
    ramp,
    random_integers,
)

CT_SLICES, CT_SIZE, PIXEL_UM, SLICE_UM = 24, 128, 2500, 5000
CT_FIRST_MM = (-158.75, -158.75, -215.0)  # center of the first pixel of the lowest slice
NODULE_CENTER_UM, NODULE_RADIUS_UM = (-75750, -3650, -119700), 6000
NOISE_HU = 20
LEVEL_MM = -215.0  # z of the diaphragm; the anatomy below is written relative to it

DETECTOR_SIZE, DETECTOR_SPACING_MM = 256, 1.4
SOURCE_TO_DETECTOR_MM, SOURCE_TO_PATIENT_MM = 1800, 1620  # to y = 0; the patient faces the detector
WATER_PER_MM = 0.021  # attenuation of water at about 55 keV, below the energy of CT,
BONE_GAIN = 1.8  # where bone attenuates more, compared with water, than its HU says
PHOTONS = 200_000  # per pixel, without patient

FRAMES, FRAME_ROWS, FRAME_COLS, FRAME_SPACING_MM, FRAME_TIME_MS = 12, 96, 128, 1.5, "66.667"
HEART_DEPTH_MM, DIASTOLE_MM, SYSTOLE_MM, WALL_MM = 78.0, 24.0, 15.0, 10.0  # radii of the cavity; wall at diastole


# ---- Images -----------------------------------------------------------------------------------------------


def nodule_share(num_across=5, num_up=10):
    """Return the share of each CT voxel that the nodule fills, from 250 points in each, in integers."""

    def squared_distance(axis, count, step, num_samples):
        first = round(1000 * CT_FIRST_MM[axis])
        offsets = (2 * np.arange(num_samples) - num_samples + 1) * step // (2 * num_samples)
        return (first + step * np.arange(count)[:, None] + offsets - NODULE_CENTER_UM[axis]) ** 2

    x, y = (squared_distance(axis, CT_SIZE, PIXEL_UM, num_across) for axis in (0, 1))
    z = squared_distance(2, CT_SLICES, SLICE_UM, num_up)
    share = np.zeros((CT_SLICES, CT_SIZE, CT_SIZE))
    for up in range(num_up):
        for back in range(num_across):
            for left in range(num_across):
                total = z[:, up, None, None] + y[None, :, back, None] + x[None, None, :, left]
                share += total <= NODULE_RADIUS_UM**2
    return share / (num_across**2 * num_up)


def correlated_noise(shape, seed):
    """Return integers blurred by 1 2 1 along rows and columns, and their SD."""
    blurred = convolve1d(convolve1d(random_integers(shape, seed), [1, 2, 1], axis=-1), [1, 2, 1], axis=-2)
    return blurred, 6 * RANDOM_SD


def ct_clean_hu():
    """Return the CT without noise, (slices, rows, cols); each slice is the mean of three planes."""
    pixels_mm = CT_FIRST_MM[0] + PIXEL_UM / 1000 * np.arange(CT_SIZE)
    x, y = pixels_mm[None, :], pixels_mm[:, None]
    planes = []
    for z_mm in CT_FIRST_MM[2] - LEVEL_MM + SLICE_UM / 1000 * np.arange(CT_SLICES):
        z_thirds = [np.array([[z_mm + third * SLICE_UM / 3000]]) for third in (-1, 0, 1)]
        planes.append(sum(body_hu(x, y, z, is_ct=True) for z in z_thirds) / 3)
    hu = np.stack(planes)
    return hu + nodule_share() * (NODULE_HU - hu)


def radiograph_log_signal():
    """Return -ln(transmission) with photon noise, (rows, cols): X-rays from a point behind the patient.

    Beer-Lambert: a share exp(-sum of attenuation x path) of the photons arrives. Rays diverge, so a plane
    nearer to the source is seen magnified; on each plane the rays form a grid, of which the body is sampled.
    """
    detector_mm = DETECTOR_SPACING_MM * (np.arange(DETECTOR_SIZE) - (DETECTOR_SIZE - 1) / 2)
    beam_center_mm = 82.0  # z of the central ray
    nodule_center = np.array(NODULE_CENTER_UM) / 1000 - [0, 0, LEVEL_MM]
    nodule = Ellipsoid(tuple(nodule_center), (NODULE_RADIUS_UM / 1000,) * 3)
    step_mm, absorbed = 2.0, np.zeros((DETECTOR_SIZE, DETECTOR_SIZE))
    for y_mm in np.arange(-111, 112, step_mm):
        # The source is at the back (+y), the detector in front of the chest (-y).
        shrink = (SOURCE_TO_PATIENT_MM - y_mm) / SOURCE_TO_DETECTOR_MM
        x, z = (detector_mm * shrink)[None, :], (beam_center_mm - detector_mm * shrink)[:, None]
        points = x, np.array([[y_mm]]), z
        hu = body_hu(*points, is_ct=False)
        paint(hu, points, nodule, NODULE_HU)
        for bone in CLAVICLES:
            paint(hu, points, bone, MARROW_HU + 150)
        hu += (BONE_GAIN - 1) * np.maximum(hu - CARTILAGE_HU, 0)
        absorbed += step_mm * WATER_PER_MM * (1 + hu / 1000)
    noise, noise_sd = correlated_noise(absorbed.shape, seed=3)
    return absorbed + noise / noise_sd * np.exp(absorbed / 2) / np.sqrt(PHOTONS)


def cavity_radius_mm(frame):
    """Return the radius of the ventricle's cavity: one beat over all frames, filled in frame 0."""
    return DIASTOLE_MM - (DIASTOLE_MM - SYSTOLE_MM) * np.sin(np.pi * frame / FRAMES) ** 2


def ultrasound_frame(frame):
    """Return one frame (rows, cols) of 0 to 255: scatterers in beams, blurred, demodulated, logarithm, sector."""
    range_mm, angle = 0.5 * np.arange(288)[:, None] + 0.25, np.deg2rad(np.arange(-42, 42.25, 0.5))[None, :]
    across, deep = range_mm * np.sin(angle), range_mm * np.cos(angle) - HEART_DEPTH_MM
    radius = np.sqrt(across**2 + deep**2)
    cavity_mm = cavity_radius_mm(frame)
    # Muscle keeps its area: what is at `radius` now was at `rest` when the ventricle was filled.
    rest = np.sqrt(np.maximum(radius**2 - cavity_mm**2 + DIASTOLE_MM**2, 0))
    stretch = rest / (radius + 1e-6)
    blood = ramp(radius - cavity_mm)
    wall = ramp(rest - DIASTOLE_MM - WALL_MM)
    right_ventricle = Ellipsoid((-26, -28, 0), (30, 17, np.inf)).distance_mm(across * stretch, deep * stretch, 0)
    echo = np.clip(0.2 - 0.0012 * range_mm, 0.04, 1) + 0.9 * ramp(
        abs(rest - DIASTOLE_MM - WALL_MM - 2) - 1.5
    ) * np.clip(deep / 20, 0, 1)  # pericardium
    echo = echo + ramp(right_ventricle) * (0.015 - echo)
    echo = echo + wall * (0.3 * (0.4 + 0.6 * abs(deep) / (radius + 1e-6)) - echo)  # weak along the beam
    echo = echo + blood * (0.015 - echo)
    parts = []
    for seed in (4, 5):
        tissue = random_integers((400, 400), seed) / RANDOM_SD
        moved = map_coordinates(
            tissue, [2 * deep * stretch + 200.3, 2 * across * stretch + 200.3], order=1, mode="wrap"
        )
        swirling = random_integers(moved.shape, 100 * seed + frame) / RANDOM_SD
        parts.append(gaussian_filter(echo * (moved + blood * (swirling - moved)), (1.6, 1.8)))
    decibel = 3 + 10 * np.log10(parts[0] ** 2 + parts[1] ** 2 + 1e-9)
    x = FRAME_SPACING_MM * (np.arange(FRAME_COLS) - (FRAME_COLS - 1) / 2)[None, :]
    y = FRAME_SPACING_MM * np.arange(FRAME_ROWS)[:, None] + 1.1
    where = [2 * (np.hypot(x, y) - 0.25), (np.rad2deg(np.arctan2(x, y)) + 42) * 2]
    seen = map_coordinates(decibel, where, order=1, mode="constant", cval=-90)
    return np.clip(255 * (seen + 50) / 50, 0, 255)


# ---- Files ------------------------------------------------------------------------------------------------


def fixed_uid(name):
    """Return the UID of a name: 2.25 and the number of a name-based UUID, PS3.5 B.2."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_URL, f'https://medbook.invalid/simulated/{name}').int}"


def save(path, pixels, sop_class, name, **attributes):
    """Write an image, (rows, cols) or (frames, rows, cols), with what all files have in common."""
    header = Dataset()
    values = {
        "SOPClassUID": sop_class,
        "SOPInstanceUID": fixed_uid(name),
        "StudyInstanceUID": fixed_uid(f"{attributes['Modality']} study"),
        "SeriesInstanceUID": fixed_uid(f"{attributes['Modality']} series"),
        "StudyDate": "20000101",
        "SeriesDate": "20000101",
        "ContentDate": "20000101",
        "StudyTime": "120000",
        "ContentTime": "120000",
        "StudyID": "1",
        "SeriesNumber": 1,
        "AccessionNumber": "",
        "ReferringPhysicianName": "",
        "Manufacturer": "medbook (simulated)",
        "PatientName": "Simulated^Patient",
        "PatientID": "MEDBOOK-SIM-1",
        "PatientBirthDate": "",
        "PatientSex": "O",
        "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": "Simulated: there never was a patient",
        "ImageComments": "SIMULATED IMAGE, shows no patient",
        "BurnedInAnnotation": "NO",
        "SamplesPerPixel": 1,
        "Rows": pixels.shape[-2],
        "Columns": pixels.shape[-1],
        "BitsAllocated": 8 * pixels.itemsize,
        "BitsStored": 8 * pixels.itemsize,
        "PixelRepresentation": 0,
        "PixelData": pixels.astype(pixels.dtype.newbyteorder("<")).tobytes(),
    }
    for keyword, value in (values | attributes).items():
        setattr(header, keyword, value)
    header.HighBit = header.BitsStored - 1
    header["PixelData"].VR = "OB" if pixels.itemsize == 1 else "OW"
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.file_meta.ImplementationClassUID = fixed_uid("tools/make_data.py")
    header.file_meta.ImplementationVersionName = "MEDBOOK_SIM_1"
    header.preamble = bytes(128)
    path.parent.mkdir(parents=True, exist_ok=True)
    header.save_as(path, enforce_file_format=True)


def write_chest_ct(folder):
    """Write the CT series, one slice a file, numbered from head to foot."""
    noise, noise_sd = correlated_noise((CT_SLICES, CT_SIZE, CT_SIZE), seed=2)
    stored = np.clip(np.round(ct_clean_hu() + NOISE_HU / noise_sd * noise) + 1024, 0, 4095).astype(np.uint16)
    for index, pixels in enumerate(stored):
        number = CT_SLICES - index
        z_mm = CT_FIRST_MM[2] + SLICE_UM / 1000 * index
        save(
            folder / f"IM{number}.dcm",
            pixels,
            CTImageStorage,
            f"CT image {number}",
            Modality="CT",
            SeriesDescription="SIMULATED chest, contrast-enhanced",
            ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
            InstanceNumber=number,
            AcquisitionNumber=1,
            BodyPartExamined="CHEST",
            ContrastBolusAgent="SIMULATED iodine",
            PatientPosition="HFS",
            FrameOfReferenceUID=fixed_uid("CT frame of reference"),
            PositionReferenceIndicator="",
            ImagePositionPatient=[f"{CT_FIRST_MM[0]:g}", f"{CT_FIRST_MM[1]:g}", f"{z_mm:g}"],
            ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
            PixelSpacing=["2.5", "2.5"],
            SliceThickness="5",
            SpacingBetweenSlices="5",
            SliceLocation=f"{z_mm:g}",
            KVP="120",
            RescaleIntercept="-1024",
            RescaleSlope="1",
            RescaleType="HU",
            WindowCenter=["-600", "40"],
            WindowWidth=["1500", "400"],
            WindowCenterWidthExplanation=["LUNG", "SOFT TISSUE"],
            PhotometricInterpretation="MONOCHROME2",
        )


def write_nodule(path):
    """Write the mask of voxels that the nodule fills by half or more, and its exact size."""
    arrays = {
        "mask": nodule_share() >= 0.5,
        "diameter_mm": np.float64(NODULE_RADIUS_UM / 500),
        "center_mm": np.array(NODULE_CENTER_UM) / 1000,
        "volume_ml": np.float64(4 / 3 * np.pi * (NODULE_RADIUS_UM / 10000) ** 3),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # compressed bytes depend on zlib's version
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on Unix, also when made on Windows
            content = io.BytesIO()
            array = np.asarray(array)
            np.lib.format.write_array(content, array.astype(array.dtype.newbyteorder("<")), allow_pickle=False)
            archive.writestr(entry, content.getvalue())


def write_radiograph(path):
    """Write the radiograph as MONOCHROME1: the smallest stored value is to be shown white.

    Few photons reach the detector behind bone. Stored is the logarithm of the signal, so bone has LOW and air
    HIGH values; MONOCHROME1 says that low is white, and bone appears white, as on film.
    """
    stored = np.clip(np.round(4095 - 600 * radiograph_log_signal()), 0, 4095).astype(np.uint16)
    magnification = SOURCE_TO_DETECTOR_MM / SOURCE_TO_PATIENT_MM
    save(
        path,
        stored,
        ComputedRadiographyImageStorage,
        "CR image",
        Modality="CR",
        SeriesDescription="SIMULATED chest PA",
        ImageType=["ORIGINAL", "PRIMARY"],
        InstanceNumber=1,
        BodyPartExamined="CHEST",
        ViewPosition="PA",
        PatientOrientation=["L", "F"],
        BitsStored=12,
        PhotometricInterpretation="MONOCHROME1",
        PixelIntensityRelationship="LOG",
        PixelIntensityRelationshipSign=1,  # lower values, fewer photons
        ImagerPixelSpacing=[f"{DETECTOR_SPACING_MM}"] * 2,
        DistanceSourceToDetector=f"{SOURCE_TO_DETECTOR_MM}",
        DistanceSourceToPatient=f"{SOURCE_TO_PATIENT_MM}",
        EstimatedRadiographicMagnificationFactor=f"{magnification:.4f}",
        WindowCenter="2000",
        WindowWidth="2600",
    )


def write_cine(path):
    """Write the ultrasound loop."""
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0  # 2D, tissue
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = FRAME_COLS - 1, FRAME_ROWS - 1
    region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = 3, 3  # cm
    region.PhysicalDeltaX, region.PhysicalDeltaY = FRAME_SPACING_MM / 10, FRAME_SPACING_MM / 10
    frames = np.stack([ultrasound_frame(frame) for frame in range(FRAMES)])
    save(
        path,
        np.round(frames).astype(np.uint8),
        UltrasoundMultiFrameImageStorage,
        "US image",
        Modality="US",
        SeriesDescription="SIMULATED heart, short axis",
        ImageType=["ORIGINAL", "PRIMARY"],
        InstanceNumber=1,
        PatientOrientation="",
        PhotometricInterpretation="MONOCHROME2",
        NumberOfFrames=FRAMES,
        FrameIncrementPointer=0x00181063,  # FrameTime
        FrameTime=FRAME_TIME_MS,
        CineRate=15,
        RecommendedDisplayFrameRate=15,
        HeartRate=75,
        LossyImageCompression="00",
        SequenceOfUltrasoundRegions=[region],
    )


WHAT = {
    "chest_ct/": "simulated chest CT, one axial slice (HU = stored value - 1024)",
    "chest_ct_nodule.npz": "mask of the nodule in order of increasing z, its diameter, center (LPS) and volume",
    "cine_ultrasound.dcm": "simulated beating heart, 12 frames of one beat",
    "radiograph_monochrome1.dcm": "simulated chest radiograph PA of the same patient, MONOCHROME1",
}


def write_manifest(folder):
    """Write path, size and SHA-256 of every file."""
    with open(folder / "MANIFEST.csv", "w", newline="", encoding="ascii") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["path", "bytes", "sha256", "what"])
        for path in sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")):
            for start, what in WHAT.items():
                if path.startswith(start):
                    content = (folder / path).read_bytes()
                    table.writerow([path, len(content), hashlib.sha256(content).hexdigest(), what])


def make_data(folder):
    """Write all files of data/, except its README, into a folder."""
    folder = Path(folder)
    write_chest_ct(folder / "chest_ct")
    write_nodule(folder / "chest_ct_nodule.npz")
    write_radiograph(folder / "radiograph_monochrome1.dcm")
    write_cine(folder / "cine_ultrasound.dcm")
    write_manifest(folder)


if __name__ == "__main__":
    make_data(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "data")
