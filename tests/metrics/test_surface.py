import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist
from skimage.metrics import hausdorff_distance

from medbook.metrics import hausdorff95, mean_surface_distance, normalized_surface_distance, surface_distances

SHAPES = hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=7)
PAIRS = SHAPES.flatmap(lambda shape: hnp.arrays(bool, (2, *shape))).filter(lambda pair: pair[0].any() and pair[1].any())
SIZES = (2.5, 0.7, 0.9)


def shifted_squares(rows, cols):
    mask_true = np.zeros((12, 12), bool)
    mask_true[2:6, 2:6] = True
    return mask_true, np.roll(mask_true, (rows, cols), axis=(0, 1))


def sphere(radius_mm, spacing_mm, half_mm=14):
    axes = [np.arange(-half_mm, half_mm + size / 2, size) for size in spacing_mm]
    return sum(axis**2 for axis in np.meshgrid(*axes, indexing="ij")) <= radius_mm**2


def surface_points(mask):
    """Return the pixels of which a neighbour is outside, found by looking at each neighbour in turn."""
    padded = np.pad(mask, 1)
    return np.array(
        [
            index
            for index in np.argwhere(padded)
            if not all(padded[tuple(index + step)] for unit in np.eye(mask.ndim, dtype=int) for step in (unit, -unit))
        ]
    )


def distances_of_all_pairs(pair, spacing_mm):
    points_true, points_pred = (surface_points(mask) * spacing_mm for mask in pair)
    distances = cdist(points_true, points_pred)
    return distances.min(axis=1), distances.min(axis=0)


def test_squares_one_mm_apart_along_the_columns_by_hand():
    # of 12 pixels on either surface, 4 are 1 mm from the other, 4 are 0.5 mm, 4 lie on it
    pair, spacing_mm = shifted_squares(0, 2), (3, 0.5)
    assert hausdorff95(*pair, spacing_mm=spacing_mm) == 1
    assert mean_surface_distance(*pair, spacing_mm=spacing_mm) == 0.5
    assert normalized_surface_distance(*pair, tolerance_mm=0.5, spacing_mm=spacing_mm) == pytest.approx(8 / 12)


def test_squares_six_mm_apart_along_the_rows_by_hand():
    # 4 pixels are 6 mm from the other, 2 are 3 mm, 2 are 0.5 mm (sideways), 4 lie on it
    pair, spacing_mm = shifted_squares(2, 0), (3, 0.5)
    assert hausdorff95(*pair, spacing_mm=spacing_mm) == 6
    assert mean_surface_distance(*pair, spacing_mm=spacing_mm) == pytest.approx(31 / 12)
    assert normalized_surface_distance(*pair, tolerance_mm=0.5, spacing_mm=spacing_mm) == pytest.approx(6 / 12)


@pytest.mark.parametrize("spacing_mm", [(0.5, 0.5, 0.5), (1.0, 0.5, 0.5)])
def test_concentric_spheres_are_the_difference_of_their_radii_apart(spacing_mm):
    pair = sphere(8, spacing_mm), sphere(12, spacing_mm)
    assert hausdorff95(*pair, spacing_mm=spacing_mm) == pytest.approx(4, abs=0.5)
    assert mean_surface_distance(*pair, spacing_mm=spacing_mm) == pytest.approx(4, abs=0.2)
    assert normalized_surface_distance(*pair, tolerance_mm=3, spacing_mm=spacing_mm) == 0
    assert normalized_surface_distance(*pair, tolerance_mm=5, spacing_mm=spacing_mm) == 1


@given(PAIRS)
def test_all_equal_the_distances_of_all_pairs_of_points(pair):
    spacing_mm = SIZES[: pair[0].ndim]
    forth, back = distances_of_all_pairs(pair, spacing_mm)
    expected = max(np.percentile(forth, 95), np.percentile(back, 95))
    assert hausdorff95(*pair, spacing_mm=spacing_mm) == pytest.approx(expected)
    assert mean_surface_distance(*pair, spacing_mm=spacing_mm) == pytest.approx((forth.mean() + back.mean()) / 2)
    share = normalized_surface_distance(*pair, tolerance_mm=1, spacing_mm=spacing_mm)
    assert share == pytest.approx(np.mean(np.concatenate([forth, back]) <= 1))


