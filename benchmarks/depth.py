"""Does a deeper network learn better, and does a borrowed one? Writes results/depth.json.

    python benchmarks/depth.py [--part depth transfer] [--seeds N] [--output FILE]

depth      networks of 8 to 56 layers, with and without shortcuts, with and without batch normalisation
transfer   20, 50 and 100 films of a new hospital: from scratch, from a pre-trained network, from its features

Simulated radiographs. Every seed draws other training films, first weights and order; the test films are
always the same. An interval is Student's, of 95 %, for the mean over seeds; a gain is taken seed by seed.
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
from keras import layers
from seeds import mean_interval
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medbook.metrics import roc_auc
from medbook.models import build_cnn, build_small_resnet, cosine_schedule, predict
from medbook.phantoms import chest_radiographs

RESULTS = Path(__file__).parent / "results" / "depth.json"
SIZE = 32  # pixels a side, of 360 mm
DEPTHS, FILTERS, EPOCHS, BATCH, FILMS, TESTS = (8, 20, 32, 56), 8, 10, 32, 640, 1000
KINDS = [(normalized, shortcut) for normalized in (True, False) for shortcut in (True, False)]
PRETRAINED_FILMS, PRETRAINED_EPOCHS, STEPS, FEW = 1200, 10, 200, (20, 50, 100)
TASKS = {"pneumonia": ("normal", "pneumonia"), "tuberculosis": ("normal", "tuberculosis")}
OLD_HOSPITALS, NEW_HOSPITAL = tuple(range(8)), (20,)
SCALES = {
    "0 to 1, as trained": lambda x: x,
    "-1 to 1": lambda x: 2 * x - 1,
    "0 to 255": lambda x: 255 * x,
    "divided by 255 twice": lambda x: x / 255,
    "inverted": lambda x: 1 - x,
}


def films(num, *seed, **dials):
    """Return films of shape (num, 32, 32, 1) in [0, 1], half of them diseased on average, and labels 0 and 1."""
    dials = {"classes": TASKS["pneumonia"], **dials}
    sample = chest_radiographs(num, size=SIZE, rng=np.random.default_rng([31, *seed]), **dials)
    return sample.images[..., np.newaxis], sample.labels.astype("float32")


def deep_network(depth, *, shortcut, normalized):
    """Return a network of ``depth`` layers that averages its images to 16 x 16 pixels first."""
    preprocessing = [layers.Rescaling(4, -2.2), layers.AveragePooling2D(2)]
    build = build_small_resnet if normalized else unnormalized
    return build((SIZE, SIZE, 1), depth=depth, filters=FILTERS, shortcut=shortcut, preprocessing=preprocessing)


def unnormalized(input_shape, *, depth, filters, shortcut, preprocessing):
    """Return the network of `build_small_resnet` without batch normalisation.

    A sum without normalisation would double the variance at each block, so with shortcuts the last
    convolution of each branch starts at zero: every block starts as the identity.
    """
    inputs = x = keras.Input(input_shape)
    for layer in preprocessing:
        x = layer(x)
    he = {"kernel_size": 3, "padding": "same", "kernel_initializer": "he_normal"}
    x = layers.Conv2D(filters, activation="relu", **he)(x)
    for stage in range(3):
        channels = filters * 2**stage
        for block in range((depth - 2) // 6):
            strides = 2 if stage > 0 and block == 0 else 1
            y = layers.Conv2D(channels, strides=strides, activation="relu", **he)(x)
            y = layers.Conv2D(channels, **{**he, "kernel_initializer": "zeros" if shortcut else "he_normal"})(y)
            if shortcut and strides > 1:
                x = layers.MaxPooling2D(1, strides=2)(x)
                x = keras.ops.pad(x, [[0, 0], [0, 0], [0, 0], [channels // 4, channels // 4]])
            x = layers.ReLU()(layers.Add()([x, y]) if shortcut else y)
    return keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling2D()(x)))


class Trainer:
    """A network that is compiled once and started again for each seed."""

    def __init__(self, build, learning_rate, steps_per_execution):
        self.build, self.model = build, build()
        optimizer = keras.optimizers.Adam(learning_rate)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        self.model.compile(optimizer, loss, jit_compile=False, steps_per_execution=steps_per_execution)

    def fit(self, x, y, *, seed, epochs, batch_size, weights=None):
        """Train from ``weights``, or from new ones, and return the loss of each epoch."""
        keras.utils.set_random_seed(seed)
        self.model.set_weights(self.build().get_weights() if weights is None else weights)
        for variable in self.model.optimizer.variables:
            if "learning_rate" not in variable.path:
                variable.assign(keras.ops.zeros_like(variable))
        return self.model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0).history["loss"]

    def auc(self, x, y):
        """Return the AUC of the network's logit."""
        return roc_auc(y, predict(self.model, x)[:, 0])


