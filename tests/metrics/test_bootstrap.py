import time
import warnings

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from medbook.metrics import bootstrap_interval, operating_point, paired_difference, roc_auc, sensitivity
from tests.metrics.simulated import delong_covariance, gaussian_scores, true_auc

# The standard error that belongs to the ends of an interval at 95 %, if the values are about normal.
WIDTH_PER_STANDARD_ERROR = 2 * stats.norm.ppf(0.975)


def width(interval):
    return interval.high - interval.low


def seeded(seed=0):
    return np.random.default_rng(seed)


def patients_with_effects(num_patients, images, rng):
    """Values of several images a patient, each the patient's own value and some noise; the mean is 0."""
    patients = np.repeat(np.arange(num_patients), images)
    return rng.normal(size=num_patients)[patients] + 0.5 * rng.normal(size=len(patients)), patients


def test_two_rows_by_hand():
    # of two values, resamples have the mean 0 (1/4), 1/2 (1/2), 1 (1/4)
    found = bootstrap_interval(np.mean, [0.0, 1.0])
    assert (found.estimate, found.low, found.high) == (0.5, 0, 1)
    narrow = bootstrap_interval(np.mean, [0.0, 1.0], confidence=0.3)
    assert (narrow.low, narrow.high) == (0.5, 0.5)


def test_equals_scipys_percentile_interval():
    values = stats.gamma(2).rvs(200, random_state=0)
    ours = bootstrap_interval(np.mean, values, num_resamples=2000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=seeded(1))
    low, high = theirs.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=0.05 * (high - low))


def test_auc_has_delongs_standard_error():
    y_true, y_score = gaussian_scores(400, seeded())
    expected = np.sqrt(delong_covariance(y_true, y_score))
    found = bootstrap_interval(roc_auc, y_true, y_score, num_resamples=2000)
    assert width(found) / WIDTH_PER_STANDARD_ERROR == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.95])
def test_paired_difference_has_delongs_standard_error(shared):
    y_true, both = gaussian_scores(400, seeded())
    noise = seeded(1).normal(size=(2, 400))
    score_a, score_b = (shared * both + (1 - shared) * (y_true + each) for each in noise)
    covariance = delong_covariance(y_true, score_a, score_b)
    expected = np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    found = paired_difference(roc_auc, y_true, score_a, score_b, num_resamples=2000)
    assert width(found) / WIDTH_PER_STANDARD_ERROR == pytest.approx(expected, rel=0.15)


def test_pairing_is_narrower_than_two_intervals_where_scores_are_alike():
    y_true, score_a = gaussian_scores(300, seeded())
    score_b = score_a + 0.3 * seeded(1).normal(size=300)
    alone = bootstrap_interval(roc_auc, y_true, score_a)
    assert width(paired_difference(roc_auc, y_true, score_a, score_b)) < width(alone) / 2


def test_model_does_not_differ_from_itself():
    y_true, y_score = gaussian_scores(100, seeded())
    found = paired_difference(roc_auc, y_true, y_score, np.exp(y_score))
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_exchanging_the_models_changes_the_sign():
    y_true, score_a = gaussian_scores(100, seeded())
    score_b = score_a + seeded(1).normal(size=100)
    there = paired_difference(roc_auc, y_true, score_a, score_b)
    back = paired_difference(roc_auc, y_true, score_b, score_a)
    assert (there.estimate, there.low, there.high) == pytest.approx((-back.estimate, -back.high, -back.low))


def test_difference_of_patients_resamples_patients():
    y_true, score_a = gaussian_scores(60, seeded())
    patients = np.arange(60) // 3
    found = paired_difference(roc_auc, y_true, score_a, -score_a, groups=patients)
    assert (found.unit, found.num_units) == ("patient", 20)


@pytest.mark.parametrize("names", [np.arange(80), np.arange(80)[::-1], [f"patient {n % 7}-{n}" for n in range(80)]])
def test_one_row_a_patient_is_the_same_as_resampling_images(names):
    y_true, y_score = gaussian_scores(80, seeded())
    by_patient = bootstrap_interval(roc_auc, y_true, y_score, groups=names)
    by_image = bootstrap_interval(roc_auc, y_true, y_score)
    assert (by_patient.low, by_patient.high) == (by_image.low, by_image.high)
    assert (by_patient.unit, by_image.unit) == ("patient", "image")