@given(PAIRS)
def test_largest_distance_equals_scikit_image(pair):
    distances = surface_distances(*pair, spacing_mm=np.ones(pair[0].ndim))
    surfaces = [np.zeros(np.add(mask.shape, 2), bool) for mask in pair]
    for surface, mask in zip(surfaces, pair, strict=True):
        surface[tuple(surface_points(mask).T)] = True
    assert max(found.max() for found in distances) == pytest.approx(hausdorff_distance(*surfaces))


@given(PAIRS)
def test_all_are_symmetric(pair):
    spacing_mm = SIZES[: pair[0].ndim]
    for measure, options in (
        (hausdorff95, {}),
        (mean_surface_distance, {}),
        (normalized_surface_distance, {"tolerance_mm": 1}),
    ):
        there = measure(*pair, spacing_mm=spacing_mm, **options)
        assert measure(*pair[::-1], spacing_mm=spacing_mm, **options) == pytest.approx(there)


@given(PAIRS, st.floats(0.01, 100))
def test_scaling_the_spacing_scales_the_distances(pair, factor):
    spacing_mm = np.array(SIZES[: pair[0].ndim])
    for measure in (hausdorff95, mean_surface_distance):
        expected = factor * measure(*pair, spacing_mm=spacing_mm)
        assert measure(*pair, spacing_mm=factor * spacing_mm) == pytest.approx(expected)


@given(PAIRS)
def test_same_mask_is_at_distance_0_and_all_within_tolerance(pair):
    spacing_mm = SIZES[: pair[0].ndim]
    assert hausdorff95(pair[0], pair[0], spacing_mm=spacing_mm) == 0
    assert mean_surface_distance(pair[0], pair[0], spacing_mm=spacing_mm) == 0
    assert normalized_surface_distance(pair[0], pair[0], tolerance_mm=0, spacing_mm=spacing_mm) == 1


@given(PAIRS)
def test_background_around_changes_nothing(pair):
    spacing_mm = SIZES[: pair[0].ndim]
    around = [np.pad(mask, 2) for mask in pair]
    assert hausdorff95(*around, spacing_mm=spacing_mm) == hausdorff95(*pair, spacing_mm=spacing_mm)


def test_stray_pixel_decides_the_maximum_and_not_the_95th_percentile():
    mask_true = np.zeros((30, 60), bool)
    mask_true[0] = True
    mask_pred = mask_true.copy()
    mask_pred[20, 30] = True
    distances = surface_distances(mask_true, mask_pred, spacing_mm=(1, 1))
    assert max(found.max() for found in distances) == 20
    assert hausdorff95(mask_true, mask_pred, spacing_mm=(1, 1)) == 0


def test_larger_of_the_two_directions_counts_and_not_the_pool():
    # all of the reference is met; of the prediction 4 of 44 pixels lie far off, of both 4 of 84
    mask_true = np.zeros((30, 40), bool)
    mask_true[0] = True
    mask_pred = mask_true.copy()
    mask_pred[25, :4] = True
    distances = surface_distances(mask_true, mask_pred, spacing_mm=(1, 1))
    assert np.percentile(np.concatenate(distances), 95) == 0
    assert hausdorff95(mask_true, mask_pred, spacing_mm=(1, 1)) == 25


def test_inside_of_a_structure_does_not_count():
    forth, _ = surface_distances(np.ones((5, 6)), np.ones((5, 6)), spacing_mm=(1, 1))
    assert forth.size == 5 * 6 - 3 * 4


def test_distance_of_exactly_the_tolerance_is_within_despite_rounding():
    pair = shifted_squares(0, 3)
    assert hausdorff95(*pair, spacing_mm=(0.1, 0.1)) > 0.3  # by 5e-17
    assert normalized_surface_distance(*pair, tolerance_mm=0.3, spacing_mm=(0.1, 0.1)) == 1


@pytest.mark.parametrize("bad", [-1, np.nan, np.inf, [1, 2]])
def test_tolerance_that_is_no_distance_is_refused(bad):
    with pytest.raises(ValueError, match=r"tolerance_mm=.*at least 0"):
        normalized_surface_distance(*shifted_squares(0, 1), tolerance_mm=bad, spacing_mm=(1, 1))
