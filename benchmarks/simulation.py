"""Is the simulation honest, and is it of use? Writes results/simulation.json, which the book reads.

    python benchmarks/simulation.py [--part difficulty shortcut pretraining] [--seeds 5]

difficulty   normal against diseased simulated radiographs: pixel logistic regression, a small network
             trained for at most one minute of processor time, and observers who know the lesion
shortcut     the same network trained where a marker goes with the disease, tested with and without it
pretraining  PneumoniaMNIST with 50, 200 and all training images, from scratch and after training on
             simulated radiographs; needs the real images (`medbook.datasets.load` fetches them)

Each value is the area under the ROC curve (AUC) on test images. An interval is Student's, for
the mean over seeds: simulated images are drawn anew for each seed; of the real ones, the official test
set stays and the training images and weights change. Nothing is chosen on a test set.
"""

import argparse
import datetime
import json
import os
import platform
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers
from seeds import mean_interval
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medbook.datasets import load
from medbook.phantoms import chest_radiographs

PARTS = ["difficulty", "shortcut", "pretraining"]
RESULTS = Path(__file__).parent / "results" / "simulation.json"
EPOCHS = 7  # less than one minute of processor time for 2,000 films of 64 x 64
THREE_CLASSES = ("normal", "pneumonia", "tuberculosis")
READERS = (
    "pixel logistic regression",
    "small network",
    "knows the lesion, not the anatomy",
    "knows lesion and anatomy",
)
STARTS = ("from scratch", "after simulated films")
TASKS = {"pneumonia": ("normal", "pneumonia"), "disease": THREE_CLASSES}


def small_network(size):
    """Return four convolutions of 16 to 64 filters, global average pooling and one logit."""
    model = keras.Sequential([keras.Input((size, size, 1)), layers.Rescaling(4.0, -2.0)])
    for filters in (16, 32, 64, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
        if model.output_shape[1] > 7:
            model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(1))
    return model


def train(model, images, labels, *, epochs, learning_rate=3e-3):
    """Train with Adam, the learning rate falling to zero along a cosine; return the processor seconds.

    Nothing is chosen by the result: the weights after the last epoch count.
    """
    steps = epochs * -(-len(images) // 32)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))
    model.compile(optimizer, keras.losses.BinaryCrossentropy(from_logits=True))
    start = time.process_time()
    model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0)
    return time.process_time() - start


def simulated(num, size, seed, **dials):
    """Return simulated radiographs, half of them diseased."""
    return chest_radiographs(num, size=size, rng=np.random.default_rng(seed), prevalence=0.5, **dials)


def inputs(films):
    """Return images with their channel axis, and labels 0 and 1."""
    return films.images[..., np.newaxis], (films.labels > 0).astype("float32")


def logistic_regression_auc(train_films, validation_films, test_films):
    """Return the test AUC of logistic regression on standardised pixels; C is chosen on the validation films."""
    (x, y), (x_val, y_val), (x_test, y_test) = (inputs(films) for films in (train_films, validation_films, test_films))
    best_auc, best = 0, None
    for c in (1e-4, 1e-3, 1e-2):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=200)).fit(x.reshape(len(x), -1), y)
        auc = roc_auc_score(y_val, model.decision_function(x_val.reshape(len(x_val), -1)))
        if auc > best_auc:
            best_auc, best = auc, model
    return roc_auc_score(y_test, best.decision_function(x_test.reshape(len(x_test), -1)))


def informed_observer_aucs(num, size, seed, classes):
    """Return the AUCs of two observers who know each lesion's picture and place.

    Each diseased film competes with its healthy twin. Both observers multiply the film with the picture of the
    lesion without noise and add up. The first subtracts only the mean healthy film, so the patient's anatomy
    disturbs it; the second knows the patient's healthy film, so nothing but quantum noise does.
    """
    present = simulated(num, size, seed, classes=classes)
    absent = simulated(num, size, seed, classes=classes, lesion_contrast=0)
    diseased, healthy = (simulated(num, size, seed, classes=classes, noise=0, lesion_contrast=c).images for c in (1, 0))
    sick = present.labels > 0
    picture = (diseased - healthy)[sick]
    norm = np.sum(picture**2, axis=(1, 2))
    truth = np.repeat([1, 0], sick.sum())
    aucs = []
    for known in (absent.images.mean(axis=0), healthy[sick]):
        scores = [np.sum(picture * (films.images[sick] - known), axis=(1, 2)) / norm for films in (present, absent)]
        aucs.append(roc_auc_score(truth, np.concatenate(scores)))
    return aucs


def network_auc(model, images, labels):
    """Return the AUC of the network's logit."""
    return roc_auc_score(labels, model.predict(images, batch_size=256, verbose=0)[:, 0])


