"""Checks of what the caller of `chest_radiographs` passes in."""

from dataclasses import dataclass

import numpy as np

from medbook.phantoms.chest_lesions import DISEASES


@dataclass(frozen=True)
class Dials:
    """The arguments of `chest_radiographs` that every film needs, checked when made."""

    size: int
    classes: tuple
    prevalence: float | None
    lesion_contrast: float
    noise: float
    shortcut: float | None
    label_noise: float
    sites: tuple

    def __post_init__(self):
        check_whole("size", self.size, 28, 512)
        check_classes(self.classes)
        check_number("prevalence", self.prevalence, 0, 1, may_be_none=True)
        check_number("lesion_contrast", self.lesion_contrast, 0)
        check_number("noise", self.noise, 0)
        check_number("shortcut", self.shortcut, -1, 1, may_be_none=True)
        check_number("label_noise", self.label_noise, 0, 1)
        check_sites(self.sites)


def check_whole(name, value, low, high=None):
    """Raise ValueError unless value is a whole number from low to high."""
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))
    if not is_whole or value < low or (high is not None and value > high):
        upper = "or more" if high is None else f"to {high}"
        raise ValueError(f"chest_radiographs({name}={value!r}): expected a whole number, {low} {upper}.")


def check_number(name, value, low, high=None, *, may_be_none=False):
    """Raise ValueError unless value is a finite number from low to high, or None where that is allowed."""
    if value is None and may_be_none:
        return
    kinds = (int, float, np.integer, np.floating)
    is_number = isinstance(value, kinds) and not isinstance(value, bool) and np.isfinite(value)
    if not is_number or value < low or (high is not None and value > high):
        upper = "or more" if high is None else f"to {high}"
        none = ", or None" if may_be_none else ""
        raise ValueError(f"chest_radiographs({name}={value!r}): expected a finite number, {low} {upper}{none}.")


def check_rng(rng):
    """Raise ValueError unless rng is a Generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"chest_radiographs(rng={rng!r}): expected a numpy.random.Generator, "
            "for example rng=numpy.random.default_rng(0)."
        )


def check_classes(classes):
    """Raise ValueError unless classes is "normal" and known diseases, each once."""
    is_sequence = isinstance(classes, (tuple, list)) and len(classes) > 0 and classes[0] == "normal"
    diseases = list(classes[1:]) if is_sequence else []
    if not is_sequence or any(name not in DISEASES for name in diseases) or len(set(diseases)) < len(diseases):
        raise ValueError(
            f'chest_radiographs(classes={classes!r}): expected a tuple with "normal" first '
            f"and then any of {DISEASES}, each once."
        )


def check_sites(sites):
    """Raise ValueError unless sites holds at least one whole number."""
    if not isinstance(sites, (tuple, list, range, np.ndarray)) or len(sites) == 0:
        raise ValueError(
            f"chest_radiographs(sites={sites!r}): expected a tuple with the numbers of one or more "
            "hospitals, for example sites=(0,)."
        )
    for site_id in sites:
        check_whole("sites", site_id, 0)
