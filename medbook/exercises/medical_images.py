"""The exercises of the chapter "Medical images"."""

import numpy as np


def _gray_level(answer):
    """Exercise 1: a stored value in HU and as a gray level."""
    try:
        hu, gray = answer
    except TypeError:
        return "two numbers are asked for: check('medical_images-1', (hu, gray))."
    if hu == 1100 + 1024:
        return "the intercept is added, with its sign."
    if hu != 76:
        return "the HU: slope times stored value plus intercept."
    if gray == 245:
        return None
    if abs(gray - 0.96) < 0.01:
        return "the HU are right; the gray level is asked for on a scale from 0 to 255."
    if gray == 242:
        return "the HU are right; this is the window without DICOM's halves, c - 0.5 and w - 1."
    return "the HU are right; put them into the formula of the window, then multiply by 255."


def _magnification(answer):
    """Exercise 2: width of the heart from its width at the detector."""
    width_mm = float(answer)
    if np.isclose(width_mm, 150 * 1600 / 1800, atol=0.5):
        return None
    if np.isclose(width_mm, 150 * 1800 / 1600, atol=0.5):
        return "the other way round: rays spread, so the shadow is larger than the heart."
    if np.isclose(width_mm, 150 * 200 / 1800, atol=0.5):
        return "the heart's distance counts from the focus of the tube, not from the detector."
    return "compare the distances of heart and detector from the focus: similar triangles."


def _slice_order(function):
    """Exercise 3: order of slices along their normal."""
    if not callable(function):
        return "hand over the function itself: check('medical_images-3', slice_order)."
    rng = np.random.default_rng(3)
    stacks = {
        "axial": (1.0, 0, 0, 0, 1.0, 0),
        "sagittal": (0, 1.0, 0, 0, 0, -1.0),
        "oblique": (1.0, 0, 0, 0, 0.8, -0.6),
    }
    for name, orientation in stacks.items():
        orientation = np.array(orientation)
        normal = np.cross(orientation[:3], orientation[3:])
        place = rng.permutation(12)
        # The table may move sideways a little from slice to slice: that must not matter.
        positions = np.outer(2.5 * place - 40, normal) + np.outer(rng.normal(size=12), orientation[:3])
        received = np.asarray(function(positions, orientation))
        expected = np.argsort(place)
        if received.shape != expected.shape:
            return f"12 slices gave {received.shape}: one index for each slice is asked for."
        if np.array_equal(received, expected[::-1]):
            return f"{name}: the order is reversed; the normal is rows x columns, in this order."
        if np.array_equal(received, place):
            return "these are the ranks of the slices; asked for are the indices that sort them (np.argsort)."
        if not np.array_equal(received, expected):
            return f"right until the {name} stack: the component along the normal decides, not one axis."
    return None


def _mean_after_rounding(answer):
    """Exercise 4: mean contrast-to-noise ratio of exports whose rounding falls differently."""
    mean_cnr = float(answer)
    if 1.93 <= mean_cnr <= 2.06:
        return None
    if np.isclose(mean_cnr, 2.63, atol=0.02):
        return "nothing was lost: round the gray levels to whole numbers."
    if np.isclose(mean_cnr, 1.62, atol=0.03):
        return "this is one export; sixteen centers are asked for, and their mean."
    return "use `brain`, a width of 3896 HU, the centers from -60 to -45 HU, and contrast_and_cnr after np.rint."


EXERCISES = {
    "medical_images-1": _gray_level,
    "medical_images-2": _magnification,
    "medical_images-3": _slice_order,
    "medical_images-4": _mean_after_rounding,
}
