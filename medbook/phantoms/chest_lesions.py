"""Pneumonia, tuberculosis and nodules as attenuation that is added along the ray."""

from typing import NamedTuple

import numpy as np

from medbook.phantoms.chest_anatomy import AIR_SHARE_OF_LUNG, cavity_half_width
from medbook.phantoms.chest_grid import smoothstep
from medbook.phantoms.chest_texture import fractal_texture

DISEASES = ("pneumonia", "tuberculosis", "nodule")
CLOUD_EDGE = 0.25  # share of a cloud's full density from which a pixel belongs to the mask


class Focus(NamedTuple):
    """One simple piece of a lesion; lengths in mm in the patient's frame."""

    kind: str  # "cloud", "sphere", "ring" or "strand"
    center: tuple  # (x, y); of a strand, its start
    semi_axes: tuple  # (x, y); of a strand, its end minus its start
    density: float  # share of the air that is replaced, or of water's density
    group: int = 0  # pieces of one group share a box
    tilt: float = 0.0
    offset: tuple = (0.0, 0.0)  # of the texture


def draw_lesion(disease, rng, patient):
    """Draw the foci of one disease in one patient, in the patient's frame."""
    draw = {"pneumonia": _draw_pneumonia, "tuberculosis": _draw_tuberculosis, "nodule": _draw_nodule}
    return draw[disease](rng, patient)


def revisit(foci, rng, visit, pose):
    """Return the foci as a later visit finds them: a little shifted and grown, and moved with the breath."""
    swell, move_x, move_y = rng.standard_normal(3).tolist()
    growth, move_x, move_y = 1 + 0.04 * visit + 0.03 * swell, 1.5 * move_x, 1.5 * move_y
    return [
        focus._replace(
            center=(focus.center[0] + move_x, focus.center[1] + move_y + 0.5 * pose.breath),
            semi_axes=(focus.semi_axes[0] * growth, focus.semi_axes[1] * growth),
        )
        for focus in foci
    ]


def _place(patient, side, height, across):
    """Return a point of the lung field: height 0 at the apex, 1 at the dome; across 0 inside, 1 at the ribs."""
    dome = patient.dome + (side > 0) * patient.dome_difference
    y = patient.apex + 14 + height * (dome - 8 - patient.apex - 14)
    outer = 0.94 * float(cavity_half_width(patient, y))
    heart = float(smoothstep((y - patient.dome + 1.9 * patient.heart_height) / 40))
    inner = patient.mediastinum + 10 + heart * (38 if side > 0 else 14) * patient.scale
    return side * (inner + across * (outer - inner)), y


def _texture_offset(rng):
    return float(rng.uniform(0, 768)), float(rng.uniform(0, 768))


def _draw_pneumonia(rng, patient):
    """One large consolidation, or two or three patches."""
    num = 1 + int(rng.random() < 0.35) + int(rng.random() < 0.15)
    first_side = -1 if rng.random() < 0.55 else 1
    density = rng.uniform(0.58, 1.35)
    foci = []
    for group in range(num):
        side = first_side if group == 0 or rng.random() < 0.5 else -first_side
        size = patient.scale * rng.uniform(36, 68) * (1 if group == 0 else 0.7)
        foci.append(
            Focus(
                kind="cloud",
                center=_place(patient, side, rng.beta(2.6, 1.7), rng.uniform(0.15, 0.85)),
                semi_axes=(size * rng.uniform(0.75, 1.1), size * rng.uniform(0.7, 1.1)),
                density=density * rng.uniform(0.75, 1.0),
                group=group,
                tilt=rng.uniform(-0.8, 0.8),
                offset=_texture_offset(rng),
            )
        )
    return foci


