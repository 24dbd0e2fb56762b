"""What decides whether a network learns, and how a test set is used up. Writes results/learning.json.

    python benchmarks/learning.py [--part sweep batch overfit rare seeds selection articles] [--output FILE]

sweep      learning rate and optimizer: AUC on test films and training loss, three seeds
batch      batch size with SGD, for one learning rate and for one that grows with the batch, three seeds
overfit    128 training films and what holds over-fitting back, ten seeds
rare       5 % prevalence with and without class weights, ten seeds
seeds      ten trainings that differ in nothing but the seed
selection  the epoch chosen on the test set or on validation films, judged on a third set, twenty seeds
articles   the three classifiers of the articles, mended, three seeds

Simulated radiographs, normal against pneumonia unless said otherwise. No times are stored. An interval
is Student's, of 95 %, for the mean over seeds; a difference is taken seed by seed.
"""

import argparse
import datetime
import functools
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score

from medbook.phantoms import chest_radiographs

RESULTS = Path(__file__).parent / "results" / "learning.json"
SIZE = 32  # pixels a side, of 360 mm
TRAIN, TEST, FEW = 640, 1000, 128  # films; FEW for training and as many for validation in the part "overfit"
OPTIMIZERS = {
    "SGD": keras.optimizers.SGD,
    "momentum 0.9": functools.partial(keras.optimizers.SGD, momentum=0.9),
    "Adam": keras.optimizers.Adam,
}
RATES = [float(f"{10**power:.3g}") for power in np.arange(-5, 0.1, 0.5)]
BATCH_SIZES = [8, 32, 128, 640]
GRADES = 10


@functools.cache
def films(num, seed, *, size=SIZE, classes=("normal", "pneumonia"), prevalence=None):
    """Return films of shape (num, size, size, 1), scaled to about mean 0 and standard deviation 1, and labels."""
    rng = np.random.default_rng([20, seed])
    sample = chest_radiographs(num, size=size, rng=rng, classes=classes, prevalence=prevalence)
    # Fixed round numbers, the same for all films: nothing leaks from one film to another.
    return (sample.images[..., np.newaxis] - 0.55) / 0.25, sample.labels


def classifier(seed, *, dropout=0.0, batch_norm=False, augment=False):
    """Return the book's small network: two convolutions, two poolings, 32 units, one probability."""
    keras.utils.set_random_seed(seed)
    stack = [layers.Input((SIZE, SIZE, 1))]
    if augment:
        stack += [layers.RandomTranslation(0.06, 0.06, fill_mode="nearest")]
        stack += [layers.RandomRotation(0.02, fill_mode="nearest")]
    for filters in (8, 16):
        norm = [layers.BatchNormalization()] if batch_norm else []
        stack += [layers.Conv2D(filters, 3), *norm, layers.ReLU(), layers.MaxPooling2D()]
    drop = [layers.Dropout(dropout) for _ in range(2)] if dropout else []
    stack += [layers.Flatten(), *drop[:1], layers.Dense(32, activation="relu"), *drop[1:]]
    return keras.Sequential([*stack, layers.Dense(1, activation="sigmoid")])


