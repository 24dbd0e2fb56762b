"""Images together with all that is known about them."""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from medbook.datasets import splits
from medbook.datasets.errors import DataError
from medbook.datasets.validation import check_images, check_labels, check_length, check_masks, check_per_image

PER_IMAGE = ("images", "labels", "masks", "patient_ids", "site_ids")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Dataset:
    """Images, labels and masks, with patients, licence and source.

    Made by `medbook.datasets.load`, or from own arrays by `Dataset.from_arrays`, which checks them.

    Attributes
    ----------
    name : str
    images : ndarray of float32, shape (num, rows, cols, channels)
        Radiographs, ultrasound and microscopy: 0 to 1. CT: Hounsfield units. MR: as the scanner
        gave them, without unit. Cine loops: (num, frames, rows, cols, channels). Where sizes
        differ ("hippocampus", "nuclei"), a list with one array an image.
    labels : ndarray of int64, shape (num,), or None
        The class of each image, counted from 0; None where a set has masks alone.
    masks : ndarray of uint8 or uint16, shape (num, rows, cols), or None
        0 is background. A list where ``images`` is one.
    patient_ids, site_ids : ndarray of shape (num,) or None
        Images with the same entry are of one patient, or one hospital.
    class_names : tuple of str
        In the order of the labels.
    positive_class : str or None
        The class that a test looks for.
    spacing_mm : tuple of float or None
        Distance of neighbouring pixels along rows and cols, in volumes along slices, rows and cols.
    licence, source : str
        Terms of use; where the images come from, with its address or DOI.
    split : str or None
        "train", "validation", "test", or None for all.
    note : str
        What to know before use.
    extras : dict of str to ndarray or list
        What else is known, one entry an image, such as "ejection_fractions".
    """

    name: str
    images: np.ndarray | list
    labels: np.ndarray | None
    masks: np.ndarray | list | None = None
    patient_ids: np.ndarray | None = None
    site_ids: np.ndarray | None = None
    class_names: tuple[str, ...] = ()
    positive_class: str | None = None
    spacing_mm: tuple[float, ...] | None = None
    licence: str = "not stated"
    source: str = "not stated"
    split: str | None = None
    note: str = ""
    extras: dict = field(default_factory=dict)

    @classmethod
    def from_arrays(cls, images, labels=None, *, name, value_range=(0, 1), where=None, **fields):
        """Check arrays and make a data set of them.

        Parameters
        ----------
        images : ndarray of shape (num, rows, cols) or (num, rows, cols, channels)
            Unsigned bytes are divided by 255 if ``value_range`` is (0, 1). A list may hold images
            of different size, each of shape (rows, cols, channels).
        labels : array_like of whole numbers, shape (num,) or (num, 1), optional
        name : str
        value_range : (float, float) or None, optional
            What the values may be, such as (-1024, 3071) for CT; None: anything finite.
        where : str, optional
            What error messages name, such as a file; ``name`` if left out.
        **fields
            Other attributes of `Dataset`. ``class_names`` are "class 0", ... if left out.

        Returns
        -------
        Dataset

        Raises
        ------
        DataError
            If values are not finite or out of range, shapes do not fit, or a label is no class.

        Examples
        --------
        >>> images = np.zeros((3, 8, 8), dtype="uint8")
        >>> Dataset.from_arrays(images, [0, 1, 1], name="own", class_names=("normal", "ill"))
        <Dataset own: 3 images of 8 x 8 x 1, normal 1, ill 2>
        """
        where = where or name
        images = _check_all_images(images, where, value_range)
        num = len(images)
        if labels is not None:
            labels = np.asarray(labels)
            fields.setdefault("class_names", _numbered_classes(labels))
            num_classes = len(fields["class_names"])
            labels = check_labels(labels, where=f"{where}, labels", num=num, num_classes=num_classes)
        if fields.get("masks") is not None:
            fields["masks"] = _check_all_masks(fields["masks"], images, where)
        for key in ("patient_ids", "site_ids"):
            if fields.get(key) is not None:
                fields[key] = check_per_image(fields[key], where=f"{where}, {key}", num=num)
        for key, values in fields.get("extras", {}).items():
            check_length(values, where=f"{where}, {key}", num=num)
        return cls(name=name, images=images, labels=labels, **fields)

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        split = f", {self.split}" if self.split else ""
        counts = "".join(f", {name} {count}" for name, count in self.class_counts().items())
        return f"<Dataset {self.name}{split}: {len(self)} images of {self._size()}{counts}>"

    def class_counts(self):
        """Return how many images each class has, as a dict from its name; empty without labels."""
        if self.labels is None:
            return {}
        counts = np.bincount(self.labels, minlength=len(self.class_names))
        return {name: int(count) for name, count in zip(self.class_names, counts, strict=True)}

    def summary(self):
        """Return a text of a few lines: size, values, class balance, patients, licence and source."""
        low, high = _extremes(self.images)
        lines = [
            f"{self.name}, {self.split or 'all parts'}: {len(self)} images of {self._size()}",
            f"values: float32, {low:.4g} to {high:.4g}",
            f"classes: {self._balance()}",
            f"patients: {_count(self.patient_ids)}; sites: {_count(self.site_ids)}",
            f"masks: {'yes' if self.masks is not None else 'none'}",
            f"spacing: {_lengths(self.spacing_mm)}",
            f"licence: {self.licence}",
            f"source: {self.source}",
        ]
        return "\n".join([*lines, f"note: {self.note}"] if self.note else lines)

    def select(self, indices):
        """Return the data set of some images, in the order asked for.

        Parameters
        ----------
        indices : sequence of int or of bool
            Positions, or one True or False for each image.

        Returns
        -------
        Dataset
        """
        indices = _positions(indices, len(self))
        chosen = {key: _take(getattr(self, key), indices) for key in PER_IMAGE}
        extras = {key: _take(values, indices) for key, values in self.extras.items()}
        return replace(self, **chosen, extras=extras)

    def split_by_patient(self, fractions, rng=None, *, by="patient"):
        """Cut into parts that share no patient; see `medbook.datasets.splits.split_by_patient`.

        Parameters
        ----------
        fractions : sequence of float
            Share of the images for each part; 1 together.
        rng : numpy.random.Generator, optional
        by : {"patient", "image"}, optional
            "image" ignores patients, which leaks; sets without identifiers need it.

        Returns
        -------
        tuple of Dataset

        Raises
        ------
        DataError
            If patients are not known and ``by`` is "patient".
        """
        return splits.split_by_patient(self, fractions, rng, by=by)

    def _size(self):
        sizes = Counter(image.shape for image in self.images)
        words = [" x ".join(str(length) for length in shape) for shape in sorted(sizes)]
        return words[0] if len(words) == 1 else f"{len(words)} sizes" if words else "no size"

    def _balance(self):
        if self.labels is None:
            return "no labels" + (f"; masks of {', '.join(self.class_names)}" if self.class_names else "")
        counts = [f"{name} {num} ({100 * num / max(len(self), 1):.1f} %)" for name, num in self.class_counts().items()]
        return ", ".join(counts) + (f"; positive: {self.positive_class}" if self.positive_class else "")


