"""Do four ways to improve a segmentation help? Writes results/segmentation.json for the book.

    python benchmarks/segmentation.py [--seeds 3] [--task ct mr] [--output FILE] [--fresh]

What is found is written after every arm, and a run goes on where an earlier one with the same settings was cut off,
unless it is told to start afresh.

ct     metastases in simulated liver CT, 64 x 64 pixels of 2.9 mm around the liver
mr     tumours in simulated T2-weighted MR of the brain, 64 x 64 pixels of 2.3 mm around its middle

The base is a U-Net of two poolings and 8 filters, trained with cross-entropy on 160 images of as many patients, as
they are. Every other arm changes one thing:

architecture    an encoder-decoder of about the same size, the U-Net with its skip connections cut
deeper          one, three and four poolings
more data       40 and 640 images
augmentation    flips, shifts and rotations of image and mask
loss            soft Dice, focal, Tversky, cross-entropy and Dice
all four        three poolings, 640 images, augmentation, cross-entropy and Dice
four times the steps    the base and all four, trained four times as long

All other arms take the same number of steps, from a last bias that expects 1 % of lesion. Each seed draws new
patients and first weights; the 200 test patients are the same for all. ``dice`` is the mean over the test images
with a lesion; ``gain`` is its difference to the base, seed by seed. An interval is Student's, of 95 %, for the mean
over seeds; with few seeds it is wide.
"""

import argparse
import datetime
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers, losses
from scipy import ndimage
from seeds import mean_interval

from medbook.dicom import apply_window
from medbook.metrics import dice_score, hausdorff95, per_case
from medbook.models import (
    CombinedLoss,
    FocalLoss,
    SoftDice,
    TverskyLoss,
    build_encoder_decoder,
    build_unet,
    cosine_schedule,
    predict,
)
from medbook.phantoms import ct_slices, mr_slices

RESULTS = Path(__file__).parent / "results" / "segmentation.json"
SIZE, FILTERS, TESTS, PREVALENCE = 64, 8, 200, 0.7
ENCODER_DECODER = [8, 28, 50]  # filters that cost about as much as the base does
STEPS, BATCH, LEARNING_RATE = 400, 3, 3e-3
FIRST_BIAS = -4.6  # log-odds of 1 %: from 0, cross-entropy may settle on empty masks before it finds a lesion
MOVE = {"flip": 0.5, "shift_px": 6, "rotation_deg": 15}
TASKS = {
    "ct": {
        "options": {"region": "liver", "size": 128, "lesion_contrast": 0.6, "noise": 1.5},
        "first_row_col": [32, 16],
        "window": {"center": 100, "width": 200},
    },
    "mr": {
        "options": {"contrast": "T2", "size": 96},
        "first_row_col": [16, 16],
        "window": {"center": 300, "width": 600},
    },
}
SLICES = {"ct": ct_slices, "mr": mr_slices}
IN_PLANE = np.zeros((3, 3, 3), bool)  # lesions of neighbouring images are not one
IN_PLANE[1] = ndimage.generate_binary_structure(2, 1)
LOSSES = {
    "cross-entropy": losses.BinaryCrossentropy(from_logits=True),
    "soft Dice": SoftDice(from_logits=True),
    "focal": FocalLoss(gamma=2, from_logits=True),
    "Tversky": TverskyLoss(alpha=0.3, beta=0.7, from_logits=True),
    "cross-entropy + Dice": CombinedLoss([losses.BinaryCrossentropy(from_logits=True), SoftDice(from_logits=True)]),
}
BASE = {"network": "U-Net", "depth": 2, "images": 160, "moved": False, "loss": "cross-entropy"}
ALL = {"depth": 3, "images": 640, "moved": True, "loss": "cross-entropy + Dice"}
ARMS = {
    ("base", "base"): {},
    ("architecture", "encoder-decoder"): {"network": "encoder-decoder"},
    ("architecture", "skips cut"): {"network": "skips cut"},
    **{("deeper", f"depth {depth}"): {"depth": depth} for depth in (1, 3, 4)},
    **{("more data", f"{num} images"): {"images": num} for num in (40, 640)},
    ("augmentation", "flips, shifts, rotations"): {"moved": True},
    **{("loss", name): {"loss": name} for name in LOSSES if name != "cross-entropy"},
    ("all four", "all four"): ALL,
    ("four times the steps", "base"): {"steps": 4 * STEPS},
    ("four times the steps", "all four"): {**ALL, "steps": 4 * STEPS},
}


class CutSkip(layers.Layer):
    """Take the place of a concatenation and put zeros where the skip connection was."""

    def call(self, inputs):
        skip, below = inputs
        return keras.ops.concatenate([keras.ops.zeros_like(skip), below], -1)


