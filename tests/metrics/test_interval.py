import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from medbook.metrics import Interval, proportion_interval

COUNTS = st.integers(1, 200).flatmap(lambda num: st.tuples(st.integers(0, num), st.just(num)))


def interval(estimate, low, high):
    return Interval(estimate, low, high, confidence=0.95, unit="patient", num_units=10)


def test_prints_three_digits():
    assert str(interval(0.9123, 0.8841, 0.9378)) == "0.912 [0.884, 0.938]"


def test_is_formatted_as_its_numbers():
    assert f"{interval(12.34, 10, 15):.1f}" == "12.3 [10.0, 15.0]"


def test_undefined_ends_and_undefined_estimate_are_told_apart():
    assert str(interval(0.9, np.nan, np.nan)) == "0.900 [undefined]"
    assert str(interval(np.nan, np.nan, np.nan)) == "undefined"


@pytest.mark.parametrize(("value", "inside"), [(0.1, True), (0.2, True), (0.3, True), (0.05, False), (0.31, False)])
def test_asks_for_the_values_between_its_ends(value, inside):
    assert (value in interval(0.2, 0.1, 0.3)) is inside


def test_nothing_is_in_an_undefined_interval():
    assert 0 not in interval(0.2, np.nan, np.nan)


def test_is_not_unpacked():
    with pytest.raises(TypeError):
        _low, _high = interval(0.2, 0.1, 0.3)


def test_wilson_by_its_formula():
    successes, num, z = 81, 263, norm.ppf(0.975)
    share = successes / num
    center = (share + z**2 / (2 * num)) / (1 + z**2 / num)
    half = z / (1 + z**2 / num) * np.sqrt(share * (1 - share) / num + z**2 / (4 * num**2))
    received = proportion_interval(successes, num)
    np.testing.assert_allclose([received.low, received.high], [center - half, center + half])


@given(COUNTS)
def test_proportion_lies_within_and_mirrors(counts):
    successes, num = counts
    found, missed = proportion_interval(successes, num), proportion_interval(num - successes, num)
    assert 0 <= found.low <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((1 - missed.high, 1 - missed.low))


def test_covers_the_truth_as_often_as_it_says():
    # the exact coverage, not a simulation: sum over all counts whose interval holds the truth
    counts = np.arange(101)
    held = [0.9 in proportion_interval(count, 100) for count in counts]
    assert binom.pmf(counts[held], 100, 0.9).sum() == pytest.approx(0.95, abs=0.02)


def test_more_confidence_is_wider():
    narrow, wide = proportion_interval(8, 10, 0.8), proportion_interval(8, 10, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_no_case_is_nan_with_a_reason():
    with pytest.warns(RuntimeWarning, match="there is no case"):
        assert str(proportion_interval(0, 0)) == "undefined"


@pytest.mark.parametrize(("successes", "num"), [(5, 4), (-1, 4), (1.5, 4), (0.8, 1), (np.nan, 4)])
def test_impossible_counts_are_refused(successes, num):
    with pytest.raises(ValueError, match="expected counts"):
        proportion_interval(successes, num)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_in_per_cent_is_refused(confidence):
    with pytest.raises(ValueError, match=f"confidence={confidence}"):
        proportion_interval(1, 2, confidence)
