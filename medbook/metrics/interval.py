"""An estimate with its confidence interval, and the interval of a plain proportion."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from medbook.metrics.inputs import share, undefined


@dataclass(frozen=True)
class Interval:
    """An estimate, the interval around it, and what was resampled to find it.

    Printed as ``0.912 [0.884, 0.938]``, formatted as its numbers are (``f"{interval:.2f}"``), and
    asked by ``value in interval``. It is not unpacked, because nobody could see in
    ``low, high = interval`` whether the estimate comes first; use ``.low`` and ``.high``.

    Parameters
    ----------
    estimate : float
        The measure on all data; nan where it is undefined.
    low, high : float
        Ends of the interval; nan where they are undefined.
    confidence : float
        Share of repeated studies whose interval holds the true value, such as 0.95.
    unit : {"patient", "image", "case"}
        What was resampled; "case" for a formula without resampling.
    num_units : int
        How many of them there are.
    num_resamples, num_undefined : int
        Resamples drawn, and those of them that gave no value and are left out; 0 for a formula.

    Examples
    --------
    >>> difference = Interval(0.021, -0.004, 0.047, confidence=0.95, unit="patient", num_units=120)
    >>> print(difference)
    0.021 [-0.004, 0.047]
    >>> 0 in difference
    True
    """

    estimate: float
    low: float
    high: float
    confidence: float
    unit: str
    num_units: int
    num_resamples: int = 0
    num_undefined: int = 0

    def __contains__(self, value):
        return bool(self.low <= value <= self.high)

    def __str__(self):
        return format(self, ".3f")

    def __format__(self, spec):
        spec = spec or ".3f"
        if np.isnan(self.estimate):
            return "undefined"
        ends = "undefined" if np.isnan(self.low) else f"{self.low:{spec}}, {self.high:{spec}}"
        return f"{self.estimate:{spec}} [{ends}]"


def proportion_interval(successes, num, confidence=0.95):
    """Return a proportion with its Wilson score interval.

    For counts of independent cases, such as the sensitivity of a study with one image a patient.
    Where patients have several images, use `bootstrap_interval` with ``groups``.

    Parameters
    ----------
    successes, num : int
        ``successes`` of ``num`` cases.
    confidence : float, optional

    Returns
    -------
    Interval
        With unit "case"; nan with a RuntimeWarning if ``num`` is 0.

    Raises
    ------
    ValueError
        If the counts are not whole, or ``successes`` is not between 0 and ``num``.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22:209-212 (1927), doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    Twenty of twenty found does not mean that none will be missed:

    >>> print(proportion_interval(20, 20))
    1.000 [0.839, 1.000]
    """
    confidence = share(confidence, "confidence", "proportion_interval")
    counts = {"successes": successes, "num": num}
    for name, count in counts.items():
        if np.ndim(count) != 0 or count != np.rint(count) or not 0 <= count <= num:
            raise ValueError(f"proportion_interval({name}={count!r}, num={num!r}): expected counts, 0 to num.")
    if num == 0:
        nan = undefined("The proportion is undefined: there is no case.")
        return Interval(nan, nan, nan, confidence=confidence, unit="case", num_units=0)
    successes, num = int(successes), int(num)
    ends = binomtest(successes, num).proportion_ci(confidence_level=confidence, method="wilson")
    return Interval(successes / num, float(ends.low), float(ends.high), confidence, unit="case", num_units=num)
