"""The windows that a kernel or a pooling layer visits on its way over a batch of images."""

from numpy.lib.stride_tricks import as_strided

# Windows are worked on in blocks that fit a core's cache (level 2, about 1 MB): on whole batches
# the same lines take up to four times as long.
BLOCK_BYTES = 2**19


def sliding_windows(images, window_size, *, strides=(1, 1), dilation_rate=(1, 1)):
    """View a batch of images as all the windows that a kernel visits, without copying.

    Parameters
    ----------
    images : ndarray of shape (batch, rows, cols, channels)
    window_size : (int, int)
        Rows and columns of the window; it must fit into the images.
    strides, dilation_rate : (int, int), optional
        Step of the window, and distance of neighbouring entries in it, along rows and cols.

    Returns
    -------
    ndarray of shape (batch, rows_out, cols_out, window_rows, window_cols, channels)
        Read-only: one pixel of ``images`` appears in many windows.

    Examples
    --------
    >>> import numpy as np
    >>> windows = sliding_windows(np.arange(9).reshape(1, 3, 3, 1), (2, 2))
    >>> windows.shape
    (1, 2, 2, 2, 2, 1)
    >>> windows[0, 1, 0, :, :, 0]
    array([[3, 4],
           [6, 7]])
    """
    batch, rows, cols, channels = images.shape
    rows_out = (rows - dilation_rate[0] * (window_size[0] - 1) - 1) // strides[0] + 1
    cols_out = (cols - dilation_rate[1] * (window_size[1] - 1) - 1) // strides[1] + 1
    to_image, to_row, to_col, to_channel = images.strides  # in bytes
    return as_strided(
        images,
        shape=(batch, rows_out, cols_out, *window_size, channels),
        strides=(
            to_image,
            to_row * strides[0],
            to_col * strides[1],
            to_row * dilation_rate[0],
            to_col * dilation_rate[1],
            to_channel,
        ),
        writeable=False,
    )


def blocks(batch_array, *, arrays=1):
    """Yield index pairs (images, rows) that cut a batch into pieces of about BLOCK_BYTES.

    Parameters
    ----------
    batch_array : ndarray of shape (batch, rows, ...)
    arrays : int, optional
        How many arrays of this shape are worked on at once.
    """
    batch, rows = batch_array.shape[:2]
    row_bytes = arrays * batch_array[:1, :1].nbytes
    num_rows = max(1, BLOCK_BYTES // max(1, row_bytes))
    num_images = max(1, num_rows // rows)
    for image in range(0, batch, num_images):
        for row in range(0, rows, num_rows):
            yield slice(image, image + num_images), slice(row, row + num_rows)
