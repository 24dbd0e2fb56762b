"""How far apart are a split by film and a split by patient? Writes results/leakage.json.

    python benchmarks/leakage.py [--output FILE] [--only-shuffles]

Sixty simulated patients, half of them with tuberculosis on average, have 1 to 12 films each. Five-fold
cross-validation gives an AUC twice, once with films and once with patients dealt to the folds; model,
films and measure are the same. Then everything is repeated after the patients' labels have been shuffled
among the patients, so that nothing but the patient can be recognised. Each seed draws new patients.

One shuffle a draw says little about the mean under shuffled labels. So the two quick models see ten more
shuffles of each draw, by patient and with six films each; --only-shuffles repeats this part alone and keeps
the rest of the file.
"""

import argparse
import datetime
import json
import os
import platform
import time
from functools import cache
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "leakage.json")
parser.add_argument("--only-shuffles", action="store_true")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import scipy  # noqa: E402
import sklearn  # noqa: E402
from keras import layers  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold  # noqa: E402
from sklearn.neighbors import KNeighborsClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from medbook.metrics import roc_auc  # noqa: E402
from medbook.phantoms import chest_radiographs  # noqa: E402

SIZE = 32
NUM_PATIENTS = 60
FILMS_PER_PATIENT = (1, 2, 3, 6, 12)
SEEDS = range(10)
NETWORK_SEEDS = range(5)
NETWORK_FILMS = 6
NUM_SHUFFLES = 10
SHUFFLED_FILMS = 6
EPOCHS = 20


def nearest_neighbour(x_train, y_train, x_test):
    """Score a film by the label of the most similar training film."""
    return KNeighborsClassifier(1).fit(x_train, y_train).predict_proba(x_test)[:, 1]


def logistic_regression(x_train, y_train, x_test):
    """Score a film by a weighted sum of its pixels."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return model.fit(x_train, y_train).decision_function(x_test)


QUICK_MODELS = {"nearest neighbour": nearest_neighbour, "logistic regression": logistic_regression}


class Network:
    """A small convolutional network that starts from fresh weights at each call, but is compiled only once."""

    def __init__(self):
        stack = [layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D()]
        stack += [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
        stack += [layers.Dense(32, activation="relu"), layers.Dense(1)]
        self.model = keras.Sequential([layers.Input((SIZE, SIZE, 1)), *stack])
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        self.model.compile(keras.optimizers.Adam(0.002), loss, jit_compile=False)

    def __call__(self, x_train, y_train, x_test):
        for weights in self.model.weights:
            initial = keras.initializers.GlorotUniform() if len(weights.shape) > 1 else keras.initializers.Zeros()
            weights.assign(initial(weights.shape))
        for state in self.model.optimizer.variables:
            if state.path.endswith(("momentum", "velocity", "iteration")):
                state.assign(keras.ops.zeros_like(state))
        x_train, x_test = ((x.reshape(-1, SIZE, SIZE, 1) - 0.55) / 0.25 for x in (x_train, x_test))
        self.model.fit(x_train, y_train, batch_size=32, epochs=EPOCHS, verbose=0)
        return self.model.predict_on_batch(x_test)[:, 0]


def cross_validated_auc(classifier, images, labels, patients, *, by, seed):
    """Return the mean AUC over five folds that films (by="film") or patients (by="patient") are dealt to."""
    folds = StratifiedKFold if by == "film" else StratifiedGroupKFold
    groups = None if by == "film" else patients
    splits = folds(5, shuffle=True, random_state=seed).split(images, labels, groups)
    aucs = [roc_auc(labels[test], classifier(images[train], labels[train], images[test])) for train, test in splits]
    return float(np.nanmean(aucs))


@cache
def patients_of(seed):
    """Simulate sixty patients with twelve films each."""
    return chest_radiographs(
        12 * NUM_PATIENTS,
        size=SIZE,
        rng=np.random.default_rng([40, seed]),
        classes=("normal", "tuberculosis"),
        images_per_patient=12,
    )


def films_of(seed, num_films):
    """Return pixels, labels and patients of the first films of each patient."""
    sample = patients_of(seed)
    shown = np.arange(len(sample.labels)) % 12 < num_films
    images, labels, patients = (values[shown] for values in (sample.images, sample.labels, sample.patient_ids))
    return images.reshape(len(images), -1), labels, patients


def records_of(classifier, name, num_films, seed):
    """Return the AUC by film and by patient, with true and with shuffled labels."""
    images, labels, patients = films_of(seed, num_films)
    shuffled = np.random.default_rng([41, seed]).permutation(labels[::num_films]).repeat(num_films)
    for kind, used in (("true", labels), ("shuffled", shuffled)):
        aucs = {
            by: cross_validated_auc(classifier, images, used, patients, by=by, seed=seed) for by in ("film", "patient")
        }
        yield {"model": name, "films_per_patient": num_films, "labels": kind, "seed": seed, **aucs}


def shuffles_of(classifier, name, seed):
    """Return the AUC by patient after each of ten shuffles of the patients' labels."""
    images, labels, patients = films_of(seed, SHUFFLED_FILMS)
    for shuffle in range(NUM_SHUFFLES):
        rng = np.random.default_rng([42, seed, shuffle])
        used = rng.permutation(labels[::SHUFFLED_FILMS]).repeat(SHUFFLED_FILMS)
        auc = cross_validated_auc(classifier, images, used, patients, by="patient", seed=shuffle)
        yield {
            "model": name,
            "films_per_patient": SHUFFLED_FILMS,
            "seed": seed,
            "shuffle": shuffle,
            "patient": round(auc, 4),
        }


def draws():
    """Return the records of all models and numbers of films, one shuffle for each draw."""
    records = []
    for name, classifier in QUICK_MODELS.items():
        for num_films in FILMS_PER_PATIENT:
            for seed in SEEDS:
                records += records_of(classifier, name, num_films, seed)
    keras.utils.set_random_seed(0)
    network = Network()
    for seed in NETWORK_SEEDS:
        records += records_of(network, "network", NETWORK_FILMS, seed)
    return [{key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()} for row in records]


def main():
    """Run everything, or the many shuffles alone, and write the JSON file."""
    start = time.process_time()
    if options.only_shuffles:
        before = json.loads(options.output.read_text())
        records, seconds = before["records"], before["cpu_seconds"]["records"]
    else:
        records = draws()
        seconds = round(time.process_time() - start)
    start = time.process_time()
    shuffles = []
    for name, classifier in QUICK_MODELS.items():
        for seed in SEEDS:
            shuffles += shuffles_of(classifier, name, seed)
    seconds = {"records": seconds, "shuffles": round(time.process_time() - start)}
    versions = {module.__name__: module.__version__ for module in (np, scipy, sklearn, keras)}
    result = {
        "date": datetime.date.today().isoformat(),
        "versions": {"python": platform.python_version(), **versions},
        "num_patients": NUM_PATIENTS,
        "size": SIZE,
        "cpu_seconds": seconds,
        "records": records,
        "shuffles": shuffles,
    }
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{len(records)} records, {len(shuffles)} shuffles, CPU seconds {seconds}")


if __name__ == "__main__":
    main()