def _draw_tuberculosis(rng, patient):
    """Infiltrates of the upper zones with nodules, strands to the hilum and often a cavity."""
    first_side = -1 if rng.random() < 0.55 else 1
    sides = [first_side] if rng.random() < 0.6 else [first_side, -first_side]
    density = rng.uniform(0.68, 1.4)
    foci = []
    for group, side in enumerate(sides):
        center = _place(patient, side, rng.uniform(0.06, 0.3), rng.uniform(0.25, 0.7))
        spread = patient.scale * rng.uniform(31, 50)
        axes = (spread * rng.uniform(0.7, 1.0), spread * rng.uniform(0.7, 1.1))
        common = {"group": group, "offset": _texture_offset(rng)}
        foci.append(Focus("cloud", center, axes, density, tilt=rng.uniform(-0.8, 0.8), **common))
        scattered = (rng.normal(0, 0.75, (int(rng.integers(4, 11)), 2)) * spread).tolist()
        for dx, dy in scattered:
            radius = rng.uniform(2.0, 4.5)
            foci.append(_sphere((center[0] + dx, center[1] + 0.8 * dy), radius, 1.4 * density, group))
        if rng.random() < 0.6:
            radius = patient.scale * rng.uniform(9, 20)
            middle = center[0] + 0.3 * scattered[0][0], center[1] + 0.3 * scattered[0][1]
            foci.append(Focus("ring", middle, (radius, radius * rng.uniform(0.8, 1.1)), 1.5 * density, **common))
        hilum = side * 42 * patient.scale, patient.apex + 100 * patient.scale
        for _ in range(int(rng.integers(2, 5))):
            start = center[0] + 0.5 * spread * rng.standard_normal(), center[1] + 0.5 * spread * rng.standard_normal()
            step = 0.75 * (hilum[0] - start[0]) + 5 * rng.standard_normal(), 0.75 * (hilum[1] - start[1])
            foci.append(Focus("strand", start, step, density * rng.uniform(3, 7), group))
    return foci


def _draw_nodule(rng, patient):
    """One round nodule of 6 to 25 mm."""
    side = -1 if rng.random() < 0.5 else 1
    center = _place(patient, side, rng.uniform(0.05, 0.92), rng.uniform(0.05, 0.9))
    return [_sphere(center, rng.uniform(3.0, 12.5), rng.uniform(0.9, 1.4), 0)]


def _sphere(center, radius, density, group):
    return Focus("sphere", center, (radius, radius), density, group)


def project_lesions(foci, grid, lung):
    """Project a lesion.

    Parameters
    ----------
    foci : list of Focus
    grid : Grid
    lung : ndarray of shape (rows, cols)
        Path length through inflated lung, mm: only there is air to be replaced.

    Returns
    -------
    thickness : ndarray of float32 of shape (rows, cols)
        Soft tissue added along the ray, mm of water.
    mask : ndarray of bool of shape (rows, cols)
    boxes : ndarray of int64 of shape (lesions, 4)
        (row_start, col_start, row_stop, col_stop), half-open, one for each group of foci.
    """
    thickness = np.zeros_like(lung)
    num_groups = 1 + max((focus.group for focus in foci), default=-1)
    masks = np.zeros((num_groups, *lung.shape), bool)
    project = {"cloud": _project_cloud, "sphere": _project_sphere, "ring": _project_ring, "strand": _project_strand}
    for focus in foci:
        project[focus.kind](focus, grid, lung, thickness, masks[focus.group])
    # Tissue can take the place of air, no more.
    np.minimum(thickness, AIR_SHARE_OF_LUNG * lung, out=thickness)
    boxes = [_bounding_box(mask) for mask in masks if mask.any()]
    return thickness, masks.any(axis=0), np.array(boxes, np.int64).reshape(-1, 4)


def _project_cloud(focus, grid, lung, thickness, mask):
    """Add an air-space shadow whose edge is as rough as fractal noise."""
    reach = 1.7 * max(focus.semi_axes)
    box = grid.box(focus.center, (reach, reach))
    if 0 in lung[box].shape:
        return
    texture = _film_texture(focus, grid, box, 0.7)
    level = 1 - _squared_radius(focus, grid, box) + 0.45 * texture
    share = smoothstep(level * (1 / 1.3))
    mottled = share * np.clip(0.82 + 0.16 * _film_texture(focus, grid, box, 0.3), 0.3, 1)
    thickness[box] += (focus.density * AIR_SHARE_OF_LUNG) * lung[box] * mottled
    mask[box] |= (share > CLOUD_EDGE) & (lung[box] > 15)