class Trainer:
    """A network that is compiled once and started again for each seed."""

    def __init__(self, optimizer=None, **network):
        self.network = network
        self.model = classifier(0, **network)
        self.optimizer = optimizer or keras.optimizers.Adam(2e-3)
        self.model.compile(self.optimizer, "binary_crossentropy", jit_compile=False)

    def start(self, seed, rate=None):
        """Take the weights and the streams of random numbers that a new network of this seed has."""
        fresh = classifier(seed, **self.network)
        for mine, new in zip(self.model.variables, fresh.variables, strict=True):
            mine.assign(new)
        self.optimizer.build(self.model.trainable_variables)
        for variable in self.optimizer.variables:
            if variable is not self.optimizer.learning_rate:
                variable.assign(np.zeros(variable.shape, variable.dtype))
        if rate is not None:
            self.optimizer.learning_rate = rate
        self.rng = np.random.default_rng(seed)
        return self

    def epoch(self, data, batch_size=32, class_weight=None):
        """See all films once, in a new order, and return the mean loss."""
        order = self.rng.permutation(len(data[1]))
        self.model.reset_metrics()
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            loss = self.model.train_on_batch(data[0][chosen], data[1][chosen], class_weight=class_weight)
        return float(loss)

    def train(self, data, epochs, **options):
        return [self.epoch(data, **options) for _ in range(epochs)]

    def scores(self, x):
        return self.model.predict_on_batch(x)[:, 0]

    def auc(self, data):
        """Return the AUC, or 0.5 where training broke down and no score is a number."""
        values = self.scores(data[0])
        return float(roc_auc_score(data[1], values)) if np.isfinite(values).all() else 0.5

    def loss(self, data):
        """Return the cross-entropy on films that are not trained on."""
        probability = np.clip(self.scores(data[0]).astype(float), 1e-7, 1 - 1e-7)
        return float(-np.mean(np.log(np.where(data[1] == 1, probability, 1 - probability))))


def interval(values):
    """Return the mean and the half width of its 95 % interval by Student's t."""
    values = np.asarray(values, dtype=float)
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return {"mean": float(values.mean()), "half_width": float(half)}


def part(data, index):
    """Return some of the films and their labels."""
    return tuple(array[index] for array in data)


def sweep():
    """Train ten epochs with each optimizer and rate, from the same three starting points."""
    data, test = films(TRAIN, 1), films(TEST, 2)
    rows = []
    for name, make in OPTIMIZERS.items():
        trainer = Trainer(make())
        for rate in RATES:
            row = {"optimizer": name, "rate": rate, "auc": [], "loss": []}
            for seed in range(3):
                loss = trainer.start(seed, rate).train(data, 10)[-1]
                row["loss"].append(loss if np.isfinite(loss) else None)
                row["auc"].append(trainer.auc(test))
            rows.append(row)
            print(f"{name:14} {rate:8.0e}  AUC {np.round(row['auc'], 3)}", flush=True)
    return {"films": TRAIN, "test": TEST, "epochs": 10, "batch_size": 32, "rates": RATES, "rows": rows}


def batch():
    """Train ten epochs by SGD with momentum and batches of 8 to 640, all films at once."""
    data, test = films(TRAIN, 1), films(TEST, 2)
    trainer = Trainer(keras.optimizers.SGD(momentum=0.9))
    rows = []
    for batch_size in BATCH_SIZES:
        for rule, rate in {"one rate": 0.01, "rate grows with the batch": 0.01 * batch_size / 32}.items():
            row = {"batch_size": batch_size, "rule": rule, "rate": rate, "auc": [], "loss": []}
            for seed in range(3):
                loss = trainer.start(seed, rate).train(data, 10, batch_size=batch_size)[-1]
                row["loss"].append(loss if np.isfinite(loss) else None)
                row["auc"].append(trainer.auc(test))
            rows.append(row)
            print(f"batch {batch_size:4} rate {rate:7.4f}  AUC {np.round(row['auc'], 3)}", flush=True)
    return {"films": TRAIN, "test": TEST, "epochs": 10, "rows": rows}


