"""How good is a classifier or a segmentation, how sure are we, and for whom: measures with intervals over patients."""

from medbook.metrics.bootstrap import bootstrap_interval, paired_difference
from medbook.metrics.calibration import ReliabilityCurve, expected_calibration_error, reliability_curve
from medbook.metrics.cases import per_case
from medbook.metrics.confusion import ConfusionCounts, operating_point, sensitivity, specificity
from medbook.metrics.coverage import DensityCoverage, density_coverage
from medbook.metrics.feature_distance import frechet_distance, kernel_distance
from medbook.metrics.interval import Interval, proportion_interval
from medbook.metrics.memorization import MemorizationTest, memorization_test
from medbook.metrics.overlap import dice_score, iou
from medbook.metrics.prevalence import adjust_prevalence, predictive_values
from medbook.metrics.roc import roc_auc
from medbook.metrics.subgroups import SubgroupRow, SubgroupTable, subgroup_table
from medbook.metrics.surface import (
    hausdorff95,
    mean_surface_distance,
    normalized_surface_distance,
    surface_distances,
)
from medbook.metrics.temperature import TemperatureScaling
from medbook.metrics.threshold import choose_threshold
from medbook.metrics.volume import volume_ml

__all__ = [
    "ConfusionCounts",
    "DensityCoverage",
    "Interval",
    "MemorizationTest",
    "ReliabilityCurve",
    "SubgroupRow",
    "SubgroupTable",
    "TemperatureScaling",
    "adjust_prevalence",
    "bootstrap_interval",
    "choose_threshold",
    "density_coverage",
    "dice_score",
    "expected_calibration_error",
    "frechet_distance",
    "hausdorff95",
    "iou",
    "kernel_distance",
    "mean_surface_distance",
    "memorization_test",
    "normalized_surface_distance",
    "operating_point",
    "paired_difference",
    "per_case",
    "predictive_values",
    "proportion_interval",
    "reliability_curve",
    "roc_auc",
    "sensitivity",
    "specificity",
    "subgroup_table",
    "surface_distances",
    "volume_ml",
]
