"""How fast is training in NumPy, beside Keras on TensorFlow? Writes results/training.json.

    python benchmarks/training.py [--threads N] [--output FILE]

A classifier of 28 x 28 images is trained by `medbook.scratch` and by Keras' compiled `fit`, from the
same weights, on the same batches. Both run in this one process with the same number of threads and take
turns, epoch by epoch, so that a machine that slows down slows both; quote the ratio, not the seconds.
The memory of an epoch in NumPy is traced in a process of its own, for tracing takes time.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "training.json")
parser.add_argument("--images", type=int, default=3000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--memory", action="store_true", help="print the memory of one epoch in NumPy and stop")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[variable] = str(options.threads)
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402

from medbook.scratch import (  # noqa: E402
    Adam,
    BinaryCrossentropy,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    ReLU,
    Sequential,
    Sigmoid,
)

BATCH_SIZE = 64
INPUT_SHAPE = (28, 28, 1)


def blob_images(num, rng):
    """Return noise images and labels; label 1 has a soft bright spot at a random place."""
    labels = rng.integers(0, 2, num)
    rows, cols = np.indices(INPUT_SHAPE[:2])
    center_row, center_col = rng.uniform(6, 22, (2, num, 1, 1))
    spots = np.exp(-((rows - center_row) ** 2 + (cols - center_col) ** 2) / (2 * 2.5**2)).astype("float32")
    images = 0.25 * rng.standard_normal((num, 28, 28), dtype="float32") + 0.5 * spots * labels[:, None, None]
    return images[..., np.newaxis], labels


def numpy_network():
    layers = [Conv2D(32, 3), ReLU(), MaxPooling2D(), Conv2D(64, 3), ReLU(), MaxPooling2D(), Flatten()]
    network = Sequential([*layers, Dense(64), ReLU(), Dense(1), Sigmoid()])
    network.build(INPUT_SHAPE)
    return network


def keras_network():
    import keras
    from keras import layers

    convolutions = [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
    convolutions += [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    head = [layers.Dense(64, activation="relu"), layers.Dense(1, activation="sigmoid")]
    network = keras.Sequential([layers.Input(INPUT_SHAPE), *convolutions, *head])
    network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return network


def epoch_memory():
    """Return the largest memory in MB that arrays and Python objects take in an epoch, beside data and weights."""
    x, y = blob_images(options.images, np.random.default_rng(0))
    network = numpy_network()
    tracemalloc.start()
    network.fit(x, y, loss=BinaryCrossentropy(), optimizer=Adam(), batch_size=BATCH_SIZE)
    return tracemalloc.get_traced_memory()[1] / 2**20


def race():
    """Train both networks in turn and return the seconds and the history of each; the first epoch warms up."""
    x, y = blob_images(options.images, np.random.default_rng(0))
    reference, ours = keras_network(), numpy_network()
    ours.set_weights(reference.get_weights())
    loss, optimizer = BinaryCrossentropy(), Adam()
    contestants = {
        "numpy": lambda: ours.fit(x, y, loss=loss, optimizer=optimizer, batch_size=BATCH_SIZE, shuffle=False),
        "keras": lambda: reference.fit(x, y, batch_size=BATCH_SIZE, shuffle=False, verbose=0).history,
    }
    seconds, losses = {name: [] for name in contestants}, {name: [] for name in contestants}
    for _ in range(options.rounds + 1):
        for name, train in contestants.items():
            start = time.perf_counter()
            history = train()
            seconds[name].append(time.perf_counter() - start)
            losses[name] += history["loss"]
    return {name: statistics.median(values[1:]) for name, values in seconds.items()}, losses


def main():
    import keras
    import tensorflow as tf

    seconds, losses = race()
    memory = subprocess.run(
        [sys.executable, __file__, "--memory", "--threads", str(options.threads), "--images", str(options.images)],
        check=True,
        capture_output=True,
        text=True,
    )
    result = {
        "date": datetime.date.today().isoformat(),
        "threads": options.threads,
        "processor": platform.machine(),
        "versions": {module.__name__: module.__version__ for module in (np, keras, tf)},
        "images": options.images,
        "batch_size": BATCH_SIZE,
        "rounds": options.rounds,
        "epoch_seconds": seconds,
        "ratio": seconds["numpy"] / seconds["keras"],
        "losses": losses,
        "memory_mb": float(memory.stdout),
    }
    print(f"Training on {options.images} images of 28 x 28, {options.threads} threads, medians of {options.rounds}")
    print(f"seconds an epoch: NumPy {seconds['numpy']:.2f}, Keras {seconds['keras']:.2f}, ratio {result['ratio']:.2f}")
    print(
        "losses: " + ", ".join(f"{a:.4f} ({b:.4f})" for a, b in zip(*losses.values(), strict=True)) + " NumPy (Keras)"
    )
    print(f"memory of an epoch in NumPy above the data: {result['memory_mb']:.0f} MB")
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output.name}")


if __name__ == "__main__":
    if options.memory:
        print(epoch_memory())
    else:
        main()
