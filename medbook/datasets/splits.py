"""Cutting a data set so that no patient is on both sides."""

import math

import numpy as np

from medbook.datasets.errors import DataError


def split_by_patient(dataset, fractions, rng=None, *, by="patient"):
    """Cut a data set into parts that share no patient, each with about the same class balance.

    Patients come in random order; each goes, with all of its images, to the part that is still
    short of the most images of that patient's classes.

    Parameters
    ----------
    dataset : Dataset
    fractions : sequence of float
        Share of the images for each part; above 0, and 1 together.
    rng : numpy.random.Generator, optional
        Order of the patients; seed 0 if left out.
    by : {"patient", "image"}, optional
        "image" ignores patients: for sets without identifiers, or to show what leaks.

    Returns
    -------
    tuple of Dataset
        Images keep their order within each part.

    Raises
    ------
    DataError
        If patients are not known and ``by`` is "patient", or ``fractions`` do not add up to 1, or
        a part stays empty.

    References
    ----------
    The greedy choice follows Sechidis, Tsoumakas and Vlahavas, "On the stratification of
    multi-label data", ECML PKDD (2011), doi:10.1007/978-3-642-23808-6_10.

    Examples
    --------
    >>> from medbook.datasets import Dataset
    >>> images, labels = np.zeros((6, 8, 8)), np.array([0, 0, 0, 1, 1, 1])
    >>> dataset = Dataset.from_arrays(images, labels, name="own", patient_ids=[1, 1, 2, 3, 3, 4])
    >>> train, test = split_by_patient(dataset, (0.5, 0.5), np.random.default_rng(0))
    >>> set(train.patient_ids) & set(test.patient_ids)
    set()
    """
    fractions = _checked_fractions(fractions)
    rng = np.random.default_rng(0) if rng is None else rng
    if not isinstance(rng, np.random.Generator):
        raise DataError(f"split_by_patient(rng={rng!r}): expected a numpy.random.Generator, as of default_rng(seed).")
    part_of_image = _assign(_groups(dataset, by), _one_hot(dataset), fractions, rng)
    indices = [np.flatnonzero(part_of_image == part) for part in range(len(fractions))]
    empty = [part for part, index in enumerate(indices) if not index.size]
    if empty:
        raise DataError(
            f"split_by_patient(fractions={tuple(fractions.tolist())}): part {empty[0]} stays empty; "
            f"{dataset.name} is too small for this. Use fewer parts or more even fractions."
        )
    parts = tuple(dataset.select(index) for index in indices)
    if by == "patient":
        check_disjoint(*parts)
    return parts


def check_disjoint(*datasets):
    """Raise an error if a patient is in more than one of some data sets.

    Identifiers are compared as text, whatever the names of the sets.

    Parameters
    ----------
    *datasets : Dataset
        At least two, each with ``patient_ids``.

    Raises
    ------
    DataError
        If patients are shared (says how many and the first), or are not known.

    Examples
    --------
    >>> from medbook.datasets import Dataset
    >>> dataset = Dataset.from_arrays(np.zeros((3, 8, 8)), [0, 1, 1], name="own", patient_ids=["a", "b", "b"])
    >>> check_disjoint(dataset.select([0]), dataset.select([1, 2]))
    >>> check_disjoint(dataset.select([0, 1]), dataset.select([2]))
    Traceback (most recent call last):
        ...
    medbook.datasets.errors.DataError: 1 patient is in both data set 0 (own) and data set 1 (own): b. A network \
may recognise the patient instead of the disease; split by patient, with Dataset.split_by_patient.
    """
    for number, dataset in enumerate(datasets):
        if dataset.patient_ids is None:
            raise DataError(
                f"check_disjoint: data set {number} ({dataset.name}) has no patient_ids, so nobody can tell "
                "whether it shares patients with another."
            )
    patients = [sorted({str(patient) for patient in dataset.patient_ids}) for dataset in datasets]
    for second in range(len(datasets)):
        for first in range(second):
            shared = sorted(set(patients[first]) & set(patients[second]))
            if shared:
                raise DataError(_overlap(shared, first, second, datasets))


def _overlap(shared, first, second, datasets):
    named = ", ".join(shared[:3]) + (", ..." if len(shared) > 3 else "")
    count = "1 patient is" if len(shared) == 1 else f"{len(shared)} patients are"
    return (
        f"{count} in both data set {first} ({datasets[first].name}) and data set {second} ({datasets[second].name}): "
        f"{named}. A network may recognise the patient instead of the disease; split by patient, "
        "with Dataset.split_by_patient."
    )


def _checked_fractions(fractions):
    fractions = np.atleast_1d(np.asarray(fractions, dtype=np.float64))
    if fractions.ndim != 1 or not (fractions > 0).all() or not math.isclose(fractions.sum(), 1, abs_tol=1e-6):
        raise DataError(
            f"split_by_patient(fractions={fractions.tolist()}): expected shares above 0 that add up to 1, "
            "such as (0.7, 0.15, 0.15)."
        )
    return fractions


def _groups(dataset, by):
    """Return for each image the number of the group that must stay together."""
    if by == "image":
        return np.arange(len(dataset))
    if by != "patient":
        raise DataError(f'split_by_patient(by={by!r}): expected "patient" or "image".')
    if dataset.patient_ids is None:
        raise DataError(
            f"{dataset.name} does not say which images are of the same patient. Cut by image, one patient can be "
            "on both sides, and the test then rewards recognising patients: results look better than they are. "
            'Use the official parts if there are some, or accept the risk with by="image" and say so.'
        )
    return np.unique([str(patient) for patient in dataset.patient_ids], return_inverse=True)[1]


def _one_hot(dataset):
    """Return an array of shape (num, classes) that counts each image once, in its class."""
    if dataset.labels is None:
        return np.ones((len(dataset), 1))
    return np.eye(max(len(dataset.class_names), 1))[dataset.labels]


def _assign(groups, one_hot, fractions, rng):
    """Return for each image the number of its part; all images of a group get the same."""
    num_groups = int(groups.max(initial=-1)) + 1
    counts = np.zeros((num_groups, one_hot.shape[1]))
    np.add.at(counts, groups, one_hot)
    missing = np.outer(fractions, counts.sum(axis=0))  # images that each part still lacks, by class
    part_of_group = np.zeros(num_groups, dtype=np.int64)
    for group in rng.permutation(num_groups):
        part = np.argmax(missing @ counts[group])
        part_of_group[group] = part
        missing[part] -= counts[group]
    return part_of_group[groups]
