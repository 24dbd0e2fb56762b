import numpy as np
import pytest
from skimage.transform import radon

from medbook.phantoms import ct_sinogram, ct_slices
from medbook.phantoms.ct_sinogram import WATER_PER_MM


def disc(size, radius, spacing_mm):
    axis = (np.arange(size) - (size - 1) / 2) * spacing_mm
    return np.where(np.hypot(*np.meshgrid(axis, axis)) < radius, 0.0, -1000.0)


@pytest.mark.parametrize("shape", [(64, 64), (31, 48), (40, 33)])
def test_each_projection_adds_up_to_the_total_attenuation(shape):
    image_hu = np.random.default_rng(0).uniform(-1000, 1000, shape)
    total = (WATER_PER_MM * (1 + image_hu / 1000)).sum() * 2.0**2
    sinogram = ct_sinogram(image_hu, angles_deg=np.linspace(0, 180, 13), spacing_mm=2.0)
    np.testing.assert_allclose(sinogram.sum(axis=1) * 2.0, total, rtol=1e-10)


def test_simulated_slice_obeys_the_projection_law():
    ct = ct_slices(1, size=64, rng=np.random.default_rng(0))
    sums = ct_sinogram(ct.images[0], angles_deg=[0, 17, 45, 90], spacing_mm=ct.spacing_mm).sum(axis=1)
    np.testing.assert_allclose(sums, sums[0], rtol=1e-10)


@pytest.mark.parametrize("angle", [0, 30, 45, 123.4])
def test_centred_disc_casts_its_chords(angle):
    radius, spacing_mm = 50.0, 0.5
    projection = ct_sinogram(disc(256, radius, spacing_mm), angles_deg=[angle], spacing_mm=spacing_mm)[0]
    position = (np.arange(projection.size) - (projection.size - 1) / 2) * spacing_mm
    chord = 2 * np.sqrt(np.maximum(0, radius**2 - position**2)) * WATER_PER_MM
    inner = np.abs(position) < 0.95 * radius  # at the rim, chords change within a pixel
    np.testing.assert_allclose(projection[inner], chord[inner], rtol=0.03)
    assert not projection[np.abs(position) > radius + 1].any()


def test_one_pixel_at_45_degrees_casts_a_triangle():
    image_hu = np.full((3, 3), -1000.0)
    image_hu[1, 1] = 0
    shadow = ct_sinogram(image_hu, angles_deg=[45], spacing_mm=1)[0] / WATER_PER_MM
    # A triangle of base sqrt(2) and area 1: what lies beyond half a pixel is (0.7071 - 0.5)^2 on each side.
    outside = (np.sqrt(0.5) - 0.5) ** 2
    np.testing.assert_allclose(shadow[2:5], [outside, 1 - 2 * outside, outside], rtol=1e-10)


def test_zero_and_ninety_degrees_are_sums_of_columns_and_rows():
    image_hu = np.random.default_rng(1).uniform(-1000, 0, (8, 8))
    attenuation = WATER_PER_MM * 3 * (1 + image_hu / 1000)
    down, across = ct_sinogram(image_hu, angles_deg=[0, 90], spacing_mm=3)
    np.testing.assert_allclose(down[down > 0], attenuation.sum(axis=0))
    np.testing.assert_allclose(across[across > 0], attenuation.sum(axis=1)[::-1])


def test_projections_agree_with_scikit_image():
    image_hu = disc(97, 20, 1.0)  # odd, as the two put the middle of an even image half a pixel apart
    image_hu[20:40, 50:70] = 500
    ours = ct_sinogram(image_hu, angles_deg=[20, 70, 140], spacing_mm=1) / WATER_PER_MM
    theirs = radon(1 + image_hu / 1000, theta=[20, 70, 140], circle=True).T
    middle = [row[(row.size - 97) // 2 :][:97] for row in (*ours, *theirs)]
    assert min(np.corrcoef(middle[i], middle[i + 3])[0, 1] for i in range(3)) > 0.998


def test_photons_scatter_the_integrals_as_poisson_predicts():
    image_hu = disc(32, 12, 1.0)
    true = ct_sinogram(image_hu, angles_deg=[0], spacing_mm=1)
    rng = np.random.default_rng(2)
    draws = [ct_sinogram(image_hu, angles_deg=[0], spacing_mm=1, num_photons=1e4, rng=rng) for _ in range(400)]
    expected = np.sqrt(np.exp(true) / 1e4)  # one standard deviation, for large counts
    np.testing.assert_allclose(np.std(draws, axis=0), expected, rtol=0.2)
    assert np.abs(np.mean(draws, axis=0) - true).max() < 5 * expected.max() / np.sqrt(400)


def test_starved_detector_stays_finite():
    dense = np.full((32, 32), 3000.0)
    sinogram = ct_sinogram(dense, angles_deg=[0], spacing_mm=10, num_photons=10, rng=np.random.default_rng(0))
    assert np.isfinite(sinogram).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(image_hu=np.zeros((2, 8, 8))), "one slice"),
        (dict(image_hu=np.full((8, 8), np.nan)), "finite"),
        (dict(spacing_mm=(1.0, 2.0)), "square pixels"),
        (dict(spacing_mm=0), "spacing_mm=0"),
        (dict(num_photons=100), "need rng"),
        (dict(num_photons=-5, rng=np.random.default_rng(0)), "num_photons=-5"),
    ],
)
def test_bad_argument_is_named(change, message):
    arguments = dict(image_hu=np.zeros((8, 8)), spacing_mm=1.0) | change
    with pytest.raises(ValueError, match=message):
        ct_sinogram(arguments.pop("image_hu"), angles_deg=[0], **arguments)
