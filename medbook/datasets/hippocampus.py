"""MR volumes around the hippocampus with its outline: Medical Segmentation Decathlon, read from a folder."""

import math
import zlib

import nibabel
import numpy as np

from medbook.datasets.dataset import Dataset
from medbook.datasets.errors import DataError
from medbook.datasets.folders import find, missing

MAX_VOXELS = 2**26  # of one volume
SUFFIXES = (".nii.gz", ".nii")
LAYOUT = (
    "hippocampus_msd/images/hippocampus_001.nii.gz, ... and labels/ with a file of the same name for each; imagesTr/ "
    "and labelsTr/, as in the official Task04_Hippocampus.tar, are accepted too"
)


def load_hippocampus(*, folder=None):
    """Load MR volumes with masks of the anterior and posterior hippocampus.

    Parameters
    ----------
    folder : str or path, optional
        Holds ``images`` and ``labels``, or a folder ``hippocampus_msd`` or ``Task04_Hippocampus``
        with them; left out: what MEDBOOK_DATA names.

    Returns
    -------
    Dataset
        ``images`` is a list, for sizes differ: each (slices, rows, cols, 1), slices from feet to
        head, rows from front to back, cols from the patient's right to left, in the scanner's raw
        values; ``masks`` a list of (slices, rows, cols), 1 = anterior, 2 = posterior. No labels.

    Raises
    ------
    DataError
        If the folder is not found, or a volume is missing, damaged, or does not fit its mask.

    References
    ----------
    Antonelli et al., "The Medical Segmentation Decathlon", Nature Communications 13:4128 (2022),
    doi:10.1038/s41467-022-30695-9.
    """
    pairs = _pairs(_subfolder(folder))
    volumes = [(_read(image), _read(mask)) for image, mask in pairs]
    spacing_mm = _common_spacing(pairs, volumes)
    return Dataset.from_arrays(
        [voxels[..., np.newaxis] for (voxels, _), _ in volumes],
        name="hippocampus",
        where=str(pairs[0][0].parent),
        value_range=None,
        masks=[_whole(mask, path) for (_, path), (_, (mask, _)) in zip(pairs, volumes, strict=True)],
        class_names=("background", "anterior", "posterior"),
        spacing_mm=spacing_mm,
        licence="CC BY-SA 4.0",
        source=(
            "Medical Segmentation Decathlon, Task04, http://medicaldecathlon.com; Antonelli et al., "
            "Nature Communications 13:4128 (2022), doi:10.1038/s41467-022-30695-9"
        ),
        note=(
            "`images` and `masks` are lists: sizes differ. Values are raw and on no common scale: normalise each "
            "volume. Files do not say which are of the same person. Not for clinical use."
        ),
        extras={"files": np.array([image.name for image, _ in pairs])},
    )


def _subfolder(folder):
    parents = ("hippocampus_msd/", "Task04_Hippocampus/", *([""] if folder is not None else []))
    path = find([f"{parent}{images}" for parent in parents for images in ("images", "imagesTr")], folder=folder)
    if path is None:
        raise missing("hippocampus", folder=folder, layout=LAYOUT, address="http://medicaldecathlon.com")
    return path


def _pairs(images):
    masks = images.with_name(images.name.replace("images", "labels"))
    # Names that start with a dot are what macOS leaves in archives.
    paths = [path for path in sorted(images.iterdir()) if path.name.endswith(SUFFIXES) and path.name[0] != "."]
    if not paths:
        raise DataError(f"{images}: holds no .nii or .nii.gz file. Expected: {LAYOUT}.")
    return [(path, masks / path.name) for path in paths]


def _read(path):
    """Return the voxels (slices, rows, cols) in float32 along the patient's axes, and their spacing."""
    try:
        volume = nibabel.load(path)
        if volume.ndim != 3 or math.prod(volume.shape) > MAX_VOXELS or 0 in volume.shape:
            raise DataError(f"{path}: shape {volume.shape}, expected three axes and at most {MAX_VOXELS} voxels.")
        volume = nibabel.as_closest_canonical(volume)  # axes to the patient's right, front and head
        voxels = np.asarray(volume.dataobj, dtype=np.float32).transpose(2, 1, 0)[:, ::-1, ::-1]
        spacing = nibabel.affines.voxel_sizes(volume.affine)[::-1]
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file. Expected: {LAYOUT}.") from None
    except (OSError, EOFError, ValueError, KeyError, zlib.error, nibabel.filebasedimages.ImageFileError) as error:
        raise DataError(f"{path}: damaged, or no NIfTI ({type(error).__name__}). Fetch it again.") from error
    return voxels, tuple(round(float(length), 4) for length in spacing)


def _whole(mask, path):
    if not np.isin(mask, (0, 1, 2)).all():
        raise DataError(f"{path}: holds other values than 0 (background), 1 (anterior) and 2 (posterior).")
    return mask.astype(np.uint8)


def _common_spacing(pairs, volumes):
    first = volumes[0][0][1]
    for (image, mask), (read_image, read_mask) in zip(pairs, volumes, strict=True):
        for path, (_, spacing) in ((image, read_image), (mask, read_mask)):
            if spacing != first:
                raise DataError(f"{path}: spacing {spacing} mm, expected {first} as in {pairs[0][0].name}.")
    return first
