"""The thorax as a stack of simple solids, projected: lungs, heart, mediastinum, diaphragm, body wall."""

import math
from dataclasses import dataclass

import numpy as np

from medbook.phantoms.chest_grid import add_ellipsoid, add_tube, smoothstep

AIR_SHARE_OF_LUNG = 0.74  # inflated lung has about a quarter of the density of water


@dataclass(frozen=True)
class Thorax:
    """Path lengths along the rays, mm, each of shape (rows, cols), and the outlines of the organs."""

    soft: np.ndarray  # all soft tissue of a healthy patient
    lung: np.ndarray  # inflated lung, also behind heart and dome
    cavity_width: np.ndarray  # half inner width of the rib cage at each pixel's height
    lung_mask: np.ndarray
    heart_mask: np.ndarray
    cardiothoracic_ratio: float


def project_thorax(patient, grid):
    """Project everything but bones and vessels."""
    x, y = grid.x, grid.y
    axis_x = x - patient.bend * np.sin(grid.y_middle * (1 / 55.0))
    width = cavity_half_width(patient, y)
    aspect = patient.cavity_depth / patient.cavity_width
    u = np.abs(x) / np.maximum(width, 1)
    cavity = (2 * aspect) * width * np.sqrt(np.maximum(1 - u * u * u, 0))
    heart, heart_mask, ratio = project_heart(patient, grid)
    core = project_mediastinum(patient, grid, axis_x, cavity)
    dome_y = diaphragm(patient, grid)
    above = dome_y - y
    # Lung reaches further down behind the dome than its outline on the film.
    edge = np.minimum(np.maximum(above * (1 / max(grid.pixel_mm, 2.0)) + 0.5, 0), 1)
    behind = 0.2 / (1 - np.minimum(above, 0) * (1 / 14.0)) ** 2
    kept = behind + edge * (np.minimum(np.maximum(0.75 + above * (1 / 30.0), 0), 1) - behind)
    lung = np.maximum(cavity * kept - heart - core, 0)
    shown = (cavity > 8) & (above > 0) & (core < 0.45 * cavity) & ~heart_mask
    heart_mask &= above > -12  # below, heart and liver cannot be told apart
    soft = project_body(patient, grid) - AIR_SHARE_OF_LUNG * lung
    _add_breasts(soft, patient, grid)
    _subtract_air(soft, patient, grid)
    return Thorax(np.maximum(soft, 0), lung, width, shown, heart_mask, ratio)


def cavity_half_width(patient, y):
    """Return the half inner width of the rib cage at height y: a dome above, nearly straight below."""
    widest = 95.0
    up = np.minimum(np.maximum((widest - y) / (widest - patient.apex), 0), 1)
    down = np.maximum(y - widest, 0) / 200
    return patient.cavity_width * np.sqrt(1 - up * (0.25 + 0.75 * up)) * (1 - 0.5 * down * down)


def diaphragm(patient, grid):
    """Return the y of the diaphragm's outline at each pixel's column, lower at both ends of each dome."""
    side = np.abs(grid.x) / patient.cavity_width
    outer = np.maximum(side - 0.5, 0)
    inner = np.maximum(0.5 - side, 0)
    squared = outer * outer
    drop = patient.dome_height * (3.4 * squared + 8 * squared * squared + 1.3 * inner * inner)
    left = smoothstep(grid.x / 40 + 0.5)
    return patient.dome + grid.pose.breath + left * patient.dome_difference + drop


def project_heart(patient, grid):
    """Return path length and outline of the heart, and its width as a share of the thorax' inner width."""
    turn = 40 * grid.pose.turn  # the heart lies in front: it moves when the patient turns
    bottom = patient.dome + 0.6 * grid.pose.breath
    wide, high, tilt = patient.heart_width, patient.heart_height, patient.heart_tilt
    left = (17 * patient.scale + turn, bottom - 0.48 * high - 5)
    right = (-8 * patient.scale + turn, left[1] - 8)
    right_axes = (patient.heart_right, 1.15 * high)
    heart = np.zeros(grid.x.shape, np.float32)
    add_ellipsoid(heart, grid, left, (wide, high), 54 * patient.scale, tilt)
    atrium = np.zeros(grid.x.shape, np.float32)
    add_ellipsoid(atrium, grid, right, right_axes, 46 * patient.scale)
    heart = np.maximum(heart, atrium)
    reach = math.hypot(wide * math.cos(tilt), high * math.sin(tilt))
    left_edge = max(left[0] + reach, right[0] + right_axes[0])
    right_edge = min(left[0] - reach, right[0] - right_axes[0])
    ratio = (left_edge - right_edge) / (2 * patient.cavity_width)
    mask = heart > 0
    trunk_y = left[1] - high - 8
    add_ellipsoid(heart, grid, (24 * patient.scale + turn, trunk_y), (20, 34), 26)  # pulmonary trunk
    return heart, mask, float(ratio)


