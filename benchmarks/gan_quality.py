"""How much do a GAN's measures vary, and does its recipe matter? Writes results/gan_quality.json, which the book reads.

    python benchmarks/gan_quality.py [--part games recipe] [--seeds 3]

games    how the measures of generated films vary
recipe   whether the grid of gan.py would have come out otherwise with a GAN that is trained as here

The chapter "GAN augmentation" plays three games with one seed: on 200 simulated films, on 20 of them,
and with a generator that learns thirty times as fast as the discriminator, so that it collapses. Here
the same games are played with several seeds, of the players' weights and their random numbers, and the one
on 20 films three times as long; films are the chapter's. Real films are measured beside them.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import gan
import keras
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import pdist

from medbook.metrics import density_coverage, frechet_distance, kernel_distance, memorization_test, roc_auc
from medbook.models import GAN, SampleHistory, build_cnn, build_discriminator, build_generator, predict
from medbook.phantoms import chest_radiographs

RESULTS = Path(__file__).parent / "results" / "gan_quality.json"
ROUNDS, STEPS, BATCH = 8, 50, 32
RATES = {"generator": 1e-3, "discriminator": 1e-3}
COLLAPSING = {"generator": 1e-2, "discriminator": 3e-4}
ASKED = np.arange(500) % 2
SIZES = (50, 100, 200, 500)


def films(num, seed):
    """Return films of shape (num, 32, 32, 1) and their labels, those of the chapter."""
    rng = np.random.default_rng([62, seed])
    sample = chest_radiographs(num, size=32, rng=rng, classes=("normal", "pneumonia"))
    return sample.images[..., np.newaxis], sample.labels.astype("int32")


def train_classifier():
    """Return the chapter's classifier."""
    keras.utils.set_random_seed(0)
    model = build_cnn((32, 32, 1))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, steps_per_execution=16, jit_compile=False)
    images, labels = films(1000, 9)
    model.fit(images, labels.astype("float32"), batch_size=BATCH, epochs=6, verbose=0)
    return model


def play(images, classes, seed, rounds=ROUNDS, rates=RATES):
    """Train a GAN and return its history: 500 films of the same latent vectors after each round."""
    players = new_gan(seed, rates)
    history = SampleHistory(len(ASKED), classes=ASKED)
    for some in np.split(order(len(images), rounds, seed), rounds):
        players.fit(images[some], classes[some], batch_size=BATCH, shuffle=False, callbacks=[history], verbose=0)
    return history


def trained(images, classes, seed):
    """Return a GAN after all rounds."""
    players = new_gan(seed, RATES)
    some = order(len(images), ROUNDS, seed)
    players.fit(images[some], classes[some], batch_size=BATCH, shuffle=False, verbose=0)
    return players


def new_gan(seed, rates):
    keras.utils.set_random_seed(seed)
    common = {"image_shape": (32, 32, 1), "num_classes": 2}
    players = build_generator(**common, filters=(32, 16)), build_discriminator(**common, filters=(16, 32))
    made = GAN(*players, seed=seed)
    made.compile(steps_per_execution=10)
    made.optimizer.learning_rate = rates["generator"]
    made.discriminator_optimizer.learning_rate = rates["discriminator"]
    return made


