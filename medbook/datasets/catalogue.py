"""The data sets by name."""

import difflib

import numpy as np

from medbook.datasets import medmnist, simulated
from medbook.datasets.errors import DataError
from medbook.datasets.hippocampus import load_hippocampus
from medbook.datasets.nih_chest import load_nih_chest
from medbook.datasets.nuclei import load_nuclei

SPLITS = ("train", "validation", "test")
FOLDER_SETS = {"hippocampus": load_hippocampus, "nih_chest": load_nih_chest, "nuclei": load_nuclei}


def names():
    """Return the names of all data sets: simulated, fetched, and read from a folder.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> names()[0]
    'simulated_chest'
    """
    return (*simulated.SETS, *medmnist.SETS, *FOLDER_SETS)


def load(name, split=None, *, folder=None, rng=None, num=None):
    """Load a data set by name. The page "Data cards" describes each.

    Simulated sets are generated at once and are the same everywhere. "pneumoniamnist" and
    "breastmnist" are looked for in the folder that the environment variable ``MEDBOOK_DATA``
    names, then in the cache, then fetched from their official address and verified.
    "hippocampus", "nih_chest" and "nuclei" are read from a folder.

    Parameters
    ----------
    name : str
        One of `names`.
    split : {"train", "validation", "test"}, optional
        One of the fixed parts of a simulated or fetched set. Left out: everything in one. The
        sets from folders have no parts: cut them with ``Dataset.split_by_patient``.
    folder : str or path, optional
        Where the files of a public set lie, in place of ``MEDBOOK_DATA``, cache and network.
    rng : numpy.random.Generator, optional
        Simulated sets: other patients than the usual ones. Others: the choice of ``num`` images.
    num : int, optional
        Simulated sets: images to make. Others: images to draw, without replacement.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If the name or part is unknown, or the set cannot be had or is damaged; the message names
        the set, the file or address, the reason and what helps.

    Examples
    --------
    >>> load("simulated_mr", "test", num=3).images.shape
    (3, 128, 128, 1)
    """
    _check(name, split, folder, rng, num)
    if name in simulated.SETS:
        return simulated.load_simulated(name, split, rng=rng, num=num)
    if name in medmnist.SETS:
        dataset = medmnist.load_medmnist(name, split, folder=folder)
    else:
        dataset = FOLDER_SETS[name](folder=folder)
    return dataset if num is None else _drawn(dataset, num, rng)


def _drawn(dataset, num, rng):
    if num > len(dataset):
        raise DataError(f"load({dataset.name!r}, num={num}): there are only {len(dataset)} images; leave num out.")
    rng = np.random.default_rng(0) if rng is None else rng
    return dataset.select(np.sort(rng.choice(len(dataset), size=num, replace=False)))


def _check(name, split, folder, rng, num):
    if name not in names():
        near = difflib.get_close_matches(str(name), names(), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise DataError(f"load({name!r}): expected one of {', '.join(names())}.{hint}")
    if split is not None and name in FOLDER_SETS:
        raise DataError(
            f"load({name!r}, {split!r}): this set has no official parts. Load it whole and cut it, "
            "as in load(...).split_by_patient((0.7, 0.15, 0.15))."
        )
    if split is not None and split not in SPLITS:
        raise DataError(f"load({name!r}, {split!r}): expected {', '.join(SPLITS)}, or None for everything.")
    if folder is not None and name in simulated.SETS:
        raise DataError(f"load({name!r}, folder={str(folder)!r}): a simulated set is not read from a folder.")
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise DataError(f"load(rng={rng!r}): expected a numpy.random.Generator. Use np.random.default_rng(seed).")
    if num is not None and (isinstance(num, bool) or not isinstance(num, int | np.integer) or num < 1):
        raise DataError(f"load(num={num!r}): expected a whole number of at least 1.")
