"""Small networks that the tests share."""

import keras
import numpy as np


def tiny_network(seed=0, units=1):
    """Return a compiled network of two layers for images of 6 x 6 pixels, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Conv2D(2, 3, name="conv"), keras.layers.Flatten(), keras.layers.Dense(units, name="dense")]
    model = keras.Sequential([keras.Input((6, 6, 1)), *layers], name="tiny")
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


def tiny_images(num=16, seed=0):
    """Return images of 6 x 6 pixels and one number for each."""
    rng = np.random.default_rng(seed)
    return rng.random((num, 6, 6, 1), dtype=np.float32), rng.random((num, 1), dtype=np.float32)


def assert_same_weights(model, weights):
    """Check that the model has exactly these arrays."""
    for found, expected in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, expected)


def randomise_statistics(model, seed=0):
    """Give all weights random values, running statistics included; variances stay positive."""
    rng = np.random.default_rng(seed)
    scale = {"moving_variance": 1.0, "gamma": 1.0}
    for weight in model.weights:
        if weight.name in ("gamma", "beta", "moving_mean", "moving_variance", "bias"):
            weight.assign(scale.get(weight.name, 0) + rng.uniform(0, 0.1, weight.shape))
