"""How few numbers is a radiograph, and what does its reconstruction error tell? Writes results/autoencoders.json.

    python benchmarks/autoencoders.py [--seeds N]

Simulated chest radiographs of 32 x 32 pixels. An autoencoder and principal component analysis are fitted to the
same healthy films and judged on other patients: the error of the reconstruction, the AUC of that error as a score of
disease that was never seen, and of healthy films of other hospitals. Then noise is taken out of films, and what is
left of a lesion is measured with its healthy twin. A seed stands for new training patients, weights and noise; the
test patients stay.
"""

import argparse
import datetime
import json
import os
import time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "autoencoders.json")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from seeds import mean_interval  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402

from medbook.metrics import roc_auc  # noqa: E402
from medbook.models import build_autoencoder  # noqa: E402
from medbook.phantoms import chest_radiographs  # noqa: E402
from medbook.preprocessing import denoise  # noqa: E402

SIZE, NUM_TRAIN, STEPS, BATCH = 32, 1000, 1200, 32
BOTTLENECKS = (2, 4, 8, 16, 32, 64, 256)
NOISE_SD = 0.1
CLASSES = ("normal", "pneumonia", "nodule")
STRENGTHS = {
    "gaussian": (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2),
    "total_variation": (0.3, 0.5, 0.7, 1.0, 1.4),
    "nonlocal_means": (0.4, 0.6, 0.8, 1.0, 1.2),
}
BRIGHT = 0.05  # gray levels; about what a simulated nodule adds


def films(num, seed, classes=("normal",), **dials):
    """Return simulated films; other seeds are other patients."""
    return chest_radiographs(num, size=SIZE, rng=np.random.default_rng([41, *seed]), classes=classes, **dials)


def autoencoder(images, bottleneck, seed, noise=0.0):
    """Train on images -> images, or with noise on noisy images -> images, and return a function of images."""
    keras.utils.set_random_seed(seed)
    model = build_autoencoder((SIZE, SIZE, 1), bottleneck, filters=(8, 16), noise=noise)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, STEPS)
    model.compile(keras.optimizers.Adam(rate), "mse", jit_compile=False, steps_per_execution=16)
    epochs = round(STEPS * BATCH / len(images))
    model.fit(images[..., np.newaxis], images[..., np.newaxis], batch_size=BATCH, epochs=epochs, verbose=0)
    return lambda x: model.predict(x[..., np.newaxis], batch_size=100, verbose=0)[..., 0]


def principal_components(images, bottleneck):
    pca = PCA(bottleneck).fit(images.reshape(len(images), -1))
    return lambda x: pca.inverse_transform(pca.transform(x.reshape(len(x), -1))).reshape(x.shape)


def auc_between(scores_healthy, scores_other):
    labels = np.repeat([0, 1], [len(scores_healthy), len(scores_other)])
    return roc_auc(labels, np.concatenate([scores_healthy, scores_other]))


def anomaly_metrics(score, test, hospitals, reference):
    """Return the AUC of a score for each disease, and for healthy films of each other hospital."""
    scores = score(test.images)
    found = {
        f"auc_{name}": auc_between(scores[test.labels == 0], scores[test.labels == number])
        for number, name in enumerate(CLASSES)
        if number
    }
    own = score(reference)
    return found | {f"auc_hospital_{site}": auc_between(own, score(x)) for site, x in hospitals.items()}


def pixel_auc(error, test, number):
    """Return the mean over patients of the AUC of the error map for the lesion's pixels within the lungs."""
    values = []
    for map_, mask, lung, label in zip(error, test.masks, test.lung_masks, test.labels, strict=True):
        inside = mask[lung]
        if label == number and 0 < inside.sum() < len(inside):
            values.append(roc_auc(inside, map_[lung]))
    return np.mean(values)


def reconstruction_metrics(function, test, hospitals, reference):
    error = (function(test.images) - test.images) ** 2
    found = {"rmse": np.sqrt(error[test.labels == 0].mean())}
    found |= anomaly_metrics(lambda x: ((function(x) - x) ** 2).mean(axis=(1, 2)), test, hospitals, reference)
    return found | {"pixel_auc_pneumonia": pixel_auc(error, test, 1), "pixel_auc_nodule": pixel_auc(error, test, 2)}


def psnr(images, clean):
    """Return the mean over films of the peak signal-to-noise ratio in dB; gray runs from 0 to 1."""
    return np.mean(-10 * np.log10(((images - clean) ** 2).mean(axis=(1, 2))))


def denoising_metrics(function, test, twins, rng):
    """Return PSNR on healthy films, the share of lesion contrast kept, and false brightening in healthy lungs."""
    noise = NOISE_SD * rng.standard_normal(test.images.shape, dtype="float32")
    ill, well = function(test.images + noise), function(twins.images + noise)
    healthy, lungs = test.labels == 0, test.lung_masks
    bright = (ill - test.images) > BRIGHT
    found = {"psnr": psnr(ill[healthy], test.images[healthy]), "bright": bright[healthy][lungs[healthy]].mean()}
    for number, name in enumerate(CLASSES):
        if number:
            inside = test.masks & (test.labels == number)[:, np.newaxis, np.newaxis]
            found[f"kept_{name}"] = (ill - well)[inside].sum() / (test.images - twins.images)[inside].sum()
    return found


