import subprocess
import sys

import numpy as np
import pytest

from medbook.phantoms import ct_slices


def make(num=6, seed=4, **dials):
    return ct_slices(num, rng=np.random.default_rng(seed), **dials)


def organ(ct, name):
    """Return the pixels of an organ that are surrounded by it, so that no edge is among them."""
    mask = ct.organ_masks == ct.organ_names.index(name)
    for axis in (1, 2):
        mask = mask & np.roll(mask, 1, axis) & np.roll(mask, -1, axis)
    return mask & ~ct.masks


@pytest.fixture(scope="module")
def thorax():
    return make(8, size=256, prevalence=1)


@pytest.fixture(scope="module")
def liver():
    return make(8, size=256, prevalence=1, region="liver")


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("fat", -115, -85), ("muscle", 40, 65), ("bone", 250, 900), ("heart", 80, 180), ("aorta", 130, 175)],
)
def test_thorax_tissues_lie_in_their_ranges(thorax, name, low, high):
    assert low < thorax.images[organ(thorax, name)].mean() < high


def test_median_lung_is_mostly_air(thorax):  # the mean has vessels in it
    assert -900 < np.median(thorax.images[organ(thorax, "lung")]) < -800


def test_air_around_the_patient_is_minus_1000(thorax):
    assert abs(thorax.images[:, :40].mean() + 1000) < 1


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("liver", 100, 125), ("spleen", 105, 135), ("kidney", 130, 185), ("aorta", 140, 175), ("gallbladder", 0, 20)],
)
def test_abdominal_organs_lie_in_their_ranges(liver, name, low, high):
    assert low < liver.images[organ(liver, name)].mean() < high


def test_metastases_are_darker_than_the_liver_yet_overlap_with_it(liver):
    healthy, ill = liver.images[organ(liver, "liver")], liver.images[liver.masks]
    assert 25 < healthy.mean() - ill.mean() < 55
    assert 1.5 < (healthy.mean() - ill.mean()) / ill.std() < 3  # the two overlap


def test_nodules_lie_in_the_lung(thorax):
    inside = thorax.organ_masks[thorax.masks] == thorax.organ_names.index("lung")
    assert inside.mean() > 0.95


def test_metastases_lie_in_the_liver(liver):
    inside = liver.organ_masks[liver.masks] == liver.organ_names.index("liver")
    assert inside.mean() > 0.97


def test_noise_grows_with_its_dial():
    quiet, once, thrice = (make(3, noise=noise).images for noise in (0, 1, 3))
    np.testing.assert_allclose(thrice - quiet, 3 * (once - quiet), atol=1e-3)


def test_noise_in_the_middle_of_the_body_has_the_stated_deviation():
    noise = make(20, size=64).images - make(20, size=64, noise=0).images
    assert 13 < noise[:, 27:37, 27:37].std() < 18


def test_rim_of_the_image_is_less_noisy_than_the_middle():
    noise = make(12, size=64).images - make(12, size=64, noise=0).images
    assert noise[:, :5].std() < 0.7 * noise[:, 27:37, 27:37].std()


def test_lesion_contrast_scales_the_difference_to_the_healthy_twin():
    healthy, half, full = (make(prevalence=1, lesion_contrast=contrast).images for contrast in (0, 0.5, 1))
    np.testing.assert_allclose(full - healthy, 2 * (half - healthy), atol=1e-3)


def test_healthy_twin_is_the_patient_without_disease():
    twins, healthy = make(prevalence=1, lesion_contrast=0), make(prevalence=0)
    np.testing.assert_array_equal(twins.images, healthy.images)
    assert twins.labels.all()
    assert not healthy.masks.any()


def test_twins_differ_only_around_the_lesion(thorax):
    healthy = make(8, size=256, prevalence=1, lesion_contrast=0)
    changed = np.abs(thorax.images - healthy.images) > 1
    assert changed[thorax.masks].mean() > 0.9
    assert changed.sum() < 2.5 * thorax.masks.sum()