def difficulty(seeds, size=64):
    """Compare three readers of simulated radiographs at the default dials."""
    records = []
    for task, classes in TASKS.items():
        readers = {name: [] for name in READERS}
        seconds = []
        for seed in range(seeds):
            films, checks, tests = (
                simulated(num, size, 100 * seed + part, classes=classes) for part, num in enumerate((2000, 500, 1000))
            )
            keras.utils.set_random_seed(seed)
            model = small_network(size)
            seconds.append(train(model, *inputs(films), epochs=EPOCHS))
            readers["small network"].append(network_auc(model, *inputs(tests)))
            readers["pixel logistic regression"].append(logistic_regression_auc(films, checks, tests))
            for name, auc in zip(READERS[2:], informed_observer_aucs(1000, size, 100 * seed + 2, classes), strict=True):
                readers[name].append(auc)
            print(task, seed, f"{seconds[-1]:.0f} s", {k: round(v[-1], 3) for k, v in readers.items()}, flush=True)
        for reader, values in readers.items():
            records.append({"task": task, "size": size, "reader": reader, **mean_interval(values)})
        records[1 - len(READERS)]["training_cpu_seconds"] = round(float(np.mean(seconds)))
    return records


def shortcut(seeds, size=64):
    """Train with a marker that goes with the disease; test with, without and against it, here and elsewhere."""
    tests = {
        "same hospital, marker as in training": dict(shortcut=0.9),
        "same hospital, no marker": dict(shortcut=None),
        "same hospital, marker at random": dict(shortcut=0.0),
        "same hospital, marker on the healthy": dict(shortcut=-0.9),
        "other hospital, marker at random": dict(shortcut=0.0, sites=(1,)),
    }
    values = {(trained, test): [] for trained in ("with marker", "without marker") for test in tests}
    for seed in range(seeds):
        for trained, dial in (("with marker", 0.9), ("without marker", None)):
            films = simulated(2000, size, 5000 + 100 * seed, classes=TASKS["pneumonia"], shortcut=dial)
            keras.utils.set_random_seed(seed)
            model = small_network(size)
            train(model, *inputs(films), epochs=EPOCHS)
            for test, dials in tests.items():
                films = simulated(1000, size, 5000 + 100 * seed + 1, classes=TASKS["pneumonia"], **dials)
                values[trained, test].append(network_auc(model, *inputs(films)))
                print(seed, trained, "|", test, round(values[trained, test][-1], 3))
    return [{"trained": trained, "test": test, **mean_interval(v)} for (trained, test), v in values.items()]


def pretraining(seeds, size=28):
    """Train on few and many real radiographs, from scratch and from a network that has seen simulated ones."""
    real = {part: load("pneumoniamnist", part) for part in ("train", "test")}
    x, y = real["train"].images, real["train"].labels
    x_test, y_test = real["test"].images, real["test"].labels
    epochs = {50: 60, 200: 40, len(x): 10}
    values = {}
    for seed in range(seeds):
        films = simulated(6000, size, 9000 + seed, classes=TASKS["pneumonia"], sites=tuple(range(8)))
        keras.utils.set_random_seed(seed)
        source = small_network(size)
        train(source, *inputs(films), epochs=12)
        values.setdefault(("simulated films only", 0), []).append(network_auc(source, x_test, y_test))
        rng = np.random.default_rng(seed)
        for num in epochs:
            chosen = balanced(y, num, rng) if num < len(x) else np.arange(len(x))
            for start in STARTS:
                keras.utils.set_random_seed(1000 + seed)
                model = small_network(size)
                if start == STARTS[1]:
                    model.set_weights(source.get_weights())
                train(model, x[chosen], y[chosen].astype("float32"), epochs=epochs[num], learning_rate=1e-3)
                values.setdefault((start, num), []).append(network_auc(model, x_test, y_test))
                print(seed, num, start, round(values[start, num][-1], 3), flush=True)
    for num in epochs:
        values["gain, paired by seed", num] = np.subtract(values[STARTS[1], num], values[STARTS[0], num])
    return [{"start": start, "real_images": num, **mean_interval(v)} for (start, num), v in values.items()]


def balanced(labels, num, rng):
    """Return the indices of ``num`` images, half of each class, drawn at random."""
    halves = [rng.choice(np.flatnonzero(labels == label), num // 2, replace=False) for label in (0, 1)]
    return rng.permutation(np.concatenate(halves))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    results = json.loads(options.output.read_text()) if options.output.exists() else {}
    for part in options.part:
        start = time.process_time()
        records = globals()[part](options.seeds)
        results[part] = {"cpu_seconds": round(time.process_time() - start), "seeds": options.seeds, "records": records}
        results["about"] = {
            "date": datetime.date.today().isoformat(),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
        }
        options.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for part in options.part:
        for record in results[part]["records"]:
            name = ", ".join(str(v) for k, v in record.items() if k not in ("mean", "low", "high", "values"))
            print(f"{part:12} {name:64} {record['mean']:.3f} [{record['low']:.3f}, {record['high']:.3f}]")


if __name__ == "__main__":
    main()
