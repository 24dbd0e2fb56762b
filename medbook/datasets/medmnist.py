"""PneumoniaMNIST and BreastMNIST: small public sets of 28 x 28 pixels, fetched once."""

from dataclasses import dataclass

import pooch

from medbook.datasets.archives import read_npz
from medbook.datasets.dataset import Dataset
from medbook.datasets.download import fetch
from medbook.datasets.errors import DataError
from medbook.datasets.folders import find, missing
from medbook.datasets.joining import concatenate

ADDRESS = "https://zenodo.org/records/10519652/files/{name}.npz?download=1"
OFFICIAL = {"train": "train", "validation": "val", "test": "test"}  # the files' own words
YANG = 'Yang et al., "MedMNIST v2", Scientific Data 10:41 (2023), doi:10.1038/s41597-022-01721-8'


@dataclass(frozen=True)
class _Set:
    class_names: tuple[str, str]
    sha256: str
    num_bytes: int
    source: str
    note: str
    fallback: str
    disease_is_zero: bool = False


SETS = {
    "pneumoniamnist": _Set(
        class_names=("normal", "pneumonia"),
        sha256="e1792d3f03751cb101e99f19a63b3c1941436c988665f47853417b05be250cd8",
        num_bytes=4_170_669,
        source=f"{YANG}; from Kermany et al., Cell 172:1122 (2018), doi:10.1016/j.cell.2018.02.010",
        note="Chest radiographs of children, at 28 x 28 pixels; patients are not identified. Not for clinical use.",
        fallback="simulated_chest",
    ),
    "breastmnist": _Set(
        class_names=("normal or benign", "malignant"),
        sha256="3a22d2a4625e7dd8903f0f59030e81a3d0c222bece2e5e10927456cb50efdec1",
        num_bytes=559_580,
        source=f"{YANG}; from Al-Dhabyani et al., Data in Brief 28:104863 (2020), doi:10.1016/j.dib.2019.104863",
        note=(
            "Breast ultrasound at 28 x 28 pixels. The files say 0 = malignant; here 1 = malignant. Its source has "
            "duplicates and marks drawn on images; patients are not identified. Not for clinical use."
        ),
        fallback="simulated_chest",
        disease_is_zero=True,
    ),
}


def load_medmnist(name, split=None, *, folder=None):
    """Load a MedMNIST set with its official parts, from a folder, the cache, or its address.

    Parameters
    ----------
    name : {"pneumoniamnist", "breastmnist"}
    split : {"train", "validation", "test"}, optional
        The official part; all in one if left out.
    folder : str or path, optional
        Where ``<name>.npz`` or ``medmnist/<name>.npz`` lies. Left out: the folder that MEDBOOK_DATA
        names, then the cache, then the network.

    Returns
    -------
    Dataset
        Images of shape (num, 28, 28, 1) in [0, 1]; label 1 is the disease.

    Raises
    ------
    DataError
        If the file cannot be had, or is not the official one.

    References
    ----------
    Yang et al., "MedMNIST v2 - A large-scale lightweight benchmark for 2D and 3D biomedical image
    classification", Scientific Data 10:41 (2023), doi:10.1038/s41597-022-01721-8.
    """
    path = _path(name, folder)
    if split is not None:
        return _part(name, path, split)
    return concatenate([_part(name, path, part) for part in OFFICIAL], split=None)


def _path(name, folder):
    entry = SETS[name]
    path = find((f"{name}.npz", f"medmnist/{name}.npz"), folder=folder)
    address = ADDRESS.format(name=name)
    if path is None and folder is None:
        return fetch(name, address, sha256=entry.sha256, num_bytes=entry.num_bytes, fallback=entry.fallback)
    if path is None:
        raise missing(name, folder=folder, layout=f"{name}.npz or medmnist/{name}.npz", address=address)
    try:
        received = pooch.file_hash(str(path))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({type(error).__name__}). Fetch it from {address}.") from error
    if received != entry.sha256:
        raise DataError(
            f"{path}: is not the official {name}: SHA-256 {received}, expected {entry.sha256}. "
            f"Truncated, changed, or another version? Fetch it again from {address}."
        )
    return path


def _part(name, path, split):
    entry = SETS[name]
    images, labels = f"{OFFICIAL[split]}_images", f"{OFFICIAL[split]}_labels"
    arrays = read_npz(path, {images: ("uint8", (None, 28, 28)), labels: ("uint8", (None, 1))})
    return Dataset.from_arrays(
        arrays[images],
        1 - arrays[labels].astype("int64") if entry.disease_is_zero else arrays[labels],
        name=name,
        where=f"{path}, {split}",
        class_names=entry.class_names,
        positive_class=entry.class_names[1],
        licence="CC BY 4.0",
        source=entry.source,
        split=split,
        note=entry.note,
    )
