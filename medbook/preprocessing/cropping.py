"""Cut out a part of an image, or put a border around it, together with its mask."""

import numpy as np

from medbook.preprocessing.images import checked_mask, checked_pixels, checked_shape, each_image, image_size, with_mask


def crop(image, box, *, margin=0, mask=None):
    """Cut a box out of an image; the mask is cut alike.

    Parameters
    ----------
    image : ndarray of shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Any real numbers; of a batch, the same box of each image.
    box : (int, int, int, int)
        First row, first col, last row + 1, last col + 1, in pixels: the order of `mask_box` and of
        scikit-image's ``regionprops``.
    margin : int, optional
        Pixels added on each side; less where the image ends.
    mask : ndarray of bool or whole numbers, optional
        Labels: the shape of ``image`` without channels, or with one.

    Returns
    -------
    ndarray, or (ndarray, ndarray) with ``mask``
        Copies, of the dtypes that went in. The pixel spacing stays.

    Raises
    ------
    ValueError
        If the box is empty or leaves the image, ``margin`` is negative, or an array does not fit.

    Examples
    --------
    >>> image = np.arange(16.0).reshape(4, 4)
    >>> crop(image, (1, 1, 3, 3))
    array([[ 5.,  6.],
           [ 9., 10.]])
    >>> lesion = image == 6
    >>> crop(image, mask_box(lesion), margin=1).shape
    (3, 3)
    """
    image = checked_pixels(image, "crop")
    rows, cols = image_size(image)
    first_row, first_col, stop_row, stop_col = _checked_box(box, rows, cols)
    margin = _checked_margin(margin)
    in_rows = slice(max(0, first_row - margin), min(rows, stop_row + margin))
    in_cols = slice(max(0, first_col - margin), min(cols, stop_col + margin))

    def cut(one):
        return one[in_rows, in_cols].copy()

    return with_mask(each_image(cut, image), cut, mask, image, "crop")


def crop_center(image, shape, *, mask=None):
    """Cut the middle out of an image; the mask is cut alike.

    Parameters
    ----------
    image : ndarray of shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Any real numbers.
    shape : (int, int)
        Rows and cols to keep, at most those of the image. Where an odd number is left over, one
        more is cut off below and to the right.
    mask : ndarray of bool or whole numbers, optional
        Labels: the shape of ``image`` without channels, or with one.

    Returns
    -------
    ndarray, or (ndarray, ndarray) with ``mask``

    Raises
    ------
    ValueError
        If ``shape`` is larger than the image, or an array does not fit.

    Examples
    --------
    >>> crop_center(np.arange(16.0).reshape(4, 4), (2, 2))
    array([[ 5.,  6.],
           [ 9., 10.]])
    """
    image, (new_rows, new_cols) = checked_pixels(image, "crop_center"), checked_shape(shape, "crop_center")
    rows, cols = image_size(image)
    if new_rows > rows or new_cols > cols:
        raise ValueError(
            f"crop_center(shape={shape}): larger than the image, {(rows, cols)}; use pad, or pad first and then crop."
        )
    row, col = (rows - new_rows) // 2, (cols - new_cols) // 2
    return crop(image, (row, col, row + new_rows, col + new_cols), mask=mask)


def pad(image, shape, *, fill_value=None, mask=None):
    """Put a border around an image up to a size; the mask's border is 0.

    Parameters
    ----------
    image : ndarray of shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Any real numbers.
    shape : (int, int)
        Rows and cols to reach, at least those of the image, which lands in the middle. Where an odd
        number is missing, one more is added below and to the right.
    fill_value : float, optional
        Value of the border; without it, the minimum of each image (air on CT, where 0 would be
        water). Must be given for booleans and whole numbers.
    mask : ndarray of bool or whole numbers, optional
        Labels: the shape of ``image`` without channels, or with one.

    Returns
    -------
    ndarray, or (ndarray, ndarray) with ``mask``
        Of the dtypes that went in. `crop_center` undoes it.

    Raises
    ------
    ValueError
        If ``shape`` is smaller than the image, ``fill_value`` does not fit its dtype, or an array does not fit.

    Examples
    --------
    >>> pad(np.array([[5.0]]), (3, 3), fill_value=0)
    array([[0., 0., 0.],
           [0., 5., 0.],
           [0., 0., 0.]])
    """
    image, (new_rows, new_cols) = checked_pixels(image, "pad"), checked_shape(shape, "pad")
    rows, cols = image_size(image)
    if new_rows < rows or new_cols < cols:
        raise ValueError(f"pad(shape={shape}): smaller than the image, {(rows, cols)}; use crop_center or resize.")
    fill_value = _checked_fill(fill_value, image.dtype)
    above, left = (new_rows - rows) // 2, (new_cols - cols) // 2
    border = ((above, new_rows - rows - above), (left, new_cols - cols - left), (0, 0))

    def frame(one):
        value = one.min() if fill_value is None else fill_value
        return np.pad(one, border[: one.ndim], constant_values=value)

    return with_mask(each_image(frame, image), lambda one: np.pad(one, border), mask, image, "pad")


def mask_box(mask):
    """Return the smallest box that holds all labelled pixels of a mask.

    Parameters
    ----------
    mask : ndarray of bool or whole numbers, shape (rows, cols) or (rows, cols, 1)

    Returns
    -------
    (int, int, int, int)
        First row, first col, last row + 1, last col + 1, as `crop` takes it.

    Raises
    ------
    ValueError
        If no pixel is labelled, or ``mask`` has another shape.

    Examples
    --------
    >>> mask_box(np.array([[0, 0, 0], [0, 1, 1]]))
    (1, 1, 2, 3)
    """
    mask = checked_mask(mask, "mask_box")
    if mask.ndim == 3 and mask.shape[-1] == 1:
        mask = mask[..., 0]
    if mask.ndim != 2:
        raise ValueError(f"mask_box: mask has the shape {mask.shape}, expected (rows, cols): boxes of a batch differ.")
    rows, cols = np.nonzero(mask)
    if rows.size == 0:
        raise ValueError("mask_box: the mask is empty, so it has no box; keep the whole image or leave the case out.")
    return int(rows.min()), int(cols.min()), int(rows.max()) + 1, int(cols.max()) + 1


def _checked_box(box, rows, cols):
    numbers = np.asarray(box)
    if numbers.shape != (4,) or numbers.dtype.kind not in "iu":
        raise ValueError(f"crop(box={box}): expected four whole numbers, (row, col, last row + 1, last col + 1).")
    first_row, first_col, stop_row, stop_col = numbers.tolist()
    if not (0 <= first_row < stop_row <= rows and 0 <= first_col < stop_col <= cols):
        raise ValueError(
            f"crop(box={box}): expected (row, col, last row + 1, last col + 1) with at least one pixel and inside "
            f"the image, {(rows, cols)}."
        )
    return first_row, first_col, stop_row, stop_col


def _checked_margin(margin):
    if isinstance(margin, bool) or not isinstance(margin, (int, np.integer)) or margin < 0:
        raise ValueError(f"crop(margin={margin!r}): expected a whole number of pixels, at least 0.")
    return int(margin)


def _checked_fill(fill_value, dtype):
    if fill_value is None:
        if dtype.kind != "f":
            raise ValueError(f"pad: an image of {dtype} needs fill_value=..., 0 for labels; or pass labels as mask.")
        return None
    if not np.isfinite(fill_value) or (dtype.kind != "f" and np.array(fill_value).astype(dtype) != fill_value):
        raise ValueError(f"pad(fill_value={fill_value}): expected a finite number that {dtype} can hold.")
    return fill_value
