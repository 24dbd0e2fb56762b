"""Turn and mirror images together with their masks."""

import numpy as np
from skimage import transform

from medbook.preprocessing.images import checked_image, checked_pixels, each_image, with_mask


def rotate(image, degrees, *, fill_value=None, mask=None):
    """Turn an image about its center, counter-clockwise as displayed; the mask turns alike.

    The shape stays: corners turn out of the frame and are lost, others come in empty. Quarter turns
    of square images and half turns of any only move pixels and are exact; all other angles
    interpolate linearly (masks: nearest neighbour) and so blur a little each time.

    Parameters
    ----------
    image : ndarray of float, shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Intensities in any unit. Pixels must be square, or the anatomy is sheared: `resample` first.
    degrees : float
        Angle; positive turns counter-clockwise.
    fill_value : float, optional
        Value of the empty corners; without it, the minimum of each image (air on CT).
    mask : ndarray of bool or whole numbers, optional
        Labels: the shape of ``image`` without channels, or with one. Its empty corners become 0.

    Returns
    -------
    ndarray, or (ndarray, ndarray) with ``mask``
        Of the same shapes and dtypes.

    Raises
    ------
    ValueError
        If an array does not fit the description above, holds NaN or infinity, or a number is not finite.

    Examples
    --------
    >>> rotate(np.array([[1.0, 2.0], [3.0, 4.0]]), 90)
    array([[2., 4.],
           [1., 3.]])
    """
    image = checked_image(image, "rotate")
    if not np.isfinite(degrees):
        raise ValueError(f"rotate(degrees={degrees}): expected a finite angle.")
    if fill_value is not None and not np.isfinite(fill_value):
        raise ValueError(f"rotate(fill_value={fill_value}): expected a finite number, or None for the image's minimum.")

    def turn_image(one):
        return _turn(one, degrees, order=1, fill_value=one.min() if fill_value is None else fill_value)

    def turn_mask(one):
        return _turn(one, degrees, order=0, fill_value=0)

    return with_mask(each_image(turn_image, image), turn_mask, mask, image, "rotate")


def _turn(one, degrees, *, order, fill_value):
    quarters, rest = divmod(degrees, 90)
    if rest == 0 and (quarters % 2 == 0 or one.shape[0] == one.shape[1]):
        return np.rot90(one, int(quarters % 4)).copy()
    turned = transform.rotate(one, degrees, order=order, mode="constant", cval=fill_value, preserve_range=True)
    return turned.astype(one.dtype, copy=False)


def flip(image, direction, *, mask=None):
    """Mirror an image; the mask is mirrored alike.

    A horizontal flip exchanges the patient's left and right. On a chest radiograph the heart then
    lies on the right, as in situs inversus; a stroke changes its side; the marker "L" or "R" in the
    picture turns into its mirror image; labels such as "left lung" are wrong until they are
    exchanged too. Flip only where the question does not depend on the side, and never an image
    that somebody will read.

    Parameters
    ----------
    image : ndarray of shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Any real numbers; pixels only move, so labels are allowed.
    direction : {"horizontal", "vertical"}
        "horizontal" exchanges left and right (cols), "vertical" top and bottom (rows), as in
        Keras' ``RandomFlip``.
    mask : ndarray of bool or whole numbers, optional
        Labels: the shape of ``image`` without channels, or with one.

    Returns
    -------
    ndarray, or (ndarray, ndarray) with ``mask``
        Copies of the same shapes and dtypes.

    Raises
    ------
    ValueError
        If ``direction`` is unknown, or an array does not fit the description above.

    Examples
    --------
    >>> flip(np.array([[1.0, 2.0], [3.0, 4.0]]), "horizontal")
    array([[2., 1.],
           [4., 3.]])
    """
    image = checked_pixels(image, "flip")
    if direction not in ("horizontal", "vertical"):
        raise ValueError(
            f'flip(direction={direction!r}): expected "horizontal" (left and right) or "vertical" (top and bottom).'
        )
    axis = 1 if direction == "horizontal" else 0

    def mirror(one):
        return np.flip(one, axis).copy()

    return with_mask(each_image(mirror, image), mirror, mask, image, "flip")
