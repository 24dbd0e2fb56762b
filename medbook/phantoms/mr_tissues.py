"""Tissue parameters of the brain in magnetic resonance, and the signal that pulse sequences make of them."""

import numpy as np

TISSUES = (
    *("background", "cerebrospinal fluid", "grey matter", "white matter", "deep grey matter"),
    *("skull", "marrow", "scalp", "muscle", "tumour", "tumour core", "edema"),
)
(BACKGROUND, CSF, GREY, WHITE, DEEP_GREY, SKULL, MARROW, SCALP, MUSCLE, TUMOUR, CORE, EDEMA) = range(12)

# Relaxation times T1 and T2 in ms at 1.5 T and at 3 T, and proton density relative to water.
# T1 of grey and white matter: Wright et al. 2008; T2 of both, and muscle: Stanisz et al. 2005 (its T2 at 1.5 T and
# 3 T); fat, for scalp and marrow: de Bazelaire et al. 2004; cerebrospinal fluid: Rooney et al. 2007, T2 of the order
# of 2 s. Deep grey matter lies between grey and white. Tumour, core and edema are typical of gliomas, which differ
# widely: chosen, not measured. Cortical bone gives no signal, as its T2 is below 1 ms.
PARAMETERS = {
    #             T1 1.5 T  T1 3 T  T2 1.5 T  T2 3 T  density
    BACKGROUND: (1000.0, 1000.0, 50.0, 50.0, 0.0),
    CSF: (4300.0, 4300.0, 2000.0, 2000.0, 1.0),
    GREY: (1197.0, 1607.0, 95.0, 99.0, 0.83),
    WHITE: (646.0, 838.0, 72.0, 69.0, 0.70),
    DEEP_GREY: (960.0, 1270.0, 84.0, 84.0, 0.80),
    SKULL: (1000.0, 1000.0, 0.5, 0.5, 0.10),
    MARROW: (343.0, 382.0, 58.0, 68.0, 0.55),
    SCALP: (343.0, 382.0, 58.0, 68.0, 0.80),
    MUSCLE: (1008.0, 1412.0, 44.0, 50.0, 0.75),
    TUMOUR: (1500.0, 1900.0, 125.0, 125.0, 0.85),
    CORE: (2600.0, 2900.0, 350.0, 350.0, 0.94),
    EDEMA: (1200.0, 1500.0, 140.0, 140.0, 0.83),
}
FIELDS_T = (1.5, 3.0)

# Repetition, echo and inversion time in ms; an inversion time of None is a plain spin echo.
SEQUENCES = {"T1": (500.0, 12.0, None), "T2": (5000.0, 100.0, None), "FLAIR": (9000.0, 120.0, 2480.0)}


def spin_echo_signal(density, t1_ms, t2_ms, *, repetition_ms, echo_ms):
    """Return the signal of a spin echo: ``density * (1 - exp(-TR / T1)) * exp(-TE / T2)``.

    Parameters
    ----------
    density : float or ndarray
        Proton density; the signal has its unit.
    t1_ms, t2_ms : float or ndarray
        Longitudinal and transverse relaxation time.
    repetition_ms, echo_ms : float
        Repetition time and echo time.

    Returns
    -------
    float or ndarray

    References
    ----------
    Chapter "Medical images". Haacke et al., "Magnetic Resonance Imaging: Physical Principles and
    Sequence Design" (1999).

    Examples
    --------
    >>> round(float(spin_echo_signal(1.0, 500, 100, repetition_ms=500, echo_ms=100)), 4)
    0.2325
    """
    return density * (1 - np.exp(-repetition_ms / t1_ms)) * np.exp(-echo_ms / t2_ms)


def inversion_recovery_signal(density, t1_ms, t2_ms, *, repetition_ms, echo_ms, inversion_ms):
    """Return the magnitude after an inversion: ``density * |1 - 2 exp(-TI / T1) + exp(-TR / T1)| * exp(-TE / T2)``.

    A tissue whose recovery passes zero at the inversion time TI gives no signal. FLAIR nulls
    cerebrospinal fluid in this way.

    Parameters
    ----------
    density, t1_ms, t2_ms, repetition_ms, echo_ms
        As for ``spin_echo_signal``.
    inversion_ms : float
        TI.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> null_ms = 4000 * np.log(2)  # with a long repetition time
    >>> bool(inversion_recovery_signal(1.0, 4000, 2000, repetition_ms=1e6, echo_ms=0, inversion_ms=null_ms) < 1e-9)
    True
    """
    recovered = np.abs(1 - 2 * np.exp(-inversion_ms / t1_ms) + np.exp(-repetition_ms / t1_ms))
    return density * recovered * np.exp(-echo_ms / t2_ms)


def tissue_signals(contrast, *, field_t):
    """Return the signal of each tissue, in the order of ``TISSUES``; water with full relaxation gives 1000.

    Parameters
    ----------
    contrast : {"T1", "T2", "FLAIR"}
    field_t : {1.5, 3.0}
        Field strength in tesla.

    Returns
    -------
    ndarray of float64, shape (tissues,)

    References
    ----------
    Wright et al., "Water proton T1 measurements in brain tissue at 7, 3, and 1.5T using IR-EPI, IR-TSE, and
    MPRAGE: results and optimization", Magnetic Resonance Materials in Physics, Biology and Medicine 21 (2008)
    121-130, doi:10.1007/s10334-008-0104-8.
    Stanisz et al., "T1, T2 relaxation and magnetization transfer in tissue at 3T", Magnetic Resonance in Medicine
    54 (2005) 507-512, doi:10.1002/mrm.20605.
    de Bazelaire et al., "MR imaging relaxation times of abdominal and pelvic tissues measured in vivo at 3.0 T",
    Radiology 230 (2004) 652-659, doi:10.1148/radiol.2303021331.
    Rooney et al., "Magnetic field and tissue dependencies of human brain longitudinal 1H2O relaxation in vivo",
    Magnetic Resonance in Medicine 57 (2007) 308-318, doi:10.1002/mrm.21122.

    Examples
    --------
    >>> signals = tissue_signals("T1", field_t=1.5)
    >>> bool(signals[WHITE] > signals[GREY] > signals[CSF])
    True
    """
    column = FIELDS_T.index(field_t)
    table = np.array([PARAMETERS[tissue] for tissue in range(len(TISSUES))])
    t1_ms, t2_ms, density = table[:, column], table[:, 2 + column], 1000 * table[:, 4]
    repetition_ms, echo_ms, inversion_ms = SEQUENCES[contrast]
    times = dict(repetition_ms=repetition_ms, echo_ms=echo_ms)
    if inversion_ms is None:
        return spin_echo_signal(density, t1_ms, t2_ms, **times)
    return inversion_recovery_signal(density, t1_ms, t2_ms, **times, inversion_ms=inversion_ms)
