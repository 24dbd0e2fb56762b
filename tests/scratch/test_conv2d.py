import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate2d

from medbook.scratch import Conv2D, gradient_check
from medbook.scratch.conv2d import correlate

TOLERANCE = 1e-5  # of the largest reference value


@st.composite
def layer_and_batch(draw):
    """Draw the arguments of a layer and an input shape that it accepts."""
    kernel_size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    # TensorFlow refuses stride and dilation together.
    strides, dilation = draw(
        st.one_of(
            st.tuples(st.integers(1, 3).map(lambda s: (s, s)), st.just((1, 1))),
            st.tuples(st.just((1, 1)), st.tuples(st.integers(1, 3), st.integers(1, 3))),
        )
    )
    padding = draw(st.sampled_from(["valid", "same"]))
    reach = [rate * (size - 1) + 1 for rate, size in zip(dilation, kernel_size, strict=True)]
    smallest = reach if padding == "valid" else (1, 1)
    rows, cols = (draw(st.integers(low, low + 12)) for low in smallest)
    shape = (draw(st.integers(1, 3)), rows, cols, draw(st.integers(1, 9)))
    arguments = dict(strides=strides, padding=padding, dilation_rate=dilation, use_bias=draw(st.booleans()))
    return draw(st.integers(1, 10)), kernel_size, arguments, shape


def assert_close(received, reference):
    assert received.shape == reference.shape
    assert np.abs(received - reference).max() <= TOLERANCE * max(np.abs(reference).max(), 1e-30)


@given(layer_and_batch(), st.integers(0, 2**32 - 1))
def test_forward_and_backward_equal_keras(drawn, seed):
    filters, kernel_size, arguments, shape = drawn
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape, dtype="float32")
    reference = keras.layers.Conv2D(filters, kernel_size, bias_initializer="normal", **arguments)
    ours = Conv2D(filters, kernel_size, **arguments)
    reference.build(shape)
    ours.build(shape[1:])
    ours.set_weights(reference.get_weights())

    import tensorflow as tf

    x_tf = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x_tf)
        output = reference(x_tf)
        grad = rng.standard_normal(output.shape, dtype="float32")
        loss = tf.reduce_sum(output * grad)
    by_x, *by_weights = tape.gradient(loss, [x_tf, *reference.trainable_weights])

    assert_close(ours.forward(x), output.numpy())
    assert_close(ours.backward(grad), by_x.numpy())
    for received, expected in zip(ours.gradients, by_weights, strict=True):
        assert_close(received, expected.numpy())


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from(["valid", "same"]),
    st.integers(5, 8),
    st.integers(5, 8),
)
def test_backward_passes_the_gradient_check(kernel_size, stride, dilation, padding, rows, cols):
    # Stride and dilation together, which TensorFlow cannot do, are checked here.
    layer = Conv2D(2, kernel_size, strides=(stride, 1), dilation_rate=(dilation, 1), padding=padding)
    x = np.random.default_rng(3).standard_normal((2, rows, cols, 2))
    assert gradient_check(layer, x) < 1e-7


def test_impulse_returns_the_kernel_rotated_by_half_a_turn():
    image = np.zeros((1, 5, 5, 1))
    image[0, 2, 2, 0] = 1
    kernel = np.arange(1.0, 10).reshape(3, 3, 1, 1)
    expected = [[9, 8, 7], [6, 5, 4], [3, 2, 1]]
    np.testing.assert_array_equal(correlate(image, kernel)[0, :, :, 0], expected)


def test_strided_dilated_output_by_hand():
    image = np.arange(25.0).reshape(1, 5, 5, 1)
    kernel = np.ones((2, 2, 1, 1))
    # Windows touch pixels two apart: 0 + 2 + 10 + 12 = 24, and so on; the window steps by two.
    expected = [[24, 32], [64, 72]]
    output = correlate(image, kernel, strides=(2, 2), dilation_rate=(2, 2))
    np.testing.assert_array_equal(output[0, :, :, 0], expected)


def test_channels_add_up_as_scipy_finds():
    rng = np.random.default_rng(0)
    image, kernel = rng.standard_normal((20, 17, 3)), rng.standard_normal((5, 4, 3))
    expected = sum(correlate2d(image[..., c], kernel[..., c], mode="valid") for c in range(3))
    np.testing.assert_allclose(correlate(image[None], kernel[..., None])[0, :, :, 0], expected, atol=1e-12)


@given(st.integers(1, 4), st.integers(1, 4))
def test_shifting_the_image_shifts_the_output(down, right):
    rng = np.random.default_rng(1)
    image, kernel = rng.standard_normal((1, 20, 20, 2)), rng.standard_normal((3, 3, 2, 2))
    shifted = np.roll(image, (down, right), axis=(1, 2))
    expected = np.roll(correlate(image, kernel), (down, right), axis=(1, 2))
    np.testing.assert_allclose(correlate(shifted, kernel)[:, down:, right:], expected[:, down:, right:], atol=1e-12)


def test_blocks_do_not_change_the_result(monkeypatch):
    rng = np.random.default_rng(2)
    x, kernel = rng.standard_normal((3, 11, 9, 2)), rng.standard_normal((3, 3, 2, 4))
    whole = correlate(x, kernel)
    monkeypatch.setattr("medbook.scratch.windows.BLOCK_BYTES", 1)
    np.testing.assert_array_equal(correlate(x, kernel), whole)


