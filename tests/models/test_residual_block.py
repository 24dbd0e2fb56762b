import keras
import numpy as np
import pytest
import tensorflow as tf

from medbook.models.residual_block import residual_block


def block(shape, filters, **options):
    """Return a block as a model, with the last normalisation of its branch silenced."""
    inputs = keras.Input(shape)
    model = keras.Model(inputs, residual_block(inputs, filters, name="b", **options))
    last = "b_2_bn" if options["branch"] == "basic" else "b_3_bn"
    model.get_layer(last).gamma.assign(np.zeros(model.get_layer(last).gamma.shape))
    return model


def maps(*shape):
    return np.random.default_rng(0).random(shape, dtype=np.float32)


@pytest.mark.parametrize(("branch", "filters"), [("basic", 8), ("bottleneck", 2)])
@pytest.mark.parametrize("training", [False, True])
def test_block_whose_branch_is_silent_passes_its_input_on(branch, filters, training):
    x = maps(2, 6, 6, 8)
    np.testing.assert_array_equal(block((6, 6, 8), filters, branch=branch)(x, training=training), x)


@pytest.mark.parametrize(("branch", "filters"), [("basic", 8), ("bottleneck", 2)])
def test_without_shortcut_a_silent_branch_passes_nothing(branch, filters):
    silent = block((6, 6, 8), filters, branch=branch, shortcut=None)
    assert np.all(silent(maps(2, 6, 6, 8)).numpy() == 0)


def test_padding_takes_every_second_pixel_and_adds_empty_channels():
    x = maps(2, 6, 6, 4)
    output = block((6, 6, 4), 8, branch="basic", strides=2, shortcut="padding")(x).numpy()
    np.testing.assert_array_equal(output[..., 2:6], x[:, ::2, ::2])
    assert np.all(output[..., [0, 1, 6, 7]] == 0)


def test_projection_is_a_learned_mixture_of_channels():
    x = maps(2, 6, 6, 4)
    model = block((6, 6, 4), 8, branch="basic", strides=2)
    kernel = model.get_layer("b_0_conv").kernel.numpy()[0, 0]
    expected = np.maximum(x[:, ::2, ::2] @ kernel / np.sqrt(1 + 1.001e-5), 0)
    np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-6)


def test_gradient_reaches_the_input_through_the_shortcut_alone():
    x = keras.ops.convert_to_tensor(maps(1, 6, 6, 8))
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = keras.ops.sum(block((6, 6, 8), 8, branch="basic")(x))
    np.testing.assert_array_equal(tape.gradient(output, x), np.ones((1, 6, 6, 8)))
