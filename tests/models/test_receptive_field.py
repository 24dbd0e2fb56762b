import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from medbook.models import build_cnn, build_resnet, build_small_resnet, build_small_vgg, build_vgg, receptive_field


def seen_by_gradient(model, layer):
    """Count the rows and cols from which a gradient comes to the unit in the middle of the map.

    With positive kernels no ReLU and no opposite path can stop it; a maximum stops it at all pixels
    but one, another one in each of many random images.
    """
    for weight in model.weights:
        if weight.name == "kernel":
            weight.assign(np.abs(weight.numpy()) + 0.01)
    part = keras.Model(model.inputs, model.get_layer(layer).output)
    images = tf.constant(np.random.default_rng(0).random((16, *model.input_shape[1:])), tf.float32)
    rows, cols = part.output.shape[1] // 2, part.output.shape[2] // 2
    with tf.GradientTape() as tape:
        tape.watch(images)
        units = tf.reduce_sum(part(images)[:, rows, cols])
    reached = tape.gradient(units, images).numpy().any(axis=(0, 3))
    return tuple(np.ptp(np.flatnonzero(reached.any(axis=axis))) + 1 for axis in (1, 0))


@pytest.mark.parametrize(
    ("options", "size"), [({}, 3), ({"strides": 2}, 3), ({"dilation_rate": 3}, 7), ({"kernel_size": (5, 1)}, None)]
)
def test_one_convolution_by_hand(options, size):
    inputs = keras.Input((20, 20, 1))
    model = keras.Model(inputs, layers.Conv2D(1, **{"kernel_size": 3, **options})(inputs))
    assert receptive_field(model) == ((size, size) if size else (5, 1))


def test_stride_widens_the_steps_of_what_follows():
    model = keras.Sequential([keras.Input((32, 32, 1)), layers.Conv2D(1, 3, strides=2), layers.MaxPooling2D(2)])
    model.add(layers.Conv2D(1, 3))
    assert receptive_field(model) == (3 + 1 * 2 + 2 * 4,) * 2


def test_small_network_sees_what_gradients_say():
    inputs = keras.Input((40, 44, 1))
    x = layers.Conv2D(2, (3, 5), padding="same", activation="relu", name="first")(inputs)
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.Conv2D(2, 3, dilation_rate=2, padding="same", activation="relu", name="wide")(x)
    x = layers.AveragePooling2D((2, 1), name="mean")(x)
    model = keras.Model(inputs, layers.Conv2D(2, 3, padding="same", name="last")(x))
    fields = {name: receptive_field(model, name) for name in ("first", "pool", "wide", "mean", "last")}
    assert fields == {name: seen_by_gradient(model, name) for name in fields}


@pytest.mark.parametrize(
    ("model", "layer"),
    [
        (build_cnn((64, 64, 1), filters=(2, 2, 2)), "pool3"),
        (build_small_vgg((64, 64, 1), filters=2, blocks=(2, 2)), "block2_pool"),
        (build_small_resnet((64, 64, 1), depth=8, filters=2), "stage3_block1_out"),
        (build_small_resnet((64, 64, 1), depth=8, filters=2, shortcut=False), "stage3_block1_out"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_networks_of_the_book_see_what_gradients_say(model, layer):
    assert receptive_field(model, layer) == seen_by_gradient(model, layer)


def test_vgg16_and_resnet50_see_what_the_literature_says():
    """212 and 483 pixels in Araujo, Norris and Sim (2019), for VGG16 up to its last pooling."""
    assert receptive_field(build_vgg(filters=1, dense_units=1)) == (212, 212)
    assert receptive_field(build_resnet(filters=1)) == (483, 483)


def test_layer_shared_with_another_model_is_counted_in_the_right_one():
    shared = layers.Rescaling(2.0)
    build_cnn((64, 64, 1), preprocessing=shared)
    model = build_cnn((64, 64, 1), filters=(2,), preprocessing=shared)
    assert receptive_field(model) == (4, 4)


def test_what_follows_an_enlargement_cannot_be_followed():
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(1, 3, name="conv"), layers.UpSampling2D()])
    with pytest.raises(ValueError, match="cannot be followed up to there; name an earlier layer"):
        receptive_field(model)
    assert receptive_field(model, "conv") == (3, 3)


@pytest.mark.parametrize("layer", ["nothing", "predictions"])
def test_layer_that_makes_no_map_is_refused(layer):
    with pytest.raises(ValueError, match="no layer of that name that makes a map"):
        receptive_field(build_cnn((28, 28, 1)), layer)
