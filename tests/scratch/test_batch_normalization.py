import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.scratch import BatchNormalization, gradient_check
from tests.scratch.keras_pass import assert_close, assert_equals_keras

# Several values a channel: two of them, normalised, are 1 and -1 whatever they were. Several channels: the sums
# over one of them may cancel by chance. In both cases nothing remains but float32's rounding.
SHAPES = st.one_of(
    st.tuples(st.integers(8, 16), st.integers(4, 8)),
    st.tuples(st.integers(1, 4), st.integers(3, 8), st.integers(3, 8), st.integers(4, 8)),
)


def twins(shape, rng, **arguments):
    """Build our layer and that of Keras with the same random weights and moving statistics."""
    ours, reference = BatchNormalization(**arguments), keras.layers.BatchNormalization(**arguments)
    ours.build(shape[1:])
    reference.build(shape)
    channels = shape[-1]
    weights = [rng.uniform(0.5, 2, channels), *rng.standard_normal((2, channels)), rng.uniform(0.5, 2, channels)]
    reference.set_weights(weights)
    ours.set_weights(reference.get_weights())
    return ours, reference


@pytest.mark.parametrize("training", [False, True])
@given(shape=SHAPES, momentum=st.floats(0, 0.999), seed=st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(training, shape, momentum, seed):
    rng = np.random.default_rng(seed)
    ours, reference = twins(shape, rng, momentum=momentum)
    x = rng.standard_normal(shape, dtype="float32") + rng.standard_normal(shape[-1], dtype="float32")
    assert_equals_keras(ours, reference, x, rng, training=training)


@given(shape=SHAPES, momentum=st.floats(0, 0.999), seed=st.integers(0, 2**32 - 1))
def test_moving_statistics_follow_those_of_keras(shape, momentum, seed):
    rng = np.random.default_rng(seed)
    ours, reference = twins(shape, rng, momentum=momentum)
    for _ in range(3):
        x = 3 + 2 * rng.standard_normal(shape, dtype="float32")
        ours.forward(x, training=True)
        reference(x, training=True)
    for received, expected in zip(ours.get_weights(), reference.get_weights(), strict=True):
        assert_close(received, expected)


class Training(BatchNormalization):
    def forward(self, x, training=False):
        return super().forward(x, training=True)


@pytest.mark.parametrize("layer_class", [BatchNormalization, Training])
@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4, 2)])
def test_backward_passes_the_gradient_check(layer_class, shape):
    rng = np.random.default_rng(0)
    layer = layer_class()
    layer.build(shape[1:])
    layer.set_weights(rng.uniform(0.5, 2, (4, shape[-1])))
    assert gradient_check(layer, rng.standard_normal(shape)) < 1e-7


def test_training_gives_mean_zero_and_variance_one():
    x = 100 + 25 * np.random.default_rng(0).standard_normal((8, 10, 10, 3))
    output = BatchNormalization(epsilon=1e-9).forward(x, training=True)
    np.testing.assert_allclose(output.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(output.var(axis=(0, 1, 2)), 1, rtol=1e-9)


def test_rescaled_channel_gives_the_same_output_while_training():
    x = np.random.default_rng(0).standard_normal((5, 4, 4, 2))
    layer = BatchNormalization(epsilon=1e-12)
    np.testing.assert_allclose(layer.forward(40 * x + 7, training=True), layer.forward(x, training=True), atol=1e-9)


def test_gradient_of_the_batch_mean_is_removed():
    # Adding a number to the whole channel changes no output, so the gradient has no part along it.
    rng = np.random.default_rng(0)
    layer = BatchNormalization()
    layer.forward(rng.standard_normal((8, 3)), training=True)
    np.testing.assert_allclose(layer.backward(rng.standard_normal((8, 3))).sum(axis=0), 0, atol=1e-14)


def test_moving_mean_by_hand():
    layer = BatchNormalization(momentum=0.9)
    layer.forward(np.array([[10.0], [20.0]]), training=True)
    moving_mean, moving_variance = layer.state
    assert moving_mean[0] == pytest.approx(0.9 * 0 + 0.1 * 15)
    assert moving_variance[0] == pytest.approx(0.9 * 1 + 0.1 * 25)


def test_inference_leaves_the_moving_statistics_alone():
    layer = BatchNormalization()
    layer.forward(np.full((4, 2), 9.0))
    np.testing.assert_array_equal(layer.state, [[0, 0], [1, 1]])


def test_empty_training_batch_leaves_the_moving_statistics_alone():
    layer = BatchNormalization()
    layer.forward(np.zeros((0, 2)), training=True)
    np.testing.assert_array_equal(layer.state, [[0, 0], [1, 1]])


@pytest.mark.filterwarnings("error")
def test_single_example_and_constant_channel_stay_finite():
    layer = BatchNormalization()
    np.testing.assert_array_equal(layer.forward(np.full((1, 3), 7.0), training=True), np.zeros((1, 3)))
    assert np.isfinite(layer.backward(np.ones((1, 3)))).all()


def test_float32_keeps_its_digits_on_large_batches():
    x = 100 + np.random.default_rng(0).standard_normal((64, 64, 64, 2), dtype="float32")
    wanted = BatchNormalization().forward(x.astype(float), training=True)
    np.testing.assert_allclose(BatchNormalization().forward(x, training=True), wanted, atol=2e-5)


def test_optimizers_see_scale_and_shift_alone():
    layer = BatchNormalization()
    layer.backward(layer.forward(np.ones((4, 3)), training=True))
    assert [weight.shape for weight in layer.weights] == [gradient.shape for gradient in layer.gradients] == [(3,)] * 2
    assert len(layer.get_weights()) == 4


@pytest.mark.parametrize(
    "arguments", [dict(momentum=1), dict(momentum=-0.1), dict(momentum=np.nan), dict(epsilon=0), dict(epsilon=np.inf)]
)
def test_bad_argument_is_named(arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=f"{name}="):
        BatchNormalization(**arguments)


def test_other_number_of_channels_is_refused():
    layer = BatchNormalization()
    layer.build((8, 8, 3))
    with pytest.raises(ValueError, match="built for 3 channels"):
        layer.forward(np.zeros((2, 8, 8, 1)))


def test_missing_batch_axis_says_how_to_add_it():
    with pytest.raises(ValueError, match=r"x\[np\.newaxis\]"):
        BatchNormalization().forward(np.zeros(5))


@pytest.mark.parametrize("shape", [(), (0,), (8, 8, 0)])
def test_build_with_bad_shape_is_refused(shape):
    with pytest.raises(ValueError, match="channels"):
        BatchNormalization().build(shape)


def test_set_weights_without_moving_statistics_is_refused():
    layer = BatchNormalization()
    layer.build((3,))
    with pytest.raises(ValueError, match="expected"):
        layer.set_weights([np.ones(3), np.zeros(3)])
