"""Anterior and posterior hippocampus in MR volumes of 1 mm voxels: a 3-D U-Net; a part of real_segmentation.py."""

import time

import numpy as np
from segmentation_training import probabilities, rounded, train

from medbook.datasets import load
from medbook.metrics import dice_score, hausdorff95, volume_ml
from medbook.segmentation import largest_component

STRUCTURES = {"whole": (1, 2), "anterior": (1,), "posterior": (2,)}
RECIPE = {
    "depth": 3, "filters": 16, "size": (32, 48, 32), "batch_size": 2, "steps": 1200, "learning_rate": 2e-3,
    "rotation_deg": 8, "zoom": 0.08, "bend": 1.5, "gamma": 0.25, "contrast": 0.15, "noise": 0.04, "bias": 0.1,
}  # fmt: skip
TRIED = {"as chosen": {}}
PADS = ((0, 0, 0), (4, 4, 4), (2, 6, 3), (6, 2, 5))


def unit_range(volume):
    """Bring a volume's 1st and 99.5th percentile to 0 and 1: MR values have no common scale."""
    low, high = np.percentile(volume, (1, 99.5))
    return np.clip((volume - low) / (high - low), 0, 1.2).astype("float32")


def load_parts():
    """Return the volumes and the numbers of training and test cases: of three files in order the third is for test."""
    volumes = load("hippocampus")
    numbers = np.arange(len(volumes))
    return volumes, numbers[numbers % 3 != 2], numbers[numbers % 3 == 2]


def split_names():
    """Return the names of the training and test files."""
    volumes, training, test = load_parts()
    names = volumes.extras["files"]
    return {"training": names[training].tolist(), "test": names[test].tolist()}


def label_volume(model, image, pads=PADS):
    """Return the label map of a volume: of each class the likelier, of the whole the largest piece."""
    mean = probabilities(model, image, pads)
    labels = mean.argmax(axis=-1)
    return np.where(largest_component(labels > 0), labels, 0)


def cut_to(array, shape):
    """Crop and pad the last three axes with zeros to a shape, the middle kept."""
    for axis, length in enumerate(shape, start=array.ndim - len(shape)):
        spare = length - array.shape[axis]
        margins = [(0, 0)] * array.ndim
        margins[axis] = (max(spare, 0) // 2, max(spare, 0) - max(spare, 0) // 2)
        start = max(-spare, 0) // 2
        array = np.pad(array, margins).take(range(start, start + length), axis=axis)
    return array


def average_mask(masks, shape):
    """Return what is most often at a voxel, all volumes laid on one another by their middle: no image is looked at."""
    padded = np.stack([cut_to(mask, shape) for mask in masks])
    return np.stack([(padded == number).sum(axis=0) for number in range(3)]).argmax(axis=0)


def judge_volumes(truths, founds, spacing_mm):
    """Return for each structure the Dice score, HD95 and volumes of each case."""
    result = {}
    for name, numbers in STRUCTURES.items():
        pairs = [(np.isin(one, numbers), np.isin(other, numbers)) for one, other in zip(truths, founds, strict=True)]
        volumes = np.array([[volume_ml(mask, spacing_mm=spacing_mm) for mask in pair] for pair in pairs])
        result[name] = {
            "dice": rounded([dice_score(*pair) for pair in pairs]),
            "hd95_mm": rounded([hausdorff95(*pair, spacing_mm=spacing_mm) for pair in pairs]),
            "volume_error_percent": rounded(100 * (volumes[:, 1] / volumes[:, 0] - 1)),
            "reference_ml": rounded(volumes[:, 0]),
        }
    return result


def runs(seeds):
    """Train on all training cases and predict the test cases, for each seed; yield what each gave."""
    volumes, training, test = load_parts()
    images = [unit_range(volume) for volume in volumes.images]
    truths = [volumes.masks[case] for case in test]
    shape = tuple(np.max([mask.shape for mask in volumes.masks], axis=0))
    atlas = average_mask([volumes.masks[case] for case in training], shape)
    guesses = [cut_to(atlas, truth.shape) for truth in truths]
    yield {"method": "average mask", "seed": 0, "cases": judge_volumes(truths, guesses, volumes.spacing_mm)}
    for seed in seeds:
        start = time.process_time()
        model = train([images[case] for case in training], [volumes.masks[case] for case in training], seed, **RECIPE)
        founds = [label_volume(model, images[case]) for case in test]
        seconds = round(time.process_time() - start)
        cases = judge_volumes(truths, founds, volumes.spacing_mm)
        yield {"method": "3-D U-Net", "seed": seed, "cpu_seconds": seconds, "cases": cases}


def check(**settings):
    """Train once on two thirds of the training cases; return the mean Dice scores of the others, and how many."""
    volumes, training, _ = load_parts()
    is_check = np.arange(len(training)) % 3 == 1
    images = {case: unit_range(volumes.images[case]) for case in training}
    fit, others = training[~is_check], training[is_check]
    model = train([images[case] for case in fit], [volumes.masks[case] for case in fit], 500, **settings)
    founds = [label_volume(model, images[case]) for case in others]
    scores = judge_volumes([volumes.masks[case] for case in others], founds, volumes.spacing_mm)
    return {"dice": {name: rounded(np.mean(one["dice"])) for name, one in scores.items()}, "cases": len(others)}
