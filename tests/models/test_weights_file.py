import hashlib
import os
import pickle
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

from medbook.models import WeightsError, build_cnn, build_small_resnet, load_weights, save_weights
from tests.models.networks import assert_same_weights, tiny_images, tiny_network


@pytest.fixture
def stored(tmp_path):
    """Return a file with the weights of a network of seed 0, its hash beside it."""
    save_weights(tiny_network(seed=0), tmp_path / "tiny.npz")
    return tmp_path / "tiny.npz"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refuses(path, match, model=None, **options):
    """Check that loading fails with this message and leaves the model as it was."""
    model = model or tiny_network(seed=1)
    before = model.get_weights()
    with pytest.raises(WeightsError, match=match) as caught:
        load_weights(model, path, **options)
    assert str(path) in str(caught.value)
    assert_same_weights(model, before)


def arrays_of(path):
    with np.load(path) as archive:
        return dict(archive)


def test_weights_come_back_exactly(stored):
    model = tiny_network(seed=1)
    load_weights(model, stored)
    assert_same_weights(model, tiny_network(seed=0).get_weights())


def test_running_statistics_come_back(tmp_path):
    images = np.random.default_rng(0).random((8, 16, 16, 1), dtype=np.float32)
    trained, fresh = build_small_resnet((16, 16, 1), depth=8), build_small_resnet((16, 16, 1), depth=8)
    trained(3 * images, training=True)
    save_weights(trained, tmp_path / "resnet.npz")
    load_weights(fresh, str(tmp_path / "resnet.npz"))
    np.testing.assert_array_equal(fresh(images), trained(images))


def test_names_of_layers_may_differ(stored):
    layers = [keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((6, 6, 1)), *layers])
    load_weights(model, stored)
    assert_same_weights(model, tiny_network(seed=0).get_weights())


def test_equal_weights_have_equal_hashes(stored, tmp_path):
    again, other = (save_weights(tiny_network(seed=seed), tmp_path / "again.npz") for seed in (0, 1))
    assert again == sha256(stored) != other


@pytest.mark.skipif(sys.platform != "linux", reason="sha256sum is a Linux command")
def test_hash_file_is_what_sha256sum_reads(stored):
    command = ["sha256sum", "--check", "tiny.npz.sha256"]
    assert subprocess.run(command, cwd=stored.parent, capture_output=True).returncode == 0


def test_only_the_two_files_remain(stored):
    save_weights(tiny_network(seed=1), stored)
    assert sorted(os.listdir(stored.parent)) == ["tiny.npz", "tiny.npz.sha256"]


def test_interrupted_writing_leaves_the_old_file(stored, monkeypatch):
    before = sha256(stored)

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        save_weights(tiny_network(seed=1), stored)
    assert sha256(stored) == before
    assert sorted(os.listdir(stored.parent)) == ["tiny.npz", "tiny.npz.sha256"]


def test_hash_can_be_given_in_place_of_its_file(stored):
    (stored.parent / "tiny.npz.sha256").unlink()
    model = tiny_network(seed=1)
    load_weights(model, stored, sha256=sha256(stored).upper())
    assert_same_weights(model, tiny_network(seed=0).get_weights())


def test_row_48_missing_file_is_named(tmp_path):
    refuses(tmp_path / "none.npz", "there is no file")


@pytest.mark.parametrize("size", [0, 10, 200, -1])
def test_row_48_truncated_file_is_refused(stored, size):
    stored.write_bytes(stored.read_bytes()[:size])
    refuses(stored, "damaged, cut short or another file.*Copy or download it again")
    refuses(stored, "not a file that save_weights wrote", sha256=sha256(stored))


def test_row_48_one_changed_bit_is_noticed(stored):
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 1
    stored.write_bytes(content)
    refuses(stored, "damaged")


