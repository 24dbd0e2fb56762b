"""Nuclei under the microscope, each by itself: a U-Net beside classical methods; a part of real_segmentation.py."""

import itertools
import time

import numpy as np
from scipy import ndimage
from segmentation_training import probabilities, rounded, train
from skimage import color, feature, segmentation

from medbook.datasets import load
from medbook.metrics import dice_score
from medbook.segmentation import fill_holes, otsu_threshold, remove_small_regions

RECIPE = {
    "depth": 3, "filters": 16, "size": (128, 128), "batch_size": 8, "steps": 400, "learning_rate": 3e-3,
    "rotation_deg": 180, "zoom": 0.2, "bend": 1.5, "gamma": 0.25, "contrast": 0.2, "noise": 0.03, "bias": 0.1,
    "flip": True,
}  # fmt: skip
NAMES = ("U-Net, interior and border", "U-Net, nucleus or not", "Otsu and watershed")
TRIED = {"as chosen": {}}
TRAIN, VALIDATION, TEST = range(3)
PART_OF_TEN = (TRAIN, TEST, TRAIN, TEST, TRAIN, VALIDATION, TRAIN, TEST, TRAIN, TEST)  # of each kind, in order of files
PADS_2D = ((0, 0), (4, 4), (2, 6), (6, 2))
STAINED_SHARE = 1 / 3  # of the windows; of the images it is a sixth
NETWORK = {"apart": (4, 8, 12, 16), "min_size": (15, 40)}  # what to choose from, as for the classical method
CLASSICAL = {
    "gray": {"fluorescence": ("linear", "log"), "stained tissue": ("mean", "red", "haematoxylin")},
    "sigma": (1, 2),  # of the blur before Otsu's threshold, in pixels
    "apart": (4, 8, 12),  # least distance of two seeds, in pixels
    "min_size": (15, 40),
}


def load_parts():
    """Return the images, and the part (training, validation, test) of each."""
    nuclei = load("nuclei")
    parts = np.empty(len(nuclei), int)
    for kind in np.unique(nuclei.labels):
        members = np.flatnonzero(nuclei.labels == kind)
        parts[members] = np.resize(PART_OF_TEN, len(members))
    return nuclei, parts


def split_names():
    """Return the numbers of the images in each part, in the order of index.csv, and the kind of each test image."""
    images, parts = load_parts()
    numbers = {
        name: np.flatnonzero(parts == part).tolist() for part, name in enumerate(("training", "validation", "test"))
    }
    return {**numbers, "test_kinds": [images.class_names[images.labels[case]] for case in numbers["test"]]}


def bright_nuclei(image):
    """Return the image with nuclei bright also where they are stained dark, from its 1st to its 99.8th percentile."""
    image = 1 - image if np.median(image) > 0.5 else image
    low, high = np.percentile(image, (1, 99.8))
    return np.sqrt(np.clip((image - low) / (high - low), 0, 1)).astype("float32")


def interior_and_border(mask):
    """Return 0 for background, 1 for the interior of nuclei, 2 for their outermost pixels."""
    border = segmentation.find_boundaries(mask, mode="inner")
    return np.where(mask > 0, 1 + border, 0)


def nucleus_mask(mean, min_size):
    """Return where a nucleus is likelier than background, without holes and small pieces."""
    return remove_small_regions(fill_holes(mean[..., 0] < 0.5), min_size=min_size)


def grown(seeded, mask, apart):
    """Number the nuclei of a mask: each peak of the distance within ``seeded`` grows, as a watershed, over the mask."""
    distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(seeded), 1)
    peaks = feature.peak_local_max(distance * mask, min_distance=apart, exclude_border=False)
    seeds = np.zeros(mask.shape, int)
    seeds[tuple(peaks.T)] = np.arange(1, 1 + len(peaks))
    pieces, _ = ndimage.label(mask)
    alone = mask & ~np.isin(pieces, pieces[seeds > 0])  # too thin for a peak: the piece is its own seed
    return segmentation.watershed(-distance, np.where(alone, len(peaks) + pieces, seeds), mask=mask)


def instances(mean, *, apart, min_size):
    """Number the nuclei of a network's probabilities: what it calls border keeps those that touch apart."""
    mask = nucleus_mask(mean, min_size)
    return grown(mask & (mean[..., 1] > mean[..., 2]), mask, apart)


def gray_values(image, way):
    """Return one value a pixel, high in nuclei."""
    if way == "haematoxylin":
        return color.rgb2hed(image)[..., 0]
    gray = {"red": 1 - image[..., 0], "mean": 1 - image.mean(axis=-1)}.get(way, image.mean(axis=-1))
    return np.log(gray + 0.01) if way == "log" else gray


def classical(image, *, gray, sigma, apart, min_size):
    """Number the nuclei without a network: Otsu, holes filled, small regions removed, watershed of the distance."""
    blurred = ndimage.gaussian_filter(gray_values(image, gray), sigma)
    mask = remove_small_regions(fill_holes(blurred > otsu_threshold(blurred)), min_size=min_size)
    return grown(mask, mask, apart)


