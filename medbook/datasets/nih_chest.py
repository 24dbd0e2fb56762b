"""Chest radiographs of adults from ChestX-ray14, read from a folder."""

import numpy as np

from medbook.datasets.dataset import Dataset
from medbook.datasets.errors import DataError
from medbook.datasets.folders import find, inside, missing, read_list, read_picture

CLASS_NAMES = ("no_finding", "pneumonia")
LAYOUT = (
    "cxr_nih128/labels.csv with the columns file, label (no_finding or pneumonia), patient_id and follow_up, and the "
    "files it names, such as no_finding/00001305_001.png: 8-bit gray PNG, all of one size (128 x 128 in the book)"
)


def load_nih_chest(*, folder=None):
    """Load radiographs with the labels "no finding" and "pneumonia".

    Parameters
    ----------
    folder : str or path, optional
        Holds ``labels.csv``, or the folder ``cxr_nih128`` with it; left out: what MEDBOOK_DATA names.

    Returns
    -------
    Dataset
        Images of shape (num, rows, cols, 1) in [0, 1], with ``patient_ids`` and the extra
        "follow_up", which counts the visits of a patient.

    Raises
    ------
    DataError
        If the folder is not found, a file is missing or damaged, or the list leads out of the folder.

    References
    ----------
    Wang et al., "ChestX-ray8: Hospital-scale chest X-ray database and benchmarks on
    weakly-supervised classification and localization of common thorax diseases", CVPR (2017),
    doi:10.1109/CVPR.2017.369.
    """
    path = find(("cxr_nih128/labels.csv", *(["labels.csv"] if folder is not None else [])), folder=folder)
    if path is None:
        address = "https://nihcc.app.box.com/v/ChestXray-NIHCC"
        raise missing("nih_chest", folder=folder, layout=LAYOUT, address=address)
    rows = read_list(path, ("file", "label", "patient_id", "follow_up"))
    return Dataset.from_arrays(
        np.stack(_pictures(path, rows)),
        [_label(row["label"], f"{path}, line {line}") for line, row in enumerate(rows, start=2)],
        name="nih_chest",
        where=str(path),
        patient_ids=[row["patient_id"] for row in rows],
        class_names=("no finding", "pneumonia"),
        positive_class="pneumonia",
        licence="no restrictions on use; cite Wang et al. 2017 and acknowledge the NIH Clinical Center",
        source=(
            "NIH ChestX-ray14, provided by the NIH Clinical Center, https://nihcc.app.box.com/v/ChestXray-NIHCC; "
            "Wang et al., CVPR (2017), doi:10.1109/CVPR.2017.369"
        ),
        note="Labels were mined from reports and are noisy; patients recur. Not for clinical use.",
        extras={"follow_up": np.array([row["follow_up"] for row in rows])},
    )


def _label(word, where):
    if word not in CLASS_NAMES:
        raise DataError(f"{where}: label {word!r}, expected {' or '.join(CLASS_NAMES)}.")
    return CLASS_NAMES.index(word)


def _pictures(path, rows):
    pictures = []
    for line, row in enumerate(rows, start=2):
        file = inside(path.parent, row["file"], where=f"{path}, line {line}")
        picture = read_picture(file, mode="L")
        if pictures and picture.shape != pictures[0].shape:
            raise DataError(f"{file}: size {picture.shape}, expected {pictures[0].shape} as the first image has.")
        pictures.append(picture)
    return pictures