def depth(seeds):
    """Train networks of growing depth; return, for each kind, losses while training and AUC on new films."""
    x_test, y_test = films(TESTS, 999)
    train = [films(FILMS, seed) for seed in range(seeds)]
    records = []
    for num_layers in DEPTHS:
        for normalized, shortcut in KINDS:
            steps = EPOCHS * FILMS // BATCH
            trainer = Trainer(
                lambda n=num_layers, s=shortcut, b=normalized: deep_network(n, shortcut=s, normalized=b),
                cosine_schedule(2e-3, steps=steps),
                FILMS // BATCH,
            )
            losses, aucs = [], []
            for seed, (x, y) in enumerate(train):
                losses.append(trainer.fit(x, y, seed=seed, epochs=EPOCHS, batch_size=BATCH))
                aucs.append(trainer.auc(x_test, y_test))
            records.append(
                {
                    "layers": num_layers,
                    "shortcut": shortcut,
                    "batch_normalization": normalized,
                    "parameters": trainer.model.count_params(),
                    "losses": losses,
                    "last_loss": mean_interval([loss[-1] for loss in losses]),
                    "auc": mean_interval(aucs),
                }
            )
            keras.backend.clear_session()
            last = [round(loss[-1], 3) for loss in losses]
            print(num_layers, "BN" if normalized else "--", "skip" if shortcut else "plain", last, np.round(aucs, 3))
    return {"films": FILMS, "tests": TESTS, "epochs": EPOCHS, "filters": FILTERS, "records": records}


def transfer(seeds):
    """Bring a network that has seen many films of old hospitals to a few of a new one."""

    def build():
        return build_cnn((SIZE, SIZE, 1), filters=(8, 16, 32, 32))

    source, target = Trainer(build, 3e-3, 10), Trainer(build, 1e-3, 10)
    features = keras.Model(target.model.input, target.model.get_layer("mean").output)
    tests = {task: films(TESTS, 998, classes=classes, sites=NEW_HOSPITAL) for task, classes in TASKS.items()}
    x_old, y_old = films(TESTS, 997, sites=OLD_HOSPITALS)
    values, scales = {}, {name: {"auc": [], "called_ill": [], "tuned_auc": []} for name in SCALES}
    for seed in range(seeds):
        old = films(PRETRAINED_FILMS, 500 + seed, sites=OLD_HOSPITALS)
        source.fit(*old, seed=seed, epochs=PRETRAINED_EPOCHS, batch_size=40)
        learned = source.model.get_weights()
        for task, classes in TASKS.items():
            pool = films(400, 600 + seed, classes=classes, sites=NEW_HOSPITAL)
            values.setdefault((task, 0, "as it is"), []).append(source.auc(*tests[task]))
            for num in FEW:
                x, y = balanced(*pool, num)
                plan = {"seed": 1000 + seed, "epochs": STEPS * 10 // num, "batch_size": 10}
                target.fit(x, y, **plan)
                values.setdefault((task, num, "from scratch"), []).append(target.auc(*tests[task]))
                target.model.set_weights(learned)
                auc = frozen_auc(features, x, y, *tests[task])
                values.setdefault((task, num, "frozen features"), []).append(auc)
                target.fit(x, y, weights=learned, **plan)
                values.setdefault((task, num, "all layers"), []).append(target.auc(*tests[task]))
                if (task, num) == ("pneumonia", 50):
                    for name, scale in SCALES.items():
                        scores = predict(source.model, scale(x_old))[:, 0]
                        scales[name]["auc"].append(roc_auc(y_old, scores))
                        scales[name]["called_ill"].append(np.mean(scores > 0))
                        target.fit(scale(x), y, weights=learned, **plan)
                        tuned = target.auc(scale(tests[task][0]), tests[task][1])
                        scales[name]["tuned_auc"].append(tuned)
        print(seed, {" ".join(map(str, key)): round(float(value[-1]), 3) for key, value in values.items()})
    records = [{"task": t, "films": n, "start": s, "auc": mean_interval(v)} for (t, n, s), v in values.items()]
    for record in records:
        if record["films"]:
            scratch = values[record["task"], record["films"], "from scratch"]
            record["gain"] = mean_interval(np.subtract(record["auc"]["values"], scratch))
    scales = {name: {key: mean_interval(found) for key, found in row.items()} for name, row in scales.items()}
    about = {"pretrained_films": PRETRAINED_FILMS, "tests": TESTS, "steps": STEPS}
    return {**about, "records": records, "scales": scales}


def balanced(x, y, num):
    """Return the first ``num`` films, half of each class."""
    chosen = np.concatenate([np.flatnonzero(y == label)[: num // 2] for label in (0, 1)])
    return x[chosen], y[chosen]


def frozen_auc(features, x, y, x_test, y_test):
    """Return the AUC of logistic regression on the features of a network that is left as it is."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
    model.fit(predict(features, x), y)
    return roc_auc(y_test, model.decision_function(predict(features, x_test)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", nargs="+", choices=("depth", "transfer"), default=("depth", "transfer"))
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    results = json.loads(options.output.read_text()) if options.output.exists() else {}
    for part in options.part:
        start, seeds = time.process_time(), options.seeds or {"depth": 3, "transfer": 5}[part]
        found = {"depth": depth, "transfer": transfer}[part](seeds)
        versions = {module.__name__: module.__version__ for module in (np, keras, tf)}
        about = {"date": datetime.date.today().isoformat(), "versions": versions, "seeds": seeds}
        results[part] = {**about, "cpu_seconds": round(time.process_time() - start), **found}
        options.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output.name}")


if __name__ == "__main__":
    main()
