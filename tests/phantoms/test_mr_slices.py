import subprocess
import sys

import numpy as np
import pytest

from medbook.phantoms import mr_slices
from medbook.phantoms.mr_scan import BIAS_SD, NOISE_SIGMA
from medbook.phantoms.mr_tissues import FIELDS_T


def make(num=6, seed=7, **dials):
    return mr_slices(num, rng=np.random.default_rng(seed), **dials)


def tissue(mr, name):
    return mr.tissue_masks == mr.tissue_names.index(name)


def mean_of(mr, name):
    return mr.images[tissue(mr, name)].mean()


@pytest.fixture(scope="module")
def scans():
    return {contrast: make(contrast=contrast, prevalence=1) for contrast in ("T1", "T2", "FLAIR")}


def test_t1_image_has_white_over_grey_over_fluid(scans):
    white, grey, fluid = (mean_of(scans["T1"], n) for n in ("white matter", "grey matter", "cerebrospinal fluid"))
    assert white > 1.1 * grey > 1.2 * fluid


def test_t2_image_has_bright_fluid(scans):
    assert mean_of(scans["T2"], "cerebrospinal fluid") > 1.8 * mean_of(scans["T2"], "white matter")


def test_flair_image_has_dark_fluid_and_bright_edema(scans):
    fluid, white, edema = (mean_of(scans["FLAIR"], n) for n in ("cerebrospinal fluid", "white matter", "edema"))
    assert fluid < 0.75 * white
    assert edema > 1.5 * white


def test_other_contrast_shows_the_same_patients(scans):
    first, second = scans["T1"], scans["FLAIR"]
    np.testing.assert_array_equal(first.tissue_masks, second.tissue_masks)
    np.testing.assert_array_equal(first.masks, second.masks)
    np.testing.assert_array_equal(first.bias_fields, second.bias_fields)


def test_tumour_and_core_make_the_mask(scans):
    mr = scans["T1"]
    labelled = tissue(mr, "tumour") | tissue(mr, "tumour core")
    assert (labelled & mr.masks).sum() > 0.97 * mr.masks.sum()
    assert (labelled & ~mr.masks).sum() < 0.03 * mr.masks.sum()


def test_tumour_stays_within_the_brain():
    ill, healthy = (make(30, size=64, prevalence=p) for p in (1, 0))
    assert np.isin(healthy.tissue_masks[ill.masks], [1, 2, 3, 4]).all()
    assert (healthy.tissue_masks[ill.masks] != 1).mean() > 0.85  # fluid: ventricles and sulci that it displaces


def test_edema_spreads_in_white_matter_alone():
    ill, healthy = make(prevalence=1), make(prevalence=0)
    assert (tissue(healthy, "white matter")[tissue(ill, "edema")]).all()
    assert tissue(ill, "edema").any()


def test_background_has_the_mean_of_rayleigh_noise():
    mr = make(20, size=64)
    for site, field_t in enumerate(FIELDS_T):
        air = mr.images[mr.site_ids == site][..., :3]
        assert air.mean() == pytest.approx(NOISE_SIGMA[field_t] * np.sqrt(np.pi / 2), rel=0.03)


def test_background_noise_grows_with_its_dial():
    once, twice = (make(20, size=64, noise=noise).images[..., :3].mean() for noise in (1, 2))
    assert twice == pytest.approx(2 * once, rel=1e-3)


def test_noise_is_gaussian_where_the_signal_is_strong():
    mr, clean = make(20, size=64, contrast="T2"), make(20, size=64, contrast="T2", noise=0)
    strong = (clean.images > 150) & (mr.site_ids == 0)[:, np.newaxis, np.newaxis]
    noise = (mr.images - clean.images)[strong]
    assert noise.std() == pytest.approx(NOISE_SIGMA[1.5], rel=0.03)
    assert abs(noise.mean()) < 0.1 * NOISE_SIGMA[1.5]


