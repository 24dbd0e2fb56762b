import numpy as np
import pytest

from medbook.metrics import memorization_test


def test_a_case_by_hand():
    """Held-out rows lie 1 and 3 from training; generated ones 0.5 (nearer than both), 2 (than one), 3 (half)."""
    found = memorization_test([[0.0]], [[1.0], [3.0]], [[0.5], [-2.0], [3.0]])
    assert found.copying.estimate == pytest.approx((1 + 0.5 + 0.25) / 3)
    assert found.distances.tolist() == [0.5, 2, 3]


def test_copies_are_found_and_point_to_their_originals():
    rng = np.random.default_rng(0)
    training, held_out = rng.normal(size=(2, 60, 10))
    order = rng.permutation(60)
    found = memorization_test(training, held_out, training[order] + 1e-3)
    assert found.copying.low > 0.99
    assert found.neighbors.tolist() == order.tolist()


def test_new_images_of_the_same_distribution_lie_around_one_half():
    rng = np.random.default_rng(0)
    values = [memorization_test(*rng.normal(size=(3, 100, 4)), num_resamples=2).copying.estimate for _ in range(40)]
    assert abs(np.mean(values) - 0.5) < 4 * np.std(values) / np.sqrt(40)


def test_images_unlike_all_real_ones_get_less_than_one_half():
    training, held_out = np.random.default_rng(0).normal(size=(2, 50, 3))
    assert memorization_test(training, held_out, training + 50).copying.high < 0.01


def test_features_of_another_network_are_refused():
    with pytest.raises(ValueError, match="training 3, held_out 3, generated 4"):
        memorization_test(np.zeros((5, 3)), np.zeros((5, 3)), np.zeros((5, 4)))