def test_blocks_do_not_change_the_gradients(monkeypatch):
    rng = np.random.default_rng(2)
    x, grad = rng.standard_normal((3, 11, 9, 9)), rng.standard_normal((3, 9, 7, 4))

    def gradients():
        layer = Conv2D(4, 3)
        layer.forward(x)
        return [layer.backward(grad), *layer.gradients]

    whole = gradients()
    monkeypatch.setattr("medbook.scratch.windows.BLOCK_BYTES", 1)
    for piecewise, expected in zip(gradients(), whole, strict=True):
        np.testing.assert_allclose(piecewise, expected, rtol=1e-12)


def test_gradients_are_those_of_the_last_pass_alone():
    layer = Conv2D(2, 3)
    x = np.random.default_rng(0).standard_normal((2, 6, 6, 1))
    grad = np.ones_like(layer.forward(x))
    layer.backward(grad)
    first = [gradient.copy() for gradient in layer.gradients]
    layer.backward(grad)
    for again, expected in zip(layer.gradients, first, strict=True):
        np.testing.assert_array_equal(again, expected)


def test_bias_gradient_keeps_its_digits_over_many_pixels():
    layer = Conv2D(4, 3)
    layer.forward(np.zeros((64, 256, 256, 1), dtype="float32"))
    grad = np.random.default_rng(0).random((64, 254, 254, 4), dtype="float32")  # all of one sign
    layer._input_gradient = lambda grad: None  # this test needs the bias alone
    layer._kernel_gradient = lambda grad: None
    layer.backward(grad)
    expected = grad.sum(axis=(0, 1, 2), dtype="float64")
    assert np.abs(layer.gradients[1] - expected).max() < 1e-5 * expected.max()


def test_weights_are_copied_in_and_out_and_keep_their_type():
    layer = Conv2D(2, 3, use_bias=False)
    layer.build((8, 8, 1))
    given = [np.ones((3, 3, 1, 2), dtype="int64")]
    layer.set_weights(given)
    given[0][:] = 5
    layer.get_weights()[0][:] = 7
    assert layer.weights[0].dtype == np.float32
    assert (layer.weights[0] == 1).all()


def test_same_padding_keeps_the_size():
    layer = Conv2D(4, 3, padding="same")
    assert layer.forward(np.zeros((1, 7, 6, 1))).shape == (1, 7, 6, 4)


def test_initial_kernel_fills_the_range_of_glorot():
    layer = Conv2D(64, 3)
    layer.build((8, 8, 32))
    limit = np.sqrt(6 / (9 * (32 + 64)))
    assert 0.99 * limit < np.abs(layer.weights[0]).max() <= limit
    assert not layer.weights[1].any()


def test_initial_kernel_repeats_for_the_same_seed():
    first, second = (Conv2D(4, 3, rng=np.random.default_rng(5)) for _ in range(2))
    first.build((8, 8, 1))
    second.build((8, 8, 1))
    np.testing.assert_array_equal(first.weights[0], second.weights[0])


def test_float32_in_gives_float32_out_and_back():
    layer = Conv2D(2, 3)
    output = layer.forward(np.zeros((1, 5, 5, 1), dtype="float32"))
    assert output.dtype == layer.backward(output).dtype == np.float32


def test_empty_batch_gives_empty_output():
    assert Conv2D(2, 3).forward(np.zeros((0, 8, 8, 1))).shape == (0, 6, 6, 2)


def test_input_is_left_untouched():
    x = np.random.default_rng(0).standard_normal((2, 6, 6, 1))
    before = x.copy()
    layer = Conv2D(2, 3, padding="same")
    layer.backward(layer.forward(x))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(filters=0, kernel_size=3), "filters=0"),
        (dict(filters=1, kernel_size=2.5), "kernel_size=2.5"),
        (dict(filters=1, kernel_size=3, strides=0), "strides=0"),
        (dict(filters=1, kernel_size=3, dilation_rate=-1), "dilation_rate=-1"),
        (dict(filters=1, kernel_size=3, padding="full"), "padding='full'"),
    ],
)
def test_bad_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Conv2D(**arguments)


def test_missing_channel_axis_says_how_to_add_it():
    with pytest.raises(ValueError, match=r"x\[\.\.\., np\.newaxis\]"):
        Conv2D(1, 3).forward(np.zeros((4, 28, 28)))


def test_other_number_of_channels_is_refused():
    layer = Conv2D(1, 3)
    layer.build((8, 8, 1))
    with pytest.raises(ValueError, match="built for 1 input channels"):
        layer.forward(np.zeros((1, 8, 8, 3)))


def test_kernel_larger_than_image_says_what_to_do():
    with pytest.raises(ValueError, match='padding="same"'):
        Conv2D(1, 5).forward(np.zeros((1, 4, 4, 1)))


def test_gradient_of_wrong_shape_is_refused():
    layer = Conv2D(2, 3)
    layer.forward(np.zeros((1, 8, 8, 1)))
    with pytest.raises(ValueError, match=r"\(1, 6, 6, 2\)"):
        layer.backward(np.zeros((1, 1, 1, 2)))


def test_backward_before_forward_is_refused():
    with pytest.raises(ValueError, match="call forward"):
        Conv2D(2, 3).backward(np.zeros((1, 6, 6, 2)))


@pytest.mark.parametrize("shape", [(9, 9), (0, 9, 1), (9, 9, 0)])
def test_build_with_bad_shape_is_refused(shape):
    with pytest.raises(ValueError, match="rows, cols, channels"):
        Conv2D(2, 3).build(shape)


def test_weights_of_wrong_shape_are_refused():
    layer = Conv2D(2, 3)
    layer.build((8, 8, 1))
    with pytest.raises(ValueError, match=r"\(3, 3, 1, 2\)"):
        layer.set_weights([np.zeros((3, 3, 2, 1)), np.zeros(2)])


def test_weights_before_build_are_refused():
    with pytest.raises(ValueError, match="build"):
        Conv2D(2, 3).set_weights([])