def test_prevalence_is_the_share_of_ill_patients():
    labels = make(120, size=32, prevalence=0.3, noise=0).labels
    assert 0.3 - 3 * 0.042 < labels.mean() < 0.3 + 3 * 0.042  # three standard errors


def test_growing_prevalence_only_adds_patients():
    few, many = (make(30, size=32, prevalence=p).labels for p in (0.3, 0.7))
    assert (few <= many).all()
    assert few.sum() < many.sum()


@pytest.mark.parametrize("region", ["thorax", "liver"])
def test_first_patients_of_many_are_those_of_few(region):
    many, few = make(12, size=64, region=region), make(4, size=64, region=region)
    np.testing.assert_array_equal(many.images[:4], few.images)
    np.testing.assert_array_equal(many.masks[:4], few.masks)


def test_other_size_shows_the_same_patients(thorax):
    small = make(8, size=64, prevalence=1, noise=0)
    large = make(8, size=256, prevalence=1, noise=0).images.reshape(8, 64, 4, 64, 4).mean(axis=(2, 4))
    assert min(np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(small.images, large, strict=True)) > 0.99
    np.testing.assert_array_equal(small.labels, thorax.labels)


def test_another_seed_shows_other_patients():
    assert np.abs(make(1).images - make(1, seed=5).images).mean() > 20


def test_second_call_with_one_generator_shows_new_patients():
    rng = np.random.default_rng(0)
    first, second = ct_slices(1, size=32, rng=rng), ct_slices(1, size=32, rng=rng)
    assert not np.array_equal(first.images, second.images)


@pytest.mark.parametrize("region", ["thorax", "liver"])
def test_voxels_of_the_mask_add_up_to_the_volume(region):
    ct = make(3 * 24, size=160, region=region, prevalence=1, slices_per_patient=24, noise=0)
    counted_ml = ct.masks.reshape(3, -1).sum(axis=1) * np.prod(ct.spacing_mm) / 1000
    np.testing.assert_allclose(counted_ml, ct.lesion_volumes_ml[::24], rtol=0.08)
    assert counted_ml.sum() == pytest.approx(ct.lesion_volumes_ml[::24].sum(), rel=0.03)


def test_counted_volume_converges_with_the_size():
    def error(size, slices):
        ct = make(3 * slices, size=size, prevalence=1, slices_per_patient=slices, noise=0)
        counted_ml = ct.masks.reshape(3, -1).sum(axis=1) * np.prod(ct.spacing_mm) / 1000
        return np.abs(counted_ml / ct.lesion_volumes_ml[::slices] - 1).mean()

    assert error(128, 24) < 0.5 * error(32, 6)


def test_slices_of_a_patient_form_a_volume():
    ct = make(2 * 24, size=64, prevalence=1, slices_per_patient=24)
    assert ct.patient_ids.tolist() == [0] * 24 + [1] * 24
    np.testing.assert_allclose(np.diff(ct.slice_positions_mm[:24]), ct.spacing_mm[0])
    assert not ct.masks.reshape(2, 24, -1)[:, [0, -1]].any()  # the lesion lies within
    assert ct.masks.reshape(2, 24, -1).any(axis=(1, 2)).all()


def test_neighbouring_slices_are_more_alike_than_distant_ones():
    volume = make(24, size=64, slices_per_patient=24, noise=0).images
    near, far = np.abs(volume[1] - volume[0]).mean(), np.abs(volume[20] - volume[0]).mean()
    assert near < 0.5 * far


def test_single_slice_is_the_middle_of_the_volume():
    single = make(1, noise=0).images[0]
    volume = make(3, noise=0, slices_per_patient=3).images
    np.testing.assert_array_equal(single, volume[1])


def test_label_says_whether_the_mask_has_a_lesion():
    ct = make(3 * 16, size=32, prevalence=0.6, slices_per_patient=16)
    np.testing.assert_array_equal(ct.labels, ct.masks.any(axis=(1, 2)))
    assert 0 < ct.labels.mean() < 1


