import numpy as np
import pytest

from medbook.phantoms.ct_noise import correlated_noise, noise_amplitude


def measured_power(cutoff, size=64, draws=200):
    """Return the mean noise power spectrum of many draws."""
    rng, amplitude = np.random.default_rng(0), noise_amplitude(size, cutoff=cutoff)
    return np.mean([np.abs(np.fft.fft2(correlated_noise(rng, amplitude))) ** 2 for _ in range(draws)], axis=0) / size**2


def radial_mean(power, low, high):
    frequency = 2 * np.hypot(*np.meshgrid(*2 * [np.fft.fftfreq(len(power))]))  # in units of Nyquist's
    return power[(frequency >= low) & (frequency < high)].mean()


def test_power_rises_then_falls():
    power = measured_power(0.5)
    low, middle, high = (radial_mean(power, *band) for band in ((0.01, 0.1), (0.3, 0.4), (0.9, 1.0)))
    assert low < 0.4 * middle
    assert high < 0.4 * middle


def test_power_follows_the_ramp_at_low_frequencies():
    power = measured_power(0.7)
    ratio = radial_mean(power, 0.15, 0.2) / radial_mean(power, 0.06, 0.1)
    assert ratio == pytest.approx(0.175 / 0.08, rel=0.2)


def test_sharp_kernel_peaks_at_higher_frequency():
    smooth, sharp = (measured_power(cutoff) for cutoff in (0.35, 0.7))
    assert radial_mean(smooth, 0.2, 0.3) > radial_mean(sharp, 0.2, 0.3)
    assert radial_mean(smooth, 0.7, 0.8) < 0.3 * radial_mean(sharp, 0.7, 0.8)


def test_noise_streaks_from_side_to_side():
    power = measured_power(0.5)
    down, across = power[3:16, 0].mean(), power[0, 3:16].mean()  # frequencies along rows, along columns
    assert down == pytest.approx(3 * across, rel=0.15)


@pytest.mark.parametrize("cutoff", [0.35, 0.7])
def test_noise_has_deviation_one(cutoff):
    rng, amplitude = np.random.default_rng(1), noise_amplitude(128, cutoff=cutoff)
    noise = np.array([correlated_noise(rng, amplitude) for _ in range(20)])
    assert noise.std() == pytest.approx(1, abs=0.02)
    assert abs(noise.mean()) < 1e-3  # the ramp takes the mean away


def test_odd_size_is_kept():
    assert correlated_noise(np.random.default_rng(0), noise_amplitude(33, cutoff=0.5)).shape == (33, 33)
