import warnings

import numpy as np
import pytest

from medbook.metrics import bootstrap_interval, dice_score, hausdorff95, per_case, specificity


def masks(num=6, shape=(8, 8)):
    return np.random.default_rng(0).random((2, num, *shape)) < 0.5


def test_values_are_those_of_the_cases_one_by_one():
    masks_true, masks_pred = masks()
    found = per_case(dice_score, masks_true, masks_pred)
    assert found.tolist() == [dice_score(one, other) for one, other in zip(masks_true, masks_pred, strict=True)]


def test_mean_over_cases_is_not_the_score_of_the_stack():
    masks_true = np.zeros((2, 10, 10), bool)
    masks_true[0], masks_true[1, 0, 0] = True, True  # one large structure, one of a pixel
    masks_pred = masks_true.copy()
    masks_pred[1] = False
    assert per_case(dice_score, masks_true, masks_pred).mean() == 0.5
    assert dice_score(masks_true, masks_pred) > 0.99


def test_row_45_nan_cases_stay_in_place_and_are_told_once():
    masks_true, masks_pred = masks()
    masks_true[[1, 4]] = masks_pred[[1, 4]] = False
    with pytest.warns(RuntimeWarning, match=r"dice_score is undefined in 2 of 6 cases, case 1, 4: ") as told:
        found = per_case(dice_score, masks_true, masks_pred)
    assert np.flatnonzero(np.isnan(found)).tolist() == [1, 4]
    assert [warning.filename for warning in told] == [__file__]


def test_row_45_missed_structures_are_values_and_not_told():
    masks_true, masks_pred = masks()
    masks_pred[2] = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert per_case(dice_score, masks_true, masks_pred)[2] == 0
        assert per_case(hausdorff95, masks_true, masks_pred, spacing_mm=(1, 1))[2] == np.inf


def test_row_45_interval_over_patients_leaves_nan_cases_out():
    masks_true, masks_pred = masks(num=40)
    masks_true[30:] = masks_pred[30:] = False
    with pytest.warns(RuntimeWarning, match="10 of 40 cases"):
        values = per_case(dice_score, masks_true, masks_pred)
    found = bootstrap_interval(np.nanmean, values, groups=np.repeat(np.arange(20), 2))
    assert found.estimate == pytest.approx(values[:30].mean())
    assert (found.num_units, found.num_undefined) == (20, 0)
    assert found.low < found.estimate < found.high


def test_row_45_what_the_model_finds_in_healthy_cases_is_a_specificity():
    masks_true, masks_pred = np.zeros((2, 4, 3, 3), bool)
    masks_pred[0, 1, 1] = True
    assert specificity(masks_true.any(axis=(1, 2)), masks_pred.any(axis=(1, 2))) == 0.75
    with pytest.warns(RuntimeWarning, match="3 of 4 cases"):
        assert per_case(dice_score, masks_true, masks_pred)[0] == 0


def test_structures_get_an_array_each():
    maps_true, maps_pred = np.random.default_rng(0).integers(0, 3, (2, 5, 8, 8))
    found = per_case(dice_score, maps_true, maps_pred, labels={"liver": 1, "spleen": 2})
    assert list(found) == ["liver", "spleen"]
    np.testing.assert_array_equal(found["spleen"], per_case(dice_score, maps_true == 2, maps_pred == 2))


def test_structure_that_is_undefined_is_named():
    maps = np.ones((3, 4, 4), int)
    maps[0, 0] = 2
    with pytest.warns(
        RuntimeWarning, match=r"dice_score of structure spleen is undefined in 2 of 3 cases, case 1, 2"
    ) as told:
        per_case(dice_score, maps, maps, labels={"liver": 1, "spleen": 2})
    assert [warning.filename for warning in told] == [__file__]


def test_each_case_has_its_own_shape_and_spacing():
    small, large = masks(num=1, shape=(6, 6))[:, 0], masks(num=1, shape=(5, 9))[:, 0]
    sizes = [(1, 1), (3, 0.5)]
    found = per_case(hausdorff95, [small[0], large[0]], [small[1], large[1]], spacing_mm=sizes)
    assert found.tolist() == [
        hausdorff95(*pair, spacing_mm=size) for pair, size in zip((small, large), sizes, strict=True)
    ]


def test_spacing_of_all_is_that_of_each():
    pairs = masks(num=2)
    same = per_case(hausdorff95, *pairs, spacing_mm=(2, 1))
    np.testing.assert_array_equal(same, per_case(hausdorff95, *pairs, spacing_mm=np.array([(2, 1), (2, 1)])))


def test_row_30_case_without_spacing_is_named():
    with pytest.raises(ValueError, match=r"per_case, case 1: hausdorff95\(spacing_mm=None\)"):
        per_case(hausdorff95, *masks(num=2), spacing_mm=[(1, 1), None])


def test_row_30_other_number_of_spacings_is_refused():
    with pytest.raises(ValueError, match=r"per_case: .*masks_true 3, spacing_mm 2"):
        per_case(hausdorff95, *masks(num=3), spacing_mm=[(1, 1), (1, 1)])


def test_row_30_spacing_as_one_number_is_refused():
    with pytest.raises(ValueError, match=r"hausdorff95\(spacing_mm=0\.5\)"):
        per_case(hausdorff95, *masks(num=2), spacing_mm=0.5)


def test_other_number_of_cases_is_refused():
    masks_true, masks_pred = masks()
    with pytest.raises(ValueError, match=r"per_case: .*masks_true 6, masks_pred 5"):
        per_case(dice_score, masks_true, masks_pred[:5])


def test_no_cases_are_refused():
    with pytest.raises(ValueError, match="holds no case"):
        per_case(dice_score, [], [])
