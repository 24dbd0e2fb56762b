"""Nuclei under the microscope, each outlined: Data Science Bowl 2018, read from a folder."""

import numpy as np

from medbook.datasets.dataset import Dataset
from medbook.datasets.errors import DataError
from medbook.datasets.folders import find, inside, missing, read_list, read_picture

KINDS = ("fluo256", "colour320")
LAYOUT = (
    "nuclei_dsb2018/index.csv with the columns id, kind (fluo256 or colour320) and n_nuclei; images/ID.png, 8-bit "
    "RGB or RGBA; labels/ID.png, 16-bit with 0 = background and 1, 2, ... = nuclei"
)


def load_nuclei(*, folder=None):
    """Load microscopy images with a mask in which each nucleus has its own number.

    Parameters
    ----------
    folder : str or path, optional
        Holds ``index.csv``, or the folder ``nuclei_dsb2018`` with it; left out: what MEDBOOK_DATA names.

    Returns
    -------
    Dataset
        ``images`` is a list, for sizes differ: each (rows, cols, 3) in [0, 1]; ``masks`` a list of
        (rows, cols). Labels are the kind of microscopy; the extra "num_nuclei" counts.

    Raises
    ------
    DataError
        If the folder is not found, a file is missing or damaged, or the list leads out of the folder.

    References
    ----------
    Caicedo et al., "Nucleus segmentation across imaging experiments: the 2018 Data Science Bowl",
    Nature Methods 16:1247 (2019), doi:10.1038/s41592-019-0612-7.
    """
    path = find(("nuclei_dsb2018/index.csv", *(["index.csv"] if folder is not None else [])), folder=folder)
    if path is None:
        raise missing("nuclei", folder=folder, layout=LAYOUT, address="https://bbbc.broadinstitute.org/BBBC038")
    rows = read_list(path, ("id", "kind", "n_nuclei"))
    images = [read_picture(_file(path, "images", row, line), mode="RGB") for line, row in enumerate(rows, start=2)]
    masks = [read_picture(_file(path, "labels", row, line), mode="I;16") for line, row in enumerate(rows, start=2)]
    num_nuclei = np.array([len(np.unique(mask[mask > 0])) for mask in masks])
    _check_counts(path, rows, num_nuclei)
    return Dataset.from_arrays(
        images,
        [_kind(row["kind"], f"{path}, line {line}") for line, row in enumerate(rows, start=2)],
        name="nuclei",
        where=str(path),
        masks=masks,
        class_names=("fluorescence", "stained tissue"),
        licence="CC0 1.0",
        source=(
            "BBBC038v1, Broad Bioimage Benchmark Collection, https://bbbc.broadinstitute.org/BBBC038; "
            "Caicedo et al., Nature Methods 16:1247 (2019), doi:10.1038/s41592-019-0612-7"
        ),
        note="`images` and `masks` are lists: sizes differ. Patients or specimens are not identified.",
        extras={"num_nuclei": num_nuclei},
    )


def _file(path, subfolder, row, line):
    return inside(path.parent, f"{subfolder}/{row['id']}.png", where=f"{path}, line {line}")


def _kind(word, where):
    if word not in KINDS:
        raise DataError(f"{where}: kind {word!r}, expected {' or '.join(KINDS)}.")
    return KINDS.index(word)


def _check_counts(path, rows, num_nuclei):
    for row, counted in zip(rows, num_nuclei, strict=True):
        if row["n_nuclei"] != str(counted):
            raise DataError(
                f"{path}: {row['id']} should have {row['n_nuclei']} nuclei, its mask has {counted}. "
                "The list and the masks do not belong together; fetch both again."
            )
