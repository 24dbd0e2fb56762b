"""What does preprocessing do to one fixed small classifier? Writes results/preprocessing.json.

    python benchmarks/preprocessing.py [--seeds 5] [--output FILE]

Simulated radiographs, normal against pneumonia. For each choice the same network is trained with the
same five seeds; a seed decides which films train, the initial weights and the order of the films, so
that choices are compared in pairs. Each network is tested on new patients of its own hospital and on
patients of another. A choice trained longer is compared with the base trained as long. AUCs are
stored, no times.
"""

import argparse
import datetime
import json
import os
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--seeds", type=int, default=5)
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "preprocessing.json")
parser.add_argument("--only", nargs="*", help="names of choices, to try some")
options = parser.parse_args()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import skimage  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402
from scipy import stats  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

from medbook.phantoms import chest_radiographs  # noqa: E402
from medbook.preprocessing import Standardizer, denoise, equalize, rescale, resize, standardize  # noqa: E402

FILM, SIZE = 64, 32  # pixels a side: of the film, and of what the network sees
POOL, TRAIN, TEST = 1000, 600, 600  # films: to draw from, drawn for training, tested in each hospital
EPOCHS, BATCH = 15, 32
NOISE = 4  # a sixteenth of the usual dose, so that denoising has something to do
BASE, LONG_BASE = "per data set", "per data set, 45 epochs"


def films(num, seed, site):
    """Return films of shape (num, 64, 64, 1) in [0, 1] and their labels, 1 = pneumonia."""
    sample = chest_radiographs(
        num, size=FILM, rng=np.random.default_rng(seed), classes=("normal", "pneumonia"), noise=NOISE, sites=(site,)
    )
    return sample.images[..., np.newaxis], sample.labels


def shrink(images, anti_aliasing=True):
    return resize(images, (SIZE, SIZE), anti_aliasing=anti_aliasing)


def denoised(**how):
    return lambda images: shrink(denoise(images, **how))


def augmentation(strength, value_range=(-10, 10)):
    """Return the layers; by default RandomContrast clips to 0 to 255, which cuts half off a standardised film."""
    return [
        layers.RandomFlip("horizontal"),
        layers.RandomTranslation(0.06 * strength, 0.06 * strength, fill_mode="nearest"),
        layers.RandomRotation(0.02 * strength, fill_mode="nearest"),
        layers.RandomContrast(0.15 * strength, value_range=value_range),
    ]


# What happens to each film by itself ("each"); whether the training set's mean and standard deviation follow
# ("standardize", by default they do); the strength of augmentation; and how many times as long the training is.
CHOICES = {
    "0 to 255": {"each": lambda images: shrink(255 * images), "standardize": False},
    "÷ 255": {"each": shrink, "standardize": False},
    "per data set": {"each": shrink},
    "per image, min to max": {"each": lambda images: rescale(shrink(images)), "standardize": False},
    "per image, mean and SD": {"each": lambda images: standardize(shrink(images)), "standardize": False},
    "histogram equalisation": {"each": lambda images: shrink(equalize(images))},
    "CLAHE": {"each": lambda images: shrink(equalize(images, method="clahe", clip_limit=0.05))},
    "Gaussian": {"each": denoised(method="gaussian", strength=1)},
    "median": {"each": denoised(method="median", strength=1)},
    "non-local means": {"each": denoised(method="nonlocal_means", strength=0.8)},
    "total variation": {"each": denoised(method="total_variation", strength=1)},
    "no anti-aliasing": {"each": lambda images: shrink(images, anti_aliasing=False)},
    "augmented": {"each": shrink, "augment": {"strength": 1}},
    "augmented too strongly": {"each": shrink, "augment": {"strength": 6}},
    "augmented, clipped at 0": {"each": shrink, "augment": {"strength": 1, "value_range": (0, 255)}},
    LONG_BASE: {"each": shrink, "longer": 3},
    "÷ 255, 45 epochs": {"each": shrink, "standardize": False, "longer": 3},
    "mean and SD, 45 epochs": {
        "each": lambda images: standardize(shrink(images)),
        "standardize": False,
        "longer": 3,
    },
    "CLAHE, 45 epochs": {
        "each": lambda images: shrink(equalize(images, method="clahe", clip_limit=0.05)),
        "longer": 3,
    },
    "augmented, 45 epochs": {"each": shrink, "augment": {"strength": 1}, "longer": 3},
}


