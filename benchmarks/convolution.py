"""How fast is convolution in NumPy, beside TensorFlow and SciPy? Writes results/convolution.json.

    python benchmarks/convolution.py [--threads N]

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
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "convolution.json")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[variable] = str(options.threads)
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import scipy  # noqa: E402
import tensorflow as tf  # noqa: E402
from scipy.signal import correlate2d, fftconvolve  # noqa: E402

from medbook.scratch import Conv2D  # noqa: E402
from medbook.scratch.conv2d import correlate  # noqa: E402

LAYERS = [(32, 28, 28, 1, 32), (32, 26, 26, 32, 64), (8, 64, 64, 16, 32), (1, 256, 256, 1, 8), (8, 128, 128, 32, 32)]
KERNEL_SIZES = [3, 5, 7, 11, 15, 21, 31]
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


def layer_row(batch, rows, cols, channels, filters):
    """Time one 3 x 3 layer, forward and backward (input, kernel and bias), against TensorFlow's operations."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, rows, cols, channels), dtype="float32")
    layer = Conv2D(filters, 3)
    grad = rng.standard_normal(layer.forward(x).shape, dtype="float32")
    x_tf, grad_tf, kernel, bias = (tf.constant(array) for array in (x, grad, *layer.weights))

    def tf_forward():
        return tf.nn.bias_add(tf.nn.conv2d(x_tf, kernel, 1, "VALID"), bias).numpy()

    def tf_backward():
        options = {"strides": [1, 1, 1, 1], "padding": "VALID", "out_backprop": grad_tf}
        by_input = tf.raw_ops.Conv2DBackpropInput(input_sizes=x.shape, filter=kernel, **options)
        by_kernel = tf.raw_ops.Conv2DBackpropFilter(input=x_tf, filter_sizes=kernel.shape, **options)
        return by_input.numpy(), by_kernel.numpy(), tf.raw_ops.BiasAddGrad(out_backprop=grad_tf).numpy()

    forward = median_ms({"numpy": lambda: layer.forward(x), "tensorflow": tf_forward})
    backward = median_ms({"numpy": lambda: layer.backward(grad), "tensorflow": tf_backward})
    return {
        "shape": [batch, rows, cols, channels, filters],
        "forward_ms": forward,
        "backward_ms": backward,
        "forward_ratio": forward["numpy"] / forward["tensorflow"],
        "backward_ratio": backward["numpy"] / backward["tensorflow"],
    }


def loops(image, kernel):
    """Slide the kernel with two Python loops over the output and two over the kernel."""
    rows_out, cols_out = (size - kernel.shape[0] + 1 for size in image.shape)
    output = np.zeros((rows_out, cols_out))
    for i in range(rows_out):
        for j in range(cols_out):
            for u in range(kernel.shape[0]):
                for v in range(kernel.shape[1]):
                    output[i, j] += image[i + u, j + v] * kernel[u, v]
    return output


def kernel_row(size):
    """Time one kernel of ``size`` on one 128 x 128 slice, by five routes to the same numbers."""
    rng = np.random.default_rng(0)
    image = rng.standard_normal((128, 128), dtype="float32")
    kernel = rng.standard_normal((size, size), dtype="float32")
    image_4d, kernel_4d = image[None, :, :, None], kernel[:, :, None, None]
    image_tf, kernel_tf = tf.constant(image_4d), tf.constant(kernel_4d)
    routes = {
        "matrix product": lambda: correlate(image_4d, kernel_4d)[0, :, :, 0],
        "FFT (SciPy)": lambda: fftconvolve(image, kernel[::-1, ::-1], mode="valid"),
        "direct sum (SciPy)": lambda: correlate2d(image, kernel, mode="valid"),
        "TensorFlow": lambda: tf.nn.conv2d(image_tf, kernel_tf, 1, "VALID").numpy()[0, :, :, 0],
    }
    reference = correlate2d(image.astype(float), kernel.astype(float), mode="valid")
    for name, route in routes.items():
        error = np.abs(route() - reference).max() / np.abs(reference).max()
        if error > 1e-5:
            raise RuntimeError(f"{name} disagrees with the direct sum by {error:.1e} of its largest value")
    milliseconds = median_ms(routes)
    if size <= 11:  # beyond, Python loops take seconds
        milliseconds["Python loops"] = median_ms({"loops": lambda: loops(image, kernel)}, rounds=3)["loops"]
    return {"kernel_size": size, "milliseconds": milliseconds}


def geometric_mean(values):
    return float(np.exp(np.mean(np.log(list(values)))))


def main():
    layers = [layer_row(*shape) for shape in LAYERS]
    result = {
        "date": datetime.date.today().isoformat(),
        "threads": options.threads,
        "processor": platform.machine(),
        "versions": {module.__name__: module.__version__ for module in (np, scipy, tf)},
        "rounds": ROUNDS,
        "layers": layers,
        "forward_ratio": geometric_mean(row["forward_ratio"] for row in layers),
        "backward_ratio": geometric_mean(row["backward_ratio"] for row in layers),
        "kernels": [kernel_row(size) for size in KERNEL_SIZES],
    }
    print(f"Conv2D 3 x 3 in NumPy, time relative to TensorFlow's, {options.threads} threads, medians of {ROUNDS}")
    print(f"{'batch, rows, cols, channels, filters':>38} {'forward':>9} {'backward':>9}")
    for row in layers:
        print(f"{row['shape']!s:>38} {row['forward_ratio']:9.2f} {row['backward_ratio']:9.2f}")
    print(f"{'geometric mean':>38} {result['forward_ratio']:9.2f} {result['backward_ratio']:9.2f}")
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output.name}")


if __name__ == "__main__":
    main()