def overfit(epochs=60):
    """Train on 128 films with one aid at a time; a seed draws the films, the weights and the order."""
    pool, test = films(TRAIN, 1), films(TEST, 2)
    aids = {
        "nothing": {},
        "dropout": {"network": {"dropout": 0.5}},
        "weight decay": {"optimizer": keras.optimizers.AdamW(2e-3, weight_decay=0.1)},
        "batch normalisation": {"network": {"batch_norm": True}},
        "augmentation": {"network": {"augment": True}},
        "twice the films": {"more": 2},
        "four times the films": {"more": 4},
    }
    rows = {}
    for name, aid in aids.items():
        trainer = Trainer(aid.get("optimizer"), **aid.get("network", {}))
        runs = [one_aid(trainer, pool, test, seed, epochs, aid.get("more", 1)) for seed in range(10)]
        rows[name] = {key: [run[key] for run in runs] for key in runs[0]}
        for stop in ("last", "stopped"):
            row = rows[name]
            for key in (f"{stop}_auc", f"{stop}_loss"):
                row[f"{key}_interval"] = interval(row[key])
                row[f"{key}_difference"] = interval(np.subtract(row[key], rows["nothing"][key.replace(stop, "last")]))
            print(f"{name:22} {stop:8}", row[f"{stop}_auc_interval"], row[f"{stop}_loss_interval"], flush=True)
    return {"train": FEW, "validation": FEW, "test": TEST, "epochs": epochs, "aids": rows}


def one_aid(trainer, pool, test, seed, epochs, more):
    """Return AUC and loss on the test films after the last epoch and at the lowest validation loss, and the curves."""
    order = np.random.default_rng(seed).permutation(len(pool[1]))
    data, validation = part(pool, order[: more * FEW]), part(pool, order[-FEW:])
    trainer.start(seed)
    curves = {"training_loss": [], "validation_loss": []}
    lowest = np.inf
    for epoch in range(epochs):
        curves["training_loss"].append(round(trainer.epoch(data), 4))
        curves["validation_loss"].append(round(trainer.loss(validation), 4))
        if curves["validation_loss"][-1] < lowest:
            lowest, best_epoch, best = curves["validation_loss"][-1], epoch + 1, trainer.model.get_weights()
    last = {"last_auc": trainer.auc(test), "last_loss": trainer.loss(test)}
    trainer.model.set_weights(best)
    stopped = {"stopped_auc": trainer.auc(test), "stopped_loss": trainer.loss(test), "best_epoch": best_epoch}
    return {**last, **stopped, **curves}


def rare():
    """Train where 5 % are ill, with and without class weights; sensitivity and specificity at two thresholds."""
    data, test = films(1024, 5, prevalence=0.05), films(TEST, 2)
    num_ill = int(data[1].sum())
    ratio = (len(data[1]) - num_ill) / num_ill
    trainer, rows = Trainer(), {}
    for name, weight in {"no weights": None, "class weights": {0: 1.0, 1: ratio}}.items():
        rows[name] = {key: [] for key in ("auc", "at_half", "at_prior")}
        for seed in range(10):
            trainer.start(seed).train(data, 15, class_weight=weight)
            rows[name]["auc"].append(trainer.auc(test))
            rows[name]["at_half"].append(rates_at(trainer, test, 0.5))
            rows[name]["at_prior"].append(rates_at(trainer, test, 1 / (1 + ratio)))
        rows[name]["auc_interval"] = interval(rows[name]["auc"])
        for key in ("at_half", "at_prior"):
            rows[name][f"{key}_intervals"] = [interval(values) for values in np.transpose(rows[name][key])]
            print(name, key, rows[name][f"{key}_intervals"], flush=True)
    difference = interval(np.subtract(rows["class weights"]["auc"], rows["no weights"]["auc"]))
    return {"films": 1024, "ill": num_ill, "weight": ratio, "epochs": 15, "rows": rows, "auc_difference": difference}


def rates_at(trainer, data, threshold):
    """Return sensitivity and specificity at a threshold."""
    called = trainer.scores(data[0]) >= threshold
    return [float(np.mean(called[data[1] == 1])), float(np.mean(~called[data[1] == 0]))]


