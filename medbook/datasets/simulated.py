"""The simulated sets: fixed seeds and sizes, so that a name and a part are the same images everywhere."""

from dataclasses import dataclass, field

import numpy as np

from medbook import phantoms
from medbook.datasets.dataset import Dataset
from medbook.datasets.errors import DataError
from medbook.datasets.joining import concatenate

SPLITS = ("train", "validation", "test")
# Patients of different sets and parts have different numbers: 1 02 000123 is number 123 of set 1, part 2.
SET_STEP, SPLIT_STEP = 10**8, 10**6


@dataclass(frozen=True)
class _Set:
    number: int  # part of the seed: never changes
    function: str  # of medbook.phantoms
    sizes: tuple[int, int, int]  # images in train, validation, test
    settings: dict = field(default_factory=dict)
    value_range: tuple[float, float] = (0, 1)
    extras: tuple[str, ...] = ()
    note: str = ""


_SLICES = ("slice_positions_mm", "lesion_volumes_ml", "boxes")
SETS = {
    "simulated_chest": _Set(
        1,
        "chest_radiographs",
        (800, 200, 400),
        extras=("true_labels", "severity", "cardiothoracic_ratios", "lung_masks", "heart_masks", "boxes"),
        note="Simulated chest radiographs (PA), values 0 to 1.",
    ),
    "simulated_ct_thorax": _Set(
        2,
        "ct_slices",
        (400, 100, 100),
        settings={"region": "thorax"},
        value_range=(-1200, 3200),
        extras=("organ_masks", *_SLICES),
        note="Simulated axial CT of the chest, values in HU, one slice a patient.",
    ),
    "simulated_ct_liver": _Set(
        3,
        "ct_slices",
        (400, 100, 100),
        settings={"region": "liver"},
        value_range=(-1200, 3200),
        extras=("organ_masks", *_SLICES),
        note="Simulated axial CT of the upper abdomen, values in HU, one slice a patient.",
    ),
    "simulated_mr": _Set(
        4,
        "mr_slices",
        (400, 100, 100),
        value_range=(0, 5000),
        extras=("tissue_masks", "bias_fields", *_SLICES),
        note="Simulated T1-weighted axial MR of the brain, magnitude without unit, one slice a patient.",
    ),
    "simulated_cine": _Set(
        5,
        "cine_ultrasound",
        (60, 20, 20),
        extras=("ejection_fractions", "volumes_ml", "heart_rates_bpm"),
        note="Simulated cine ultrasound of the heart, 16 frames, values 0 to 1.",
    ),
}


def load_simulated(name, split=None, *, rng=None, num=None):
    """Generate a simulated set, or one part of it; parts never share a patient.

    Parameters
    ----------
    name : str
        A key of `SETS`.
    split : {"train", "validation", "test"}, optional
        All three in one, in this order, if left out.
    rng : numpy.random.Generator, optional
        Other patients than the usual ones. Parts drawn from equal generators still differ.
    num : int, optional
        Images to make instead of the usual number; without ``split``, of all parts together.

    Returns
    -------
    Dataset
        Smaller sets are the first images of larger ones as long as ``rng`` is left out.

    Examples
    --------
    >>> dataset = load_simulated("simulated_cine", "test", num=2)
    >>> dataset.images.shape
    (2, 16, 112, 112, 1)
    """
    entry = SETS[name]
    key = rng.integers(2**63, size=2).tolist() if rng is not None else []
    if split is not None:
        return _part(name, split, entry.sizes[SPLITS.index(split)] if num is None else num, key)
    edges = np.cumsum([0, *entry.sizes])
    if num is not None:
        edges = np.rint(edges * num / edges[-1]).astype(int)
    return concatenate(
        [_part(name, part, int(size), key) for part, size in zip(SPLITS, np.diff(edges), strict=True)], split=None
    )


def _part(name, split, num, key):
    entry, part = SETS[name], SPLITS.index(split)
    rng = np.random.default_rng([entry.number, part, *key])
    phantom = getattr(phantoms, entry.function)(num, rng=rng, **entry.settings)
    patient_ids = np.asarray(phantom.patient_ids, dtype=np.int64)
    if patient_ids.size and patient_ids.max() >= SPLIT_STEP:
        raise DataError(f'load("{name}", num={num}): too many patients; their numbers end at {SPLIT_STEP - 1}.')
    return Dataset.from_arrays(
        phantom.images[..., np.newaxis],
        phantom.labels,
        name=name,
        value_range=entry.value_range,
        masks=phantom.masks,
        patient_ids=entry.number * SET_STEP + part * SPLIT_STEP + patient_ids,
        site_ids=phantom.site_ids,
        class_names=tuple(phantom.class_names),
        positive_class=phantom.class_names[1] if len(phantom.class_names) == 2 else None,
        spacing_mm=tuple(float(length) for length in phantom.spacing_mm[-2:]),  # the images are flat
        licence="CC BY 4.0",
        source=f"simulated by medbook.phantoms.{entry.function}",
        split=split,
        note=f"{entry.note}{_codes(phantom)} No patient was imaged. Not for clinical use.",
        extras={extra: getattr(phantom, extra) for extra in entry.extras if hasattr(phantom, extra)},
    )


def _codes(phantom):
    """Say which number in the masks of organs or tissues means what."""
    for masks in ("organ", "tissue"):
        words = getattr(phantom, f"{masks}_names", None)
        if words:
            return f" {masks}_masks: " + ", ".join(f"{code} {word}" for code, word in enumerate(words)) + "."
    return ""
