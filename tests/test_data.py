"""The files of data/ are what tools/make_data.py makes, and hold what data/README.md says."""

import csv
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy.ndimage import binary_dilation, binary_erosion

from medbook.dicom import read_image, read_series

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
DICOM_FILES = sorted(DATA.rglob("*.dcm"))
VOXEL_ML = 2.5 * 2.5 * 5 / 1000


def files_in(folder):
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("README.md", ".DS_Store"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def region(volume, center_mm, radius_mm):
    """Return the voxels of one slice around a point (LPS)."""
    first_mm = np.array([-158.75, -158.75, -215.0])
    col, row, index = np.round((np.array(center_mm) - first_mm) / [2.5, 2.5, 5]).astype(int)
    r = int(radius_mm / 2.5)
    return volume[index, row - r : row + r + 1, col - r : col + r + 1]


@pytest.fixture(scope="module")
def volume():
    slices = [pydicom.dcmread(path) for path in (DATA / "chest_ct").iterdir()]
    slices.sort(key=lambda header: float(header.ImagePositionPatient[2]))
    return np.stack([header.pixel_array * float(header.RescaleSlope) + header.RescaleIntercept for header in slices])


@pytest.fixture(scope="module")
def nodule():
    with np.load(DATA / "chest_ct_nodule.npz", allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize("environment", [{}, {"OMP_NUM_THREADS": "1", "NPY_DISABLE_CPU_FEATURES": "X86_V4"}])
def test_making_the_data_again_gives_the_same_bytes(tmp_path, environment):
    command = [sys.executable, "-W", "ignore", str(ROOT / "tools" / "make_data.py"), str(tmp_path)]
    subprocess.run(command, check=True, env=os.environ | environment, cwd=tmp_path, timeout=300)
    made, stored = files_in(tmp_path), files_in(DATA)
    assert made.keys() == stored.keys()
    assert [path for path in made if made[path] != stored[path]] == []


def test_manifest_lists_every_file_with_its_hash():
    with open(DATA / "MANIFEST.csv", encoding="ascii", newline="") as file:
        listed = {row["path"]: (int(row["bytes"]), row["sha256"]) for row in csv.DictReader(file)}
    stored = files_in(DATA)
    del stored["MANIFEST.csv"]
    assert listed == {path: (len(data), hashlib.sha256(data).hexdigest()) for path, data in stored.items()}


def test_all_files_together_stay_below_two_megabytes():
    assert sum(len(content) for content in files_in(DATA).values()) < 2_000_000


@pytest.mark.parametrize("path", DICOM_FILES, ids=lambda path: path.name)
def test_every_file_says_that_it_is_simulated(path):
    header = pydicom.dcmread(path)
    assert header.PatientName == "Simulated^Patient"
    assert header.PatientID == "MEDBOOK-SIM-1"
    assert header.ImageComments == "SIMULATED IMAGE, shows no patient"
    assert header.SeriesDescription.startswith("SIMULATED")
    assert (header.PatientIdentityRemoved, header.BurnedInAnnotation) == ("YES", "NO")
    assert header.StudyDate == "20000101"
    assert header.preamble == bytes(128)


def test_every_image_has_its_own_valid_uid():
    uids = [pydicom.dcmread(path).SOPInstanceUID for path in DICOM_FILES]
    assert len(set(uids)) == 26
    assert all(uid.is_valid for uid in uids)


def test_neither_file_names_nor_numbers_are_in_anatomical_order():
    headers = [pydicom.dcmread(path) for path in sorted((DATA / "chest_ct").iterdir())]
    heights_mm = [float(header.ImagePositionPatient[2]) for header in headers]
    assert heights_mm not in (sorted(heights_mm), sorted(heights_mm)[::-1])
    by_number = sorted(headers, key=lambda header: header.InstanceNumber)
    assert [float(header.ImagePositionPatient[2]) for header in by_number] == sorted(heights_mm)[::-1]


def test_read_series_sorts_the_ct_by_position(volume):
    series = read_series(DATA / "chest_ct")
    assert series.voxels.shape == (24, 128, 128)
    assert series.spacing_mm == pytest.approx((5, 2.5, 2.5))
    np.testing.assert_array_equal(series.voxels, volume)
    np.testing.assert_allclose(series.affine @ [0, 0, 0, 1], [-158.75, -158.75, -215, 1])
    np.testing.assert_allclose(series.affine @ [23, 127, 127, 1], [158.75, 158.75, -100, 1])


def test_nodule_mask_has_the_volume_of_the_sphere(nodule):
    """Half-filled voxels round to 0 or 1: the mask has 23 to 32 voxels, depending on the center's position.

    The center was chosen where this rounding cancels (29 voxels for 28.95).
    """
    assert nodule["diameter_mm"] == 12
    assert nodule["volume_ml"] == pytest.approx(4 / 3 * np.pi * 0.6**3)
    assert nodule["mask"].sum() * VOXEL_ML == pytest.approx(nodule["volume_ml"], rel=0.01)


def test_nodule_mask_lies_around_the_stated_center(nodule):
    index, row, col = np.mean(np.nonzero(nodule["mask"]), axis=1)
    center_mm = [-158.75 + 2.5 * col, -158.75 + 2.5 * row, -215 + 5 * index]
    np.testing.assert_allclose(center_mm, nodule["center_mm"], atol=1)


def test_nodule_is_40_hu_inside_and_surrounded_by_lung(volume, nodule):
    inside = volume[binary_erosion(nodule["mask"])]  # 2 x 2 voxels, whose noise hangs together: mean +- 17 HU
    assert inside.mean() == pytest.approx(40, abs=17)
    near = binary_dilation(nodule["mask"], iterations=3) & ~binary_dilation(nodule["mask"], iterations=2)
    assert volume[near].mean() == pytest.approx(-850, abs=10)


def test_nodule_integral_gives_the_volume_in_spite_of_partial_volume(volume, nodule):
    """Summed (HU - lung) / (nodule - lung) needs no threshold; noise of 20 HU adds about 1 %."""
    around = binary_dilation(nodule["mask"], iterations=2)
    filled = (volume[around] + 850).sum() / (40 + 850)
    assert filled * VOXEL_ML == pytest.approx(nodule["volume_ml"], rel=0.05)


@pytest.mark.parametrize(
    ("center_mm", "radius_mm", "expected_hu"),
    [
        ((21, 34, -175), 5, 200),  # descending aorta
        ((42, -18, -187), 10, 200),  # left ventricle
        ((-54, 0, -215), 25, 80),  # liver
        ((-75, -30, -160), 5, -850),  # lung
        ((0, 11, -105), 3, -1000),  # trachea
        ((147, 0, -150), 1, -100),  # fat
        ((27, 82, -150), 5, 50),  # muscles of the back
    ],
    ids=["aorta", "ventricle", "liver", "lung", "trachea", "fat", "muscle"],
)
def test_tissues_have_their_hu(volume, center_mm, radius_mm, expected_hu):
    assert region(volume, center_mm, radius_mm).mean() == pytest.approx(expected_hu, abs=12)


def test_noise_has_its_sd_and_neighbors_correlate(volume):
    noise = region(volume, (-54, 0, -215), 35)
    assert noise.std() == pytest.approx(20, rel=0.1)
    assert np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1] == pytest.approx(2 / 3, abs=0.06)
    assert np.corrcoef(noise[:, :-3].ravel(), noise[:, 3:].ravel())[0, 1] == pytest.approx(0, abs=0.12)


def test_radiograph_stores_bone_low_and_air_high():
    image = read_image(DATA / "radiograph_monochrome1.dcm")
    assert (image.photometric, image.spacing_source, image.spacing_mm) == (
        "MONOCHROME1",
        "ImagerPixelSpacing",
        (1.4, 1.4),
    )
    spine, lung, outside = image.pixels[130:200, 128], image.pixels[80:120, 70], image.pixels[200:, :5]
    assert spine.max() < lung.min() < lung.max() < outside.min()
    assert image.pixels.max() <= 4095
    assert image.header.BitsStored == 12


def test_cine_is_one_beat_with_its_spacing():
    image = read_image(DATA / "cine_ultrasound.dcm")
    assert image.pixels.shape == (12, 96, 128)
    assert image.spacing_mm == pytest.approx((1.5, 1.5))
    assert float(image.header.FrameTime) * 12 == pytest.approx(800, abs=0.1)


def test_ventricle_is_as_large_as_stated_in_each_frame():
    frames = read_image(DATA / "cine_ultrasound.dcm").pixels
    row, col = (78 - 1.1) / 1.5, 63.5
    distance_mm = 1.5 * np.hypot(*(np.indices(frames.shape[1:]) - np.array([row, col])[:, None, None]))
    for frame, pixels in enumerate(frames):
        radius_mm = 24 - 9 * np.sin(np.pi * frame / 12) ** 2
        blood, wall = distance_mm < radius_mm - 2, (distance_mm > radius_mm + 2) & (distance_mm < radius_mm + 7)
        assert pixels[blood].mean() < 0.6 * pixels[wall].mean()