def _film_texture(focus, grid, box, scale):
    """Return texture that moves with the lesion when the patient does."""
    x, y = grid.to_film(*focus.center)
    return fractal_texture(grid.x_film[box[1]] - x, grid.y_film[box[0]] - y, offset=focus.offset, scale=scale)


def _squared_radius(focus, grid, box):
    dx, dy = grid.x[box] - focus.center[0], grid.y[box] - focus.center[1]
    if focus.tilt:
        cosine, sine = float(np.cos(focus.tilt)), float(np.sin(focus.tilt))
        dx, dy = cosine * dx + sine * dy, cosine * dy - sine * dx
    return (dx / focus.semi_axes[0]) ** 2 + (dy / focus.semi_axes[1]) ** 2


def _project_sphere(focus, grid, lung, thickness, mask):
    """Add a round nodule; one smaller than a pixel is widened to it and keeps its volume."""
    radius = focus.semi_axes[0]
    wide = max(radius, 0.75 * grid.pixel_mm)
    box = grid.box(focus.center, (1.15 * wide, 1.15 * wide))
    squared = ((grid.x[box] - focus.center[0]) ** 2 + (grid.y[box] - focus.center[1]) ** 2) * (1 / wide**2)
    inside = lung[box] > 15
    soft = np.sqrt(np.maximum(1.1 - squared, 0))
    thickness[box] += np.where(inside, (2 * focus.density * radius**3 / wide**2) * soft, 0)
    held = squared < (radius / wide) ** 2
    if held.size and not held.any():
        held = squared == squared.min()  # smaller than a pixel: the nearest one
    mask[box] |= held & inside


def _project_ring(focus, grid, lung, thickness, mask):
    """Add a cavity: a wall around air, so that its center is darker than its rim."""
    reach = 1.3 * max(focus.semi_axes)
    box = grid.box(focus.center, (reach, reach))
    if 0 in lung[box].shape:
        return
    squared = _squared_radius(focus, grid, box) * (1 + 0.16 * _film_texture(focus, grid, box, 0.8))
    outer, inner = np.maximum(1 - squared, 0), np.maximum(1 - 1.75 * squared, 0)
    inside = lung[box] > 15
    # The cavity's air takes the place of infiltrate that the cloud has put there.
    thickness[box] *= 1 - 0.75 * smoothstep(inner * 3)
    wall = focus.density * focus.semi_axes[0] * (np.sqrt(outer) - 0.75 * np.sqrt(inner))
    thickness[box] += np.where(inside, wall, 0)
    mask[box] |= (outer > 0) & inside


def _project_strand(focus, grid, lung, thickness, mask):
    """Add a thin scar; it belongs to the mask where it crosses a pixel's center."""
    length = float(np.hypot(*focus.semi_axes))
    along_x, along_y = focus.semi_axes[0] / length, focus.semi_axes[1] / length
    middle = focus.center[0] + focus.semi_axes[0] / 2, focus.center[1] + focus.semi_axes[1] / 2
    wide = max(1.6, 0.6 * grid.pixel_mm)
    box = grid.box(middle, (abs(focus.semi_axes[0]) / 2 + wide, abs(focus.semi_axes[1]) / 2 + wide))
    dx, dy = grid.x[box] - middle[0], grid.y[box] - middle[1]
    along = 2 / length * (dx * along_x + dy * along_y)
    bow = 0.06 * length * (1 - along * along)
    across = np.abs(dx * along_y - dy * along_x - bow)
    inside = (np.abs(along) < 1) & (lung[box] > 15)
    thickness[box] += np.where(inside, focus.density * (1.6 / wide) * np.maximum(1 - across / wide, 0), 0)
    mask[box] |= inside & (across < 1.6)


def _bounding_box(mask):
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return rows[0], cols[0], rows[-1] + 1, cols[-1] + 1
