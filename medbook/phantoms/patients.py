"""What all simulated slices share: checks of arguments, one random stream a patient, heights of slices."""

import numpy as np

SLAB_MM = 48.0  # height of the part of a patient that a stack of slices covers; every lesion lies within
SINGLE_SLICE_MM = 3.0  # nominal thickness where there is one slice a patient


def check_dials(function, num, *, size, rng, slices_per_patient, prevalence, **dials):
    """Raise ``ValueError`` for an argument of ``function`` that is out of range.

    Parameters
    ----------
    function : str
        Name to show in the message.
    num, size, slices_per_patient : int
    rng : numpy.random.Generator
    prevalence : float
    **dials : float
        Factors that must be finite and at least 0.
    """
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"{function}(rng={rng!r}): expected a numpy.random.Generator. Use np.random.default_rng(seed)."
        )
    for name, value, low, high in (
        ("num", num, 0, np.inf),
        ("size", size, 32, 512),
        ("slices_per_patient", slices_per_patient, 1, np.inf),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not low <= value <= high:
            limits = f"from {low} to {high}" if high < np.inf else f"of at least {low}"
            raise ValueError(f"{function}({name}={value!r}): expected a whole number {limits}.")
    if num % slices_per_patient:
        raise ValueError(
            f"{function}(num={num}, slices_per_patient={slices_per_patient}): expected whole patients. "
            f"Use num={-(-num // slices_per_patient) * slices_per_patient}."
        )
    if not 0 <= prevalence <= 1:
        raise ValueError(f"{function}(prevalence={prevalence!r}): expected a share of patients, from 0 to 1.")
    for name, value in dials.items():
        if not 0 <= value < np.inf:
            raise ValueError(f"{function}({name}={value!r}): expected a finite factor of at least 0; 1 is the default.")


def patient_seeds(num_patients, rng):
    """Return one seed a patient, so that a patient does not depend on how many others there are.

    Parameters
    ----------
    num_patients : int
    rng : numpy.random.Generator
        One number is drawn from it, whatever ``num_patients`` is.

    Returns
    -------
    list of numpy.random.SeedSequence
    """
    return np.random.SeedSequence(int(rng.integers(2**63))).spawn(num_patients)


def patient_streams(seed, count):
    """Return independent generators of one patient, one for each purpose.

    Draws for one purpose (say noise, of which there are as many as pixels) then leave the others as they are.
    """
    # Keys instead of spawn, which would count up: the same seed must give the same streams again.
    keys = [(*seed.spawn_key, purpose) for purpose in range(count)]
    return [np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=key)) for key in keys]


def slice_heights_mm(slices_per_patient):
    """Return the heights of a patient's slices around the middle of the slab, and the distance between them.

    Returns
    -------
    heights_mm : ndarray of shape (slices_per_patient,)
    spacing_mm : float

    Examples
    --------
    >>> slice_heights_mm(3)
    (array([-16.,   0.,  16.]), 16.0)
    """
    spacing_mm = SLAB_MM / slices_per_patient if slices_per_patient > 1 else SINGLE_SLICE_MM
    return (np.arange(slices_per_patient) - (slices_per_patient - 1) / 2) * spacing_mm, spacing_mm
