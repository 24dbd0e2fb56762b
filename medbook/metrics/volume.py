"""The volume of a structure, in millilitres."""

import numpy as np

from medbook.metrics.masks import binary_mask, label_map, spacing, structures


def volume_ml(mask, *, spacing_mm, labels=None):
    """Return the volume that a mask covers: voxels times the volume of a voxel.

    Parameters
    ----------
    mask : array_like of shape (slices, rows, cols)
        Booleans or 0 and 1.
    spacing_mm : tuple of float
        (slice, row, col) in mm, where slice is the distance of the centres of neighbouring slices,
        not the slice thickness: slices may overlap or leave gaps.
    labels : sequence of int or dict of str to int, optional
        Then ``mask`` is a label map, which holds a whole number for each structure.

    Returns
    -------
    float, or dict of float for ``labels``
        In ml; 1 ml = 1000 mm³. 0 for an empty mask.

    Raises
    ------
    ValueError
        If the mask has no slices or other values, or the spacing is missing, 0 or negative.

    Examples
    --------
    >>> volume_ml(np.ones((4, 10, 10)), spacing_mm=(5, 1, 1))
    2.0
    """
    if np.ndim(mask) != 3:
        raise ValueError(
            f"volume_ml: mask has the shape {np.shape(mask)}, expected (slices, rows, cols). A single slice has an "
            "area; it gets a volume by mask[np.newaxis] if the slice distance is known."
        )
    voxel_ml = np.prod(spacing(spacing_mm, 3, "volume_ml")) / 1000
    if labels is None:
        return float(np.count_nonzero(binary_mask(mask, "mask", "volume_ml")) * voxel_ml)
    mask = label_map(mask, "mask", "volume_ml")
    return {
        name: float(np.count_nonzero(mask == number) * voxel_ml)
        for name, number in structures(labels, "volume_ml").items()
    }
