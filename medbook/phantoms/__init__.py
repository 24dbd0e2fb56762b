"""Simulated medical images with exact reference masks: physics first."""

from medbook.phantoms.chest_radiographs import ChestRadiographs, chest_radiographs
from medbook.phantoms.cine import CineUltrasound, cine_ultrasound
from medbook.phantoms.ct_sinogram import ct_sinogram
from medbook.phantoms.ct_slices import CTSlices, ct_slices
from medbook.phantoms.mr_slices import MRSlices, mr_slices

__all__ = [
    "CTSlices",
    "ChestRadiographs",
    "CineUltrasound",
    "MRSlices",
    "chest_radiographs",
    "cine_ultrasound",
    "ct_sinogram",
    "ct_slices",
    "mr_slices",
]
