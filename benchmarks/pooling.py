"""How fast are pooling and the element-wise layers in NumPy, beside TensorFlow? Writes results/pooling.json.

    python benchmarks/pooling.py [--threads N]

All contestants run in this one process with the same number of threads and take turns, so that a
machine that slows down slows all of them; quote the ratios, not the milliseconds.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "pooling.json")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[variable] = str(options.threads)
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from medbook import scratch  # noqa: E402

# Shape of the images, size of the window, stride.
POOLS = [
    ((64, 28, 28, 32), 2, 2),
    ((64, 14, 14, 64), 2, 2),
    ((32, 64, 64, 16), 2, 2),
    ((8, 128, 128, 32), 2, 2),
    ((32, 64, 64, 16), 3, 2),
]
KINDS = {"max": (scratch.MaxPooling2D, "MaxPool"), "average": (scratch.AveragePooling2D, "AvgPool")}
FEATURE_MAPS = (64, 26, 26, 32)  # of the first convolution of the book's small network
ROUNDS = 15


def median_ms(contestants, rounds=ROUNDS):
    """Run the named functions in turn and return the median time of each in milliseconds."""
    times = {name: [] for name in contestants}
    for _ in range(rounds + 1):  # the first round warms up and is dropped
        for name, function in contestants.items():
            start = time.perf_counter()
            function()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(values[1:]) for name, values in times.items()}


def pooling_row(kind, shape, pool_size, stride):
    """Time one pooling layer, forward and backward, against TensorFlow's operations."""
    layer_class, operation = KINDS[kind]
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape, dtype="float32")
    layer = layer_class(pool_size, stride)
    output = layer.forward(x)
    grad = rng.standard_normal(output.shape, dtype="float32")
    x_tf, output_tf, grad_tf = tf.constant(x), tf.constant(output), tf.constant(grad)
    window = {"ksize": [1, pool_size, pool_size, 1], "strides": [1, stride, stride, 1], "padding": "VALID"}

    def tf_forward():
        if kind == "max":
            return tf.raw_ops.MaxPool(input=x_tf, **window).numpy()
        return tf.raw_ops.AvgPool(value=x_tf, **window).numpy()

    def tf_backward():
        if kind == "max":
            return tf.raw_ops.MaxPoolGrad(orig_input=x_tf, orig_output=output_tf, grad=grad_tf, **window).numpy()
        return tf.raw_ops.AvgPoolGrad(orig_input_shape=shape, grad=grad_tf, **window).numpy()

    check(layer.forward(x), tf_forward())
    check(layer.backward(grad), tf_backward())
    return {
        "layer": f"{kind} {pool_size} x {pool_size}, stride {stride}",
        "shape": list(shape),
        **ratios(
            {"numpy": lambda: layer.forward(x), "tensorflow": tf_forward},
            {"numpy": lambda: layer.backward(grad), "tensorflow": tf_backward},
        ),
    }


def layer_row(layer, reference):
    """Time one layer in training mode against the Keras layer: forward alone, and forward with backward."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(FEATURE_MAPS, dtype="float32")
    grad = rng.standard_normal(layer.forward(x).shape, dtype="float32")
    x_tf, grad_tf = tf.constant(x), tf.constant(grad)
    reference.build(FEATURE_MAPS)

    @tf.function
    def keras_forward():
        return reference(x_tf, training=True)

    @tf.function
    def keras_both():
        with tf.GradientTape() as tape:
            tape.watch(x_tf)
            output = reference(x_tf, training=True)
        return output, tape.gradient(output, [x_tf, *reference.trainable_weights], grad_tf)

    def numpy_both():
        layer.forward(x, training=True)
        return layer.backward(grad)

    return {
        "layer": type(layer).__name__,
        "shape": list(FEATURE_MAPS),
        **ratios(
            {"numpy": lambda: layer.forward(x, training=True), "tensorflow": lambda: keras_forward().numpy()},
            {"numpy": numpy_both, "tensorflow": lambda: [part.numpy() for part in tf.nest.flatten(keras_both())]},
            names=("forward", "both"),
        ),
    }


def ratios(*contests, names=("forward", "backward")):
    """Time each contest and return milliseconds and NumPy's time relative to TensorFlow's."""
    row = {}
    for name, contestants in zip(names, contests, strict=True):
        row[f"{name}_ms"] = median_ms(contestants)
        row[f"{name}_ratio"] = row[f"{name}_ms"]["numpy"] / row[f"{name}_ms"]["tensorflow"]
    return row


def check(received, reference):
    error = np.abs(received - reference).max() / np.abs(reference).max()
    if error > 1e-5:
        raise RuntimeError(f"NumPy and TensorFlow disagree by {error:.1e} of the largest value")


def geometric_mean(values):
    return float(np.exp(np.mean(np.log(list(values)))))


def print_rows(rows, second):
    print(f"{'layer':>24} {'images':>20} {'forward':>9} {second:>9}")
    for row in rows:
        shape = ", ".join(map(str, row["shape"]))
        print(f"{row['layer']:>24} {shape:>20} {row['forward_ratio']:9.2f} {row[second + '_ratio']:9.2f}")


def main():
    pools = {kind: [pooling_row(kind, *arguments) for arguments in POOLS] for kind in KINDS}
    layers = [
        layer_row(scratch.ReLU(), keras.layers.ReLU()),
        layer_row(scratch.LeakyReLU(), keras.layers.LeakyReLU()),
        layer_row(scratch.Sigmoid(), keras.layers.Activation("sigmoid")),
        layer_row(scratch.Tanh(), keras.layers.Activation("tanh")),
        layer_row(scratch.GELU(), keras.layers.Activation("gelu")),
        layer_row(scratch.Softmax(), keras.layers.Softmax()),
        layer_row(scratch.Dropout(0.5), keras.layers.Dropout(0.5)),
        layer_row(scratch.BatchNormalization(), keras.layers.BatchNormalization()),
        layer_row(scratch.GlobalAveragePooling2D(), keras.layers.GlobalAveragePooling2D()),
    ]
    result = {
        "date": datetime.date.today().isoformat(),
        "threads": options.threads,
        "processor": platform.machine(),
        "versions": {module.__name__: module.__version__ for module in (np, keras, tf)},
        "rounds": ROUNDS,
        "pooling": pools,
        "forward_ratio": {kind: geometric_mean(row["forward_ratio"] for row in rows) for kind, rows in pools.items()},
        "backward_ratio": {kind: geometric_mean(row["backward_ratio"] for row in rows) for kind, rows in pools.items()},
        "layers": layers,
    }
    print(f"Layers in NumPy, time relative to TensorFlow's, {options.threads} threads, medians of {ROUNDS}")
    for kind, rows in pools.items():
        print_rows(rows, "backward")
        means = [result[f"{direction}_ratio"][kind] for direction in ("forward", "backward")]
        print(f"{'geometric mean':>45} {means[0]:9.2f} {means[1]:9.2f}")
    print_rows(layers, "both")
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output.name}")


if __name__ == "__main__":
    main()