def object_f1(mask_true, mask_pred):
    """Return 2 TP / (2 TP + FP + FN), where a nucleus is found if IoU with one found object is above 0.5.

    Two objects cannot both cover more than half of a nucleus, so no matching has to be searched for.
    """
    _, rows = np.unique(np.append(0, mask_true), return_inverse=True)  # 0 first, also where there is no background
    _, cols = np.unique(np.append(0, mask_pred), return_inverse=True)
    overlap = np.zeros((rows.max() + 1, cols.max() + 1))
    np.add.at(overlap, (rows[1:], cols[1:]), 1)
    union = overlap.sum(axis=1, keepdims=True) + overlap.sum(axis=0) - overlap
    hits = np.count_nonzero(overlap[1:, 1:] > 0.5 * union[1:, 1:])
    return 2 * hits / (rows.max() + cols.max())


def judge_nuclei(truths, founds):
    """Return F1 of objects, Dice of pixels, and the number of objects of each image."""
    pairs = list(zip(truths, founds, strict=True))
    return {
        "f1": rounded([object_f1(*pair) for pair in pairs]),
        "dice": rounded([dice_score(truth > 0, found > 0) for truth, found in pairs]),
        "found": [len(np.unique(found[found > 0])) for found in founds],
    }


def best_settings(options, label, truths):
    """Return the settings with the highest mean F1; ``label`` turns settings into the label maps."""
    grids = [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]
    scores = [np.mean([object_f1(*pair) for pair in zip(truths, label(one), strict=True)]) for one in grids]
    return grids[int(np.argmax(scores))], round(float(np.max(scores)), 4)


def choose_by_kind(images, cases, options, label):
    """Choose settings for each kind of image by some cases; ``label`` numbers the nuclei of one. Return them and F1."""
    chosen = {}
    for number, kind in enumerate(images.class_names):
        members = [case for case in cases if images.labels[case] == number]
        own = {name: values[kind] if isinstance(values, dict) else values for name, values in options.items()}
        truths = [images.masks[case] for case in members]
        best, f1 = best_settings(own, lambda one, members=members: [label(case, **one) for case in members], truths)
        chosen[kind] = {**best, "f1": f1}
    return chosen


def settings_of(chosen, images, case):
    """Return the settings chosen for the kind of an image."""
    return {name: value for name, value in chosen[images.class_names[images.labels[case]]].items() if name != "f1"}


def train_nuclei(images, fit, seed, **settings):
    """Train on some images, a third of the windows from stained tissue."""
    stained = images.labels[fit] == 1
    chances = np.where(stained, STAINED_SHARE / stained.sum(), (1 - STAINED_SHARE) / (~stained).sum())
    inputs, masks = [bright_nuclei(images.images[case]) for case in fit], [images.masks[case] for case in fit]
    return train(inputs, masks, seed, chances=chances, encode=interior_and_border, **settings)


def predicted(model, images, cases):
    """Return the class probabilities of some images, as a dict from their number."""
    return {case: probabilities(model, bright_nuclei(images.images[case]), PADS_2D) for case in cases}


def run_classical(images, chosen_by, test):
    """Fit the classical method and return its label maps of the test images, its settings and seconds."""
    start = time.process_time()
    chosen = choose_by_kind(images, chosen_by, CLASSICAL, lambda case, **one: classical(images.images[case], **one))
    founds = [classical(images.images[case], **settings_of(chosen, images, case)) for case in test]
    return founds, {"cpu_seconds": round(time.process_time() - start), "chosen": chosen}


def runs(seeds):
    """Fit the classical method and, for each seed, a network; yield what each gave on the test images."""
    images, parts = load_parts()
    fit, validation, test = (np.flatnonzero(parts == part) for part in (TRAIN, VALIDATION, TEST))
    truths = [images.masks[case] for case in test]
    founds, told = run_classical(images, [*fit, *validation], test)
    yield {"method": NAMES[2], "seed": 0, **told, "cases": judge_nuclei(truths, founds)}
    for seed in seeds:
        start = time.process_time()
        model = train_nuclei(images, fit, seed, **RECIPE)
        means = predicted(model, images, [*validation, *test])
        chosen = choose_by_kind(
            images, validation, NETWORK, lambda case, means=means, **one: instances(means[case], **one)
        )
        founds = [instances(means[case], **settings_of(chosen, images, case)) for case in test]
        told = {"seed": seed, "cpu_seconds": round(time.process_time() - start), "chosen": chosen}
        yield {"method": NAMES[0], **told, "cases": judge_nuclei(truths, founds)}
        sizes = [settings_of(chosen, images, case)["min_size"] for case in test]
        merged = [ndimage.label(nucleus_mask(means[case], size))[0] for case, size in zip(test, sizes, strict=True)]
        yield {"method": NAMES[1], "seed": seed, "cases": judge_nuclei(truths, merged)}


def check(**settings):
    """Train once on four fifths of each kind of the training images; return mean F1 of the others, and how many."""
    images, parts = load_parts()
    training = np.flatnonzero(parts == TRAIN)
    is_check = np.arange(len(training)) % 5 == 1
    fit, others = training[~is_check], training[is_check]
    means = predicted(train_nuclei(images, fit, 500, **settings), images, others)
    chosen = choose_by_kind(images, others, NETWORK, lambda case, **one: instances(means[case], **one))
    return {"f1": {kind: one["f1"] for kind, one in chosen.items()}, "cases": len(others)}
