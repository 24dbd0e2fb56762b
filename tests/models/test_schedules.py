import numpy as np
import pytest

from medbook.models import cosine_schedule


def rates(schedule, steps):
    return np.array([float(schedule(step)) for step in steps])


def test_rate_is_half_a_cosine():
    steps = np.arange(0, 51, 5)
    expected = 0.2 * (1 + np.cos(np.pi * steps / 50)) / 2
    np.testing.assert_allclose(rates(cosine_schedule(0.2, steps=50), steps), expected, atol=1e-7)


def test_warm_up_rises_linearly_and_is_counted_in_the_steps():
    found = rates(cosine_schedule(0.2, steps=50, warmup_steps=10), [0, 5, 10, 30, 50, 60])
    np.testing.assert_allclose(found, [0, 0.1, 0.2, 0.1, 0, 0], atol=1e-7)


@pytest.mark.parametrize("learning_rate", [0, -0.1, np.nan])
def test_rate_that_is_not_positive_is_refused(learning_rate):
    with pytest.raises(ValueError, match="expected a positive number"):
        cosine_schedule(learning_rate, steps=10)


@pytest.mark.parametrize(("steps", "warmup_steps"), [(0, 0), (10, 10), (10, -1), (-5, 0)])
def test_warm_up_longer_than_training_is_refused(steps, warmup_steps):
    with pytest.raises(ValueError, match="count batches, not epochs"):
        cosine_schedule(0.1, steps=steps, warmup_steps=warmup_steps)
