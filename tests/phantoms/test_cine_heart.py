import numpy as np
import pytest
from scipy.integrate import quad

from medbook.phantoms.cine_heart import BASE, draw_heart, ellipsoid_ml, ventricles, volumes_ml, wall_ml

TIMES = np.linspace(0, 1, 201)


@pytest.fixture
def heart():
    return draw_heart(np.random.default_rng(4), prevalence=0.5)


def test_half_a_ball_has_half_its_volume():
    assert ellipsoid_ml(30, 30, 0) == pytest.approx(2 / 3 * np.pi * 27)


def test_closed_form_equals_the_sum_of_discs():
    radius, half = 24, 58
    discs, _ = quad(lambda y: np.pi * radius**2 * (1 - (y / half) ** 2), -half, BASE * half)
    assert ellipsoid_ml(radius, half, BASE * half) == pytest.approx(discs / 1000)


def test_shapes_have_the_volumes_of_the_curve(heart):
    shapes = [ellipsoid_ml(v.radius_mm, v.half_mm, BASE * v.half_mm) for v in ventricles(heart, TIMES)]
    np.testing.assert_allclose(shapes, volumes_ml(heart, TIMES), rtol=1e-12)


def test_muscle_keeps_its_volume(heart):
    muscle = [wall_ml(v.radius_mm, v.half_mm, v.wall_mm) for v in ventricles(heart, TIMES)]
    np.testing.assert_allclose(muscle, muscle[0], rtol=1e-9)


def test_wall_thickens_and_valve_plane_rises_in_systole(heart):
    diastole, systole = ventricles(heart, np.array([0, 0.38]))
    assert systole.wall_mm > 1.1 * diastole.wall_mm
    assert systole.length_mm < 0.95 * diastole.length_mm


def test_valve_is_shut_in_systole_and_opens_with_both_waves(heart):
    systole, early, atrial = ventricles(heart, np.array([0.2, 0.52, heart.beat_s - 0.08]))
    assert systole.opening == 0
    assert early.opening > atrial.opening > 0.5


def test_ejection_is_faster_than_filling(heart):
    volume = volumes_ml(heart, TIMES)
    halfway = volume.max() - 0.5 * np.ptp(volume)
    ejected = TIMES[np.argmax(volume < halfway)]
    assert np.ptp(TIMES[volume < halfway]) > ejected  # it stays small for longer than it takes to empty


def test_beat_repeats(heart):
    np.testing.assert_allclose(volumes_ml(heart, TIMES + heart.beat_s), volumes_ml(heart, TIMES), rtol=1e-9)


def test_prevalence_is_the_share_of_the_ill():
    rng = np.random.default_rng(0)
    ill = [draw_heart(rng, prevalence=0.2).ejection_fraction < 0.5 for _ in range(1000)]
    assert abs(np.mean(ill) - 0.2) < 3 * np.sqrt(0.2 * 0.8 / 1000)


def test_illness_changes_no_other_draw():
    healthy, ill = (draw_heart(np.random.default_rng(4), prevalence) for prevalence in (0, 1))
    assert ill.ejection_fraction < 0.5 <= healthy.ejection_fraction
    assert (ill.beat_s, ill.wall_mm, ill.apex_mm) == (healthy.beat_s, healthy.wall_mm, healthy.apex_mm)


def test_cavity_reaches_from_apex_to_valve_plane(heart):
    ventricle = ventricles(heart, np.zeros(1))[0]
    along = np.array([-0.1, 0.1, ventricle.length_mm - 0.1, ventricle.length_mm + 0.1])
    assert ventricle.cavity(np.zeros(4), along).tolist() == [False, True, True, False]