def build(network, depth):
    """Return a network of logits for images (64, 64, 1)."""
    shape = (SIZE, SIZE, 1)
    if network == "encoder-decoder":
        return build_encoder_decoder(shape, filters=ENCODER_DECODER)
    unet = build_unet(shape, depth=depth, filters=FILTERS)
    if network == "U-Net":
        return unet

    def cut(layer):
        return CutSkip() if isinstance(layer, layers.Concatenate) else layer.__class__.from_config(layer.get_config())

    return keras.models.clone_model(unet, clone_function=cut)


def multiply_adds(model):
    """Return the multiplications of all convolutions for one image."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2DTranspose):  # each pixel that comes in meets each weight
            total += layer.kernel.shape.num_elements() * np.prod(layer.input.shape[1:3])
        elif isinstance(layer, layers.Conv2D):
            total += layer.kernel.shape.num_elements() * np.prod(layer.output.shape[1:3])
    return int(total)


class Trainer:
    """Networks that are compiled once for each kind and loss, and started again for each seed."""

    def __init__(self):
        self.models, self.first_weights = {}, {}

    def fit(self, x, y, *, network, depth, loss, seed, steps):
        """Return a network that saw all images once, in their order, in batches of three."""
        if (network, depth, loss, steps) not in self.models:
            optimizer = keras.optimizers.Adam(cosine_schedule(LEARNING_RATE, steps=steps))
            model = self.models[network, depth, loss, steps] = build(network, depth)
            model.compile(optimizer, LOSSES[loss], jit_compile=False, steps_per_execution=20)
        if (network, depth, seed) not in self.first_weights:
            keras.utils.set_random_seed(seed)
            self.first_weights[network, depth, seed] = build(network, depth).get_weights()
        model = self.models[network, depth, loss, steps]
        model.set_weights(self.first_weights[network, depth, seed])
        model.get_layer("scores").bias.assign([FIRST_BIAS])
        for variable in model.optimizer.variables:
            if "learning_rate" not in variable.path:
                variable.assign(keras.ops.zeros_like(variable))
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
        return model


def draw(task, num, *seed):
    """Return windowed images and masks (num, 64, 64) of as many patients, about 7 in 10 with lesions, and the pixel."""
    setting, (row, col) = TASKS[task], TASKS[task]["first_row_col"]
    rng = np.random.default_rng([31, list(TASKS).index(task), *seed])
    sample = SLICES[task](num, prevalence=PREVALENCE, rng=rng, **setting["options"])
    crop = np.s_[:, row : row + SIZE, col : col + SIZE]
    window = {**setting["window"], "function": "linear_exact"}
    return apply_window(sample.images[crop], **window), sample.masks[crop], sample.spacing_mm[1:]


def in_order_of_training(images, masks, rng, *, moved, steps):
    """Return what the steps will see: the images in ever new orders, changed at random if wanted."""
    num = steps * BATCH
    order = np.concatenate([rng.permutation(len(images)) for _ in range(-(-num // len(images)))])[:num]
    x, y = images[order], masks[order].astype("float32")
    if moved:
        for index in range(num):
            x[index], y[index] = move(x[index], y[index], rng)
    return x[..., np.newaxis], y[..., np.newaxis]


def move(image, mask, rng):
    """Return image and mask after one flip, rotation and shift for both: linear for grays, nearest for masks."""
    angle = np.deg2rad(rng.uniform(-MOVE["rotation_deg"], MOVE["rotation_deg"]))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix[:, 1] *= rng.choice((1, -1), p=(1 - MOVE["flip"], MOVE["flip"]))  # left to right
    middle = (SIZE - 1) / 2
    offset = middle - matrix @ np.full(2, middle) + rng.uniform(-MOVE["shift_px"], MOVE["shift_px"], 2)
    moved = [
        ndimage.affine_transform(values, matrix, offset, order=order, mode="nearest")
        for values, order in ((image, 1), (mask, 0))
    ]
    return moved


def measures(masks, found, spacing_mm):
    """Return what is reported of the masks that an arm found on the test images."""
    ill = masks.any(axis=(1, 2))
    dice = per_case(dice_score, masks[ill], found[ill])
    sizes = masks[ill].sum(axis=(1, 2))
    distances = per_case(hausdorff95, masks[ill], found[ill], spacing_mm=spacing_mm)
    lesions, regions = ndimage.label(masks, IN_PLANE), ndimage.label(found, IN_PLANE)
    return {
        "dice": dice.mean(),
        "dice_small": dice[sizes < np.median(sizes)].mean(),
        "hd95_mm": np.median(distances),
        "lesions_found": share_touched(*lesions, found),
        "false_regions": (1 - share_touched(*regions, masks)) * regions[1] / len(masks) if regions[1] else 0.0,
        "false_alarm": found[~ill].any(axis=(1, 2)).mean(),
        "pixel_accuracy": (masks == found).mean(),
        "pooled_dice": 2 * (masks & found).sum() / (masks.sum() + found.sum()),
    }


def share_touched(labels, num, other):
    """Return the share of labelled regions that another mask overlaps."""
    return len(np.unique(labels[(labels > 0) & other])) / num


def run(task, seed, trainer, done):
    """Yield what is known of an arm and what was measured, for one seed and all arms but those that are done."""
    if {("none", "empty mask"), *ARMS} <= done:
        return
    test, masks, spacing_mm = draw(task, TESTS, 999)
    images, references, _ = draw(task, 640, seed)
    if ("none", "empty mask") not in done:
        empty = {"task": task, "way": "none", "setting": "empty mask"}
        yield empty, measures(masks, np.zeros_like(masks), spacing_mm)
    for way, name in [key for key in ARMS if key not in done]:
        arm = {**BASE, **ARMS[way, name]}
        own, rng = slice(arm["images"]), np.random.default_rng([32, seed])
        steps = arm.get("steps", STEPS)
        x, y = in_order_of_training(images[own], references[own], rng, moved=arm["moved"], steps=steps)
        model = trainer.fit(x, y, network=arm["network"], depth=arm["depth"], loss=arm["loss"], seed=seed, steps=steps)
        size = {"params": model.count_params(), "multiply_adds": multiply_adds(model)}
        values = measures(masks, predict(model, test[..., np.newaxis])[..., 0] > 0, spacing_mm)
        yield {"task": task, "way": way, "setting": name, "arm": arm, **size}, values


def summary(values):
    """Return the mean with its interval, rounded; null for an interval of one seed, and where infinite."""
    found = mean_interval(values) if len(values) > 1 else {"mean": values[0], "low": None, "high": None}

    def short(number):
        return None if number is None or not np.isfinite(number) else round(float(number), 4)

    return {key: short(found[key]) for key in ("mean", "low", "high")} | {"values": [short(value) for value in values]}


def record(arm, values, base):
    """Return what is written of one arm, from its measures and the base's over seeds."""
    row = arm | {"metrics": {key: summary([value[key] for value in values]) for key in values[0]}}
    if arm["way"] not in ("none", "base"):
        gains = [value["dice"] - of_base["dice"] for value, of_base in zip(values, base, strict=False)]
        row["gain"] = summary(gains)
    return row


