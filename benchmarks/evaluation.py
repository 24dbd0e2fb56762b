"""Train the two models that the chapter "Evaluation" judges. Writes results/evaluation.json.

    python benchmarks/evaluation.py [--output FILE]

A small convolutional network and logistic regression on pixels learn tuberculosis from simulated films,
half of them diseased. Stored are their scores (logits) on films of three kinds: validation films, a
screening with one film a person and 3 % disease, and a reading study with four films a patient from
three hospitals, of which the third is new. A larger pool of such patients shows how often intervals by
film and by patient hold the truth.
"""

import argparse
import datetime
import json
import os
import platform
import time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "evaluation.json")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from keras import layers  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from medbook.metrics import bootstrap_interval, roc_auc  # noqa: E402
from medbook.phantoms import chest_radiographs  # noqa: E402

SIZE = 32
NUM_TRAIN = 1500
EPOCHS = 25
PATIENTS_OF_A_STUDY = 75
NUM_STUDIES = 300
FILM_SETS = {
    "validation": {"num": 400, "sites": (0, 1)},
    "screening": {"num": 4000, "sites": (0, 1), "prevalence": 0.03},
    "study": {"num": 600, "sites": (0, 1, 2), "images_per_patient": 4},
    "pool": {"num": 2400, "sites": (0, 1, 2), "images_per_patient": 4},
}


def films(seed, num, **dials):
    """Simulate radiographs, normal or with tuberculosis."""
    rng = np.random.default_rng([50, seed])
    return chest_radiographs(num, size=SIZE, rng=rng, classes=("normal", "tuberculosis"), **dials)


def trained_network(images, labels):
    """Return a function that gives a trained network's logits."""
    keras.utils.set_random_seed(1)
    stack = [layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D()]
    stack += [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    stack += [layers.Dense(32, activation="relu"), layers.Dense(1)]
    network = keras.Sequential([layers.Input((SIZE, SIZE, 1)), *stack])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.002), loss, jit_compile=False, steps_per_execution=16)
    network.fit(scaled(images), labels, batch_size=32, epochs=EPOCHS, verbose=0)
    return lambda images: network.predict(scaled(images), batch_size=400, verbose=0)[:, 0].astype(float)


def scaled(images):
    """Return films with a channel axis, about zero."""
    return (images[..., np.newaxis] - 0.55) / 0.25


def trained_regression(images, labels):
    """Return a function that gives the logits of logistic regression on pixels."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
    model.fit(images.reshape(len(images), -1), labels)
    return lambda images: model.decision_function(images.reshape(len(images), -1))


def coverage(labels, logits, patients, seed=0):
    """Return how often 95 % intervals by film and by patient hold the AUC of the whole pool, and their width.

    Each study draws patients from the pool, without replacement, with all of their films.
    """
    truth, rng = roc_auc(labels, logits), np.random.default_rng(seed)
    held, width = {"film": [], "patient": []}, {"film": [], "patient": []}
    for _ in range(NUM_STUDIES):
        drawn = rng.choice(np.unique(patients), PATIENTS_OF_A_STUDY, replace=False)
        chosen = np.isin(patients, drawn)
        for unit, groups in (("film", None), ("patient", patients[chosen])):
            arrays = labels[chosen], logits[chosen]
            interval = bootstrap_interval(roc_auc, *arrays, groups=groups, rng=rng, num_resamples=300)
            held[unit].append(truth in interval)
            width[unit].append(interval.high - interval.low)
    return {
        "true_auc": round(truth, 4),
        "studies": NUM_STUDIES,
        "patients_of_a_study": PATIENTS_OF_A_STUDY,
        "films_of_a_patient": 4,
        "held": {unit: round(float(np.mean(values)), 4) for unit, values in held.items()},
        "width": {unit: round(float(np.mean(values)), 4) for unit, values in width.items()},
    }


def main():
    """Train, score all films, measure the coverage, and write the JSON file."""
    start = time.process_time()
    train = films(0, NUM_TRAIN, sites=(0, 1))
    network = trained_network(train.images, train.labels)
    regression = trained_regression(train.images, train.labels)
    sets, pool = {}, None
    for seed, (name, dials) in enumerate(FILM_SETS.items(), start=1):
        sample = films(seed, **dials)
        logits = network(sample.images)
        print(name, f"AUC {roc_auc(sample.labels, logits):.3f} {roc_auc(sample.labels, regression(sample.images)):.3f}")
        if name == "pool":
            pool = coverage(sample.labels, logits, sample.patient_ids)
            continue
        sets[name] = {"labels": sample.labels.tolist(), "network": logits.round(3).tolist()}
        if name == "study":
            sets[name]["regression"] = regression(sample.images).round(3).tolist()
            sets[name] |= {"patients": sample.patient_ids.tolist(), "hospitals": sample.site_ids.tolist()}
            sets[name]["severity"] = sample.severity.round(4).tolist()
    versions = {module.__name__: module.__version__ for module in (np, sklearn, keras)}
    result = {
        "date": datetime.date.today().isoformat(),
        "versions": {"python": platform.python_version(), **versions},
        "training": {"films": NUM_TRAIN, "epochs": EPOCHS, "size": SIZE, "seed": 1},
        "coverage": pool,
        "cpu_seconds": round(time.process_time() - start),
        "sets": sets,
    }
    text = json.dumps(result, separators=(",", ": ")).replace('"sets"', '\n"sets"').replace("],", "],\n")
    options.output.write_text(text + "\n")
    print(f"{result['cpu_seconds']} CPU seconds, coverage {pool}")


if __name__ == "__main__":
    main()
