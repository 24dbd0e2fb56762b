"""Weights on disk: plain arrays, with a hash that shows damage, for an architecture that is built in code.

A file is a NumPy ``.npz`` archive of the model's arrays in order, read without pickle, so that no file
can run a program. Beside ``name.npz`` stands ``name.npz.sha256``, in the form that the command
``sha256sum --check`` reads. That hash shows damage and mix-ups; against forgery, take it from
a trusted place and give it to `load_weights`.
"""

import hashlib
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np


class WeightsError(ValueError):
    """A weight file cannot be written or used; the message names file, field and remedy."""


def save_weights(model, path):
    """Write the weights of a model, and their hash beside them.

    An older file stays until the new one is complete.

    Parameters
    ----------
    model : keras.Model
        Built; all its weights are stored, the running statistics of normalisations included.
    path : str or Path
        Ends in ``.npz``, in a folder that exists.

    Returns
    -------
    str
        SHA-256 of the file, 64 hexadecimal digits; equal weights give equal hashes.

    Raises
    ------
    WeightsError
        If name or folder are otherwise, the model has no weights yet, or some are NaN or infinite.

    Examples
    --------
    >>> import keras, tempfile
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sha256 = save_weights(model, Path(folder) / "line.npz")
    ...     load_weights(model, Path(folder) / "line.npz", sha256=sha256)
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise WeightsError(f"save_weights: {path} must end in .npz, the format of the file.")
    if not path.parent.is_dir():
        raise WeightsError(f"save_weights: there is no folder {path.parent}; make it first.")
    if not model.weights:
        raise WeightsError(f"save_weights: {model.name} has no weights yet; build it, or call it on an image.")
    arrays = {f"{number:04d} {weight.path}": weight.numpy() for number, weight in enumerate(model.weights)}
    _check_finite(path, arrays, remedy="not written. Train with StopOnNaN(), which keeps sound weights")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        weights_file, hash_file = Path(folder) / "weights", Path(folder) / "hash"
        with weights_file.open("wb") as file:
            np.savez(file, **arrays)
        sha256 = _sha256(weights_file)
        hash_file.write_text(f"{sha256}  {path.name}\n", encoding="ascii")
        os.replace(weights_file, path)
        os.replace(hash_file, _hash_path(path))
    return sha256


def load_weights(model, path, *, sha256=None):
    """Read weights into a model that is built like the one that was saved.

    Nothing in the model changes unless everything fits. Arrays are matched by their order, so the
    names of layers may differ.

    Parameters
    ----------
    model : keras.Model
        Built.
    path : str or Path
        What `save_weights` wrote.
    sha256 : str, optional
        The expected hash; without it, the file ``path.sha256`` has it.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, of another kind, without hash, of another architecture (the
        message names the first layer that differs), or holds NaN or infinity.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"load_weights: there is no file {path}; check the path.")
    _check_hash(path, sha256)
    # Shapes come first, from the headers: what is then unpacked has the size of the model's weights.
    _check_shapes(path, model, _read(_stored_shapes, path))
    arrays = _read(_stored_arrays, path)
    _check_finite(path, arrays, remedy="not loaded. Train again with StopOnNaN(), and save that model")
    model.set_weights(list(arrays.values()))
    _refresh_normalization(model)


def _check_hash(path, sha256):
    if sha256 is None:
        try:
            sha256 = _hash_path(path).read_text(encoding="ascii").split()[0]
        except (OSError, UnicodeDecodeError, IndexError):
            raise WeightsError(
                f"load_weights: {path} comes without its hash, {_hash_path(path).name}. Copy both files, "
                "or give the hash by sha256=..."
            ) from None
    found = _sha256(path)
    if found != sha256.lower():
        raise WeightsError(
            f"load_weights: {path} is damaged, cut short or another file: its SHA-256 is {found}, expected {sha256}. "
            "Copy or download it again."
        )


def _read(reader, path):
    try:
        return reader(path)
    except Exception as error:  # zipfile, zlib, tokenize and NumPy each stumble in their own way
        raise WeightsError(f"load_weights: {path} is not a file that save_weights wrote; write it again.") from error


def _stored_arrays(path):
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in sorted(archive.files)}


def _stored_shapes(path):
    """Return the shape of each array in the archive, in order, without unpacking them."""
    shapes = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            with archive.open(name) as member:
                if np.lib.format.read_magic(member) != (1, 0):
                    raise ValueError("save_weights writes version 1.0")
                shape, _, dtype = np.lib.format.read_array_header_1_0(member)
            if dtype.kind not in "fiu":
                raise ValueError(f"weights are numbers, not {dtype}")
            shapes.append(shape)
    return shapes


def _check_shapes(path, model, shapes):
    remedy = "Build the model with the arguments of the one that was saved."
    for weight, shape in zip(model.weights, shapes, strict=False):
        if tuple(weight.shape) != shape:
            raise WeightsError(
                f"load_weights: {path} does not fit {model.name}: {weight.path} has the shape {tuple(weight.shape)}, "
                f"in the file {shape}. {remedy}"
            )
    expected, found = len(model.weights), len(shapes)
    if expected > found:
        raise WeightsError(
            f"load_weights: {path} does not fit {model.name}: it ends before {model.weights[found].path}, with "
            f"{found} arrays of {expected}. {remedy}"
        )
    if expected < found:
        raise WeightsError(
            f"load_weights: {path} does not fit {model.name}: it goes on after {model.name}'s last weights, with "
            f"{found} arrays in place of {expected}. {remedy}"
        )


def _check_finite(path, arrays, *, remedy):
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise WeightsError(f"{path}: {name} holds NaN or infinity; {remedy}.")


def _refresh_normalization(model):
    """Let Keras' ``Normalization`` layers use the numbers just set: they compute with copies."""
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
        if hasattr(layer, "layers"):
            _refresh_normalization(layer)


def _hash_path(path):
    return path.with_name(f"{path.name}.sha256")


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
