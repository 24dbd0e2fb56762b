"""Does a GAN help a classifier that has few images? Writes results/gan.json, which the book reads.

    python benchmarks/gan.py [--part stabilizer grid] [--seeds 5]

stabilizer   which way to hold a GAN of 20 and of 100 films stable: judged by images of patients it never saw
grid         20, 50, 100, 200 training films x {nothing, classic augmentation, GAN, both}; and a fifth
             arm, classic augmentation with some of the processor time that the GAN took, spent on more networks

Simulated radiographs, normal against pneumonia, 32 x 32 pixels. Every seed draws other training
patients and first weights; test patients are always the same. All classifiers take the same number of
steps with the same batch size; in the arms with a GAN, half of each batch is generated. Intervals are
bootstrapped over seeds and test patients together, gains seed by seed and patient by patient. The
grid on real images is in real_data.py, which calls `grid`.
"""

import argparse
import datetime
import functools
import itertools
import json
import os
import platform
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from seeds import mean_interval

from medbook.metrics import density_coverage, kernel_distance, memorization_test, roc_auc
from medbook.models import GAN, augmentation, build_cnn, build_discriminator, build_generator, predict
from medbook.phantoms import chest_radiographs

RESULTS = Path(__file__).parent / "results" / "gan.json"
SIZE, BATCH, GAN_STEPS, STEPS = 32, 32, 1000, 300
SIZES = (20, 50, 100, 200)
VARY = {"shift": 0.125}  # of both GAN players' images
CLASSIC = {"shift": 0.1, "rotation_deg": 10, "zoom": 0.1, "contrast": 0.2}
ARMS = ("nothing", "classic", "GAN", "both", "classic, time of the GAN")
MEMBERS = 5  # networks that the fifth arm averages; they take less than half of the time of the GAN


def films(num, *seed, classes=("normal", "pneumonia")):
    """Return films of shape (num, 32, 32, 1) in [0, 1] and their labels."""
    sample = chest_radiographs(num, size=SIZE, rng=np.random.default_rng([61, *seed]), classes=classes)
    return sample.images[..., np.newaxis], sample.labels.astype("int32")


def endless(images, labels, steps, rng):
    """Return ``steps`` batches in one array: the images over and over, in another order each time."""
    rounds = -(-steps * BATCH // len(images))
    order = np.concatenate([rng.permutation(len(images)) for _ in range(rounds)])[: steps * BATCH]
    return images[order], labels[order]


def train_gan(images, labels, seed, steps=GAN_STEPS, make=GAN, vary=VARY, discriminator=build_discriminator):
    """Train a conditional GAN."""
    keras.utils.set_random_seed(seed)
    shape, classes = images.shape[1:], int(labels.max()) + 1
    generator = build_generator(shape, num_classes=classes, filters=(32, 16))
    players = generator, discriminator(shape, num_classes=classes, filters=(16, 32))
    gan = make(*players, vary=augmentation(**vary, seed=seed) if vary else None, seed=seed)
    gan.compile(2e-4, steps_per_execution=20)
    gan.fit(*endless(images, labels, steps, np.random.default_rng(seed)), batch_size=BATCH, shuffle=False, verbose=0)
    return gan


@functools.cache
def compiled_classifier(shape, vary):
    """Return a network that is compiled once, and trained from first weights again and again."""
    scale = layers.Rescaling(4.0, -2.0)
    model = build_cnn(shape, filters=(8, 16, 32), preprocessing=[augmentation(**dict(vary), seed=0), scale])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-3), loss, steps_per_execution=20, jit_compile=False)
    return model


def start_again(model, seed):
    """Give a network the first weights and random numbers of a seed, and its optimizer no memory."""
    keras.utils.set_random_seed(seed)
    model.set_weights(build_cnn(model.input_shape[1:], filters=(8, 16, 32)).get_weights())
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(ops.zeros_like(variable))
    for number, variable in enumerate(model.variables):
        if variable.path.endswith("seed_generator_state"):
            variable.assign([seed, number])


