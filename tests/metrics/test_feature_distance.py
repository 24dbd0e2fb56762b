import numpy as np
import pytest

from medbook.metrics import frechet_distance, kernel_distance


def kernel(x, y):
    return (x @ y / len(x) + 1) ** 3


def test_kernel_distance_of_two_against_two_equals_the_sum_by_hand():
    real, generated = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[2.0, 0.0], [0.0, -1.0]])
    within = kernel(*real) + kernel(*generated)
    between = np.mean([kernel(x, y) for x in real for y in generated])
    found = kernel_distance(real, generated, subset_size=2, num_subsets=1)
    assert found == pytest.approx((within - 2 * between, 0))


def test_kernel_distance_of_one_distribution_is_zero_whatever_the_number():
    rng = np.random.default_rng(0)
    for num in (20, 80):
        values = [kernel_distance(*rng.normal(size=(2, num, 8)), num_subsets=1)[0] for _ in range(300)]
        assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(300)


def test_frechet_distance_of_one_distribution_grows_as_images_get_fewer():
    rng = np.random.default_rng(0)
    few, many = (frechet_distance(*rng.normal(size=(2, num, 32))) for num in (50, 2000))
    assert few > 5 > 10 * many / 4


def test_frechet_distance_of_normal_samples_is_that_of_the_formula():
    rng = np.random.default_rng(0)
    real, generated = rng.normal(size=(200_000, 2)), rng.normal(size=(200_000, 2)) * [2, 3] + [1, 0]
    assert frechet_distance(real, generated) == pytest.approx(1 + (2 - 1) ** 2 + (3 - 1) ** 2, rel=0.02)


def test_frechet_distance_is_symmetric_and_zero_to_itself():
    a, b = np.random.default_rng(0).normal(size=(2, 50, 3))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


def test_frechet_distance_survives_more_features_than_images():
    a, b = np.random.default_rng(0).normal(size=(2, 10, 40))
    assert np.isfinite(frechet_distance(a, b))


@pytest.mark.parametrize("distance", [kernel_distance, frechet_distance])
@pytest.mark.parametrize(
    ("real", "generated", "message"),
    [
        (np.zeros((5, 3)), np.zeros((5, 4)), "real 3, generated 4"),
        (np.zeros(5), np.zeros(5), r"real has the shape \(5,\)"),
        (np.zeros((5, 3)), np.full((5, 3), np.nan), "generated holds NaN"),
        (np.zeros((1, 3)), np.zeros((5, 3)), "at least 2 rows"),
    ],
)
def test_features_that_do_not_fit_are_refused(distance, real, generated, message):
    with pytest.raises(ValueError, match=message):
        distance(real, generated)


def test_images_count_as_features():
    images = np.random.default_rng(0).random((2, 6, 4, 4, 1))
    flat = images.reshape(2, 6, 16)
    assert kernel_distance(*images, num_subsets=3) == kernel_distance(*flat, num_subsets=3)
