from dataclasses import replace

import numpy as np
import pytest

from medbook.phantoms.chest_grid import add_ellipsoid, add_tube, film_grid
from medbook.phantoms.chest_patient import Pose
from medbook.phantoms.chest_physics import expose, site_of
from medbook.phantoms.chest_texture import fractal_texture
from medbook.phantoms.chest_vessels import project_tubes

GRID = film_grid(256, Pose(shift_x=4.0, shift_y=-6.0, roll=0.0, turn=0.0, breath=0.0))
SHARP = replace(site_of(0), scatter_share=0.0, blur_mm=0.0, resampling_px=0.0, photons=1e4)
PIXEL_AREA = GRID.pixel_mm**2


def test_paths_through_an_ellipsoid_add_up_to_its_volume():
    thickness = np.zeros((256, 256), np.float32)
    add_ellipsoid(thickness, GRID, (10.0, -20.0), (60.0, 40.0), 30.0, tilt=0.5)
    assert thickness.sum() * PIXEL_AREA == pytest.approx(4 / 3 * np.pi * 60 * 40 * 30, rel=0.002)
    assert thickness.max() == pytest.approx(60, rel=0.001)


def test_paths_through_a_tube_are_chords_of_a_circle():
    thickness = np.zeros((256, 256), np.float32)
    add_tube(thickness, GRID, (0.0, -100.0), (0.0, 100.0), 20.0)
    row, col = 120, 138
    distance = GRID.x[row, col]
    assert thickness[row, col] == pytest.approx(2 * np.sqrt(20**2 - distance**2), rel=1e-4)


@pytest.mark.parametrize("size", [28, 64, 256])
def test_thin_tubes_keep_their_volume_at_any_size(size):
    grid = film_grid(size, GRID.pose)
    thickness = project_tubes(np.array([-50 + 20j]), np.array([40 - 30j]), np.array([3.0]), grid)
    length = abs(90 - 50j)
    assert thickness.sum() * grid.pixel_mm**2 == pytest.approx(np.pi * 9 * length, rel=1e-4)


def test_optical_density_is_the_line_integral_without_scatter_and_noise():
    attenuation = np.linspace(0, 4, 256 * 256, dtype=np.float32).reshape(256, 256)
    density = expose(attenuation, SHARP, GRID, dose=1.0, noise=0.0, quantum=np.zeros_like(attenuation))
    np.testing.assert_allclose(density, attenuation, atol=1e-5)


def test_quantum_noise_has_poisson_variance():
    quantum = np.random.default_rng(0).standard_normal((256, 256), dtype=np.float32)
    density = expose(np.full((256, 256), 1.5, np.float32), SHARP, GRID, dose=2.0, noise=1.0, quantum=quantum)
    counts = 2e4 * np.exp(-density.astype(float))
    assert counts.var() == pytest.approx(counts.mean(), rel=0.03)


def test_scatter_lowers_contrast():
    attenuation = np.ones((256, 256), np.float32)
    attenuation[:, 128:] = 3.0
    quantum = np.zeros_like(attenuation)
    sharp, hazy = (
        expose(attenuation, replace(SHARP, scatter_share=share), GRID, dose=1.0, noise=0.0, quantum=quantum)
        for share in (0.0, 0.5)
    )
    assert np.ptp(sharp[100, 118:138]) == pytest.approx(2, abs=1e-4)
    assert np.ptp(hazy[100, 118:138]) < 1.2


def test_a_site_is_the_same_on_every_call():
    site_of.cache_clear()
    first = site_of(3)
    site_of.cache_clear()
    assert site_of(3) == first != site_of(4)


def test_texture_has_zero_mean_unit_deviation_and_long_range():
    film = np.arange(0, 768, 1.5, dtype=np.float32)
    texture = fractal_texture(film, film, offset=(0.0, 0.0))
    assert abs(texture.mean()) < 0.01
    assert texture.std() == pytest.approx(1, abs=0.1)
    neighbours = np.corrcoef(texture[:, :-1].ravel(), texture[:, 1:].ravel())[0, 1]
    assert neighbours > 0.9
