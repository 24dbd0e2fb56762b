import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.scratch import SGD, Adam

TOLERANCE = 1e-5  # of the largest reference value

OPTIMIZERS = {
    "SGD": (SGD, keras.optimizers.SGD, {}),
    "SGD with momentum": (SGD, keras.optimizers.SGD, {"learning_rate": 0.1, "momentum": 0.9}),
    "Adam": (Adam, keras.optimizers.Adam, {}),
    "Adam, other rates": (
        Adam,
        keras.optimizers.Adam,
        {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
    ),
}


def draw_arrays(shapes, rng):
    arrays = [rng.standard_normal(shape, dtype="float32") for shape in shapes]
    # Where a gradient is about as small as epsilon, Adam's step hangs on its last digits.
    return [np.where(np.abs(array) < 1e-5, np.float32(1e-5), array) for array in arrays]


@pytest.mark.parametrize("name", OPTIMIZERS)
@given(
    st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=4), min_size=1, max_size=3),
    st.sampled_from([1, 2, 7]), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_one_step_and_several_equal_keras(name, shapes, steps, seed):
    ours, reference, arguments = OPTIMIZERS[name]
    ours, reference = ours(**arguments), reference(**arguments)
    rng = np.random.default_rng(seed)
    weights = draw_arrays(shapes, rng)
    variables = [keras.Variable(weight) for weight in weights]
    for _ in range(steps):
        gradients = draw_arrays(shapes, rng)
        ours.update(weights, gradients)
        reference.apply(gradients, variables)
    for weight, variable in zip(weights, variables, strict=True):
        expected = variable.numpy()
        assert np.abs(weight - expected).max() <= TOLERANCE * np.abs(expected).max()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_step_itself_equals_keras(name):
    # Seen from zero, the step is all there is; float32's 1 - 0.999 has four digits left in Keras.
    ours, reference, arguments = OPTIMIZERS[name]
    ours, reference = ours(**arguments), reference(**arguments)
    weight, variable = np.zeros(1000, "float32"), keras.Variable(np.zeros(1000, "float32"))
    for seed in range(5):
        gradients = draw_arrays([(1000,)], np.random.default_rng(seed))
        ours.update([weight], gradients)
        reference.apply(gradients, [variable])
    expected = variable.numpy()
    assert np.abs(weight - expected).max() <= 1e-4 * np.abs(expected).max()


def test_momentum_by_hand():
    weight, optimizer = np.array([1.0]), SGD(learning_rate=0.1, momentum=0.5)
    optimizer.update([weight], [np.array([2.0])])  # velocity -0.2
    optimizer.update([weight], [np.array([2.0])])  # velocity -0.1 - 0.2
    np.testing.assert_allclose(weight, 0.5)


def test_first_step_of_adam_has_the_learning_rate_as_length():
    weight = np.zeros(3)
    Adam(learning_rate=0.01).update([weight], [np.array([1e-2, -1.0, 1e3])])
    np.testing.assert_allclose(weight, [-0.01, 0.01, -0.01], rtol=1e-3)


def test_adam_does_not_see_the_scale_of_the_loss():
    rng = np.random.default_rng(0)
    one, other = np.ones(5), np.ones(5)
    adam_one, adam_other = Adam(), Adam()
    for _ in range(10):
        gradient = rng.standard_normal(5)
        adam_one.update([one], [gradient])
        adam_other.update([other], [1000 * gradient])
    np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.05, momentum=0.9), Adam(0.1)])
def test_bowl_is_descended_to_its_bottom(optimizer):
    weight = np.array([3.0, -2.0])
    for _ in range(500):
        optimizer.update([weight], [2 * weight])  # of the loss sum(weight ** 2)
    assert np.abs(weight).max() < 1e-2


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()])
def test_arrays_are_changed_in_place_and_stay_float32(optimizer):
    weight, gradient = np.ones(3, "float32"), np.ones(3, "float32")
    weights = [weight]
    optimizer.update(weights, [gradient])
    assert weights[0] is weight
    assert weight.dtype == np.float32
    assert weight[0] < 1
    np.testing.assert_array_equal(gradient, 1)


def test_no_gradient_no_step():
    weight = np.ones(3)
    Adam().update([weight], [np.zeros(3)])
    np.testing.assert_array_equal(weight, 1)


def test_gradients_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="run forward and backward"):
        SGD().update([np.ones(3)], [])


def test_optimizer_of_another_network_is_refused():
    optimizer = Adam()
    optimizer.update([np.ones(3)], [np.ones(3)])
    with pytest.raises(ValueError, match="a new one for each network"):
        optimizer.update([np.ones(4)], [np.ones(4)])


@pytest.mark.parametrize(
    ("optimizer", "arguments"),
    [
        (SGD, {"learning_rate": -0.1}),
        (SGD, {"learning_rate": np.nan}),
        (SGD, {"momentum": 1}),
        (Adam, {"learning_rate": np.inf}),
        (Adam, {"beta_1": 1.0}),
        (Adam, {"beta_2": -0.1}),
        (Adam, {"epsilon": -1}),
    ],
)
def test_argument_out_of_range_is_named(optimizer, arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        optimizer(**arguments)
