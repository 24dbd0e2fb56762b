"""The vessels of the lungs: trees that branch from the hilum, projected point by point."""

import numpy as np

ROOTS_PER_LUNG = 8
LEVELS = 5
SIDES = np.repeat([-1.0, 1.0], ROOTS_PER_LUNG)  # of the roots
FAN = np.tile(np.linspace(-1.35, 1.35, ROOTS_PER_LUNG), 2)  # their usual directions, radians below outwards


def draw_vessels(rng, patient):
    """Draw both vessel trees: each vessel splits in two, which are shorter and thinner.

    Returns
    -------
    start, end : ndarray of complex128 of shape (segments,)
        Ends of the segments, ``x + 1j * y`` in mm in the patient's frame: turning is multiplying.
    radius : ndarray of shape (segments,)
        In mm.
    """
    side = SIDES
    fan = FAN + rng.normal(0, 0.16, len(FAN))
    start = patient.scale * (36 * side - 4j * side + 14j * fan) + 1j * (patient.apex + 100 * patient.scale)
    length = patient.scale * (34 + 10 * np.abs(fan))
    radius = patient.scale * rng.uniform(3.6, 6.4, len(FAN))
    levels = []
    for level in range(LEVELS):
        end = start + length * (side * np.cos(fan) + 1j * np.sin(fan))
        levels.append((start, end, radius))
        if level + 1 == LEVELS:
            break  # the thinnest split no further
        start, side, fan, length, radius = (part.repeat(2) for part in (end, side, fan, length, radius))
        spread, shorter, thinner = rng.random((3, len(fan)))
        spread[::2] *= -1
        fan += 0.1 * np.sign(spread) + 0.6 * spread
        length *= 0.6 + 0.35 * shorter
        radius *= 0.55 + 0.31 * thinner
    return tuple(np.concatenate(parts) for parts in zip(*levels, strict=True))


def project_tubes(start, end, radius, grid):
    """Return the path length through thin tubes, mm, of shape (rows, cols).

    Each tube is cut into short pieces, each piece into threads side by side. A thread has the volume of its
    share of the round cross-section; volume over pixel area is mean path length. So that nothing jumps when
    an image has fewer pixels, a thread is shared among the four pixels around it.

    Parameters
    ----------
    start, end : ndarray of complex128 of shape (tubes,)
        ``x + 1j * y`` in mm.
    radius : ndarray of shape (tubes,)
    grid : Grid
    """
    size, pixel_mm = len(grid.y_film), grid.pixel_mm
    step = end - start
    length = np.abs(step)
    pieces = np.ceil(length / (1.25 * pixel_mm) + 1e-9).astype(np.int64)
    threads = np.ceil(1.6 * radius / pixel_mm).astype(np.int64)
    count = pieces * threads
    owner = np.repeat(np.arange(len(start)), count)
    number = np.arange(len(owner)) - (np.cumsum(count) - count)[owner]
    piece, thread = np.divmod(number, threads[owner])
    along = (piece + 0.5) / pieces[owner]
    width = (2 / threads)[owner]  # of a thread, in radii
    left = thread * width - 1
    share = _circle_left_of(np.minimum(left + width, 1)) - _circle_left_of(left)
    turned = 1j * radius / length * step  # one radius sideways
    points = start[owner] + along * step[owner] + (left + 0.5 * width) * turned[owner]
    volume = share * (np.pi * radius**2 * length / pieces)[owner]
    x, y = grid.to_film(points.real, points.imag)
    center = size / 2 - 0.5
    return _share_out(y / pixel_mm + center, x / pixel_mm + center, volume / pixel_mm**2, size)


def _circle_left_of(position):
    """Return the share of a unit circle's area left of a vertical line."""
    return 0.5 + (position * np.sqrt(1 - position * position) + np.arcsin(position)) / np.pi


def _share_out(row, col, weight, size):
    """Add weights at fractional pixel positions to the four pixels around each."""
    on_film = np.flatnonzero((np.minimum(row, col) >= 0) & (np.maximum(row, col) < size - 1))
    row, col, weight = row[on_film], col[on_film], weight[on_film]
    top, left = row.astype(np.int64), col.astype(np.int64)
    below, right = weight * (row - top), col - left
    above = weight - below
    corner = top * size + left
    corners = np.concatenate([corner, corner + 1, corner + size, corner + size + 1])
    shares = np.concatenate([above * (1 - right), above * right, below * (1 - right), below * right])
    image = np.bincount(corners, shares, minlength=size * size)
    return image.reshape(size, size).astype(np.float32)
