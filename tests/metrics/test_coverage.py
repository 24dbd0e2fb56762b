import numpy as np
import pytest

from medbook.metrics import density_coverage

LINE = np.array([[0.0], [1.0], [3.0], [7.0]])  # with one neighbour, the balls reach 1, 1, 2 and 4


def test_balls_on_a_line_are_counted_as_by_hand():
    """0.5 lies in the balls around 0 and 1, 6 in that around 7 alone, 20 in none."""
    found = density_coverage(LINE, [[0.5], [6.0], [20.0]], num_neighbors=1)
    assert found == pytest.approx((3 / 3, 3 / 4))


def test_equal_distributions_give_the_expected_values():
    rng = np.random.default_rng(0)
    found = np.mean([density_coverage(*rng.normal(size=(2, 300, 5))) for _ in range(10)], axis=0)
    assert found == pytest.approx([1, 1 - 2**-5], abs=0.03)


def test_a_missing_mode_costs_half_the_coverage_and_no_density():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(400, 3)) + 100 * (np.arange(400) % 2)[:, np.newaxis]
    found = density_coverage(real, rng.normal(size=(400, 3)))
    assert found.coverage < 0.51
    assert found.density > 0.8


def test_images_like_no_real_one_have_neither():
    real = np.random.default_rng(0).normal(size=(50, 3))
    assert density_coverage(real, real + 1000) == (0, 0)


def test_too_few_real_images_for_the_neighbours_are_refused():
    with pytest.raises(ValueError, match=r"real .* at least 6 rows"):
        density_coverage(np.zeros((5, 2)), np.zeros((5, 2)))
