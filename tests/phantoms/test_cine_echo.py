import numpy as np
import pytest

from medbook.phantoms.cine_echo import ALONG_FIBRES, PERICARDIUM, VALVE, echo_map, shift_to_first
from medbook.phantoms.cine_heart import draw_heart, ventricles

DOWN = (np.float32(0), np.float32(1))  # a beam along the heart's long axis


@pytest.fixture
def heart():
    return draw_heart(np.random.default_rng(4), prevalence=0)


@pytest.fixture
def phases(heart):
    """End-diastole, end-systole, and the peak of the E wave."""
    return ventricles(heart, np.array([0, 0.38, 0.52]))


def points(*pairs):
    return np.array(pairs, np.float32).T


def test_inner_border_comes_from_the_inner_border_at_end_diastole(phases):
    first, systole, _ = phases
    angle = np.linspace(0.1, 1.5, 8)
    border = systole.radius_mm * np.sin(angle), systole.half_mm * (1 - np.cos(angle))
    shift = shift_to_first(systole, first, *border)
    origin = [now + moved for now, moved in zip(border, shift, strict=True)]
    np.testing.assert_allclose(first.level(*origin), 1, rtol=1e-6)


def test_tissue_far_away_hardly_moves(phases):
    first, systole, _ = phases
    near, far = np.abs(shift_to_first(systole, first, *points((25, 50), (120, 50)))).sum(axis=0)
    assert far < 0.1 * near


def test_muscle_fades_where_the_beam_runs_along_it(heart, phases):
    first = phases[0]
    half_wall = first.wall_mm / 2
    apex, side = (0, -half_wall), (-first.radius_mm - half_wall, first.half_mm)
    decibels, blood = echo_map(heart, first, first, *points(apex, side), DOWN)
    np.testing.assert_allclose(decibels, [0, -ALONG_FIBRES], atol=0.1)
    assert not blood.any()


def test_cavity_holds_blood_and_is_rimmed_by_pericardium(heart, phases):
    first = phases[0]
    side = first.radius_mm + first.wall_mm
    decibels, blood = echo_map(heart, first, first, *points((0, 40), (side, first.half_mm)), DOWN)
    assert blood.tolist() == [True, False]
    assert decibels[1] == pytest.approx(PERICARDIUM - ALONG_FIBRES, abs=0.1)


@pytest.mark.parametrize(("phase", "closed"), [(0, True), (2, False)])
def test_leaflets_meet_in_the_middle_only_when_the_valve_is_closed(heart, phases, phase, closed):
    ventricle = phases[phase]
    decibels, blood = echo_map(heart, ventricle, phases[0], *points((0.5, ventricle.length_mm - 3)), DOWN)
    assert blood[0] == (not closed)
    assert (decibels[0] == VALVE) == closed


def test_blood_is_also_in_the_atria_and_beside_the_septum(heart, phases):
    first = phases[0]
    right = -first.radius_mm - first.wall_mm - heart.right_mm / 2
    left_atrium, right_ventricle = (0, first.length_mm + 20), (right, first.half_mm)
    _, blood = echo_map(heart, first, first, *points(left_atrium, right_ventricle), DOWN)
    assert blood.all()