def test_without_noise_the_bias_field_is_a_factor():
    biased, flat = make(noise=0), make(noise=0, bias_field=0)
    np.testing.assert_allclose(biased.images, flat.images * biased.bias_fields, rtol=1e-4, atol=1e-3)
    assert (flat.bias_fields == 1).all()


def test_bias_dial_scales_the_logarithm():
    once, twice = (np.log(make(2, bias_field=b).bias_fields) for b in (1, 2))
    np.testing.assert_allclose(twice, 2 * once, atol=1e-5)


def test_bias_field_is_smooth_and_of_the_stated_strength():
    mr = make(60, size=64)
    power = np.abs(np.fft.fft2(np.log(mr.bias_fields[:, 8:-8, 8:-8]) * np.outer(*2 * [np.hanning(48)]))) ** 2
    low = np.add.outer(*2 * [np.abs(np.fft.fftfreq(48)) * 48]) <= 4
    assert power[:, low].sum() > 0.99 * power.sum()
    assert np.log(mr.bias_fields[mr.site_ids == 1]).std() == pytest.approx(BIAS_SD[3.0], rel=0.25)


def test_bias_field_ruins_a_fixed_threshold():
    def best_accuracy(bias_field):
        mr = make(30, size=64, prevalence=0, bias_field=bias_field)
        white, grey = mr.images[tissue(mr, "white matter")], mr.images[tissue(mr, "grey matter")]
        return max(((white > t).mean() + (grey <= t).mean()) / 2 for t in np.linspace(100, 400, 61))

    assert best_accuracy(0) > best_accuracy(1) + 0.07


def test_inverse_transform_of_kspace_is_the_image(scans):
    mr = scans["T2"]
    for index in (0, 3, -1):
        image = np.fft.ifft2(np.fft.ifftshift(mr.kspace(index)), norm="ortho")
        np.testing.assert_allclose(np.abs(image), mr.images[index], atol=1e-5 * mr.images.max())


def test_kspace_of_a_later_slice_of_a_patient_fits_too():
    mr = make(6, size=48, slices_per_patient=3, prevalence=1)
    image = np.fft.ifft2(np.fft.ifftshift(mr.kspace(4)), norm="ortho")
    np.testing.assert_allclose(np.abs(image), mr.images[4], atol=1e-5 * mr.images.max())


def test_kspace_is_complex_with_most_energy_in_the_middle(scans):
    kspace = scans["T1"].kspace(0)
    assert kspace.dtype == np.complex64
    energy = np.abs(kspace) ** 2
    assert energy[56:72, 56:72].sum() > 0.8 * energy.sum()
    assert np.abs(kspace.imag).sum() > 0.1 * np.abs(kspace.real).sum()


@pytest.mark.parametrize("index", [6, -7])
def test_kspace_of_a_missing_slice_is_refused(scans, index):
    with pytest.raises(ValueError, match="one of 6 slices"):
        scans["T1"].kspace(index)


def test_healthy_twin_is_the_patient_without_disease():
    twins, healthy = make(prevalence=1, lesion_contrast=0), make(prevalence=0)
    np.testing.assert_array_equal(twins.images, healthy.images)
    assert twins.labels.all()
    assert not healthy.masks.any()


def test_lesion_contrast_scales_the_difference_to_the_healthy_twin():
    healthy, half, full = (make(prevalence=1, lesion_contrast=c, noise=0).images for c in (0, 0.5, 1))
    np.testing.assert_allclose(full - healthy, 2 * (half - healthy), atol=1e-2)


def test_first_patients_of_many_are_those_of_few():
    many, few = make(12, size=64), make(4, size=64)
    np.testing.assert_array_equal(many.images[:4], few.images)
    np.testing.assert_array_equal(many.site_ids[:4], few.site_ids)


def test_other_size_shows_the_same_patients():
    small = make(size=64, noise=0, prevalence=1)
    large = make(size=256, noise=0, prevalence=1)
    shrunk = large.images.reshape(6, 64, 4, 64, 4).mean(axis=(2, 4))
    assert min(np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(small.images, shrunk, strict=True)) > 0.96
    np.testing.assert_array_equal(small.labels, large.labels)


