"""Bones of the thorax: ribs as one periodic function of the arc, spine, clavicles, shoulder blades."""

import math

import numpy as np

from medbook.phantoms.chest_grid import add_ellipsoid, add_tube, smoothstep


def project_bones(patient, grid, cavity_width):
    """Return the path length through bone, mm, of shape (rows, cols).

    Parameters
    ----------
    patient : Patient
    grid : Grid
    cavity_width : ndarray of shape (rows, cols)
        Half inner width of the rib cage at each pixel's height, mm.
    """
    bone = project_ribs(patient, grid, cavity_width)
    _add_spine(bone, patient, grid)
    _add_clavicles(bone, patient, grid)
    _add_shoulder_blades(bone, patient, grid)
    for side in (-1, 1):
        _add_arm(bone, patient, grid, side)
    bone *= patient.bone_density
    return bone


def project_ribs(patient, grid, cavity_width):
    """Return the path length through all ribs.

    Seen from above, a rib runs on an ellipse from the spine (angle 0) round the side (90 degrees) to the
    breastbone (180 degrees), and sinks on its way. A ray at ``u = |x| / width`` meets the ellipse twice, at
    angle ``arcsin(u)`` behind and ``180 degrees - arcsin(u)`` in front. All ribs are alike up to a step of one
    pitch, so that the distance to the nearest rib is a periodic function of height.
    """
    u = np.minimum(np.abs(grid.x) / (cavity_width + 4.5), 1)
    cosine = np.sqrt(1 - u * u)
    behind = patient.rib_slope * (1 - cosine) - (2 * patient.rib_arch) * u * cosine
    before = patient.rib_slope + patient.rib_drop * (1 - (2 / np.pi) * np.arcsin(u))
    first = patient.apex + patient.rib_first
    grazing = patient.rib_bone / np.maximum(cosine, 0.5)  # at the side the ray runs along the rib
    # A steep rib is cut at a slant by the vertical: its height there is larger.
    half_height = (5.3 * patient.scale) * (1 + 0.35 * u * u)
    height = grid.y - first
    back = _rib_profile(height - behind, half_height, patient.rib_pitch, 10)
    front = _rib_profile(height - before, 1.15 * half_height, patient.rib_pitch, 7)
    front *= 0.42 * smoothstep((u - 0.3) * 4)  # towards the breastbone, cartilage
    return grazing * (back + front) * smoothstep((1 - u) * 30)


def _rib_profile(height, half_height, pitch, last):
    """Return the share of a rib's thickness that is bone: a dense shell around sparse marrow."""
    turns = height * ((1.14 - 0.0006 * height) / pitch)  # ribs stand closer above than below
    number = np.minimum(np.maximum(np.rint(turns), 0), last)  # of the nearest rib
    distance = (turns - number) * (pitch / half_height)
    squared = distance * distance
    return np.sqrt(np.maximum(1 - squared, 0)) - 0.4 * np.sqrt(np.maximum(1 - 1.7 * squared, 0))


def _add_spine(bone, patient, grid):
    """Add vertebral bodies with discs between them, and spinous processes."""
    box = grid.box((0, 0), (34, 260))
    y = grid.y[box]
    x = grid.x[box] - patient.bend * np.sin(grid.y_middle[box[0]] * (1 / 55.0))
    half_width = 15 + 0.022 * (y + 180)
    body = np.sqrt(np.maximum(1 - (x / half_width) ** 2, 0))
    phase = y * (2 * np.pi / (0.92 * patient.rib_pitch))
    wave = np.cos(phase)
    discs = smoothstep(0.5 + 1.6 * (wave + 0.55))
    edges = smoothstep(1 - np.abs(np.abs(x) - half_width + 2) / 3)
    process = smoothstep(1.2 - np.hypot(x / 4, (np.sin(phase / 2)) * 2.4))
    pedicle = smoothstep(1.3 - np.hypot((np.abs(x + 6 * grid.pose.turn) - 11) / 4, (wave - 0.6) * 1.2))
    bone[box] += (6.5 * body + 2 * edges) * (0.55 + 0.45 * discs) + 3 * process + 2.5 * pedicle


def _add_clavicles(bone, patient, grid):
    """Add the collar bones: tubes on a slender S."""
    inner_y = patient.apex + patient.clavicle
    right, left = patient.clavicle_rise
    box = grid.box((0, inner_y - max(right, left, 0) / 2), (190, 20 + max(right, left, 0) / 2))
    x = grid.x[box] - 45 * grid.pose.turn  # the inner ends lie in front and move when the patient turns
    s = (np.abs(x) - 16) * (1 / (136 * patient.scale))
    center = inner_y - np.where(x > 0, left, right).astype(np.float32) * s + 5 * np.sin(2 * np.pi * s)
    distance = (grid.y[box] - center) / (5.2 + 2.4 * (2 * s - 1) ** 2)
    squared = distance * distance
    shell = np.sqrt(np.maximum(1 - squared, 0)) - 0.5 * np.sqrt(np.maximum(1 - 1.6 * squared, 0))
    bone[box] += 17 * shell * smoothstep(16 * s) * smoothstep(16 - 16 * s)


def _add_shoulder_blades(bone, patient, grid):
    """Add two thin triangular plates with thick borders."""
    scale, top = patient.scale, _shoulder_top(patient)
    corners = [(98 * scale, top), (127 * scale, top + 118), (158 * scale, top + 10)]
    box = grid.box((0, top + 58), (190, 64))
    x, y = np.abs(grid.x[box]), grid.y[box]
    depth = np.full_like(x, np.inf)
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        np.minimum(depth, (x - x0) * ((y1 - y0) / length) - (y - y0) * ((x1 - x0) / length), out=depth)
    plate = np.minimum(np.maximum(depth * 0.5, 0), 1)
    border = np.maximum(1 - np.abs(depth * 0.4 - 1), 0)
    bone[box] += 2.8 * plate + 5 * border


def _add_arm(bone, patient, grid, side):
    """Add the head and shaft of one upper arm, and the spine of the shoulder blade that leads to it."""
    joint = side * patient.scale * 170, _shoulder_top(patient) - 2
    add_ellipsoid(bone, grid, joint, (23, 24), 9)
    add_tube(bone, grid, joint, (joint[0] + side * 14, joint[1] + 190), 11, 8)
    add_tube(bone, grid, (side * patient.scale * 104, joint[1] + 20), (joint[0] - side * 12, joint[1] - 20), 6, 4)


def _shoulder_top(patient):
    return patient.apex + 28 + patient.scapula