def _check_all_images(images, where, value_range):
    where = f"{where}, images"
    if isinstance(images, list | tuple):
        return [
            check_images(np.asarray(image)[np.newaxis], where=f"{where}[{index}]", value_range=value_range)[0]
            for index, image in enumerate(images)
        ]
    return check_images(images, where=where, value_range=value_range)


def _check_all_masks(masks, images, where):
    if isinstance(images, list):
        check_length(masks, where=f"{where}, masks", num=len(images))
        return [
            check_masks(mask, where=f"{where}, masks[{index}]", shape=image.shape[:-1])
            for index, (mask, image) in enumerate(zip(masks, images, strict=True))
        ]
    return check_masks(masks, where=f"{where}, masks", shape=images.shape[:-1])


def _numbered_classes(labels):
    highest = int(labels.max()) if labels.size and labels.dtype.kind in "biu" else 0
    return tuple(f"class {number}" for number in range(highest + 1))


def _positions(indices, num):
    indices = np.asarray(indices)
    if indices.dtype == bool and indices.shape == (num,):
        return np.flatnonzero(indices)
    if indices.size == 0:
        return np.zeros(0, dtype=np.int64)
    if indices.ndim != 1 or indices.dtype.kind not in "ui" or indices.min() < -num or indices.max() >= num:
        raise DataError(f"select(): expected positions from 0 to {num - 1}, or {num} of True and False.")
    return indices


def _take(values, indices):
    if values is None:
        return None
    return [values[index] for index in indices] if isinstance(values, list) else values[indices]


def _extremes(images):
    lowest = [image.min() for image in images if image.size]
    return (min(lowest), max(image.max() for image in images)) if lowest else (np.nan, np.nan)


def _count(identifiers):
    return "not known" if identifiers is None else str(len(np.unique(identifiers)))


def _lengths(spacing_mm):
    return "not known" if spacing_mm is None else " x ".join(f"{length:g}" for length in spacing_mm) + " mm"
