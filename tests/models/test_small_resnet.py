import keras
import numpy as np
import pytest
import tensorflow as tf

from medbook.models import build_small_resnet


def test_depth_20_has_the_parameters_of_the_formula():
    """0.27 million in table 6 of the paper."""
    model = build_small_resnet((32, 32, 3), 10, depth=20)
    convolutions = 9 * (3 * 16 + 6 * 16 * 16 + 16 * 32 + 5 * 32 * 32 + 32 * 64 + 5 * 64 * 64)
    normalisations = 2 * (7 * 16 + 6 * 32 + 6 * 64)
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == convolutions + normalisations + 650 == 269_722


@pytest.mark.parametrize("depth", [8, 20])
def test_shortcuts_cost_no_parameter(depth):
    residual, plain = (build_small_resnet((28, 28, 1), depth=depth, shortcut=shortcut) for shortcut in (True, False))
    assert [weight.path for weight in residual.weights] == [weight.path for weight in plain.weights]
    assert [weight.shape for weight in residual.weights] == [weight.shape for weight in plain.weights]


@pytest.mark.parametrize("depth", [8, 14, 56])
def test_depth_counts_layers_with_weights(depth):
    model = build_small_resnet((28, 28, 1), depth=depth, filters=2)
    assert len([layer for layer in model.layers if hasattr(layer, "kernel")]) == depth


@pytest.mark.parametrize("depth", [2, 7, 10, 50.0, 18, True])
def test_other_depths_are_refused(depth):
    with pytest.raises(ValueError, match=r"expected 6 n \+ 2, that is 8, 14, 20"):
        build_small_resnet((28, 28, 1), depth=depth)


def test_deep_network_of_silent_branches_is_as_shallow_as_its_stem():
    """Why depth need not harm: with all branches silent, 32 layers give what the first one gives."""
    model = build_small_resnet((28, 28, 1), depth=32, filters=4)
    for layer in model.layers:
        if layer.name.endswith("_2_bn"):
            layer.gamma.assign(np.zeros(layer.gamma.shape))
    images = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    maps = [model.get_layer("stem_relu").output, model.get_layer("mean").input]
    stem, last = keras.Model(model.input, maps)(images)
    np.testing.assert_array_equal(last[..., 6:10], stem[:, ::4, ::4])


@pytest.mark.parametrize("shortcut", [True, False])
def test_all_weights_get_a_gradient(shortcut):
    model = build_small_resnet((12, 12, 1), depth=14, filters=4, shortcut=shortcut)
    images = np.random.default_rng(0).random((4, 12, 12, 1), dtype=np.float32)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(images, training=True) * [[1.0], [2.0], [-1.0], [0.5]])
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    assert all(np.any(gradient.numpy() != 0) for gradient in gradients)
