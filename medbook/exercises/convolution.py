"""The exercises of the chapter "Convolution"."""

import numpy as np


def _sizes(answer):
    """Exercise 1: rows of the output and receptive field of two layers."""
    try:
        rows, reach = answer
    except TypeError:
        return "two numbers are asked for: check('convolution-1', (rows, receptive_field))."
    if rows == 128:
        return '"valid" does not pad: from the second layer\'s input the window loses two pixels.'
    if rows == 126:
        return '"same" rounds up, and does so before the second layer.'
    if rows != 127:
        return "the number of rows: put n, k, s and p of each layer in turn into the formula for the output's size."
    if reach in (9, 10):
        return "the rows are right; in the receptive field, the second kernel steps over the first layer's stride."
    if reach != 11:
        return (
            "the rows are right; the receptive field starts at 1 and each layer adds (k - 1) times the strides before."
        )
    return None


def _share(answer):
    """Exercise 2: parameters of two 3 x 3 layers as a share of those of one 5 x 5 layer."""
    share = float(answer)
    if np.isclose(share, 18 / 25, atol=0.005):
        return None
    if np.isclose(share, 72, atol=0.5):
        return "as a share, not in percent."
    if np.isclose(share, 25 / 18, atol=0.005):
        return "the other way round: the two small layers as a share of the large one."
    return "did you count both layers, and all of their input channels?"


def _correlate_same(function):
    """Exercise 3: cross-correlation of the image's size with repeated edge pixels."""
    if not callable(function):
        return "hand over the function itself: check('convolution-3', correlate_same)."
    rng = np.random.default_rng(12)
    for image_shape, kernel_shape in [((9, 7), (3, 3)), ((6, 8), (5, 3)), ((5, 5), (1, 5))]:
        image, kernel = rng.standard_normal(image_shape), rng.standard_normal(kernel_shape)
        received = np.asarray(function(image.copy(), kernel.copy()))
        if received.shape != image_shape:
            return f"an image of shape {image_shape} and a kernel of {kernel_shape} gave shape {received.shape}."
        if np.allclose(received, _slide(image, kernel, mode="edge")):
            continue
        if np.allclose(received, _slide(image, kernel[::-1, ::-1], mode="edge")):
            return "this is a convolution: the kernel is flipped."
        if np.allclose(received, _slide(image, kernel, mode="constant")):
            return "the border still meets zeros; np.pad has a mode that repeats the edge."
        if np.allclose(received, _slide(image, kernel, mode="reflect")):
            return "the border is mirrored; the edge pixels are to be repeated."
        inside = tuple(slice(size // 2, -(size // 2) or None) for size in kernel_shape)
        if np.allclose(received[inside], _slide(image, kernel, mode="edge")[inside]):
            return "right inside, different at the border."
        return f"the shape is right, the values are not (image {image_shape}, kernel {kernel_shape})."
    return None


def _slide(image, kernel, mode):
    padded = np.pad(image, [(size // 2, size // 2) for size in kernel.shape], mode=mode)
    return np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(padded, kernel.shape), kernel)


def _muscle_kernel_in_aorta(answer):
    """Exercise 4: area under the curve of the muscle's best kernel in the aorta's noise."""
    auc = float(answer)
    if 0.83 <= auc <= 0.842:
        return None
    if np.isclose(auc, 0.868, atol=0.002):
        return "this is the aorta's own best kernel; the one that is best in muscle is asked for."
    if np.isclose(auc, 0.756, atol=0.002):
        return "this is the aorta's kernel in muscle; the question goes the other way."
    if np.isclose(auc, 0.872, atol=0.002):
        return "this judges the muscle's kernel in muscle; the noise to judge it in is the aorta's."
    if np.isclose(auc, 0.771, atol=0.002):
        return "this is the matched filter; solve with the muscle's covariance to get the kernel."
    return "take the kernel from the muscle's covariance and judge it in the aorta's, for the lesion of 0.7 pixels."


EXERCISES = {
    "convolution-1": _sizes,
    "convolution-2": _share,
    "convolution-3": _correlate_same,
    "convolution-4": _muscle_kernel_in_aorta,
}
