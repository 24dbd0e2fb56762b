"""One forward and one backward pass of a Keras layer, to compare ours with."""

import numpy as np


def keras_pass(function, x, grad_of, *, weights=()):
    """Return output, gradient of ``x`` and gradients of ``weights`` for the loss ``sum(output * grad)``.

    ``grad_of`` makes ``grad`` from the output's shape; it is returned last.
    """
    import tensorflow as tf

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = function(x)
        grad = grad_of(output.shape)
        loss = tf.reduce_sum(output * grad)
    by_x, *by_weights = tape.gradient(loss, [x, *weights])
    return output.numpy(), by_x.numpy(), [array.numpy() for array in by_weights], grad


def assert_close(received, reference, *, tolerance=1e-5):
    """Accept differences up to ``tolerance`` of the largest reference value."""
    assert received.shape == reference.shape
    assert received.dtype == reference.dtype
    assert np.abs(received - reference).max() <= tolerance * max(np.abs(reference).max(), 1e-30)


def assert_equals_keras(ours, reference, x, rng, **training):
    """Run both layers forward and backward on ``x`` and compare everything that comes out."""
    output, by_x, by_weights, grad = keras_pass(
        lambda batch: reference(batch, **training),
        x,
        lambda shape: (rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)).astype("float32"),
        weights=getattr(reference, "trainable_weights", ()),
    )
    assert_close(ours.forward(x, **training), output)
    assert_close(ours.backward(grad), by_x)
    for received, expected in zip(ours.gradients, by_weights, strict=True):
        assert_close(received, expected)