def classifier(augment):
    """Return the classifier: two convolutions, two poolings, one dense unit that gives a logit."""
    front = augmentation(**augment) if augment else []
    model = keras.Sequential(
        [
            layers.Input((SIZE, SIZE, 1)),
            *front,
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-3), loss, steps_per_execution=TRAIN // BATCH)
    return model


plain = []  # the classifier without augmentation, compiled once: TensorFlow takes longer to trace it than to train it


def start(choice, seed):
    """Return an untrained classifier whose first weights, and what follows at random, depend on the seed alone."""
    keras.utils.set_random_seed(seed)
    model = classifier(choice.get("augment"))
    if "augment" in choice:
        return model
    plain.append(model)
    if plain[0] is not model:
        plain[0].set_weights(plain.pop().get_weights())
        for variable in plain[0].optimizer.variables:
            if "learning_rate" not in variable.path:
                variable.assign(np.zeros(variable.shape))
    return plain[0]


def run(choice, data, seed):
    """Train once and return the AUC in each hospital and the loss of the first and last epoch."""
    (images, labels), *tests = data
    chosen = np.random.default_rng(seed).permutation(len(images))[:TRAIN]
    images, labels = images[chosen], labels[chosen]
    if choice.get("standardize", True):
        standardizer = Standardizer().fit(images)
        images = standardizer.transform(images)
        tests = [(standardizer.transform(x), y) for x, y in tests]
    model = start(choice, seed)
    history = model.fit(images, labels, epochs=EPOCHS * choice.get("longer", 1), batch_size=BATCH, verbose=0).history[
        "loss"
    ]
    aucs = [float(roc_auc_score(y, model(x).numpy()[:, 0])) for x, y in tests]
    return {"own": aucs[0], "other": aucs[1], "loss_first_epoch": history[0], "loss_last_epoch": history[-1]}


def interval(values):
    """Return the mean and the half width of its 95 % interval by Student's t."""
    values = np.asarray(values)
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return {"mean": float(values.mean()), "half_width": float(half)}


def base_of(name):
    """Return the name of the choice that this one is compared with, or None."""
    if name == BASE:
        return None
    return LONG_BASE if "longer" in CHOICES[name] and name != LONG_BASE else BASE


def summary(runs, name, rows):
    """Return the AUCs of all seeds with their interval, and that of the differences to the base, seed by seed."""
    row = {key: [one[key] for one in runs] for key in runs[0]}
    base = rows.get(base_of(name))
    if base is not None:
        row["compared_with"] = base_of(name)
    for hospital in ("own", "other"):
        row[f"{hospital}_interval"] = interval(row[hospital])
        if base is not None:
            row[f"{hospital}_difference"] = interval(np.subtract(row[hospital], base[hospital]))
    return row


def measure(raw, names):
    """Train and test these choices; each comes after the base that it is compared with."""
    wanted = {*names, *map(base_of, names)}
    rows = {}
    for name in [BASE, *(name for name in CHOICES if name in wanted and name != BASE)]:
        data = [(CHOICES[name]["each"](images), labels) for images, labels in raw]
        runs = [run(CHOICES[name], data, seed) for seed in range(options.seeds)]
        rows[name] = summary(runs, name, rows)
        own, other = (rows[name][f"{hospital}_interval"] for hospital in ("own", "other"))
        aucs = [f"{one['mean']:7.3f} ± {one['half_width']:.3f}" for one in (own, other)]
        print(f"{name:32}", *aucs, flush=True)
    return rows


def main():
    raw = [films(POOL, 1, site=0), films(TEST, 2, site=0), films(TEST, 3, site=1)]
    print(f"AUC in the own hospital and in another, means of {options.seeds} seeds with their 95 % intervals")
    result = {
        "date": datetime.date.today().isoformat(),
        "versions": {module.__name__: module.__version__ for module in (np, skimage, keras, tf)},
        "seeds": list(range(options.seeds)),
        "films": {"size": FILM, "network": SIZE, "train": TRAIN, "test": TEST, "noise": NOISE},
        "epochs": EPOCHS,
        "base": BASE,
        "choices": measure(raw, options.only or CHOICES),
    }
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output.name}")


if __name__ == "__main__":
    main()
