"""Window center and width: which pixel values become black, gray and white."""

import numpy as np

from medbook.dicom.attributes import read_numbers
from medbook.dicom.errors import warn
from medbook.dicom.functional_groups import frame_items


def apply_window(image, *, center, width, function="linear"):
    """Map an intensity window to [0, 1]; what lies outside becomes 0 or 1.

    Parameters
    ----------
    image : ndarray of shape (..., rows, cols)
        Intensities in modality units (Hounsfield units for CT). Of an `Image`, pass ``.pixels``;
        an array does not say whether its last axis is colour, so colour is refused only as `Image`.
    center, width : float
        Window center and width in the units of ``image``. ``width`` must be at least 1 for
        "linear", and above 0 for the other two.
    function : {"linear", "linear_exact", "sigmoid"}, optional
        The VOI LUT function. "linear", DICOM's default, was made for whole numbers: it maps
        ``center - 0.5 - (width - 1) / 2`` to 0 and ``center - 0.5 + (width - 1) / 2`` to 1.

    Returns
    -------
    ndarray of float32, same shape as ``image``
        Display intensities in [0, 1], without unit.

    Raises
    ------
    ValueError
        If ``width`` is too small, ``function`` is unknown, or an `Image` is in colour.

    References
    ----------
    DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3. Used in the chapter "Convolution".

    Examples
    --------
    >>> import numpy as np
    >>> apply_window(np.array([-1000.0, 40.0, 1000.0]), center=40, width=400, function="linear_exact")
    array([0. , 0.5, 1. ], dtype=float32)
    """
    if function not in ("linear", "linear_exact", "sigmoid"):
        raise ValueError(f'apply_window(function={function!r}): expected "linear", "linear_exact" or "sigmoid".')
    wide_enough = width >= 1 if function == "linear" else width > 0
    if not wide_enough:
        raise ValueError(
            f'apply_window(width={width}): expected at least 1 for "linear" and above 0 otherwise; '
            "soft tissue on CT is often shown with center=40, width=400."
        )
    if hasattr(image, "pixels"):
        if image.is_color:
            raise ValueError("apply_window: a window is for gray images, this one is in colour; use to_display.")
        image = image.pixels
    image = np.asarray(image, dtype=np.float64)
    if function == "sigmoid":
        # 1 / (1 + exp(-4 (x - c) / w)), written so that nothing overflows far outside the window
        display = 0.5 + 0.5 * np.tanh(2 * (image - center) / width)
    elif function == "linear_exact":
        display = (image - center) / width + 0.5
    elif width == 1:
        display = np.where(image <= center - 0.5, 0.0, 1.0)  # a step: (width - 1) would divide by zero
    else:
        display = (image - (center - 0.5)) / (width - 1) + 0.5
    return np.clip(display, 0, 1).astype(np.float32)


def proposed_window(header):
    """Return the first window that a file proposes for its display.

    Parameters
    ----------
    header : pydicom.Dataset

    Returns
    -------
    (float, float) or None
        Center and width; None if the file proposes none, or one that cannot be used, then with a
        warning. Of multi-frame objects with functional groups, the window of the first frame.

    References
    ----------
    DICOM PS3.3 C.11.2.1.2 and C.7.6.16.2.10.
    """
    source = frame_items(header, "FrameVOILUTSequence", 1)[0] or header
    centers, widths = (read_numbers(source, field) for field in ("WindowCenter", "WindowWidth"))
    if not centers or not widths:
        return None
    if len(centers) != len(widths):
        warn(f"{len(centers)} WindowCenter but {len(widths)} WindowWidth: the first of each is used.")
    center, width = centers[0], widths[0]
    if width <= 0 or (width < 1 and read_function(header) == "linear"):
        warn(
            f"WindowWidth is {width:g}, which shows nothing: the window is not used. "
            "Soft tissue on CT is often shown with center=40, width=400.",
        )
        return None
    return center, width


def read_function(header):
    """Return the VOI LUT function of a file as `apply_window` names it; "linear" where it is not known.

    Parameters
    ----------
    header : pydicom.Dataset

    Returns
    -------
    {"linear", "linear_exact", "sigmoid"}
    """
    function = str(header.get("VOILUTFunction") or "").lower()
    return function if function in ("linear_exact", "sigmoid") else "linear"