def seeds():
    """Train ten times on the same films; the seed decides the initial weights and the order."""
    data, test = films(TRAIN, 1), films(TEST, 2)
    trainer, aucs, predicted = Trainer(), [], []
    for seed in range(10):
        trainer.start(seed).train(data, 15)
        aucs.append(trainer.auc(test))
        predicted.append(trainer.scores(test[0]))
    called = np.array(predicted) >= 0.5
    rng = np.random.default_rng(0)
    draws = [rng.integers(TEST, size=TEST) for _ in range(500)]
    bootstrap = [float(roc_auc_score(test[1][draw], predicted[0][draw])) for draw in draws]
    ensemble = float(roc_auc_score(test[1], np.mean(predicted, axis=0)))
    split = float(np.mean((called.mean(axis=0) > 0) & (called.mean(axis=0) < 1)))
    print(f"AUC {min(aucs):.3f} to {max(aucs):.3f}, together {ensemble:.3f}, not unanimous {split:.3f}", flush=True)
    result = {"films": TRAIN, "test": TEST, "epochs": 15, "auc": aucs, "auc_interval": interval(aucs)}
    return {**result, "mean_of_ten": ensemble, "not_unanimous": split, "bootstrap_sd": float(np.std(bootstrap))}


def selection():
    """Choose the best of 40 epochs on 100 test films or on 100 validation films; a third set says what it is worth."""
    pool, third = films(TRAIN, 1), films(TEST, 2)
    trainer, rows = Trainer(), []
    for seed in range(20):
        parts = np.split(np.random.default_rng(seed).permutation(TRAIN)[:392], [192, 292])
        data, *judged = (part(pool, index) for index in parts)
        trainer.start(seed)
        curves = {"validation": [], "test": [], "third": []}
        for _ in range(40):
            trainer.epoch(data)
            for name, films_ in zip(curves, (*judged, third), strict=True):
                curves[name].append(trainer.auc(films_))
        rows.append(curves)
    result = {"train": 192, "validation": 100, "test": 100, "third": TEST, "epochs": 40, "curves": rows}
    optimism = {}
    for chosen_on in ("test", "validation"):
        best = [int(np.argmax(row[chosen_on])) for row in rows]
        claimed = [row["test"][epoch] for row, epoch in zip(rows, best, strict=True)]
        worth = [row["third"][epoch] for row, epoch in zip(rows, best, strict=True)]
        optimism[chosen_on] = np.subtract(claimed, worth)
        result[f"chosen_on_{chosen_on}"] = {
            "claimed": interval(claimed),
            "worth": interval(worth),
            "optimism": interval(optimism[chosen_on]),
        }
        print(chosen_on, result[f"chosen_on_{chosen_on}"], flush=True)
    # Both ways are judged on the same films: seed by seed, their chance cancels.
    result["optimism_difference"] = interval(optimism["test"] - optimism["validation"])
    return result


def articles():
    """Train the three classifiers of the articles, mended, on simulated films of the size that they expect."""
    return {"A1": article_1(), "A1_flatten": article_1_flatten(), "A3": article_3(), "A4": article_4()}


def fit(model, data, epochs, **options):
    return model.fit(*data, epochs=epochs, verbose=0, **options).history


def compiled(stack, loss):
    model = keras.Sequential(stack)
    model.compile("adam", loss, metrics=["accuracy"], jit_compile=False)
    return model


