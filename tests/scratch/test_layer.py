"""What every layer promises: types, empty batches, messages, weights."""

import numpy as np
import pytest

from medbook.scratch import (
    GELU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from medbook.scratch.layer import channel_sum

IMAGE_LAYERS = [
    lambda: Conv2D(2, 3),
    lambda: MaxPooling2D(2),
    lambda: MaxPooling2D(3, 2, "same"),
    lambda: AveragePooling2D(2),
    lambda: AveragePooling2D(3, 2, "same"),
    GlobalAveragePooling2D,
]
ACTIVATIONS = [ReLU, LeakyReLU, GELU, Sigmoid, Tanh, Softmax]
LAYERS = [*IMAGE_LAYERS, *ACTIVATIONS, Flatten, lambda: Dense(4), lambda: Dropout(0.5), BatchNormalization]
EVERY_LAYER = pytest.mark.parametrize("make", LAYERS, ids=lambda make: type(make()).__name__)
EVERY_IMAGE_LAYER = pytest.mark.parametrize("make", IMAGE_LAYERS, ids=lambda make: type(make()).__name__)
SHAPE = (2, 6, 7, 3)


@EVERY_LAYER
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("dtype_in", "dtype_out"),
    [
        ("float32", "float32"),
        ("float64", "float64"),
        ("uint8", "float32"),
        ("int64", "float32"),
        ("float16", "float32"),
    ],
)
def test_type_of_output_and_gradient(make, training, dtype_in, dtype_out):
    layer = make()
    output = layer.forward(np.ones(SHAPE, dtype_in), training=training)
    gradient = layer.backward(np.ones(output.shape))
    assert output.dtype == gradient.dtype == dtype_out


@EVERY_LAYER
@pytest.mark.parametrize("training", [False, True])
def test_empty_batch_goes_forward_and_back(make, training):
    layer = make()
    shape_out = layer.forward(np.ones(SHAPE, "float32")).shape
    output = layer.forward(np.ones((0, *SHAPE[1:]), "float32"), training=training)
    assert output.shape == (0, *shape_out[1:])
    assert layer.backward(output).shape == (0, *SHAPE[1:])
    assert all(np.isfinite(array).all() for array in layer.gradients + layer.get_weights())


@EVERY_LAYER
def test_empty_first_batch_builds_the_layer(make):
    layer = make()
    layer.forward(np.ones((0, *SHAPE[1:])))
    assert layer.built


@EVERY_LAYER
@pytest.mark.parametrize("training", [False, True])
def test_input_and_gradient_are_left_untouched(make, training):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(SHAPE)
    layer = make()
    grad = rng.standard_normal(layer.forward(x, training=training).shape)
    before = x.copy(), grad.copy()
    layer.backward(grad)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(grad, before[1])


@EVERY_LAYER
def test_memory_order_of_the_input_does_not_matter(make):
    x = np.random.default_rng(0).standard_normal(SHAPE)
    np.testing.assert_allclose(make().forward(np.asfortranarray(x)), make().forward(x), rtol=1e-12, atol=1e-14)


@EVERY_LAYER
def test_backward_before_forward_is_refused(make):
    with pytest.raises(ValueError, match="call forward"):
        make().backward(np.ones(SHAPE))


@EVERY_LAYER
def test_gradient_of_wrong_shape_is_refused(make):
    layer = make()
    output = layer.forward(np.ones(SHAPE))
    with pytest.raises(ValueError, match=rf"{type(layer).__name__}.*expected the shape of the last output"):
        layer.backward(output[..., np.newaxis])


@EVERY_LAYER
def test_complex_numbers_are_refused(make):
    with pytest.raises(ValueError, match=r"np\.abs"):
        make().forward(np.ones(SHAPE, complex))


@EVERY_LAYER
def test_weights_return_as_they_were_set(make):
    layer = make()
    layer.build(SHAPE[1:])
    weights = [array + 1 for array in layer.get_weights()]
    layer.set_weights(weights)
    for received, expected in zip(layer.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(received, expected)


@EVERY_LAYER
def test_changing_what_get_weights_returned_changes_no_layer(make):
    layer = make()
    layer.build(SHAPE[1:])
    before = layer.get_weights()
    for array in layer.get_weights():
        array += 1
    for received, expected in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(received, expected)


@EVERY_IMAGE_LAYER
def test_missing_channel_axis_says_how_to_add_it(make):
    with pytest.raises(ValueError, match=r"x\[\.\.\., np\.newaxis\]"):
        make().forward(np.ones((4, 28, 28)))


@EVERY_IMAGE_LAYER
@pytest.mark.parametrize("shape", [(2, 0, 6, 1), (2, 6, 6, 0), (6, 6), (1, 1, 6, 6, 1)])
def test_array_that_is_no_batch_of_images_is_refused(make, shape):
    with pytest.raises(ValueError, match=r"expected \(batch, rows, cols, channels\)"):
        make().forward(np.ones(shape))


@EVERY_IMAGE_LAYER
@pytest.mark.parametrize("shape", [(9, 9), (0, 9, 1), (9, 9, 0)])
def test_build_with_bad_shape_is_refused(make, shape):
    with pytest.raises(ValueError, match="rows, cols, channels"):
        make().build(shape)


@pytest.mark.parametrize("make", [lambda: Conv2D(2, 3), lambda: Dense(4)], ids=["Conv2D", "Dense"])
def test_gradient_of_the_input_can_be_left_out(make):
    layer = make()
    grad = np.ones_like(layer.forward(np.ones(SHAPE)))
    layer.backward(grad)
    expected = layer.gradients
    layer.needs_input_gradient = False
    assert layer.backward(grad) is None
    for received, gradient in zip(layer.gradients, expected, strict=True):
        np.testing.assert_array_equal(received, gradient)


def test_channel_sum_keeps_the_digits_of_float32():
    x = np.random.default_rng(0).standard_normal((64, 64, 64, 2), dtype="float32") + 100
    exact = x.astype(float).sum(axis=(0, 1, 2))
    np.testing.assert_allclose(channel_sum(x), exact, rtol=1e-6)