def project_mediastinum(patient, grid, axis_x, cavity):
    """Return the path length of what fills the middle: spine, great vessels, aorta."""
    scale, turn = patient.scale, 30 * grid.pose.turn
    half = patient.mediastinum * (1 + 0.1 * smoothstep((-70 - grid.y_middle) / 60))
    core = 0.62 * cavity * smoothstep(1.75 - np.abs(axis_x) / half)
    arch_y = patient.apex + 62 * scale
    knob = np.zeros(core.shape, np.float32)
    add_ellipsoid(knob, grid, (16 * scale + 0.3 * patient.knob, arch_y), (1.1 * patient.knob, 1.2 * patient.knob), 19)
    add_tube(knob, grid, (24 * scale, arch_y + 4), (10, 150), 0.75 * patient.knob, 13)
    add_tube(knob, grid, (-24 * scale + turn, patient.apex + 25), (-26 * scale + turn, 10), 13 * scale, 24)
    for side in (-1, 1):
        hilum = side * 36 * scale + 0.3 * turn, patient.apex + (102 - 4 * side) * scale
        add_ellipsoid(knob, grid, hilum, (15, 24), 9, 0.25 * side)
    return np.minimum(core + knob, cavity)


def project_body(patient, grid):
    """Return the path length through torso, shoulders, neck and arms as if solid."""
    y, reach = grid.y_middle, np.abs(grid.x)
    torso = patient.cavity_width + patient.wall
    top = patient.apex + patient.shoulder - 12
    neck = smoothstep((top + 22 - y) / 62)
    shoulder = smoothstep((-5 - y) / 75)
    width = torso + (215 - torso) * shoulder
    width = width + (52 * patient.scale - width) * neck
    half_depth = 0.5 * patient.thickness_mm * (1 - 0.22 * shoulder - 0.2 * neck)
    squared = (reach / width) ** 2
    level = np.maximum(1 - squared * squared * squared, 0)
    body = 2 * half_depth * np.sqrt(level)
    arm_x = torso + 42 + 0.10 * y
    arm = 84 * np.sqrt(np.maximum(1 - ((reach - arm_x) / 40) ** 2, 0))
    return np.maximum(body, arm * (1 - neck))


def _add_breasts(soft, patient, grid):
    if patient.breast < 4:
        return
    radius = patient.breast_radius
    for side in (-1, 1):
        center = side * 0.64 * patient.cavity_width + 25 * grid.pose.turn, patient.breast_drop
        box = grid.box(center, (radius, 1.9 * radius))
        dx, dy = grid.x[box] - center[0], grid.y[box] - center[1]
        # Hanging: the lower half is round and sharp, the upper half runs out slowly.
        dy = np.where(dy > 0, dy / (0.95 * radius), dy / (1.8 * radius))
        level = np.maximum(1 - (dx / radius) ** 2 - dy * dy, 0)
        soft[box] += 2 * patient.breast * np.where(dy > 0, np.sqrt(level), level * level)


def _subtract_air(soft, patient, grid):
    """Take out windpipe, main bronchi and the gas in the stomach."""
    carina = patient.apex + 82 * patient.scale
    middle = 12 * grid.pose.turn
    add_tube(soft, grid, (0, -240), (middle + 2, carina), 8.5, -11)
    add_tube(soft, grid, (middle + 2, carina - 2), (middle - 34, carina + 32), 6.5, -6)
    add_tube(soft, grid, (middle + 2, carina - 2), (middle + 40, carina + 26), 5.5, -5)
    if patient.bubble:
        bubble_y = patient.dome + patient.dome_difference + grid.pose.breath + 8 + 0.75 * patient.bubble
        add_ellipsoid(soft, grid, (patient.bubble_x, bubble_y), (1.4 * patient.bubble, 0.75 * patient.bubble), -15)
