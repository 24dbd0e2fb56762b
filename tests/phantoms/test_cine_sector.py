import numpy as np
import pytest
from scipy.stats import kstest

from medbook.phantoms.cine_sector import (
    BEAMS,
    DEPTH_MM,
    DEPTHS,
    FIELD_MM,
    HALF_ANGLE,
    complex_noise,
    envelope,
    log_compress,
    scan_convert,
    scan_map,
    sector,
)


@pytest.fixture(scope="module")
def speckle():
    """Envelope of uniform tissue, without the samples whose beam reaches past the edge."""
    rng = np.random.default_rng(0)
    return np.stack([envelope(complex_noise(rng))[8:-8, 8:-8] for _ in range(8)])


def test_speckle_has_the_mean_to_deviation_of_a_rayleigh_distribution(speckle):
    assert speckle.mean() / speckle.std() == pytest.approx(1 / np.sqrt(4 / np.pi - 1), rel=0.02)  # 1.91


def test_speckle_follows_a_rayleigh_distribution(speckle):
    apart = speckle[:, ::8, ::12].ravel()  # further apart than pulse and beam reach: independent
    assert kstest(apart, "rayleigh", args=(0, np.sqrt(0.5))).pvalue > 0.01


def test_envelope_keeps_the_mean_power(speckle):
    assert np.mean(speckle**2) == pytest.approx(1, rel=0.03)


def test_speckle_is_wider_across_than_along_the_beam(speckle):
    centred = speckle - speckle.mean()
    along = np.mean(centred[:, :-3] * centred[:, 3:])
    across = np.mean(centred[:, :, :-3] * centred[:, :, 3:])
    assert across > 2 * along > 0


def test_beam_widens_with_depth_in_millimetres():
    beams = sector()
    gap = np.hypot(np.diff(beams.right_mm, axis=1), np.diff(beams.down_mm, axis=1))[:, 0]
    assert gap[-1] / gap[DEPTHS // 2] == pytest.approx(2, rel=0.01)


def test_a_tenth_is_twenty_decibels_darker():
    shown = log_compress(np.array([1.0, 0.1, 0.01, 1e-9, 10.0]), dynamic_range_db=50)
    np.testing.assert_allclose(shown, [1, 0.6, 0.2, 0, 1], atol=1e-6)


def test_gain_shifts_the_scale():
    strength = np.array([0.1, 0.03])
    louder = log_compress(strength, dynamic_range_db=60, gain_db=6)
    np.testing.assert_allclose(louder - log_compress(strength, dynamic_range_db=60), 0.1, atol=1e-6)


def test_scan_conversion_puts_depths_on_arcs():
    size = 128
    beams = np.broadcast_to(sector().depth_mm, (DEPTHS, BEAMS))
    image, (inside, _) = scan_convert(beams, size), scan_map(size)
    rows, cols = np.nonzero(inside)
    right, down = (cols + 0.5 - size / 2) * FIELD_MM / size, (rows + 0.5) * FIELD_MM / size
    np.testing.assert_allclose(image[inside], np.hypot(right, down), atol=0.6)


def test_scan_conversion_puts_beams_on_rays():
    size = 128
    beams = np.broadcast_to(sector().angle_rad, (DEPTHS, BEAMS))
    image, (inside, _) = scan_convert(beams, size), scan_map(size)
    rows, cols = np.nonzero(inside)
    expected = np.arctan2(cols + 0.5 - size / 2, rows + 0.5)
    np.testing.assert_allclose(image[inside], expected, atol=0.01)


def test_outside_of_the_sector_is_zero():
    image, (inside, _) = scan_convert(np.ones((DEPTHS, BEAMS)), 100), scan_map(100)
    np.testing.assert_allclose(image, inside, rtol=1e-6)


def test_sector_has_the_area_of_its_fan():
    area = scan_map(400)[0].sum() * (FIELD_MM / 400) ** 2
    half_width = FIELD_MM / 2  # the square cuts the corners off
    half_fan = HALF_ANGLE * DEPTH_MM**2 / 2
    rim = np.arcsin(half_width / DEPTH_MM)
    beyond = (HALF_ANGLE - rim) * DEPTH_MM**2 / 2 - half_width**2 * (1 / np.tan(rim) - 1 / np.tan(HALF_ANGLE)) / 2
    assert area == pytest.approx(2 * (half_fan - beyond), rel=0.005)
