import numpy as np
import pytest

from medbook.phantoms.lesions import Lesion, lesion_boxes


def grid(reach, points):
    """Return voxel centers of a cube of half side ``reach``, and the volume of a voxel in ml."""
    axis = (np.arange(points) + 0.5) * 2 * reach / points - reach
    return np.meshgrid(axis, axis, axis, indexing="ij"), (2 * reach / points) ** 3 / 1000


@pytest.mark.parametrize("seed", range(5))
def test_bends_leave_the_volume_as_the_formula_says(seed):
    lesion = Lesion.draw(np.random.default_rng(seed), center=(1, -2, 3), mean_radius_mm=10)
    points, voxel_ml = grid(20, 80)
    assert (lesion.level(*points) < 1).sum() * voxel_ml == pytest.approx(lesion.volume_ml, rel=0.01)


def test_ball_has_the_volume_of_a_ball():
    assert Lesion((0, 0, 0), (10, 10, 10), (0, 0), (0, 0)).volume_ml == pytest.approx(4.18879)


@pytest.mark.parametrize("seed", range(20))
def test_lesion_stays_within_its_reach(seed):
    lesion = Lesion.draw(np.random.default_rng(seed), center=(0, 0, 0), mean_radius_mm=10)
    points, _ = grid(20, 60)
    inside = lesion.level(*points) < 1
    assert np.abs(points[0][inside]).max() <= lesion.reach_mm[0]
    assert np.abs(points[1][inside]).max() <= lesion.reach_mm[1]
    assert np.sqrt(sum(axis[inside] ** 2 for axis in points)).max() < 16  # 1.6 mean radii


def test_shares_add_up_to_the_area_of_the_section():
    lesion = Lesion((0, 0, 0), (12, 8, 10), (0, 0), (0, 0))
    axis = np.linspace(-20, 20, 161)
    share = lesion.share(lesion.level(axis[np.newaxis], axis[:, np.newaxis], 0.0), 0.25)
    assert share.sum() * 0.25**2 == pytest.approx(np.pi * 12 * 8, rel=0.01)


def test_lesion_between_pixels_marks_the_nearest_one():
    lesion = Lesion((1.2, 0.8, 0), (0.3, 0.3, 0.3), (0, 0), (0, 0))
    mask = lesion.mask(lesion.level(np.arange(4)[np.newaxis], np.arange(4)[:, np.newaxis], 0.0))
    assert np.argwhere(mask).tolist() == [[1, 1]]


def test_boxes_of_two_masks_and_of_an_empty_one():
    masks = np.zeros((3, 6, 7), bool)
    masks[0, 2:4, 1] = masks[2, 5, 6] = True
    assert lesion_boxes(masks).tolist() == [[2, 1, 4, 2], [5, 6, 6, 7]]


def test_no_masks_give_no_boxes():
    assert lesion_boxes([]).shape == (0, 4)
