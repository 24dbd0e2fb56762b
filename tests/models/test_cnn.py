import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from medbook.models import build_cnn


def test_parameters_are_those_of_the_formula():
    model = build_cnn((28, 28, 3), 5, filters=(4, 8))
    convolutions = 3 * 3 * 3 * 4 + 3 * 3 * 4 * 8
    normalisations = 4 * (4 + 8)
    assert model.count_params() == convolutions + normalisations + (8 * 5 + 5)


@pytest.mark.parametrize(("size", "last"), [(64, 4), (28, 7), (7, 7), (8, 4), (100, 6)])
def test_maps_are_halved_while_larger_than_seven_pixels(size, last):
    model = build_cnn((size, size, 1))
    assert model.get_layer("mean").input.shape[1:3] == (last, last)


def test_shorter_side_decides_about_pooling():
    assert build_cnn((64, 14, 1)).get_layer("mean").input.shape[1:3] == (32, 7)


def test_model_has_the_name_and_no_optimizer():
    model = build_cnn((28, 28, 1), name="reader")
    assert (model.name, model.compiled) == ("reader", False)


def test_bright_squares_are_learned():
    rng = np.random.default_rng(0)
    images = rng.random((200, 16, 16, 1), dtype=np.float32)
    labels = np.arange(200) % 2
    images[labels == 1, 4:8, 4:8] += 0.3
    keras.utils.set_random_seed(0)
    model = build_cnn((16, 16, 1), filters=(4, 4))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(images[:100], labels[:100], epochs=12, batch_size=20, verbose=0)
    assert roc_auc_score(labels[100:], model.predict(images[100:], verbose=0)[:, 0]) > 0.95
