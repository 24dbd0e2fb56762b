"""What a beam meets on its way through the heart: how strongly each place scatters, and how it moves."""

import numpy as np

# Strength of the echoes in decibels relative to muscle seen at a right angle.
BLOOD, SURROUNDINGS, VALVE, PERICARDIUM, ATRIAL_WALL, RIGHT_WALL = -30.0, -17.0, 6.0, 9.0, -3.0, -4.0
ALONG_FIBRES = 11.0  # lost where the beam runs along the wall: the side walls of this view fade


def echo_map(heart, ventricle, first, across, along, beam):
    """Strength of the echoes at each point at one instant.

    Parameters
    ----------
    heart : Heart
    ventricle, first : Ventricle
        Now, and at end-diastole.
    across, along : ndarray
        Points in the heart's coordinates, mm.
    beam : (ndarray, ndarray)
        Direction of the beam at each point in these coordinates, a unit vector.

    Returns
    -------
    decibels : ndarray, same shape
        Relative to muscle; blood holds 0 and is told apart by the next array.
    blood : ndarray of bool, same shape
    """
    length = ventricle.length_mm
    inner = ventricle.level(across, along)
    outer = ventricle.level(across, along, ventricle.wall_mm)
    above = along < length
    decibels = np.full(across.shape, np.float32(SURROUNDINGS))
    blood = np.zeros(across.shape, bool)

    _right_heart(heart, ventricle, first, across, along, outer, decibels, blood)
    _atrium(decibels, blood, across, along, (-1.0, 0.92 * first.radius_mm), length, heart.length_mm + heart.atrium_mm)

    muscle = above & (outer < 1)
    rim = above & (np.abs(outer - 1) < 1.6 / ventricle.half_mm) & (across > -0.3 * ventricle.radius_mm)
    wall = muscle | rim
    decibels[wall] = _muscle(ventricle, across, along, beam)[wall]
    decibels[rim] += PERICARDIUM
    blood[wall] = False
    blood |= above & (inner < 1)
    _valve(heart, ventricle, across, along, decibels, blood)
    decibels[blood] = 0
    return decibels, blood


def shift_to_first(ventricle, first, across, along):
    """Return how far (across, along) in mm each point is now from where its tissue is at end-diastole.

    The cavity's ellipsoid is stretched back to its first size; beyond the wall the tissue follows less and less.
    """
    follow = np.exp(-np.maximum(ventricle.level(across, along) - 1, 0) / np.float32(0.5))
    wider = np.float32(first.radius_mm / ventricle.radius_mm - 1)
    longer = np.float32(first.half_mm / ventricle.half_mm - 1)
    return wider * across * follow, longer * along * follow


def _muscle(ventricle, across, along, beam):
    """Return the decibels of muscle: weaker where the beam runs along the wall."""
    normal_across = across / ventricle.radius_mm**2
    normal_along = (along - ventricle.half_mm) / ventricle.half_mm**2
    norm = np.sqrt(np.square(normal_across) + np.square(normal_along)) + np.float32(1e-6)
    facing = np.abs(normal_across * beam[0] + normal_along * beam[1]) / norm
    return -np.float32(ALONG_FIBRES) * np.square(1 - facing)


def _right_heart(heart, ventricle, first, across, along, outer, decibels, blood):
    """Add the right ventricle beside the septum, and the right atrium below it."""
    length = ventricle.length_mm
    squeeze = np.float32(0.45 + 0.55 * ventricle.radius_mm / first.radius_mm)
    # Distance from the septum, in widths of a crescent that begins a third of the way down.
    down = np.clip((along / length - 0.22) / 0.78, 0, 1)
    width = heart.right_mm * squeeze * np.sqrt(down * (2 - down)) + np.float32(0.01)
    septum = (ventricle.radius_mm + ventricle.wall_mm) * np.sqrt(
        np.maximum(1 - np.square((along - ventricle.half_mm) / (ventricle.half_mm + ventricle.wall_mm)), 0)
    )
    beside = -across - septum
    above = (along < length - 4) & (along > 0) & (down > 0)
    decibels[above & (beside > 0) & (beside < width + 4)] = RIGHT_WALL
    blood[above & (beside > 0) & (beside < width)] = True
    centre = -(first.radius_mm + first.wall_mm + 0.5 * heart.right_mm)
    roof = heart.length_mm + 0.85 * heart.atrium_mm
    _atrium(decibels, blood, across, along, (centre, 0.5 * heart.right_mm + 5), length - 4, roof)


def _atrium(decibels, blood, across, along, span, top, roof):
    """Add an atrium: an ellipse that hangs from the valve plane ``top`` to a ``roof`` that stays."""
    centre, half_width = span
    middle, half_height = 0.5 * (top + roof), 0.55 * (roof - top)
    level = np.square((across - centre) / half_width) + np.square((along - middle) / half_height)
    below = along > top
    decibels[below & (level < 1.22)] = ATRIAL_WALL
    blood[below & (level < 1.22)] = False
    blood[below & (level < 1)] = True


def _valve(heart, ventricle, across, along, decibels, blood):
    """Add the two leaflets of the mitral valve and of the tricuspid valve."""
    length, radius, opening = ventricle.length_mm, ventricle.radius_mm, ventricle.opening
    hinge = np.sqrt(0.75) * radius  # of the ellipse where the valve plane cuts it, half a semi-axis beyond its centre
    left = ((-hinge, -1), (hinge, 1))
    outside = hinge + ventricle.wall_mm
    right = ((-outside, 1), (-outside - heart.right_mm, -1))
    for hinges, plane, reach in ((left, length, 0.95 * hinge), (right, length - 5, 0.48 * heart.right_mm)):
        for start, side in hinges:
            # Closed, the tips meet in the middle just above the plane; open, they point to the apex.
            tip = start - side * reach * (1 - 0.7 * opening)
            height = plane - 3 - 0.75 * reach * opening
            near = _distance_below(across, along, (start, plane), (tip, height), np.float32(1.3))
            decibels[near] = VALVE
            blood[near] = False


def _distance_below(across, along, start, stop, limit):
    """Return which points lie within ``limit`` of the line from ``start`` to ``stop``."""
    step = np.subtract(stop, start).astype(np.float32)
    from_start = across - np.float32(start[0]), along - np.float32(start[1])
    share = np.clip((from_start[0] * step[0] + from_start[1] * step[1]) / (step @ step), 0, 1)
    return np.square(from_start[0] - share * step[0]) + np.square(from_start[1] - share * step[1]) < limit**2