def test_boxes_enclose_the_mask_tightly(liver):
    for mask, boxes in zip(liver.masks, liver.boxes, strict=True):
        covered = np.zeros_like(mask)
        for row_start, col_start, row_stop, col_stop in boxes:
            box = mask[row_start:row_stop, col_start:col_stop]
            assert min(box[0].any(), box[-1].any(), box[:, 0].any(), box[:, -1].any())
            covered[row_start:row_stop, col_start:col_stop] = True
        assert not (mask & ~covered).any()


def test_healthy_slice_has_no_boxes():
    ct = make(1, size=32, prevalence=0)
    assert ct.boxes[0].shape == (0, 4)
    assert ct.lesion_volumes_ml.tolist() == [0.0]


def test_best_fixed_threshold_fails_on_metastases():
    ct = make(30, region="liver", prevalence=1)
    inside = ct.organ_masks == ct.organ_names.index("liver")
    reference = ct.masks & inside
    scores = []
    for threshold in range(60, 110, 4):
        found = (ct.images < threshold) & inside
        scores.append(2 * (found & reference).sum() / (found.sum() + reference.sum()))
    assert 0.2 < max(scores) < 0.7


def test_metastases_stand_out_once_noise_is_averaged():
    ct = make(30, region="liver", prevalence=1)
    healthy = make(30, region="liver", prevalence=1, lesion_contrast=0)
    pairs = zip(ct.images, healthy.images, ct.masks, strict=True)
    ill, well = np.array([(image[mask].mean(), twin[mask].mean()) for image, twin, mask in pairs]).T
    assert np.mean(ill < well.min()) > 0.9


def test_sites_differ_in_noise_texture():
    ct = make(20, size=48)
    noise, sites = ct.images - make(20, size=48, noise=0).images, ct.site_ids
    alike = [(noise[sites == s, :, 1:] * noise[sites == s, :, :-1]).mean() / noise[sites == s].var() for s in (0, 2)]
    assert alike[0] > alike[1] + 0.2  # a smooth kernel makes neighbours alike


def test_types_and_shapes_are_as_documented():
    ct = make(4, size=48, slices_per_patient=2)
    assert (ct.images.dtype, ct.masks.dtype, ct.organ_masks.dtype) == (np.float32, bool, np.uint8)
    assert ct.images.shape == ct.masks.shape == ct.organ_masks.shape == (4, 48, 48)
    assert ct.patient_ids.dtype == ct.site_ids.dtype == ct.labels.dtype == np.int64
    assert ct.organ_masks.max() < len(ct.organ_names)


def test_no_slices_give_empty_arrays():
    assert make(0).images.shape == (0, 128, 128)


def test_another_process_makes_the_same_images():
    code = (
        "import numpy as np; from medbook.phantoms import ct_slices; "
        "print(ct_slices(2, size=64, rng=np.random.default_rng(4), region='liver').images.astype(float).sum())"
    )
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert float(done.stdout) == make(2, size=64, region="liver").images.astype(float).sum()


@pytest.mark.parametrize(
    "dials",
    [
        dict(num=-1),
        dict(num=2.5),
        dict(size=31),
        dict(size=513),
        dict(region="head"),
        dict(prevalence=1.1),
        dict(prevalence=float("nan")),
        dict(lesion_contrast=-1),
        dict(noise=-0.1),
        dict(noise=float("inf")),
        dict(slices_per_patient=0),
    ],
)
def test_bad_argument_is_named(dials):
    (name,) = dials
    with pytest.raises(ValueError, match=rf"ct_slices\({name}="):
        ct_slices(dials.pop("num", 2), rng=np.random.default_rng(0), **dials)


def test_seed_instead_of_generator_is_refused():
    with pytest.raises(ValueError, match=r"np\.random\.default_rng\(seed\)"):
        ct_slices(1, rng=0)


def test_broken_patient_says_which_number_fits():
    with pytest.raises(ValueError, match="Use num=8"):
        make(7, slices_per_patient=4)
