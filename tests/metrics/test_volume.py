import numpy as np
import pytest

from medbook.metrics import volume_ml


def test_voxels_times_their_volume_by_hand():
    mask = np.zeros((4, 5, 5))
    mask[1, 2, :4] = 1  # 4 voxels of 10 x 5 x 5 mm
    assert volume_ml(mask, spacing_mm=(10, 5, 5)) == pytest.approx(1)


def test_sphere_has_its_volume_in_any_spacing():
    slices, rows, cols = np.ogrid[-12:12.01:1.5, -12:12.01:0.5, -12:12.01:0.5]
    mask = slices**2 + rows**2 + cols**2 <= 10**2
    assert volume_ml(mask, spacing_mm=(1.5, 0.5, 0.5)) == pytest.approx(4 / 3 * np.pi * 1**3, rel=0.01)


def test_structures_add_up_to_all_that_is_covered():
    labels = np.random.default_rng(0).integers(0, 3, (3, 6, 6))
    found = volume_ml(labels, spacing_mm=(5, 0.7, 0.7), labels={"liver": 1, "spleen": 2})
    assert list(found) == ["liver", "spleen"]
    assert sum(found.values()) == pytest.approx(volume_ml(labels > 0, spacing_mm=(5, 0.7, 0.7)))


def test_empty_mask_has_the_volume_0():
    assert volume_ml(np.zeros((2, 3, 3)), spacing_mm=(1, 1, 1)) == 0


def test_single_slice_without_axis_is_refused():
    with pytest.raises(ValueError, match=r"shape \(4, 4\), expected \(slices, rows, cols\)"):
        volume_ml(np.ones((4, 4)), spacing_mm=(1, 1))


def test_label_map_without_labels_is_refused():
    with pytest.raises(ValueError, match="mask holds 2, expected only 0 and 1"):
        volume_ml(np.full((2, 2, 2), 2), spacing_mm=(1, 1, 1))