def order(num, rounds, seed):
    """Return which image comes when: all of them over and over, each time in another order."""
    rng, size = np.random.default_rng(seed), rounds * STEPS * BATCH
    return np.concatenate([rng.permutation(num) for _ in range(1 + size // num)])[:size]


class Judge:
    """Measures of generated films against those of 500 new patients."""

    def __init__(self):
        self.new, self.ill = films(1000, 1)
        self.classifier = train_classifier()
        features = keras.Model(self.classifier.inputs, self.classifier.get_layer("mean").output)
        self.features = lambda images: predict(features, images)
        self.known, self.more = self.features(self.new[:500]), self.features(self.new[500:])

    def quality(self, images, labels):
        """Return KID, FID, density, coverage, spread, and how well labels fit the films."""
        features = self.features(images)
        density, coverage = density_coverage(self.known, features)
        return {
            "kid": kernel_distance(self.known, features)[0],
            "fid": frechet_distance(self.known, features),
            "density": density,
            "coverage": coverage,
            "spread": np.mean([spread(images[labels == k]) / spread(self.new[self.ill == k]) for k in (0, 1)]),
            "label_auc": roc_auc(labels, predict(self.classifier, images)[:, 0]),
        }

    def copying(self, images, training, strangers):
        """Return the usual statistic, and the share nearer to a training film than to as many strangers' films."""
        seen, unseen = (memorization_test(t, self.new[:500], images, num_resamples=2) for t in (training, strangers))
        return {"copying": seen.copying.estimate, "paired": np.mean(seen.distances < unseen.distances)}


def spread(images):
    return pdist(images.reshape(len(images), -1)).mean()


def game(judge, seed):
    """Return what three games with one seed measure."""
    (x, classes), (others, _) = films(200, 0), films(200, 2)
    main = play(x, classes, seed)
    last = main.images[-1]
    longer = play(x[:20], classes[:20], seed, rounds=3 * ROUNDS).images
    few = {"20 films": longer[ROUNDS - 1], "20 films, three times as long": longer[-1]}
    collapsed = play(x, classes, seed, rounds=4, rates=COLLAPSING).images[-1]
    return {
        "rounds": {
            "discriminator_loss": [losses["discriminator_loss"] for losses in main.losses],
            "generator_loss": [losses["generator_loss"] for losses in main.losses],
            "kid": [judge.quality(images, ASKED)["kid"] for images in main.images],
        },
        "200 films": {**judge.quality(last, ASKED), **judge.copying(last, x, others)},
        **{
            name: {**judge.quality(images, ASKED), **judge.copying(images, x[:20], others[:20])}
            for name, images in few.items()
        },
        "collapsed": judge.quality(collapsed, ASKED),
    }


def real(judge):
    """Return what real films measure against real films, whole and in part, and blurred."""
    new, known, more = judge.new, judge.known, judge.more
    blurred = gaussian_filter(new[500:], (0, 0.8, 0.8, 0))
    distances = {
        num: (frechet_distance(known[:num], more[:num]), kernel_distance(known[:num], more[:num])[0]) for num in SIZES
    }
    return {
        **judge.quality(new[500:], judge.ill[500:]),
        "label_auc": roc_auc(judge.ill, predict(judge.classifier, new)[:, 0]),
        "blurred": judge.quality(blurred, judge.ill[500:]),
        "fid_by_number": {num: pair[0] for num, pair in distances.items()},
        "kid_by_number": {num: pair[1] for num, pair in distances.items()},
    }


def rounded(values):
    """Round all numbers in nested dictionaries and lists to four digits."""
    if isinstance(values, dict):
        return {str(key): rounded(value) for key, value in values.items()}
    return [rounded(value) for value in values] if isinstance(values, list) else round(float(values), 4)


def games(seeds):
    """Return what real films measure, and three games for each seed."""
    judge = Judge()
    records = []
    for seed in range(seeds):
        records.append({"seed": seed, **rounded(game(judge, seed))})
        print({name: records[-1][name] for name in ("200 films", "20 films", "collapsed")}, flush=True)
    return {"real": rounded(real(judge)), "records": records}


def recipe(seeds):
    """Return the AUC of the arm "both" of gan.py with a GAN that is trained as here; all else is as there."""
    tested, truth = gan.films(1000, 5)
    records = []
    for num in (20, 50, 200):
        values = []
        for seed in range(seeds):
            images, labels = gan.films(num, 4, seed)
            classes = np.resize(labels, 1000)
            drawn = trained(images, labels, seed).sample(1000, classes, seed=seed)
            network = gan.train_classifier(images, labels, 1000 * seed, gan.CLASSIC, (drawn, classes))
            values.append(roc_auc(truth, predict(network, tested)[:, 0]))
        records.append({"images": num, "arm": "both", "auc": {"mean": np.mean(values), "values": values}})
        print(records[-1], flush=True)
    return {"records": [{**record, "auc": rounded(record["auc"])} for record in records]}


PARTS = {"games": games, "recipe": recipe}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = json.loads(options.output.read_text("utf-8")) if options.output.exists() else {}
    for part in options.part:
        start = time.process_time()
        measured = PARTS[part](options.seeds)
        cost = {"seeds": options.seeds, "cpu_seconds": round(time.process_time() - start)}
        found[part] = {**gan.about(), **cost, **measured}
        options.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
