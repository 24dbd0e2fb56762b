import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import f1_score, jaccard_score

from medbook.metrics import dice_score, iou

SHAPES = hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=6)
PAIRS = SHAPES.flatmap(lambda shape: hnp.arrays(bool, (2, *shape))).filter(lambda pair: pair.any())


def disc(radius, center=(32, 32), size=64):
    rows, cols = np.indices((size, size))
    return (rows - center[0]) ** 2 + (cols - center[1]) ** 2 <= radius**2


def test_squares_of_four_that_share_two_by_hand():
    mask_true, mask_pred = np.zeros((2, 4, 4), bool)
    mask_true[1:3, 0:2] = mask_pred[1:3, 1:3] = True
    assert dice_score(mask_true, mask_pred) == 4 / 8
    assert iou(mask_true, mask_pred) == 2 / 6


def test_volume_is_counted_over_all_slices():
    mask_true = np.zeros((2, 2, 2))
    mask_true[0] = 1
    assert dice_score(mask_true, np.ones((2, 2, 2))) == 8 / 12


@given(PAIRS)
def test_both_equal_scikit_learn_over_pixels(pair):
    flat_true, flat_pred = pair.reshape(2, -1)
    assert dice_score(*pair) == pytest.approx(f1_score(flat_true, flat_pred))
    assert iou(*pair) == pytest.approx(jaccard_score(flat_true, flat_pred))


@given(PAIRS)
def test_dice_follows_from_iou(pair):
    overlap = iou(*pair)
    assert dice_score(*pair) == pytest.approx(2 * overlap / (1 + overlap))


@given(PAIRS)
def test_both_are_symmetric_and_between_0_and_1(pair):
    for measure in (dice_score, iou):
        assert measure(*pair) == measure(*pair[::-1])
        assert 0 <= measure(*pair) <= 1


@given(PAIRS)
def test_background_around_changes_nothing(pair):
    around = [np.pad(mask, 3) for mask in pair]
    assert (dice_score(*around), iou(*around)) == (dice_score(*pair), iou(*pair))


@given(PAIRS)
def test_both_are_1_for_the_same_mask_only(pair):
    same = bool((pair[0] == pair[1]).all())
    assert [measure(*pair) == 1 for measure in (dice_score, iou)] == [same, same]


def test_dice_of_concentric_discs_follows_from_their_areas():
    assert dice_score(disc(24), disc(12)) == pytest.approx(2 * 12**2 / (12**2 + 24**2), abs=0.01)


def test_same_shift_costs_the_small_structure_more():
    scores = [dice_score(disc(radius), disc(radius, center=(32, 34))) for radius in (3, 6, 12, 24)]
    assert scores == sorted(scores)
    assert scores[0] < 0.65 < 0.94 < scores[-1]


@given(st.permutations([0, 1, 2, 3]))
def test_numbers_of_structures_are_names_only(numbers):
    map_true, map_pred = np.random.default_rng(0).integers(0, 4, (2, 8, 8))
    renumber = np.array(numbers)
    found = dice_score(renumber[map_true], renumber[map_pred], labels=dict(zip("abcd", numbers, strict=True)))
    assert found == dice_score(map_true, map_pred, labels=dict(zip("abcd", range(4), strict=True)))


def test_more_structures_may_be_in_the_maps_than_are_asked_for():
    assert iou([[1, 2, 3]], [[1, 2, 2]], labels=[1]) == {1: 1.0}
