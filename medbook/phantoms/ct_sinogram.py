"""The forward projection of computed tomography: from a slice to the line integrals that a scanner measures."""

import numpy as np

WATER_PER_MM = 0.0193  # attenuation of water for photons of 70 keV (NIST XCOM: 0.193 cm2/g)


def ct_sinogram(image_hu, *, angles_deg, spacing_mm, num_photons=None, rng=None):
    """Project a CT slice along parallel rays.

    Each pixel is a square of constant attenuation ``0.0193 / mm * (1 + HU / 1000)``. Its shadow on the
    detector is a trapezoid, of which each detector element gets the part that falls on it: nothing is
    lost, so that the sum over the detector is the same for all angles. With photons, detector elements
    count ``Poisson(num_photons * exp(-p))`` and the line integral ``p`` is taken from the count.

    Parameters
    ----------
    image_hu : ndarray of shape (rows, cols)
        Hounsfield units; around the image is air.
    angles_deg : array_like of shape (angles,)
        At 0 rays run down the columns; the angle grows counter-clockwise, as in ``skimage.transform.radon``.
    spacing_mm : float or tuple of float
        Side of the square pixels; of ``CTSlices.spacing_mm`` the last two, which must be equal.
    num_photons : float, optional
        Photons per ray that leave the tube; without it the line integrals are free of noise.
    rng : numpy.random.Generator, optional
        Draws the counts; needed with ``num_photons``.

    Returns
    -------
    ndarray of float64, shape (angles, detectors)
        Line integrals, without unit. Detector elements are as wide as pixels; the middle of the detector
        lies under the middle of the image.

    Raises
    ------
    ValueError
        If the image is not 2-D or not finite, pixels are not square, or ``num_photons`` has no ``rng``.

    References
    ----------
    Kak and Slaney, "Principles of Computerized Tomographic Imaging" (1988), chapter 3,
    doi:10.1137/1.9780898719277.

    Examples
    --------
    >>> water = np.full((3, 3), -1000.0)
    >>> water[1, 1] = 0
    >>> ct_sinogram(water, angles_deg=[0, 90], spacing_mm=1)[:, 2:5].round(4)
    array([[0.    , 0.0193, 0.    ],
           [0.    , 0.0193, 0.    ]])
    """
    image_hu = np.asarray(image_hu, float)
    pixel_mm = _checked(image_hu, spacing_mm, num_photons, rng)
    rows, cols = image_hu.shape
    # In units of pixels, with the origin in the middle and y upwards.
    y, x = (rows - 1) / 2 - np.arange(rows)[:, np.newaxis], np.arange(cols) - (cols - 1) / 2
    num_detectors = 2 * int(np.ceil(np.hypot(rows, cols) / 2)) + 1 + (cols + 1) % 2
    attenuation = WATER_PER_MM * pixel_mm * (1 + image_hu / 1000)
    angles = np.deg2rad(np.asarray(angles_deg, float).reshape(-1))
    integrals = np.empty((angles.size, num_detectors))
    for index, angle in enumerate(angles):
        position = x * np.cos(angle) + y * np.sin(angle) + num_detectors / 2
        integrals[index] = _shadow(position, attenuation, angle, num_detectors)
    if num_photons is None:
        return integrals
    counts = rng.poisson(num_photons * np.exp(-integrals))
    # An element that has met no photon at all would give an infinite integral.
    return -np.log(np.maximum(counts, 1) / num_photons)


def _shadow(position, attenuation, angle, num_detectors):
    """Add up the trapezoids that pixels cast from ``position`` (in elements from the detector's left edge)."""
    first = np.floor(position).astype(int) - 1
    below = _part_below(first - position, angle)
    shadow = np.zeros(num_detectors + 3)
    for step in range(3):  # a shadow, at most 1.42 wide, touches no more than three elements
        upto = _part_below(first + step + 1 - position, angle) if step < 2 else 1.0
        part = (upto - below) * attenuation
        shadow += np.bincount((first + step).ravel() + 1, part.ravel(), minlength=shadow.size)
        below = upto
    return shadow[1 : num_detectors + 1]


def _part_below(offset, angle):
    """Return which part of a unit square's shadow lies below an offset from the square's middle."""
    short, long = sorted((abs(np.cos(angle)), abs(np.sin(angle))))
    if short < 1e-9:
        return np.clip(offset / long + 0.5, 0, 1)
    ends = np.array([-long - short, short - long, long - short, long + short]) / 2
    signs = (1, -1, -1, 1)  # the second derivative of the trapezoid's integral is four points
    return sum(sign * np.maximum(offset - end, 0) ** 2 for sign, end in zip(signs, ends, strict=True)) / (
        2 * short * long
    )


def _checked(image_hu, spacing_mm, num_photons, rng):
    """Return the side of a pixel in mm."""
    if image_hu.ndim != 2 or not np.isfinite(image_hu).all():
        raise ValueError(
            f"ct_sinogram received image_hu of shape {image_hu.shape}: expected finite numbers (rows, cols), one slice."
        )
    sides_mm = np.atleast_1d(spacing_mm)[-2:]
    if not (np.all(sides_mm > 0) and np.allclose(sides_mm, sides_mm[0])):
        raise ValueError(f"ct_sinogram(spacing_mm={spacing_mm!r}): expected square pixels. Resample the image first.")
    if num_photons is not None and not isinstance(rng, np.random.Generator):
        raise ValueError(f"ct_sinogram(num_photons={num_photons!r}, rng={rng!r}): counts need rng, a Generator.")
    if num_photons is not None and not 1 <= num_photons < 1e18:
        raise ValueError(f"ct_sinogram(num_photons={num_photons!r}): expected at least 1 photon per ray.")
    return float(sides_mm[0])
