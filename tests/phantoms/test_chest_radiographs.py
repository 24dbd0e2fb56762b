import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from medbook.phantoms import chest_radiographs

ALL_CLASSES = ("normal", "pneumonia", "tuberculosis", "nodule")
FIELDS = ("labels", "true_labels", "masks", "lung_masks", "heart_masks", "severity", "patient_ids", "site_ids")


def simulate(num=12, seed=0, **dials):
    return chest_radiographs(num, rng=np.random.default_rng(seed), **dials)


@pytest.fixture(scope="module")
def diseased():
    return simulate(60, classes=ALL_CLASSES, prevalence=1.0, noise=0.0)


@pytest.fixture(scope="module")
def twins():
    return simulate(60, classes=ALL_CLASSES, prevalence=1.0, noise=0.0, lesion_contrast=0.0)


@pytest.fixture(scope="module")
def many():
    return simulate(300, size=28, label_noise=0.2, shortcut=0.6)


@pytest.mark.parametrize("size", [28, 64, 101])
def test_images_are_float32_in_unit_interval(size):
    sample = simulate(6, size=size)
    assert sample.images.shape == sample.masks.shape == (6, size, size)
    assert sample.images.dtype == np.float32
    assert 0 <= sample.images.min() < 0.1
    assert 0.8 < sample.images.max() <= 1


def test_none_are_as_welcome_as_many():
    sample = simulate(0)
    assert sample.images.shape == (0, 64, 64)
    assert sample.boxes == []


def test_spacing_times_pixels_is_the_film():
    assert simulate(1, size=90).spacing_mm == (4.0, 4.0)


def test_first_ten_of_thirty_are_the_ten():
    few, many = simulate(10, shortcut=0.5), simulate(30, shortcut=0.5)
    np.testing.assert_array_equal(few.images, many.images[:10])
    np.testing.assert_array_equal(few.labels, many.labels[:10])


def test_next_call_shows_other_patients():
    rng = np.random.default_rng(0)
    first, second = chest_radiographs(2, rng=rng), chest_radiographs(2, rng=rng)
    assert np.abs(first.images - second.images).max() > 0.2


def test_other_process_with_other_threads_makes_the_same_bytes():
    code = (
        "import hashlib, numpy as np; from medbook.phantoms import chest_radiographs; "
        "s = chest_radiographs(5, rng=np.random.default_rng(3)); "
        "print(hashlib.sha256(s.images.tobytes() + s.masks.tobytes()).hexdigest())"
    )
    threads = {name: "3" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    path = os.pathsep.join(path for path in sys.path if path)
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **threads, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    sample = simulate(5, seed=3)
    assert run.stdout.strip() == hashlib.sha256(sample.images.tobytes() + sample.masks.tobytes()).hexdigest()


@pytest.mark.parametrize("dial", [{"lesion_contrast": 0.3}, {"noise": 3.0}, {"shortcut": 1.0}])
def test_a_dial_changes_no_truth(dial):
    usual, turned = simulate(), simulate(**dial)
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(usual, field), getattr(turned, field))


def test_noise_pattern_is_the_same_at_zero_contrast():
    noisy, clean = simulate(prevalence=0.0, lesion_contrast=0.0), simulate(prevalence=0.0)
    np.testing.assert_array_equal(noisy.images, clean.images)


def test_prevalence_changes_who_is_ill_and_not_who_they_are():
    ill, well = simulate(prevalence=1.0, noise=0.0, lesion_contrast=0.0), simulate(prevalence=0.0, noise=0.0)
    np.testing.assert_array_equal(ill.images, well.images)
    assert ill.labels.all()
    assert not well.labels.any()


def test_more_lesion_never_darkens_a_pixel(diseased, twins):
    denser = simulate(60, classes=ALL_CLASSES, prevalence=1.0, noise=0.0, lesion_contrast=2.0)
    assert (twins.images <= diseased.images).all()
    assert (diseased.images <= denser.images).all()


def test_lesion_is_seen_in_its_mask(diseased, twins):
    gain = diseased.images - twins.images
    inside = [gain[i][diseased.masks[i]].mean() for i in range(60)]
    assert np.median(inside) > 0.03


def test_healthy_twin_differs_only_near_the_mask(diseased, twins):
    gain = diseased.images - twins.images
    near = np.stack([binary_dilation(mask, iterations=4) for mask in diseased.masks])
    assert gain[~near].max() < 0.2 * gain.max()
    # Fewer photons behind the lesion: less scatter elsewhere, by far less than the lesion itself.
    assert gain[~near].mean() < 0.05 * gain[diseased.masks].mean()


def test_noise_dial_scales_standard_deviation():
    clean, once, twice = (simulate(6, noise=noise).images for noise in (0.0, 1.0, 2.0))
    assert np.std(twice - clean) == pytest.approx(2 * np.std(once - clean), rel=0.05)


def test_severity_is_diseased_share_of_lung(diseased):
    for mask, lung, severity in zip(diseased.masks, diseased.lung_masks, diseased.severity, strict=True):
        assert severity == pytest.approx((mask & lung).sum() / lung.sum())


def test_normal_has_no_lesion():
    sample = simulate(prevalence=0.0)
    assert not sample.masks.any()
    assert not sample.severity.any()
    assert all(boxes.shape == (0, 4) for boxes in sample.boxes)


def test_every_patient_with_disease_has_a_mask(diseased):
    assert diseased.masks.any(axis=(1, 2)).all()