def test_voxels_of_the_mask_add_up_to_the_volume():
    mr = make(4 * 24, prevalence=1, slices_per_patient=24)
    counted_ml = mr.masks.reshape(4, -1).sum(axis=1) * np.prod(mr.spacing_mm) / 1000
    np.testing.assert_allclose(counted_ml, mr.lesion_volumes_ml[::24], rtol=0.03)
    assert not mr.masks.reshape(4, 24, -1)[:, [0, -1]].any()  # the tumour lies within


def test_counted_volume_converges_with_the_size():
    def error(size, slices):
        mr = make(4 * slices, size=size, prevalence=1, slices_per_patient=slices)
        counted_ml = mr.masks.reshape(4, -1).sum(axis=1) * np.prod(mr.spacing_mm) / 1000
        return np.abs(counted_ml / mr.lesion_volumes_ml[::slices] - 1).mean()

    assert error(128, 32) < 0.5 * error(32, 8)


def test_single_slice_is_the_middle_of_the_volume():
    single, volume = make(1, noise=0), make(3, noise=0, slices_per_patient=3)
    np.testing.assert_array_equal(single.images[0], volume.images[1])


def test_boxes_enclose_the_masks(scans):
    mr = scans["T1"]
    for mask, ((row_start, col_start, row_stop, col_stop),) in zip(mr.masks, mr.boxes, strict=True):
        rows, cols = np.nonzero(mask)
        assert (row_start, row_stop) == (rows.min(), rows.max() + 1)
        assert (col_start, col_stop) == (cols.min(), cols.max() + 1)


def test_brain_has_the_shares_of_grey_white_and_fluid_that_brains_have():
    mr = make(20, prevalence=0)
    counts = [tissue(mr, n).sum() for n in ("grey matter", "deep grey matter", "white matter", "cerebrospinal fluid")]
    grey, fluid = (counts[0] + counts[1]) / sum(counts), counts[3] / sum(counts)
    assert 0.3 < grey < 0.6
    assert 0.04 < fluid < 0.25


def test_types_and_shapes_are_as_documented():
    mr = make(2, size=48)
    assert mr.images.dtype == mr.bias_fields.dtype == np.float32
    assert (mr.masks.dtype, mr.tissue_masks.dtype) == (bool, np.uint8)
    assert mr.images.shape == mr.masks.shape == mr.tissue_masks.shape == mr.bias_fields.shape == (2, 48, 48)
    assert mr.spacing_mm[1:] == (220 / 48, 220 / 48)


def test_no_slices_give_empty_arrays():
    assert make(0).images.shape == (0, 128, 128)


def test_another_process_makes_the_same_images():
    code = (
        "import numpy as np; from medbook.phantoms import mr_slices; "
        "print(mr_slices(2, size=64, rng=np.random.default_rng(7)).images.astype(float).sum())"
    )
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert float(done.stdout) == make(2, size=64).images.astype(float).sum()


@pytest.mark.parametrize(
    "dials",
    [
        dict(num=-1),
        dict(num=True),
        dict(size=31),
        dict(size=513),
        dict(contrast="PD"),
        dict(prevalence=-0.1),
        dict(lesion_contrast=-1),
        dict(noise=-1),
        dict(bias_field=-1),
        dict(slices_per_patient=0),
    ],
)
def test_bad_argument_is_named(dials):
    (name,) = dials
    with pytest.raises(ValueError, match=rf"mr_slices\({name}="):
        mr_slices(dials.pop("num", 2), rng=np.random.default_rng(0), **dials)


def test_seed_instead_of_generator_is_refused():
    with pytest.raises(ValueError, match=r"np\.random\.default_rng\(seed\)"):
        mr_slices(1, rng=np.random.RandomState(0))


def test_broken_patient_says_which_number_fits():
    with pytest.raises(ValueError, match="Use num=4"):
        make(3, slices_per_patient=2)