def test_repeated_rows_leave_the_patient_interval_as_it_is():
    y_true, y_score = gaussian_scores(80, seeded())
    once = bootstrap_interval(roc_auc, y_true, y_score)
    repeated = bootstrap_interval(
        roc_auc, np.repeat(y_true, 4), np.repeat(y_score, 4), groups=np.repeat(np.arange(80), 4)
    )
    assert (repeated.low, repeated.high) == pytest.approx((once.low, once.high))
    assert repeated.num_units == 80


@pytest.mark.parametrize("times", [4, 9])
def test_repeated_rows_shrink_the_image_interval_by_the_root(times):
    y_true, y_score = gaussian_scores(100, seeded())
    once = bootstrap_interval(roc_auc, y_true, y_score, num_resamples=2000)
    repeated = bootstrap_interval(roc_auc, np.repeat(y_true, times), np.repeat(y_score, times), num_resamples=2000)
    assert width(once) / width(repeated) == pytest.approx(np.sqrt(times), rel=0.1)


def test_all_rows_of_a_patient_stay_together():
    patients = np.repeat(np.arange(10), [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
    seen = []
    bootstrap_interval(lambda rows: seen.append(np.bincount(rows, minlength=30)) or 0.0, np.arange(30), groups=patients)
    for counts in seen:
        assert all(len(set(counts[patients == patient])) == 1 for patient in range(10))
        assert sum(counts[patients == patient][0] for patient in range(10)) == 10  # as many patients as there are


def test_rows_of_all_arrays_stay_together():
    images = np.arange(20)[:, np.newaxis, np.newaxis] * np.ones((1, 3, 3))
    found = bootstrap_interval(lambda number, image: np.abs(image[:, 2, 2] - number).max(), np.arange(20), images)
    assert (found.low, found.high) == (0, 0)


def test_same_seed_gives_the_same_interval_and_another_another():
    values = seeded().normal(size=50)
    assert bootstrap_interval(np.mean, values) == bootstrap_interval(np.mean, values, rng=seeded(0))
    assert bootstrap_interval(np.mean, values) != bootstrap_interval(np.mean, values, rng=seeded(1))


def test_row_43_estimate_without_a_class_is_undefined_with_one_reason():
    with pytest.warns(RuntimeWarning) as told:
        found = bootstrap_interval(roc_auc, [1, 1, 1], [0.1, 0.5, 0.9])
    assert str(found) == "undefined"
    assert ["none of 3 cases is healthy" in str(warning.message) for warning in told] == [True]


def test_row_43_few_undefined_resamples_are_counted_and_left_out():
    # three of thirty are diseased: a resample misses them with probability (27/30)^30 = 4.2 %
    y_true, y_score = np.arange(30) < 3, -np.arange(30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = bootstrap_interval(roc_auc, y_true, y_score)
    assert 20 <= found.num_undefined <= 65
    assert (found.low, found.high) == (1, 1)


def test_row_43_many_undefined_resamples_leave_no_interval():
    # one of thirty: (29/30)^30 = 36 %
    with pytest.warns(RuntimeWarning, match=r"of 1000 resamples have no value, more than 10%"):
        found = bootstrap_interval(roc_auc, np.arange(30) < 1, -np.arange(30))
    assert str(found) == "1.000 [undefined]"
    assert 300 <= found.num_undefined <= 420


def test_undefined_values_of_scikit_learn_are_counted_too():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = bootstrap_interval(roc_auc_score, np.arange(30) < 3, -np.arange(30))
    assert found.num_undefined > 0


def test_single_patient_shows_no_spread():
    with pytest.warns(RuntimeWarning, match="shows no spread"):
        found = bootstrap_interval(np.mean, [1.0, 2.0, 3.0], groups=["a", "a", "a"])
    assert str(found) == "2.000 [undefined]"


@pytest.mark.parametrize("missing", [None, np.nan, ""])
def test_missing_patient_is_refused_and_placed(missing):
    with pytest.raises(ValueError, match=r"names no patient in 1 of 3 rows \(1\)"):
        bootstrap_interval(np.mean, [1.0, 2.0, 3.0], groups=["a", missing, "b"])


def test_groups_of_another_length_are_refused():
    with pytest.raises(ValueError, match="array 0 3, groups 2"):
        bootstrap_interval(np.mean, [1.0, 2.0, 3.0], groups=["a", "b"])


@pytest.mark.parametrize("arrays", [(), ([],), (1.0,)])
def test_nothing_to_resample_is_refused(arrays):
    with pytest.raises(ValueError, match="a row for each case"):
        bootstrap_interval(lambda *arrays: 0.0, *arrays)


def test_statistic_of_several_numbers_is_refused_by_name():
    with pytest.raises(ValueError, match=r"cumsum returned the shape \(3,\), expected one number"):
        bootstrap_interval(np.cumsum, [1.0, 2.0, 3.0])


@pytest.mark.parametrize("options", [{"confidence": 95}, {"num_resamples": 0}, {"rng": 7}])
def test_option_out_of_range_is_refused_by_name(options):
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=rf"bootstrap_interval\({name}={value}\)"):
        bootstrap_interval(np.mean, [1.0, 2.0], **options)


def test_resample_of_patients_costs_less_than_one_auc_of_scikit_learn():
    y_true, y_score = gaussian_scores(1000, seeded())
    patients = np.arange(1000) // 4
    start = time.perf_counter()
    for _ in range(200):
        roc_auc_score(y_true, y_score)
    of_scikit_learn = time.perf_counter() - start
    start = time.perf_counter()
    bootstrap_interval(roc_auc, y_true, y_score, groups=patients, num_resamples=200)
    assert time.perf_counter() - start < of_scikit_learn


def coverage(intervals, truth):
    """Share of intervals that hold the truth, and three standard errors of such a share."""
    held = np.mean([truth in interval for interval in intervals])
    return held, 3 * np.sqrt(0.95 * 0.05 / len(intervals))


@pytest.mark.slow
def test_auc_interval_covers_the_truth_in_95_percent_of_studies():
    rng = seeded()
    studies = [gaussian_scores(150, rng) for _ in range(250)]
    intervals = [bootstrap_interval(roc_auc, *study, rng=rng, num_resamples=200) for study in studies]
    held, band = coverage(intervals, true_auc(1.0))
    assert held == pytest.approx(0.95, abs=band)


@pytest.mark.slow
def test_sensitivity_interval_covers_the_truth_in_95_percent_of_studies():
    rng = seeded()
    studies = [gaussian_scores(200, rng) for _ in range(250)]
    intervals = [
        bootstrap_interval(lambda y, s: operating_point(y, s, 0.5).sensitivity, *study, rng=rng, num_resamples=200)
        for study in studies
    ]
    held, band = coverage(intervals, stats.norm.cdf(0.5))
    assert held == pytest.approx(0.95, abs=band)


@pytest.mark.slow
def test_patient_interval_covers_the_truth_and_the_image_interval_does_not():
    rng = seeded()
    by_patient, by_image = [], []
    for _ in range(250):
        values, patients = patients_with_effects(60, 6, rng)
        by_patient.append(bootstrap_interval(np.mean, values, groups=patients, rng=rng, num_resamples=200))
        by_image.append(bootstrap_interval(np.mean, values, rng=rng, num_resamples=200))
    held, band = coverage(by_patient, 0.0)
    assert held == pytest.approx(0.95, abs=band)
    assert coverage(by_image, 0.0)[0] < 0.75


@pytest.mark.slow
def test_interval_of_equal_models_holds_zero_in_95_percent_of_studies():
    rng = seeded()
    intervals = []
    for _ in range(250):
        y_true, both = gaussian_scores(150, rng)
        score_a, score_b = both + rng.normal(size=(2, 150))
        intervals.append(paired_difference(roc_auc, y_true, score_a, score_b, rng=rng, num_resamples=200))
    held, band = coverage(intervals, 0.0)
    assert held == pytest.approx(0.95, abs=band)


def test_interval_of_decisions_is_near_wilsons():
    y_true, y_pred = np.ones(200, dtype=int), np.arange(200) < 160
    found = bootstrap_interval(sensitivity, y_true, y_pred, num_resamples=2000)
    wilson = stats.binomtest(160, 200).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((wilson.low, wilson.high), abs=0.012)


def test_interval_reaches_infinity_where_a_distance_does():
    distances = np.array([3.0, 4, 5, 6, 7, np.inf, np.inf, np.inf])
    interval = bootstrap_interval(np.median, distances)
    assert 3 <= interval.low <= interval.estimate <= 7
    assert interval.high == np.inf
