"""Resize, crop, normalise, denoise, enhance: what happens to images before a network sees them."""

from medbook.preprocessing.cropping import crop, crop_center, mask_box, pad
from medbook.preprocessing.denoising import denoise, estimate_noise_sd
from medbook.preprocessing.enhancement import equalize
from medbook.preprocessing.intensity import Standardizer, rescale, standardize
from medbook.preprocessing.orientation import flip, rotate
from medbook.preprocessing.resizing import resample, resize, resize_mask, resized_spacing_mm

__all__ = [
    "Standardizer",
    "crop",
    "crop_center",
    "denoise",
    "equalize",
    "estimate_noise_sd",
    "flip",
    "mask_box",
    "pad",
    "resample",
    "rescale",
    "resize",
    "resize_mask",
    "resized_spacing_mm",
    "rotate",
    "standardize",
]