def best_filters(train, rng):
    """Return for each classical method, and for PCA, the setting with the highest PSNR on training patients."""
    clean = train[-100:]
    noisy = clean + NOISE_SD * rng.standard_normal(clean.shape, dtype="float32")
    chosen = {}
    for method, strengths in STRENGTHS.items():
        found = {strength: psnr(apply_filter(noisy, method, strength), clean) for strength in strengths}
        chosen[method] = max(found, key=found.get)
    found = {size: psnr(principal_components(train[:-100], size)(noisy), clean) for size in (8, 16, 24, 32, 48, 64)}
    return chosen | {"pca": max(found, key=found.get)}


def apply_filter(x, method, strength):
    options = {} if method == "gaussian" else {"noise_sd": NOISE_SD}
    return denoise(x[..., np.newaxis], method=method, strength=strength, **options)[..., 0]


def collected(rows):
    """Return mean, interval and values over seeds of each metric of rows of one arm."""
    return {name: mean_interval([row[name] for row in rows]) for name in rows[0]}


def rounded(thing):
    if isinstance(thing, dict):
        return {key: rounded(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [rounded(value) for value in thing]
    return round(float(thing), 4) if isinstance(thing, (float, np.floating)) else thing


def write(arms, filters, start):
    """Write what is there so far; the run may be cut off."""
    result = {
        "about": {
            "date": datetime.date.today().isoformat(),
            "versions": {module.__name__: module.__version__ for module in (np, keras, sklearn)},
            "training": f"{NUM_TRAIN} healthy simulated films of {SIZE} x {SIZE} pixels, {STEPS} steps of {BATCH}",
            "test": "900 films, a third healthy, with pneumonia, with a nodule; 200 healthy films of each hospital",
            "noise_sd": NOISE_SD,
        },
        "cpu_seconds": round(time.process_time() - start),
        "seeds": options.seeds,
        "filters": filters,
        "records": [
            {"task": task, "way": way, "bottleneck": size, "metrics": collected(rows)}
            for (task, way, size), rows in arms.items()
        ],
    }
    options.output.write_text(json.dumps(rounded(result), indent=1) + "\n", encoding="utf-8")


def main():
    start = time.process_time()
    test, twins = (films(900, [99], CLASSES, lesion_contrast=contrast) for contrast in (1, 0))
    reference = films(200, [98]).images
    hospitals = {site: films(200, [97, site], sites=(site,)).images for site in range(1, 5)}
    arms, filters = {}, []

    def add(*arm, metrics):
        arms.setdefault(arm, []).append(metrics)
        print(arm, {key: round(float(value), 4) for key, value in metrics.items()}, flush=True)
        write(arms, filters, start)

    for seed in range(options.seeds):
        train = films(NUM_TRAIN, [seed]).images
        mixed = films(NUM_TRAIN, [seed, 1], CLASSES).images
        mean = train.mean(axis=0)
        simple = {
            "mean gray": lambda x: x.mean(axis=(1, 2)),
            "deviation from the mean film": lambda x, mean=mean: ((x - mean) ** 2).mean(axis=(1, 2)),
        }
        for name, score in simple.items():
            add("anomaly", name, 0, metrics=anomaly_metrics(score, test, hospitals, reference))
        for size in (*BOTTLENECKS, 128):
            function = principal_components(train, size)
            add("anomaly", "pca", size, metrics=reconstruction_metrics(function, test, hospitals, reference))

        filters.append(best_filters(train, np.random.default_rng([7, seed])))
        ways = {way: lambda x, way=way: apply_filter(x, way, filters[-1][way]) for way in STRENGTHS}
        ways = {"noisy": lambda x: x} | ways | {"pca": principal_components(train, filters[-1]["pca"])}
        for way, function in ways.items():
            size = filters[-1]["pca"] if way == "pca" else 0
            rng = np.random.default_rng([8, seed])
            add("denoising", way, 0, metrics=denoising_metrics(function, test, twins, rng) | {"size": size})
        for way, images in (("autoencoder, healthy", train), ("autoencoder, mixed", mixed)):
            function = autoencoder(images, 64, seed, noise=NOISE_SD)
            rng = np.random.default_rng([8, seed])
            add("denoising", way, 64, metrics=denoising_metrics(function, test, twins, rng))
        for size in BOTTLENECKS:
            function = autoencoder(train, size, seed)
            add("anomaly", "autoencoder", size, metrics=reconstruction_metrics(function, test, hospitals, reference))
    print(f"wrote {options.output.name}")


if __name__ == "__main__":
    main()