def article_1():
    """Three classes at 224 x 224 x 3, with global average pooling in the place of the missing Flatten."""
    classes = ("normal", "pneumonia", "tuberculosis")
    (x, y), test = films(120, 9, size=224, classes=classes), films(120, 10, size=224, classes=classes)
    runs = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        stack = [layers.Input((224, 224, 3)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
        stack += [layers.GlobalAveragePooling2D(), layers.Dense(128, activation="relu")]
        model = compiled([*stack, layers.Dense(3, activation="softmax")], "categorical_crossentropy")
        history = fit(model, (np.repeat(x, 3, axis=-1), keras.utils.to_categorical(y)), 10, batch_size=16)
        judged = model.evaluate(np.repeat(test[0], 3, axis=-1), keras.utils.to_categorical(test[1]), 16, verbose=0)
        runs.append({"loss": history["loss"], "accuracy": history["accuracy"], "test_accuracy": judged[1]})
        print("A1", runs[-1]["loss"][-1], runs[-1]["test_accuracy"], flush=True)
    return {"films": 120, "test": 120, "runs": runs}


def article_1_flatten():
    """The same layers at 64 x 64 x 1, where `Flatten` is affordable: four million weights instead of fifty."""
    classes = ("normal", "pneumonia", "tuberculosis")
    data, test = films(400, 14, size=64, classes=classes), films(400, 15, size=64, classes=classes)
    runs = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        stack = [layers.Input((64, 64, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
        stack += [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(3, activation="softmax")]
        model = compiled(stack, "sparse_categorical_crossentropy")
        history = fit(model, data, 10)
        judged = model.evaluate(*test, batch_size=100, verbose=0)
        runs.append({"loss": history["loss"], "accuracy": history["accuracy"], "test_accuracy": judged[1]})
        print("A1 at 64", runs[-1]["loss"][-1], runs[-1]["test_accuracy"], flush=True)
    return {"films": 400, "test": 400, "runs": runs}


def article_3():
    """Two classes at 64 x 64 x 1, the network and the ten epochs of the article."""
    data, test = films(400, 11, size=64), films(400, 12, size=64)
    runs = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        stack = [layers.Input((64, 64, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
        stack += [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
        stack += [layers.Dense(64, activation="relu"), layers.Dense(1, activation="sigmoid")]
        model = compiled(stack, "binary_crossentropy")
        history = fit(model, data, 10, validation_data=test)
        runs.append({key: history[key] for key in ("loss", "accuracy", "val_loss", "val_accuracy")})
        runs[-1]["auc"] = float(roc_auc_score(test[1], model.predict_on_batch(test[0])[:, 0]))
        print("A3", runs[-1]["accuracy"][-1], runs[-1]["val_accuracy"][-1], runs[-1]["auc"], flush=True)
    return {"films": 400, "validation": 400, "runs": runs}


def article_4(epochs=60):
    """Ten grades of severity at 28 x 28 x 1: pixels scaled or not, grades true or shuffled."""
    rng = np.random.default_rng([20, 13])
    sample = chest_radiographs(1200, size=28, rng=rng, classes=("normal", "pneumonia"), prevalence=1)
    edges = np.quantile(sample.severity, np.linspace(0, 1, GRADES + 1)[1:-1])
    grades = np.digitize(sample.severity, edges)
    rows = {}
    for name, factor in {"scaled": 1, "0 to 255": 255, "shuffled": 1}.items():
        x = factor * sample.images[..., np.newaxis]
        rows[name] = []
        for seed in range(3):
            y = np.random.default_rng(seed).permutation(grades) if name == "shuffled" else grades
            keras.utils.set_random_seed(seed)
            stack = [layers.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
            stack += [layers.Flatten(), layers.Dense(128, activation="relu")]
            stack += [layers.Dense(GRADES, activation="softmax")]
            model = compiled(stack, "sparse_categorical_crossentropy")
            start = float(model.evaluate(x[:200], y[:200], verbose=0)[0])
            history = fit(model, (x[:200], y[:200]), epochs)
            predicted = model.predict_on_batch(x[200:]).argmax(axis=1)
            row = {"start_loss": start, **history, "new_accuracy": float(np.mean(predicted == grades[200:]))}
            row["grades_off"] = float(np.mean(np.abs(predicted - grades[200:])))
            rows[name].append(row)
            print("A4", name, start, row["accuracy"][-1], row["new_accuracy"], row["grades_off"], flush=True)
    return {"films": 200, "new": 1000, "epochs": epochs, "rows": rows}


PARTS = {part.__name__: part for part in (sweep, batch, overfit, rare, seeds, selection, articles)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    versions = {module.__name__: module.__version__ for module in (np, keras, tf)}
    for part in options.part:
        result = PARTS[part]()
        stored = json.loads(options.output.read_text(encoding="utf-8")) if options.output.exists() else {}
        stored |= {"date": datetime.date.today().isoformat(), "versions": versions, "size": SIZE, part: result}
        options.output.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {part} to {options.output.name}", flush=True)


if __name__ == "__main__":
    main()
