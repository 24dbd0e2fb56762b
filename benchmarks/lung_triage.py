"""Does a network for lung triage keep its promise elsewhere? Writes results/lung_triage.json for the book.

    python benchmarks/lung_triage.py [--seeds 3] [--output FILE]

Simulated radiographs of 48 x 48 pixels: normal, pneumonia, tuberculosis. A training set has 1,600 films of 800
patients, two each, unless said otherwise. All tests of one seed show the same 400 patients, who are in no
training set, one film each.

few      designed features (HOG) with logistic regression, and a network, on 100, 400 and 1,600 films
shift    both, and a network trained on as many films from four hospitals, tested at home, at four hospitals that
         nobody trained on, and with more noise
marker   networks trained where a letter goes with disease, the same with both upper corners blanked, and one
         trained where letters come at random

Measures: AUC of disease against normal; sensitivity and specificity at a threshold that spares 90 % of the
healthy among 400 validation films from where the training films come from; expected calibration error.
Everything is drawn anew for each seed; ``low`` and ``high`` are the smallest and largest value over seeds.
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
from scipy.special import expit, logsumexp
from skimage.feature import hog
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medbook.metrics import choose_threshold, expected_calibration_error, operating_point, roc_auc
from medbook.models import build_cnn, cosine_schedule, fit_normalization, predict
from medbook.phantoms import chest_radiographs

RESULTS = Path(__file__).parent / "results" / "lung_triage.json"
SIZE, BATCH_SIZE = 48, 32
EPOCHS = {100: 30, 400: 15, 1600: 6}  # by the number of training films
CORNER = 9  # pixels a side that hold the letter with room to spare: 68 mm of 360 mm
ONE, SEVERAL, ELSEWHERE = (0,), (0, 2, 3, 10), (1, 5, 7, 9)
SHIFTS = {
    "same hospital": {},
    **{f"hospital {site}": {"sites": (site,)} for site in ELSEWHERE},
    "four times the noise": {"noise": 4},
}
LETTERS = {
    "as in training": {"shortcut": 0.9},
    "no letter": {},
    "at random": {"shortcut": 0},
    "on the healthy": {"shortcut": -1},
}


def draw(num, seed, part, **dials):
    """Return simulated films; ``part`` tells training, validation and test apart."""
    return chest_radiographs(num, size=SIZE, rng=np.random.default_rng([31, seed, part]), **dials)


def blank_corners(images):
    """Return copies whose upper corners are black."""
    images = images.copy()
    images[:, :CORNER, :CORNER] = images[:, :CORNER, -CORNER:] = 0
    return images


def train_network(images, labels, seed):
    """Return a function from images to the log-odds of disease; nothing is chosen by the network's results."""
    x, epochs = images[..., np.newaxis], EPOCHS[len(images)]
    keras.utils.set_random_seed(seed)
    model = build_cnn(x.shape[1:], units=3, preprocessing=[fit_normalization(x)])
    schedule = cosine_schedule(3e-3, steps=epochs * -(-len(x) // BATCH_SIZE))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, jit_compile=False)
    model.fit(x, labels, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    return lambda images: log_odds(predict(model, images[..., np.newaxis]))


def designed_features(images):
    """Return histograms of edge directions, (num, 800)."""
    return np.array([hog(image, orientations=8, pixels_per_cell=(8, 8), cells_per_block=(2, 2)) for image in images])


def train_designed(images, labels, seed):
    """Return the same function, by logistic regression on designed features."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1e-3, max_iter=500))
    model.fit(designed_features(images), labels)
    return lambda images: log_odds(model.decision_function(designed_features(images)))


def log_odds(scores):
    """Return the logarithm of the odds of disease from scores (num, 3), whose first is normal's."""
    return logsumexp(scores[:, 1:], axis=1) - scores[:, 0]


def few_and_shift(seed):
    """Yield (part, trained, test, measures): by the number of films, and elsewhere."""
    tests = {name: draw(400, seed, 3, **dials) for name, dials in SHIFTS.items()}
    for sites, name in ((ONE, "one hospital"), (SEVERAL, "four hospitals")):
        films = draw(1600, seed, 1, images_per_patient=2, sites=sites)
        checks = draw(400, seed, 2, images_per_patient=2, sites=sites)
        trainers = {"network": train_network, "HOG": train_designed}
        for kind, train in trainers.items():
            for num in EPOCHS if sites == ONE else (1600,):
                score = train(films.images[:num], films.labels[:num], seed)
                yield "few", f"{kind}, {name}", f"{num} films", measures(score, None, tests["same hospital"])
            threshold = choose_threshold(checks.labels > 0, score(checks.images), specificity=0.9)
            for test, tested in tests.items():
                yield "shift", f"{kind}, {name}", test, measures(score, threshold, tested)


def marker(seed):
    """Yield (part, trained, test, measures) for networks that were trained where letters are printed."""
    tests = {name: draw(400, seed, 3, **dials) for name, dials in LETTERS.items()}
    biased, fair = (draw(1600, seed, 1, images_per_patient=2, shortcut=dial) for dial in (0.9, 0))
    learned = train_network(biased.images, biased.labels, seed)
    readers = {
        "letter with disease": (learned, np.asarray),
        "the same, corners blanked in use": (learned, blank_corners),
        "corners blanked in training and use": (
            train_network(blank_corners(biased.images), biased.labels, seed),
            blank_corners,
        ),
        "letters at random": (train_network(fair.images, fair.labels, seed), np.asarray),
    }
    for name, (score, prepare) in readers.items():
        for test, tested in tests.items():
            yield "marker", name, test, measures(score, None, tested, prepare)


def measures(score, threshold, films, prepare=np.asarray):
    """Return what is reported of one test."""
    diseased, scores = films.labels > 0, score(prepare(films.images))
    found = {"auc": roc_auc(diseased, scores), "calibration_error": expected_calibration_error(diseased, expit(scores))}
    if threshold is not None:
        point = operating_point(diseased, scores, threshold)
        found |= {"sensitivity": point.sensitivity, "specificity": point.specificity}
    return found


def summary(values):
    """Return mean, smallest and largest over seeds, and the values, of each measure."""
    table = {name: [row[name] for row in values] for name in values[0]}
    return {name: {"mean": float(np.mean(v)), "low": min(v), "high": max(v), "values": v} for name, v in table.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    start, found = time.process_time(), {}
    for seed in range(options.seeds):
        for part in (few_and_shift, marker):
            for *key, values in part(seed):
                found.setdefault(tuple(key), []).append(values)
                print(seed, *key, {name: round(value, 3) for name, value in values.items()}, flush=True)
        records = [dict(zip(("part", "trained", "test"), key, strict=True)) | summary(v) for key, v in found.items()]
        about = {
            "date": datetime.date.today().isoformat(),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
        }
        cost = {"cpu_seconds": round(time.process_time() - start), "seeds": seed + 1}
        options.output.write_text(json.dumps({"about": about, **cost, "records": records}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