@pytest.mark.parametrize("size", [28, 64])
def test_boxes_bound_the_mask(size):
    sample = simulate(40, size=size, classes=ALL_CLASSES, prevalence=1.0)
    for mask, boxes in zip(sample.masks, sample.boxes, strict=True):
        covered = np.zeros_like(mask)
        for top, left, bottom, right in boxes:
            covered[top:bottom, left:right] = True
        rows, cols = np.nonzero(mask)
        assert covered[mask].all()
        assert boxes[:, :2].min(axis=0).tolist() == [rows.min(), cols.min()]
        assert boxes[:, 2:].max(axis=0).tolist() == [rows.max() + 1, cols.max() + 1]


def test_tuberculosis_lies_higher_than_pneumonia(diseased):
    rows = np.arange(64)[:, np.newaxis]
    height = (rows * diseased.masks).sum(axis=(1, 2)) / diseased.masks.sum(axis=(1, 2))
    assert height[diseased.labels == 2].mean() < height[diseased.labels == 1].mean() - 5


def test_nodule_measures_6_to_25_mm():
    sample = simulate(24, size=256, classes=("normal", "nodule"), prevalence=1.0, noise=0.0)
    width_mm = np.array([(boxes[0, 3] - boxes[0, 1]) for boxes in sample.boxes]) * sample.spacing_mm[1]
    assert 5 < width_mm.min() < 10
    assert 20 < width_mm.max() < 29


def test_size_changes_pixels_and_not_patients():
    small, large = simulate(size=64, noise=0.0), simulate(size=128, noise=0.0)
    averaged = large.images.reshape(12, 64, 2, 64, 2).mean(axis=(2, 4))
    assert np.abs(averaged - small.images).mean() < 0.01
    np.testing.assert_allclose(small.severity, large.severity, atol=0.02)
    np.testing.assert_array_equal(small.cardiothoracic_ratios, large.cardiothoracic_ratios)


def test_visits_share_label_and_look_alike():
    sample = simulate(40, images_per_patient=2)
    first, second = sample.images[::2], sample.images[1::2]
    same = np.abs(first - second).mean(axis=(1, 2))
    other = np.abs(first - np.roll(second, 1, axis=0)).mean(axis=(1, 2))
    np.testing.assert_array_equal(sample.labels[::2], sample.labels[1::2])
    np.testing.assert_array_equal(sample.patient_ids, np.repeat(np.arange(20), 2))
    assert 0 < same.mean() < 0.6 * other.mean()


def test_cardiothoracic_ratio_agrees_with_the_masks():
    sample = simulate(30, size=128)
    heart = sample.heart_masks.any(axis=1).sum(axis=1)
    cols = sample.lung_masks.any(axis=1)
    thorax = 128 - cols[:, ::-1].argmax(axis=1) - cols.argmax(axis=1)
    np.testing.assert_allclose(heart / thorax, sample.cardiothoracic_ratios, atol=0.06)
    assert 0.35 < sample.cardiothoracic_ratios.min() < sample.cardiothoracic_ratios.max() < 0.68


def test_lungs_are_darker_than_heart():
    sample = simulate(20, noise=0.0, prevalence=0.0)
    for image, lung, heart in zip(sample.images, sample.lung_masks, sample.heart_masks, strict=True):
        assert image[lung].mean() < image[heart].mean() - 0.1


def test_classes_are_equally_likely_by_default(many):
    # Standard error of a share of a third among 300: 0.027.
    np.testing.assert_allclose(np.bincount(many.true_labels) / 300, 1 / 3, atol=0.08)


def test_prevalence_is_the_share_of_disease():
    sample = simulate(200, size=28, prevalence=0.1)
    assert (sample.labels > 0).mean() == pytest.approx(0.1, abs=0.065)


def test_label_noise_is_the_share_of_wrong_labels(many):
    assert (many.labels != many.true_labels).mean() == pytest.approx(0.2, abs=0.06)
    assert set(many.labels) == {0, 1, 2}


def test_marker_follows_the_disease(many):
    ill = many.true_labels > 0
    assert many.has_marker[ill].mean() == pytest.approx(0.8, abs=0.08)
    assert many.has_marker[~ill].mean() == pytest.approx(0.2, abs=0.1)


def test_marker_brightens_a_corner_alone():
    with_marker, without = simulate(classes=("normal",), shortcut=-1.0), simulate(classes=("normal",))
    gain = with_marker.images - without.images
    assert with_marker.has_marker.all()
    assert gain.max(axis=(1, 2)).min() > 0.3
    assert not gain[:, 12:52, 12:52].any()


def test_no_shortcut_means_no_marker():
    assert not simulate().has_marker.any()


def test_sites_show_the_same_patients_otherwise():
    here, there = simulate(sites=(0,), noise=0.0), simulate(sites=(1,), noise=0.0)
    np.testing.assert_array_equal(here.masks, there.masks)
    assert 0.01 < np.abs(here.images - there.images).mean() < 0.2
    assert set(simulate(30, sites=(4, 7)).site_ids) == {4, 7}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num", -1),
        ("num", 2.5),
        ("size", 27),
        ("size", 513),
        ("size", 64.0),
        ("rng", 0),
        ("classes", ("pneumonia", "normal")),
        ("classes", ("normal", "fracture")),
        ("classes", ("normal", "nodule", "nodule")),
        ("classes", ()),
        ("classes", "normal"),
        ("prevalence", 1.1),
        ("prevalence", -0.1),
        ("lesion_contrast", -1),
        ("noise", -0.5),
        ("noise", np.nan),
        ("shortcut", 1.5),
        ("label_noise", 2),
        ("images_per_patient", 0),
        ("sites", ()),
        ("sites", 0),
        ("sites", (-1,)),
    ],
)
def test_bad_argument_is_named(name, value):
    arguments = {"num": 1, "rng": np.random.default_rng(0), name: value}
    with pytest.raises(ValueError, match=rf"chest_radiographs\({name}="):
        chest_radiographs(arguments.pop("num"), **arguments)
