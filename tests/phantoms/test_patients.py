import numpy as np
import pytest

from medbook.phantoms.patients import SLAB_MM, patient_seeds, patient_streams, slice_heights_mm


def first_numbers(num, rng):
    return [patient_streams(seed, 2)[1].random() for seed in patient_seeds(num, rng)]


def test_patients_do_not_depend_on_their_number():
    assert first_numbers(3, np.random.default_rng(0)) == first_numbers(9, np.random.default_rng(0))[:3]


def test_generator_moves_on_by_the_same_step_for_any_number():
    few, many = np.random.default_rng(0), np.random.default_rng(0)
    patient_seeds(1, few)
    patient_seeds(100, many)
    assert few.random() == many.random()


def test_streams_of_one_patient_repeat_and_differ_from_one_another():
    (seed,) = patient_seeds(1, np.random.default_rng(0))
    first, again = ([stream.random() for stream in patient_streams(seed, 3)] for _ in range(2))
    assert first == again
    assert len(set(first)) == 3


def test_more_streams_leave_the_first_as_they_are():
    (seed,) = patient_seeds(1, np.random.default_rng(0))
    assert patient_streams(seed, 5)[1].random() == patient_streams(seed, 2)[1].random()


@pytest.mark.parametrize("slices", [2, 5, 16])
def test_slices_fill_the_slab_evenly(slices):
    heights_mm, spacing_mm = slice_heights_mm(slices)
    assert slices * spacing_mm == pytest.approx(SLAB_MM)
    np.testing.assert_allclose(np.diff(heights_mm), spacing_mm)
    assert heights_mm.mean() == pytest.approx(0)