def train_classifier(images, labels, seed, vary=None, generated=None):
    """Train one network for `STEPS` steps; half of each batch is generated, if there are generated images."""
    rng = np.random.default_rng([seed, 1])
    if generated is None:
        x, y = endless(images, labels, STEPS, rng)
    else:
        halves = [endless(*pair, STEPS // 2, rng) for pair in ((images, labels), generated)]
        x, y = (np.stack(parts, axis=1).reshape(-1, *parts[0].shape[1:]) for parts in zip(*halves, strict=True))
    model = compiled_classifier(x.shape[1:], tuple((vary or {}).items()))
    start_again(model, seed)
    model.fit(x, y.astype("float32"), batch_size=BATCH, shuffle=False, verbose=0)
    return model


def arms(images, labels, seed, tested):
    """Yield (arm, logits of the test images, processor seconds of GAN and training)."""
    start = time.process_time()
    gan = train_gan(images, labels, seed)
    classes = np.resize(labels, 1000)  # the classes as frequent as among the real images
    generated = gan.sample(1000, classes, seed=seed), classes
    gan_seconds = time.process_time() - start
    for arm in ARMS:
        start = time.process_time()
        vary = None if arm in ("nothing", "GAN") else CLASSIC
        members = MEMBERS if arm == ARMS[-1] else 1
        kept = generated if arm in ("GAN", "both") else None
        logits = []
        for number in range(members):
            network = train_classifier(images, labels, 1000 * seed + number, vary, kept)
            logits.append(predict(network, tested)[:, 0])
        yield arm, np.mean(logits, axis=0), (gan_seconds if kept else 0) + time.process_time() - start


def grid(draw, tested, seeds, sizes=SIZES):
    """Return a record for each number of images and arm.

    Parameters
    ----------
    draw : callable
        (num, seed) -> images and labels, to train on.
    tested : (ndarray, ndarray)
        Images and labels, to test on.
    """
    images, labels = tested
    records = []
    for num in sizes:
        scores, seconds = {arm: [] for arm in ARMS}, {arm: [] for arm in ARMS}
        for seed in range(seeds):
            for arm, logits, spent in arms(*draw(num, seed), seed, images):
                scores[arm].append(logits)
                seconds[arm].append(spent)
            print(num, seed, {arm: round(roc_auc(labels, own[-1]), 3) for arm, own in scores.items()}, flush=True)
        for arm in ARMS:
            found = compare(labels, scores[arm], {other: scores[other] for other in ("nothing", "classic")})
            cost = {"cpu_seconds": round(float(np.mean(seconds[arm])), 1)}
            records.append({"images": num, "arm": arm, **found, **cost})
    return records


def sensitivity_at(labels, scores, specificity=0.9):
    """Return the share of diseased that score above what `specificity` of the healthy reach."""
    return float(np.mean(scores[labels == 1] > np.quantile(scores[labels == 0], specificity, method="higher")))


def compare(labels, scores, others, resamples=400):
    """Return AUC, sensitivity at 90 % specificity and gains, each with an interval over seeds and patients."""
    measures = {"auc": roc_auc, "sensitivity": sensitivity_at}

    def all_of(seeds, rows):
        own = {name: np.mean([m(labels[rows], scores[s][rows]) for s in seeds]) for name, m in measures.items()}
        for other, theirs in others.items():
            auc = np.mean([roc_auc(labels[rows], theirs[s][rows]) for s in seeds])
            own[f"auc gain over {other}"] = own["auc"] - auc
        return own

    rng, num = np.random.default_rng(0), len(labels)
    estimate = all_of(range(len(scores)), np.arange(num))
    drawn = [all_of(rng.integers(len(scores), size=len(scores)), rng.integers(num, size=num)) for _ in range(resamples)]
    found = {}
    for name, value in estimate.items():
        low, high = np.quantile([one[name] for one in drawn], [0.025, 0.975])
        found[name] = {"mean": round(value, 4), "low": round(low, 4), "high": round(high, 4)}
    found["auc"]["values"] = [round(roc_auc(labels, own), 4) for own in scores]
    return found


class PenalizedGAN(GAN):
    """R1: the discriminator may not be steep where the images are real (Mescheder et al. 2018, arXiv:1801.04406)."""

    def judge(self, images, generated, classes):
        images = ops.convert_to_tensor(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = ops.sum(self._score(images, classes))
        steepness = ops.mean(ops.sum(tape.gradient(total, images) ** 2, axis=(1, 2, 3)))
        return super().judge(images, generated, classes) + 0.5 * steepness


def spectral_discriminator(shape, *, num_classes, filters):
    """A discriminator whose layers stretch no image (Miyato et al. 2018, arXiv:1802.05957)."""
    images, classes = keras.Input(shape), keras.Input((), dtype="int32")
    x = layers.Rescaling(4.0, -2.0)(images)
    for num in filters:
        convolution = layers.SpectralNormalization(layers.Conv2D(num, 4, 2, padding="same"))
        x = layers.LeakyReLU(0.2)(convolution(x))
    x = layers.Flatten()(x)
    of_class = layers.Dot(1)([x, layers.Embedding(num_classes, x.shape[-1])(classes)])
    score = layers.Add()([layers.SpectralNormalization(layers.Dense(1))(x), of_class])
    return keras.Model([images, classes], score)


STABILIZERS = {
    "none": {"vary": None},
    "images shifted": {},
    "gradient penalty (R1)": {"vary": None, "make": PenalizedGAN},
    "spectral normalisation": {"vary": None, "discriminator": spectral_discriminator},
}


def feature_network(seed=0):
    """Return the book's classifier, trained on 2000 films of three classes, up to its 64 features."""
    keras.utils.set_random_seed(seed)
    model = build_cnn((SIZE, SIZE, 1), 3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, steps_per_execution=20, jit_compile=False)
    model.fit(*films(2000, 1, classes=("normal", "pneumonia", "tuberculosis")), epochs=10, batch_size=32, verbose=0)
    return keras.Model(model.inputs, model.get_layer("mean").output)


def stabilizer(seeds, sizes=(20, 100)):
    """Return a record for each number of films and way to hold a GAN stable."""
    network = feature_network()
    held_out = films(1000, 2)[0]
    references = predict(network, held_out)
    records = []
    for num, (name, options) in itertools.product(sizes, STABILIZERS.items()):
        rows, start = [], time.process_time()
        for seed in range(min(seeds, 3)):
            images, labels = films(num, 3, seed)
            drawn = train_gan(images, labels, seed, **options).sample(1000, np.resize(labels, 1000))
            features = predict(network, drawn)
            quality = density_coverage(references, features)
            copying = memorization_test(images, held_out, drawn, num_resamples=2).copying.estimate
            rows.append((kernel_distance(references, features)[0], *quality, copying))
        found = dict(zip(("kid", "density", "coverage", "copying"), np.transpose(rows), strict=True))
        measured = {measure: rounded(mean_interval(values)) for measure, values in found.items()}
        seconds = round((time.process_time() - start) / len(rows), 1)
        records.append({"images": num, "stabilizer": name, **measured, "cpu_seconds": seconds})
        print(num, name, {measure: values["mean"] for measure, values in measured.items()}, seconds, flush=True)
    return records


def rounded(interval):
    return {name: np.round(value, 4).tolist() for name, value in interval.items()}


def simulated_grid(seeds):
    return grid(lambda num, seed: films(num, 4, seed), films(1000, 5), seeds)


PARTS = {"stabilizer": stabilizer, "grid": simulated_grid}


def about():
    return {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = json.loads(options.output.read_text("utf-8")) if options.output.exists() else {}
    for part in options.part:
        start = time.process_time()
        records = PARTS[part](options.seeds)
        found[part] = {**about(), "cpu_seconds": round(time.process_time() - start), "records": records}
        found[part]["seeds"] = min(options.seeds, 3) if part == "stabilizer" else options.seeds
        options.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
