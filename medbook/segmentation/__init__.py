"""Segment images without a network, and mend the masks of any method: thresholds, regions, edges, level sets."""

from medbook.segmentation.components import largest_component, remove_small_regions
from medbook.segmentation.edges import canny_edges
from medbook.segmentation.holes import fill_holes
from medbook.segmentation.level_set import chan_vese
from medbook.segmentation.region_growing import region_growing
from medbook.segmentation.smoothing import smooth_mask
from medbook.segmentation.thresholding import otsu, otsu_threshold
from medbook.segmentation.watershed import watershed_on_gradient

__all__ = [
    "canny_edges",
    "chan_vese",
    "fill_holes",
    "largest_component",
    "otsu",
    "otsu_threshold",
    "region_growing",
    "remove_small_regions",
    "smooth_mask",
    "watershed_on_gradient",
]