def test_row_48_wrong_hash_is_refused(stored):
    refuses(stored, f"expected {'0' * 64}", sha256="0" * 64)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_row_48_file_without_its_hash_is_refused(stored, content):
    hash_file = stored.parent / "tiny.npz.sha256"
    hash_file.unlink()
    if content is not None:
        hash_file.write_bytes(content)
    refuses(stored, r"without its hash, tiny.npz.sha256. Copy both files, or give the hash by sha256")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_row_48_nan_in_the_file_is_refused(stored, value):
    arrays = arrays_of(stored)
    arrays["0002 tiny/dense/kernel"][3] = value
    np.savez(stored, **arrays)
    refuses(stored, "0002 tiny/dense/kernel holds NaN or infinity; not loaded", sha256=sha256(stored))


def test_row_48_first_layer_that_differs_is_named(stored):
    three_units = tiny_network(seed=1, units=3)
    refuses(stored, r"fit tiny: tiny/dense/kernel has the shape \(32, 3\), in the file \(32, 1\)", three_units)


def test_row_48_file_of_a_shallower_network_is_refused(tmp_path):
    path = tmp_path / "cnn.npz"
    save_weights(keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3)]), path)
    refuses(path, "it ends before tiny/dense/kernel, with 2 arrays of 4")


def test_row_48_file_of_a_deeper_network_is_refused(stored):
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3)], name="short")
    refuses(stored, "goes on after short's last weights, with 4 arrays in place of 2", model)


def pickled(path):
    path.write_bytes(pickle.dumps({"weights": [1, 2]}))


def pickled_array(path):
    np.savez(path, **{"0000 conv/kernel": np.array([{"run": "me"}], dtype=object)})


def text_array(path):
    np.savez(path, names=np.full((3, 3, 1, 2), "conv"))


def complex_array(path):
    np.savez(path, names=np.zeros((3, 3, 1, 2), complex))


def zip_of_text(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights.txt", "1 2 3")


def keras_file(path):
    tiny_network().save_weights(path.with_suffix(".weights.h5"))
    path.with_suffix(".weights.h5").rename(path)


def keras_archive(path):
    tiny_network().save(path.with_suffix(".keras"))
    path.with_suffix(".keras").rename(path)


def broken_header(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("0000 conv/kernel.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': __import")


@pytest.mark.parametrize(
    "write",
    [pickled, pickled_array, text_array, complex_array, zip_of_text, keras_file, keras_archive, broken_header],
    ids=lambda write: write.__name__,
)
def test_row_48_foreign_file_is_refused_even_with_its_hash(tmp_path, write):
    path = tmp_path / "foreign.npz"
    write(path)
    refuses(path, "without its hash")
    refuses(path, "not a file that save_weights wrote; write it again", sha256=sha256(path))


def test_row_48_bomb_is_refused_before_it_unpacks(tmp_path):
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, a=np.zeros((1000, 1000, 50), np.uint8))
    refuses(path, r"has the shape \(3, 3, 1, 2\), in the file \(1000, 1000, 50\)", sha256=sha256(path))


def test_nan_is_not_saved(tmp_path):
    model = tiny_network()
    model.get_layer("dense").bias.assign([np.nan])
    with pytest.raises(WeightsError, match="dense/bias holds NaN or infinity; not written"):
        save_weights(model, tmp_path / "tiny.npz")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["tiny.weights.h5", "tiny.keras", "tiny"])
def test_other_formats_are_refused(tmp_path, name):
    with pytest.raises(WeightsError, match=r"must end in .npz"):
        save_weights(tiny_network(), tmp_path / name)


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(WeightsError, match="there is no folder"):
        save_weights(tiny_network(), tmp_path / "none" / "tiny.npz")


def test_model_that_was_not_built_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="no weights yet"):
        save_weights(keras.Sequential([keras.layers.Dense(1)]), tmp_path / "tiny.npz")


def test_training_goes_on_from_loaded_weights(stored):
    x, y = tiny_images()
    model = tiny_network(seed=1)
    load_weights(model, stored)
    expected = tiny_network(seed=0).evaluate(x, y, verbose=0)
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-6)
    assert build_cnn((6, 6, 1)).count_params() > model.count_params()