def settings():
    """Return all numbers that the results depend on."""
    names = (
        "STEPS",
        "BATCH",
        "LEARNING_RATE",
        "FIRST_BIAS",
        "FILTERS",
        "ENCODER_DECODER",
        "TESTS",
        "PREVALENCE",
        "MOVE",
        "TASKS",
        "BASE",
    )
    return {name.lower(): globals()[name] for name in names}


def earlier(path):
    """Return what a run with the same settings has left: arms with their measures over seeds, and CPU seconds."""
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if old.get("about", {}).get("settings") != settings():
        return {}, {}
    found = {}
    for row in old["records"]:
        arm = {key: value for key, value in row.items() if key not in ("metrics", "gain")}
        table = {
            name: [np.inf if value is None else value for value in metric["values"]]
            for name, metric in row["metrics"].items()
        }
        values = [dict(zip(table, of_seed, strict=True)) for of_seed in zip(*table.values(), strict=True)]
        found[row["task"], row["way"], row["setting"]] = (arm, values)
    return found, old["cpu_seconds_by_task"]


def write(path, found, seconds):
    bases = {arm["task"]: values for arm, values in found.values() if arm["way"] == "base"}
    about = {
        "date": datetime.date.today().isoformat(),
        "versions": {module.__name__: module.__version__ for module in (np, keras, tf)},
        "settings": settings(),
    }
    by_task = {task: round(value) for task, value in seconds.items()}
    results = {
        "about": about,
        "cpu_seconds": sum(by_task.values()),
        "cpu_seconds_by_task": by_task,
        "seeds": min(len(values) for _, values in found.values()),
        "records": [record(arm, values, bases.get(arm["task"])) for arm, values in found.values()],
    }
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--task", nargs="+", choices=tuple(TASKS), default=tuple(TASKS))
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--fresh", action="store_true")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    found, seconds = ({}, {}) if options.fresh else earlier(options.output)
    trainer = Trainer()
    for seed in range(options.seeds):
        for task in options.task:
            start, before = time.process_time(), seconds.get(task, 0)
            done = {key[1:] for key, (_, values) in found.items() if key[0] == task and len(values) > seed}
            for arm, values in run(task, seed, trainer, done):
                key = tuple(arm[name] for name in ("task", "way", "setting"))
                found.setdefault(key, (arm, []))[1].append(values)
                seconds[task] = before + time.process_time() - start
                write(options.output, found, seconds)
                shown = {name: round(float(value), 3) for name, value in values.items()}
                print(f"{seconds[task]:4.0f} s", seed, *key, shown, flush=True)


if __name__ == "__main__":
    main()
