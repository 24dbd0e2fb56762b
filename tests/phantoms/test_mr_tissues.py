import numpy as np
import pytest

from medbook.phantoms.mr_tissues import (
    CSF,
    EDEMA,
    FIELDS_T,
    GREY,
    PARAMETERS,
    SKULL,
    TISSUES,
    TUMOUR,
    WHITE,
    inversion_recovery_signal,
    spin_echo_signal,
    tissue_signals,
)

BOTH_FIELDS = pytest.mark.parametrize("field_t", FIELDS_T)


@BOTH_FIELDS
def test_t1_shows_white_over_grey_over_fluid(field_t):
    signals = tissue_signals("T1", field_t=field_t)
    assert signals[WHITE] > 1.2 * signals[GREY] > 2 * signals[CSF]


@BOTH_FIELDS
def test_t2_shows_fluid_over_tumour_over_grey_over_white(field_t):
    signals = tissue_signals("T2", field_t=field_t)
    assert signals[CSF] > signals[TUMOUR] > signals[GREY] > signals[WHITE]


@BOTH_FIELDS
def test_flair_nulls_fluid_and_shows_edema_brightest(field_t):
    signals = tissue_signals("FLAIR", field_t=field_t)
    assert signals[CSF] < 0.02 * signals[WHITE]
    assert signals[EDEMA] == max(signals[[CSF, GREY, WHITE, TUMOUR, EDEMA]])


@pytest.mark.parametrize("contrast", ["T1", "T2", "FLAIR"])
def test_cortical_bone_gives_no_signal(contrast):
    assert tissue_signals(contrast, field_t=1.5)[SKULL] < 1e-3


def test_spin_echo_by_hand():
    # Repetition T1 * ln 2 recovers one half, echo T2 * ln 4 leaves one quarter.
    signal = spin_echo_signal(8.0, 1000, 80, repetition_ms=1000 * np.log(2), echo_ms=80 * np.log(4))
    assert signal == pytest.approx(1.0)


def test_inversion_recovery_follows_the_bloch_equation():
    t1_ms, repetition_ms, inversion_ms, echo_ms = 900.0, 2500.0, 400.0, 30.0
    step_ms, magnetization = 0.01, 1.0
    for _ in range(4):  # repetitions, until the state is steady: the echo's pulse leaves nothing along the field
        magnetization *= -1
        for step in range(round(repetition_ms / step_ms)):
            if step == round(inversion_ms / step_ms):
                measured, magnetization = abs(magnetization), 0.0
            magnetization += step_ms * (1 - magnetization) / t1_ms
    formula = inversion_recovery_signal(
        1.0, t1_ms, np.inf, repetition_ms=repetition_ms, echo_ms=echo_ms, inversion_ms=inversion_ms
    )
    assert formula == pytest.approx(measured, rel=1e-3)


def test_t1_lengthens_with_the_field_and_all_tissues_are_listed():
    table = np.array([PARAMETERS[tissue] for tissue in range(len(TISSUES))])
    assert (table[:, 1] >= table[:, 0]).all()
    assert (table[:, 2:4] < table[:, :2]).all()  # T2 is never longer than T1
