import hashlib
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion

from medbook.phantoms import cine_ultrasound
from medbook.phantoms.cine import _moved
from medbook.phantoms.cine_sector import BEAMS, DEPTHS, HALF_ANGLE, sector

DIGEST = """
import hashlib
import numpy as np
from medbook.phantoms import cine_ultrasound
images = cine_ultrasound(2, size=64, num_frames=4, rng=np.random.default_rng(9)).images
print(hashlib.sha256(images.round(3).tobytes()).hexdigest())
"""


def simulate(num, seed=0, **options):
    return cine_ultrasound(num, rng=np.random.default_rng(seed), **options)


@pytest.fixture(scope="module")
def cines():
    return simulate(12, seed=1)


def disc_volume_ml(mask, spacing_mm, num_discs=20):
    """Sum discs across the cavity's long axis, as one does in the clinic (Simpson's method, one plane)."""
    points = np.argwhere(mask) * spacing_mm
    centred = points - points.mean(axis=0)
    along = centred @ np.linalg.eigh(centred.T @ centred)[1][:, 1]
    pixels, edges = np.histogram(along, num_discs)
    height_mm = edges[1] - edges[0]
    diameters_mm = pixels * np.prod(spacing_mm) / height_mm
    return np.sum(np.pi * (diameters_mm / 2) ** 2 * height_mm) / 1000


def similarity(first, second):
    """Correlate the pixels of pairs of frames."""
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(first, second, strict=True)])


def test_masks_hold_the_volumes_that_are_given(cines):
    ratios = [
        disc_volume_ml(mask, cines.spacing_mm) / volume
        for masks, volumes in zip(cines.masks, cines.volumes_ml, strict=True)
        for mask, volume in zip(masks, volumes, strict=True)
    ]
    assert np.mean(ratios) == pytest.approx(1, abs=0.01)
    assert np.abs(np.subtract(ratios, 1)).max() < 0.04


def test_ejection_fraction_is_that_of_the_volumes(cines):
    largest, smallest = cines.volumes_ml.max(axis=1), cines.volumes_ml.min(axis=1)
    np.testing.assert_allclose((largest - smallest) / largest, cines.ejection_fractions, atol=1e-5)


def test_cine_starts_at_end_diastole(cines):
    np.testing.assert_array_equal(cines.volumes_ml.argmax(axis=1), 0)


def test_thirteen_frames_hit_end_systole():
    few = simulate(6, seed=5, size=16, num_frames=13)
    np.testing.assert_allclose(1 - few.volumes_ml.min(axis=1) / few.volumes_ml[:, 0], few.ejection_fractions, atol=1e-5)


def test_label_is_one_below_half(cines):
    np.testing.assert_array_equal(cines.labels, cines.ejection_fractions < 0.5)
    assert set(cines.labels) == {0, 1}


@pytest.mark.parametrize("prevalence", [0, 1])
def test_prevalence_decides_at_its_ends(prevalence):
    assert (simulate(5, size=16, num_frames=1, prevalence=prevalence).labels == prevalence).all()


def test_next_frame_is_more_alike_than_the_opposite_phase(cines):
    pixels = cines.images[..., cines.sector_mask]
    opposite = pixels[np.arange(len(pixels)), cines.volumes_ml.argmin(axis=1)]
    assert (similarity(pixels[:, 0], pixels[:, 1]) > similarity(pixels[:, 0], opposite) + 0.1).all()


def test_blood_is_new_in_every_frame_and_muscle_is_not():
    # Between ejection and filling, 0.34 to 0.42 s after the R wave, the ventricle holds still.
    cine = simulate(1, seed=2, noise=0, num_frames=30)
    frames = cine.images[0, 11:13]
    cavity = binary_erosion(cine.masks[0, 11], iterations=4)
    muscle = cine.sector_mask & ~cine.masks[0, 11] & (frames[0] > 0.4)
    (blood,), (tissue,) = (similarity(*frames[:, None, where]) for where in (cavity, muscle))
    assert tissue > 0.95
    assert abs(blood) < 0.3


def test_cavity_is_darker_than_the_wall_around_it(cines):
    for image, mask in zip(cines.images[:, 0], cines.masks[:, 0], strict=True):
        wall = binary_dilation(mask, iterations=5) & ~binary_dilation(mask) & cines.sector_mask
        assert image[mask].mean() < 0.6 * image[wall].mean()


def test_outside_of_the_sector_is_zero_and_no_mask_reaches_there(cines):
    assert not cines.images[..., ~cines.sector_mask].any()
    assert not cines.masks[..., ~cines.sector_mask].any()
    assert 0.4 < cines.sector_mask.mean() < 0.8


def test_images_fill_the_range_from_black_to_white(cines):
    assert cines.images.dtype == np.float32
    assert cines.images.min() == 0
    assert 0.85 < cines.images.max() <= 1


def test_shapes_and_spacing_follow_size_and_frames():
    cines = simulate(3, size=40, num_frames=5)
    assert cines.images.shape == cines.masks.shape == (3, 5, 40, 40)
    assert cines.volumes_ml.shape == (3, 5)
    assert cines.spacing_mm == pytest.approx((4.2, 4.2))
    np.testing.assert_allclose(cines.frame_times_s, [0, 0.2, 0.4, 0.6, 0.8])


def test_first_patients_of_many_are_those_of_few():
    few, many = simulate(2, size=32, num_frames=3), simulate(4, size=32, num_frames=3)
    for name in ("images", "masks", "labels", "volumes_ml", "patient_ids", "site_ids"):
        np.testing.assert_array_equal(getattr(many, name)[:2], getattr(few, name))


