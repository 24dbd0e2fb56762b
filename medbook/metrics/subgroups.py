"""The same measure in each part of the patients: by sex, age, scanner, hospital."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from medbook.metrics.bootstrap import bootstrap_interval
from medbook.metrics.inputs import MISSING, binary_labels, generator, same_length, whole

NAME_WIDTH = 18


@dataclass(frozen=True)
class SubgroupRow:
    """One subgroup: who is in it, and each measure with its interval.

    Parameters
    ----------
    name : str
    num : int
        Images.
    num_units : int
        Patients; images again if patients are not known.
    num_positive : int
        Images with disease.
    intervals : dict of str to Interval
        By name of the measure.
    """

    name: str
    num: int
    num_units: int
    num_positive: int
    intervals: dict

    @property
    def interval(self):
        """The interval of the first measure."""
        return next(iter(self.intervals.values()))


@dataclass(frozen=True, repr=False)
class SubgroupTable:
    """Rows of a subgroup analysis, the first of them with everybody; prints as aligned text.

    Parameters
    ----------
    rows : tuple of SubgroupRow
    unit : {"patient", "image"}
        What was resampled for the intervals.
    confidence : float
    min_units : int
        Subgroups with fewer patients are shown as undefined.
    """

    rows: tuple
    unit: str
    confidence: float
    min_units: int

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)

    def __getitem__(self, index):
        return self.rows[index]

    def __str__(self):
        text = "\n\n".join(self._one_measure(measure) for measure in self.rows[0].intervals)
        if any(np.isnan(interval.low) for row in self.rows for interval in row.intervals.values()):
            text += f"\nundefined: a class is missing or rare, or fewer than {self.min_units} {self.unit}s"
        return text

    __repr__ = __str__

    def _one_measure(self, measure):
        by_patient = self.unit == "patient"
        units = f"{'patients':>10}" if by_patient else ""
        header = f"{'':{NAME_WIDTH}}{'images':>8}{units}{'diseased':>10}  {measure[:22].rstrip()}"
        lines = [f"{self.confidence:.0%} intervals over {self.unit}s", header]
        for row in self.rows:
            name = row.name if len(row.name) <= NAME_WIDTH else row.name[: NAME_WIDTH - 1] + "…"
            units = f"{row.num_units:>10}" if by_patient else ""
            lines.append(f"{name:{NAME_WIDTH}}{row.num:>8}{units}{row.num_positive:>10}  {row.intervals[measure]}")
        return "\n".join(lines)


def subgroup_table(
    statistic, y_true, y_score, subgroup, *, groups=None, confidence=0.95, rng=None, num_resamples=1000, min_units=10
):
    """Return a measure for everybody and for each subgroup, with intervals.

    No subgroup is dropped: where a measure cannot be computed, or there are too few patients for an
    interval, numbers of images are shown and the measure is undefined.

    Parameters
    ----------
    statistic : callable or dict of str to callable
        Takes ``y_true`` and ``y_score``, returns a number.
    y_true : array_like of shape (num,)
        1 = diseased and 0 = healthy.
    y_score : array_like of shape (num,)
        Or decisions 0 and 1, if ``statistic`` wants them.
    subgroup : array_like of shape (num,)
        Name or number of each image's subgroup; None, NaN and empty become "missing".
    groups : array_like of shape (num,), optional
        The patient of each image; intervals then resample patients.
    confidence : float, optional
    rng : numpy.random.Generator, optional
        Seed 0 if left out.
    num_resamples : int, optional
    min_units : int, optional
        Fewest patients (or images, without ``groups``) for which a measure is shown.

    Returns
    -------
    SubgroupTable

    Raises
    ------
    ValueError
        If lengths differ, or a label is neither 0 nor 1.

    Notes
    -----
    With many subgroups, some differ by chance: of twenty equal ones, one interval at 95 % misses
    the common value on average.

    References
    ----------
    Collins et al., "TRIPOD+AI statement", BMJ 385:e078378 (2024), doi:10.1136/bmj-2023-078378, asks
    for it.

    Examples
    --------
    >>> from medbook.metrics import roc_auc
    >>> rng = np.random.default_rng(0)
    >>> y_true = rng.integers(0, 2, 200)
    >>> hospital = np.repeat(["North", "South", "West"], [120, 75, 5])
    >>> print(subgroup_table(roc_auc, y_true, y_true + rng.normal(size=200), hospital))
    95% intervals over images
                        images  diseased  roc_auc
    all                    200       111  0.757 [0.690, 0.825]
    North                  120        66  0.705 [0.611, 0.797]
    South                   75        42  0.828 [0.708, 0.923]
    West                     5         3  undefined
    undefined: a class is missing or rare, or fewer than 10 images
    """
    rng = generator(rng, "subgroup_table")
    min_units = whole(min_units, "min_units", "subgroup_table")
    statistics = statistic if isinstance(statistic, dict) else {getattr(statistic, "__name__", "measure"): statistic}
    y_true, y_score = binary_labels(y_true, "y_true", "subgroup_table").astype(np.int64), np.asarray(y_score)
    patients = np.arange(len(y_true)) if groups is None else np.asarray(groups)
    same_length("subgroup_table", y_true=y_true, y_score=y_score, subgroup=subgroup, groups=patients)
    rows = []
    for name, chosen in _parts(subgroup):
        num_units = len({str(patient) for patient in patients[chosen]})
        intervals = {}
        for measure, function in statistics.items():
            intervals[measure] = _interval(
                function if num_units >= min_units else _too_few,
                y_true[chosen],
                y_score[chosen],
                groups=None if groups is None else patients[chosen],
                confidence=confidence,
                rng=rng,
                num_resamples=num_resamples,
            )
        rows.append(SubgroupRow(name, int(chosen.sum()), num_units, int(y_true[chosen].sum()), intervals))
    return SubgroupTable(tuple(rows), rows[0].interval.unit, confidence, min_units)


def _parts(subgroup):
    """Return pairs of a name and a mask of shape (num,): everybody, then each subgroup in sorted order."""
    values = np.asarray(subgroup)
    names = np.array(["missing" if str(value) in MISSING else str(value) for value in values.tolist()])
    numeric = values.dtype.kind in "iuf"  # numbers in their order, 9 before 10
    ordered = sorted(set(names) - {"missing"}, key=float if numeric else None)
    ordered += ["missing"] if "missing" in names else []
    return [("all", np.ones(len(names), dtype=bool))] + [(str(name), names == name) for name in ordered]


def _interval(statistic, *arrays, **options):
    """Return the bootstrap interval without the warnings: the table says what is undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        return bootstrap_interval(statistic, *arrays, **options)


def _too_few(y_true, y_score):
    return np.nan
