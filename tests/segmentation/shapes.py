"""Images and masks that several tests use."""

import numpy as np
from scipy import ndimage

from medbook.phantoms import ct_slices


def ball(shape, radius, center=None):
    """A mask: a disc in two axes, a ball in three."""
    center = [(size - 1) / 2 for size in shape] if center is None else center
    offsets = [axis - middle for axis, middle in zip(np.indices(shape), center, strict=True)]
    return np.sqrt(sum(offset**2 for offset in offsets)) <= radius


def noisy(mask, *, contrast=100.0, sd=20.0, seed=0):
    """An image that is bright where the mask is, with white noise."""
    return contrast * mask + np.random.default_rng(seed).normal(0, sd, mask.shape)


def random_mask(seed, shape=(24, 20), share=0.55):
    """Blobs of all sizes, with holes."""
    smooth = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 0.8)
    return smooth > np.quantile(smooth, 1 - share)


def dice(mask_true, mask_pred):
    """Dice overlap of two masks."""
    return 2 * np.sum(mask_true & mask_pred) / (np.sum(mask_true) + np.sum(mask_pred))


def livers():
    """Twelve simulated CT slices with metastases."""
    return ct_slices(12, rng=np.random.default_rng(0), region="liver", prevalence=1)


def largest_lesions():
    """For each slice: image, mask of the largest metastasis, its innermost pixel, and the liver near it."""
    ct = livers()
    for image, mask, organs in zip(ct.images, ct.masks, ct.organ_masks, strict=True):
        labels, _ = ndimage.label(mask)
        lesion = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
        depth = ndimage.distance_transform_edt(lesion)
        center = tuple(int(index) for index in np.unravel_index(np.argmax(depth), depth.shape))
        liver = (organs == ct.organ_names.index("liver")) & (lesion | ~mask)
        yield image, lesion, center, ndimage.binary_dilation(lesion, iterations=4) & liver


SHAPES = [(24, 20), (12, 14, 16)]
