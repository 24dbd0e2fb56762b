"""Does Keras train? Tried in a program of its own, since a broken TensorFlow may end it or hang."""

import subprocess
import sys

from medbook.check.finding import Finding

TIMEOUT_S = 180  # the first import after installation reads 1.5 GB from disk and can take a minute

PROGRAM = """
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
keras.utils.set_random_seed(0)
x = np.linspace(-1, 1, 64, dtype="float32").reshape(16, 2, 2, 1)
y = (x.mean(axis=(1, 2, 3)) > 0).astype("float32")
model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Conv2D(4, 2), keras.layers.Flatten(),
                          keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.1), loss="binary_crossentropy")
losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
assert losses[-1] < losses[0], losses
num_gpus = "?"
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    num_gpus = len(tf.config.list_physical_devices("GPU"))
print("medbook:", keras.backend.backend(), num_gpus)
"""


def check_training(run=subprocess.run):
    """Train a network of a few weights for five steps, and see that its loss falls.

    Parameters
    ----------
    run : callable, optional
        Called as `subprocess.run` is.

    Returns
    -------
    Finding
    """
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    try:
        done = run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        text = f"not done after {TIMEOUT_S} s."
        return Finding("fail", "Keras", text, "Close other programs and try again; the first start is the slowest.")
    except OSError as error:
        return Finding("fail", "Keras", f"could not be started: {error}.", "Close other programs and try again.")
    answers = [line.split() for line in done.stdout.splitlines() if line.startswith("medbook:")]
    if done.returncode == 0 and answers:
        return _success(*answers[0][1:])
    return Finding("fail", "Keras", *_explanation(done.returncode, done.stderr))


def _success(backend, num_gpus):
    if backend != "tensorflow":
        text = f"a training step works, on {backend}; the book was tested on TensorFlow."
        return Finding("note", "Keras", text, "Take KERAS_BACKEND out of your environment and of ~/.keras/keras.json.")
    gpu = f"{num_gpus} graphics card(s) in use" if num_gpus.isdecimal() and int(num_gpus) else "no graphics card in use"
    return Finding("ok", "Keras", f"a training step on TensorFlow works; {gpu} (none is needed).")


def _explanation(returncode, stderr):
    """Return in plain words why the program failed, and what to do."""
    last = (stderr.strip().splitlines() or ["without a message"])[-1][:300]
    if "No module named" in stderr:
        return f"a library is missing ({last}).", "See the lines above: install what is missing."
    if returncode in (-4, 132):
        text = "the processor does not know an instruction that TensorFlow uses (AVX; processors before 2011)."
        return text, "Use another computer, Colab, Binder or your institution's hub."
    if "DLL load failed" in stderr:
        text = f"Windows lacks a library that TensorFlow needs ({last})."
        return text, "Install the Microsoft Visual C++ Redistributable (x64) from Microsoft's site, then check again."
    if returncode in (-9, 137):
        return "the system stopped it, most likely for lack of memory.", "Close other programs and try again."
    return f"a training step fails ({last}).", "Set the environment up anew: delete .venv, then `make book`."
