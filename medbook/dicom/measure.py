"""Lengths in millimetres, where the file says how large a pixel is."""

import math

from medbook.dicom.errors import warn


def length_mm(image, start, end):
    """Measure the distance between two points of an image.

    Parameters
    ----------
    image : Image
    start, end : (float, float)
        Row and column; fractions are allowed.

    Returns
    -------
    float
        In millimetres. With a warning if it is measured in the plane of the detector: a
        radiograph is a projection, magnified by an amount that depends on the depth.

    Raises
    ------
    ValueError
        If the file does not say how large a pixel is.

    References
    ----------
    DICOM PS3.3 10.7.1.3.

    Examples
    --------
    >>> from pydicom.data import get_testdata_file
    >>> from medbook.dicom import read_image
    >>> round(length_mm(read_image(get_testdata_file("CT_small.dcm")), (0, 0), (30, 40)), 3)
    33.073
    """
    if image.spacing_mm is None:
        raise ValueError(
            "length_mm: the file does not say how large a pixel is (no PixelSpacing, or 0), so nothing can be "
            "measured in mm. Measure in pixels, or take the spacing from the scanner's protocol."
        )
    if image.spacing_source == "ImagerPixelSpacing":
        warn(
            "length_mm: measured in the plane of the detector (ImagerPixelSpacing); "
            "in the patient the length is smaller, by the unknown magnification.",
        )
    rows, cols = (last - first for first, last in zip(start, end, strict=True))
    return math.hypot(rows * image.spacing_mm[0], cols * image.spacing_mm[1])
