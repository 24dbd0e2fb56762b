import warnings

import numpy as np
import pytest

from medbook.metrics import (
    dice_score,
    hausdorff95,
    iou,
    mean_surface_distance,
    normalized_surface_distance,
    surface_distances,
    volume_ml,
)

OVERLAP = {"dice_score": (dice_score, {}), "iou": (iou, {})}
DISTANCES = {
    "hausdorff95": (hausdorff95, {"spacing_mm": (1, 1)}),
    "mean_surface_distance": (mean_surface_distance, {"spacing_mm": (1, 1)}),
}
SHARES = {"normalized_surface_distance": (normalized_surface_distance, {"tolerance_mm": 1, "spacing_mm": (1, 1)})}
MEASURES = {**OVERLAP, **DISTANCES, **SHARES}
SPACED = {**DISTANCES, **SHARES, "surface_distances": (surface_distances, {"spacing_mm": (1, 1)})}

EMPTY, FULL = np.zeros((4, 4), bool), np.ones((4, 4), bool)


def silent(function, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(*args, **options)


@pytest.mark.parametrize("name", MEASURES)
def test_row_45_two_empty_masks_are_nan_and_say_why(name):
    measure, options = MEASURES[name]
    with pytest.warns(RuntimeWarning, match=f"{name} is undefined: both masks are empty. The result is nan") as told:
        assert np.isnan(measure(EMPTY, EMPTY, **options))
    assert [warning.filename for warning in told] == [__file__]


@pytest.mark.parametrize("name", {**OVERLAP, **SHARES})
@pytest.mark.parametrize("pair", [(EMPTY, FULL), (FULL, EMPTY)])
def test_row_45_overlap_with_one_empty_mask_is_zero(name, pair):
    measure, options = MEASURES[name]
    assert silent(measure, *pair, **options) == 0


@pytest.mark.parametrize("name", DISTANCES)
@pytest.mark.parametrize("pair", [(EMPTY, FULL), (FULL, EMPTY)])
def test_row_45_distance_with_one_empty_mask_is_infinite(name, pair):
    measure, options = MEASURES[name]
    assert silent(measure, *pair, **options) == np.inf


@pytest.mark.parametrize("name", MEASURES)
def test_row_45_structure_in_neither_label_map_is_nan_and_named(name):
    measure, options = MEASURES[name]
    with pytest.warns(RuntimeWarning, match=f"{name} is undefined: structure spleen is in neither mask"):
        found = measure(FULL, FULL, labels={"liver": 1, "spleen": 2}, **options)
    assert np.isnan(found["spleen"])
    assert np.isfinite(found["liver"])


def test_row_45_surface_distances_to_nothing_are_infinite():
    to_empty, from_empty = surface_distances(FULL, EMPTY, spacing_mm=(1, 1))
    assert (to_empty.size, from_empty.size) == (12, 0)
    assert np.isinf(to_empty).all()


@pytest.mark.parametrize("name", MEASURES)
def test_each_structure_is_judged_as_its_own_mask(name):
    measure, options = MEASURES[name]
    map_true, map_pred = np.random.default_rng(0).integers(0, 3, (2, 12, 12))
    expected = {label: measure(map_true == label, map_pred == label, **options) for label in (1, 2)}
    assert measure(map_true, map_pred, labels=[1, 2], **options) == expected


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_booleans_mean_the_same_as_0_and_1(name, dtype):
    measure, options = MEASURES[name]
    pair = np.random.default_rng(0).random((2, 9, 9)) < 0.5
    assert measure(*pair.astype(dtype), **options) == measure(*pair, **options)


@pytest.mark.parametrize("name", MEASURES)
def test_arguments_are_left_alone(name):
    measure, options = MEASURES[name]
    pair = np.random.default_rng(0).integers(0, 2, (2, 9, 9))
    before = pair.copy()
    measure(*pair, **options)
    np.testing.assert_array_equal(pair, before)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize(("foreign", "shown"), [(255, "255"), (0.5, r"0\.5"), (-1, "-1"), (np.nan, "nan")])
def test_value_that_is_neither_0_nor_1_is_refused(name, foreign, shown):
    measure, options = MEASURES[name]
    with pytest.raises(ValueError, match=rf"{name}: mask_pred holds {shown}, expected only 0 and 1.*labels="):
        measure(FULL, np.where(np.eye(4), foreign, 0), **options)


@pytest.mark.parametrize("name", MEASURES)
def test_other_shape_is_refused_with_both(name):
    measure, options = MEASURES[name]
    with pytest.raises(
        ValueError, match=rf"{name}: mask_true has the shape \(4, 4\), mask_pred \(4, 4, 1\).*\[\.\.\., 0"
    ):
        measure(FULL, FULL[..., np.newaxis], **options)


@pytest.mark.parametrize("bad", [np.ones(4), np.ones((2, 4, 4, 1)), np.ones((0, 4)), [["a"]]])
def test_what_is_no_image_or_volume_is_refused(bad):
    with pytest.raises(ValueError, match=r"expected numbers of shape .*per_case"):
        dice_score(bad, bad)


def test_probabilities_as_label_map_are_refused():
    with pytest.raises(ValueError, match=r"mask_pred holds 0\.7, expected the whole number.*argmax"):
        dice_score(FULL, np.full((4, 4), 0.7), labels=[1])


@pytest.mark.parametrize("labels", [[], [1.5], ["liver"], {"liver": "1"}, {1, 2}])
def test_labels_that_are_no_whole_numbers_are_refused(labels):
    with pytest.raises(ValueError, match="expected numbers of structures"):
        iou(FULL, FULL, labels=labels)


@pytest.mark.parametrize("name", SPACED)
@pytest.mark.parametrize(
    "bad", [(0, 1), (1, -0.5), (np.nan, 1), (np.inf, 1), (1, 1, 1), (1,), 1.0, ("1", "1"), [1, None]]
)
def test_row_30_spacing_that_is_no_size_is_refused(name, bad):
    measure, options = SPACED[name]
    with pytest.raises(ValueError, match=rf"{name}\(spacing_mm=.*expected \(row, col\) in mm, each finite and above 0"):
        measure(FULL, FULL, **{**options, "spacing_mm": bad})


@pytest.mark.parametrize("name", SPACED)
def test_row_30_unknown_spacing_is_refused(name):
    measure, options = SPACED[name]
    with pytest.raises(ValueError, match=rf"{name}\(spacing_mm=None\): the size of a pixel is not known"):
        measure(FULL, FULL, **{**options, "spacing_mm": None})


@pytest.mark.parametrize("bad", [None, (1, 1), (0, 1, 1), (5, 1, -1)])
def test_row_30_volume_without_the_size_of_a_voxel_is_refused(bad):
    with pytest.raises(ValueError, match=r"volume_ml\(spacing_mm=.*\(slice, row, col\)"):
        volume_ml(np.ones((2, 4, 4)), spacing_mm=bad)
