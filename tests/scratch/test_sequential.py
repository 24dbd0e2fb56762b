import keras
import numpy as np
import pytest

from medbook.scratch import (
    GELU,
    SGD,
    Adam,
    AveragePooling2D,
    BatchNormalization,
    BinaryCrossentropy,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    MeanSquaredError,
    ReLU,
    Sequential,
    Sigmoid,
    gradient_check,
)


def small_pair():
    """Return the same small classifier of 12 x 12 images, with batch normalization, here and in Keras."""
    features = [Conv2D(3, 3), BatchNormalization(), ReLU(), MaxPooling2D(), Conv2D(4, 3), BatchNormalization()]
    ours = Sequential([*features, Flatten(), Dense(5), ReLU(), Dropout(0.5), Dense(1), Sigmoid()])
    layers = keras.layers
    features = [layers.Conv2D(3, 3), layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D()]
    features += [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Flatten()]
    head = [layers.Dense(5, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid")]
    reference = keras.Sequential([layers.Input((12, 12, 1)), *features, *head])
    ours.build((12, 12, 1))
    return ours, reference


def images(num=6, seed=0):
    return np.random.default_rng(seed).standard_normal((num, 12, 12, 1), dtype="float32")


def fit(network, x):
    return network.fit(x, np.zeros(len(x)), loss=BinaryCrossentropy(), optimizer=Adam())


def test_weights_of_keras_give_the_predictions_of_keras():
    ours, reference = small_pair()
    rng = np.random.default_rng(1)
    ours.set_weights([rng.uniform(0.1, 1, weight.shape) for weight in reference.get_weights()])
    reference.set_weights(ours.get_weights())
    expected = reference.predict(images(), verbose=0)
    np.testing.assert_allclose(ours.predict(images()), expected, rtol=1e-5)


def test_weights_go_to_keras_and_back_unchanged():
    ours, reference = small_pair()
    before = ours.get_weights()
    reference.set_weights(before)
    ours.set_weights([np.zeros_like(weight) for weight in before])
    ours.set_weights(reference.get_weights())
    assert len(before) == 16
    for weight, expected in zip(ours.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_summary_counts_parameters_as_keras_does():
    ours, reference = small_pair()
    lines = ours.summary().splitlines()
    assert lines[-2].split() == ["total", f"{reference.count_params():,}"]
    trainable = sum(int(np.prod(weight.shape)) for weight in reference.trainable_weights)
    assert lines[-1].split()[-1] == f"{trainable:,}"


def test_summary_names_layers_and_shapes():
    lines = small_pair()[0].summary().splitlines()
    assert lines[1].split() == ["Conv2D", "(batch,", "10,", "10,", "3)", "30"]
    assert lines[7].split() == ["Flatten", "(batch,", "36)", "0"]


def test_network_passes_the_gradient_check():
    layers = [Conv2D(2, 3, padding="same"), BatchNormalization(), GELU(), AveragePooling2D(2), Conv2D(3, 2)]
    network = Sequential([*layers, GlobalAveragePooling2D(), Dense(2), Sigmoid()])
    assert gradient_check(network, np.random.default_rng(0).standard_normal((2, 6, 6, 1))) < 1e-7


def test_network_inside_a_network_passes_the_gradient_check():
    block = Sequential([Conv2D(2, 3), GELU()])
    network = Sequential([block, Flatten(), Dense(1)])
    assert gradient_check(network, np.random.default_rng(0).standard_normal((2, 5, 5, 1))) < 1e-7


@pytest.mark.parametrize("leading", [[], [Flatten()], [AveragePooling2D(2), Flatten()]], ids=len)
def test_gradients_without_that_of_the_input_are_the_same(leading):
    network = Sequential([*leading, *([] if leading else [Conv2D(2, 3), Flatten()]), Dense(3), ReLU(), Dense(1)])
    output = network.forward(images())
    network.backward(output)
    expected = network.gradients
    network.backward_to_weights(output)
    for gradient, reference in zip(network.gradients, expected, strict=True):
        np.testing.assert_array_equal(gradient, reference)


def test_backward_still_returns_the_input_gradient_after_training():
    network = Sequential([Conv2D(2, 3), Flatten(), Dense(1)])
    network.fit(images(), np.ones(6), loss=MeanSquaredError(), optimizer=SGD())
    output = network.forward(images())
    assert network.backward(np.ones_like(output)).shape == (6, 12, 12, 1)


def test_network_without_weights_has_nothing_to_compute():
    network = Sequential([Flatten()])
    network.backward_to_weights(network.forward(images()))
    assert network.weights == network.gradients == []


def test_predictions_do_not_depend_on_the_batch_size():
    network = small_pair()[0]
    np.testing.assert_allclose(network.predict(images(7), batch_size=2), network.predict(images(7)), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float64", "float16", "uint8", "int64", "bool"])
def test_prediction_is_float32_whatever_the_type_of_the_images(dtype):
    x = (100 * images()).astype(dtype)
    predicted = small_pair()[0].predict(x)
    assert predicted.dtype == np.float32
    np.testing.assert_array_equal(predicted, small_pair()[0].predict(x.astype("float32")))


def test_no_images_give_no_predictions():
    assert small_pair()[0].predict(np.zeros((0, 12, 12, 1))).shape == (0, 1)


def test_prediction_leaves_moving_statistics_alone():
    network = small_pair()[0]
    before = network.get_weights()
    network.predict(images())
    for weight, expected in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_weights_that_are_set_belong_to_the_layers():
    network = Sequential([Dense(2), ReLU(), Dense(1)])
    network.build((3,))
    network.weights = [np.full_like(weight, index) for index, weight in enumerate(network.weights)]
    assert network.layers[2].weights[1][0] == 3
    network.weights[0][...] = 7
    assert network.layers[0].weights[0][0, 0] == 7


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((5, 12, 12), r"expected \(batch, 12, 12, 1\).*\(batch, rows, cols, channels\).*x\[..., np.newaxis\]"),
        ((5, 12, 12, 3), r"expected \(batch, 12, 12, 1\).*mean over the channels"),
        ((5, 1, 12, 12), r"Move the channels to the end: np.moveaxis\(x, 1, -1\)"),
        ((5, 144), r"received x of shape \(5, 144\), expected \(batch, 12, 12, 1\)"),
        ((12,), r"One sample becomes a batch with x\[np.newaxis\]"),
    ],
)
@pytest.mark.parametrize("method", [Sequential.predict, fit])
def test_images_of_another_shape_are_refused_with_a_remedy(method, shape, message):
    network, x = small_pair()[0], np.zeros(shape)
    with pytest.raises(ValueError, match=message):
        method(network, x)


def test_images_without_channel_axis_are_refused_by_a_new_network():
    network = Sequential([Conv2D(2, 3), Flatten(), Dense(1)])
    with pytest.raises(ValueError, match=r"add the channel axis with x\[..., np.newaxis\]"):
        network.predict(np.zeros((5, 28, 28)))


def test_larger_images_are_welcome_where_no_layer_counts_pixels():
    network = Sequential([Conv2D(2, 3), GlobalAveragePooling2D(), Dense(1)])
    network.build((12, 12, 1))
    assert network.predict(np.zeros((2, 20, 16, 1))).shape == (2, 1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e300])
def test_images_that_are_not_finite_are_refused(value):
    x = images().astype("float64")
    x[2, 3, 4, 0] = value
    with pytest.raises(ValueError, match="1 values of x that are NaN, infinite or too large"):
        small_pair()[0].predict(x)


@pytest.mark.parametrize("x", [np.full((2, 3), "a"), np.full((2, 3), None), np.ones((2, 3)) + 1j])
def test_input_that_is_not_real_numbers_is_refused(x):
    with pytest.raises(ValueError, match="expected numbers"):
        Sequential([Dense(1)]).predict(x)


def test_weights_of_another_network_are_refused():
    network = Sequential([Dense(2)])
    network.build((3,))
    with pytest.raises(ValueError, match=r"expected \[\(3, 2\), \(2,\)\]"):
        network.set_weights([np.zeros((3, 1)), np.zeros(1)])


@pytest.mark.parametrize("method", [lambda network: network.set_weights([]), Sequential.summary])
def test_what_needs_shapes_is_refused_before_build(method):
    with pytest.raises(ValueError, match=r"call build\(input_shape\)"):
        method(Sequential([Dense(2)]))


def test_too_few_weights_are_refused():
    network = Sequential([Dense(2)])
    network.build((3,))
    with pytest.raises(ValueError, match="received 1 weights, expected 2"):
        network.weights = [np.zeros((3, 2))]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "at least one layer"),
        ([Dense(1), "relu"], "entry 1 is 'relu'"),
        ([Dense(1), ReLU], "Write it with parentheses"),
        ([Dense(1)] * 2, "the same layer occurs twice"),
    ],
    ids=["none", "text", "class", "twice"],
)
def test_what_is_no_list_of_layers_is_refused(layers, message):
    with pytest.raises(ValueError, match=message):
        Sequential(layers)