@pytest.mark.parametrize("options", [dict(noise=3), dict(contrast=0.3), dict(size=48), dict(num_frames=4)])
def test_dials_leave_the_patient_as_they_are(options):
    usual, other = (simulate(3, **(dict(size=32, num_frames=2) | changed)) for changed in ({}, options))
    for name in ("labels", "ejection_fractions", "heart_rates_bpm", "site_ids"):
        np.testing.assert_array_equal(getattr(other, name), getattr(usual, name))
    np.testing.assert_array_equal(other.volumes_ml[:, 0], usual.volumes_ml[:, 0])


def test_noise_adds_to_the_same_speckle():
    quiet, loud = (simulate(1, size=64, num_frames=1, noise=noise) for noise in (0, 2))
    bright = quiet.images[0, 0] > 0.5
    assert similarity(quiet.images[:, 0, bright], loud.images[:, 0, bright]) > 0.9


def test_electronic_noise_brightens_deep_blood():
    quiet, loud = (simulate(4, size=64, num_frames=1, noise=noise) for noise in (0, 5))
    deep = quiet.masks[:, 0] & (np.arange(64)[:, None] > 32)  # beyond the haze near the probe
    assert loud.images[:, 0][deep].mean() > 1.2 * quiet.images[:, 0][deep].mean()


@pytest.mark.parametrize("seed", range(4))
def test_speckle_of_the_septum_rises_with_it_in_systole(seed):
    cine = simulate(1, seed=seed, size=224, num_frames=30, noise=0, prevalence=0)
    before, after, mask = cine.images[0, 4], cine.images[0, 6], cine.masks[0, 4]
    inside = np.flatnonzero(mask.any(axis=1))
    middle = int(inside[0] + 0.75 * len(inside))  # three quarters of the way to the valve
    rows, border = slice(middle - 14, middle + 14), np.flatnonzero(mask[middle])[0]
    septum = slice(border - 12, border - 2)
    lifted = [after[rows.start - shift : rows.stop - shift, septum].ravel() for shift in range(-6, 12)]
    assert np.argmax(similarity([before[rows, septum].ravel()] * 18, lifted)) - 6 in (2, 3, 4)


@pytest.mark.parametrize(
    ("direction", "shift"),
    [((0, 1), (0, 4)), ((1, 0), (4, 0)), ((0.6, 0.8), (2.4, 3.2))],
    ids=["along", "across", "oblique"],
)
def test_tissue_that_rose_comes_from_deeper(direction, shift):
    depths = np.broadcast_to(sector().depth_mm, (2, DEPTHS, BEAMS))
    plane = np.ones((DEPTHS, BEAMS), np.float32)
    moved = _moved(depths, [part * plane for part in shift], [part * plane for part in direction])
    np.testing.assert_allclose(moved[:, :-10], depths[:, :-10] + 4, atol=1e-3)


def test_tissue_that_moved_left_comes_from_beams_on_the_right():
    angles = np.broadcast_to(sector().angle_rad, (2, DEPTHS, BEAMS))
    plane = np.ones((DEPTHS, BEAMS), np.float32)
    moved = _moved(angles, (4 * plane, 0 * plane), (0 * plane, plane))
    expected = angles + 4 / sector().depth_mm
    step = 2 * HALF_ANGLE / BEAMS
    np.testing.assert_allclose(moved[:, 60:, 20:-30], expected[:, 60:, 20:-30], atol=0.51 * step)


def test_contrast_of_zero_hides_the_cavity():
    usual, hidden = (simulate(1, seed=3, num_frames=1, contrast=contrast) for contrast in (1, 0))
    cavity = usual.masks[0, 0]
    assert hidden.images[0, 0, cavity].mean() > 2 * usual.images[0, 0, cavity].mean()


def test_generator_goes_on():
    rng = np.random.default_rng(0)
    first, second = (cine_ultrasound(1, size=16, num_frames=1, rng=rng) for _ in range(2))
    assert first.volumes_ml[0, 0] != second.volumes_ml[0, 0]


def test_another_process_finds_the_same_images():
    command = [sys.executable, "-c", DIGEST]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    images = simulate(2, seed=9, size=64, num_frames=4).images
    assert printed.strip() == hashlib.sha256(images.round(3).tobytes()).hexdigest()


def test_no_patients_give_empty_arrays():
    none = simulate(0)
    assert none.images.shape == (0, 16, 112, 112)
    assert none.labels.shape == (0,)


def test_every_field_is_filled(cines):
    assert all(getattr(cines, field.name) is not None for field in fields(cines))
    assert cines.class_names[1] == "reduced ejection fraction"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(num=-1), "num=-1"),
        (dict(num=2.5), "num=2.5"),
        (dict(num=True), "num=True"),
        (dict(size=8), "size=8"),
        (dict(num_frames=0), "num_frames=0"),
        (dict(rng=7), r"default_rng\(0\)"),
        (dict(prevalence=1.2), "prevalence=1.2"),
        (dict(prevalence=np.nan), "prevalence=nan"),
        (dict(contrast=-1), "contrast=-1"),
        (dict(noise=np.inf), "noise=inf"),
    ],
)
def test_bad_argument_is_named(options, message):
    arguments = dict(num=1, rng=np.random.default_rng(0)) | options
    with pytest.raises(ValueError, match=message):
        cine_ultrasound(arguments.pop("num"), **arguments)
