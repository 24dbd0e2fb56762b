import keras
import numpy as np
import pytest

from medbook.models import build_autoencoder


def test_halves_fit_together_to_the_whole():
    model = build_autoencoder((16, 24, 1), 5)
    images = np.random.default_rng(0).random((3, 16, 24, 1), dtype=np.float32)
    code = model.get_layer("encoder")(images)
    assert code.shape == (3, 5)
    np.testing.assert_allclose(model.get_layer("decoder")(code), model(images), rtol=1e-6)


def test_parameters_are_those_counted_by_hand():
    """Convolutions 1->4, 4->8 and back 8->8, 8->4, 4->1; dense layers between a map of 4 x 4 x 8 and 3 numbers."""
    model = build_autoencoder((16, 16, 1), 3, filters=(4, 8))
    grid = 4 * 4 * 8
    encoder = (9 * 4 + 4) + (9 * 4 * 8 + 8) + (grid * 3 + 3)
    decoder = (3 * grid + grid) + (9 * 8 * 8 + 8) + (9 * 8 * 4 + 4) + (9 * 4 + 1)
    assert model.count_params() == encoder + decoder


def test_it_learns_images_that_have_one_number_each():
    keras.utils.set_random_seed(0)
    ramp = np.linspace(0, 1, 8, dtype=np.float32)
    images = np.linspace(0.2, 1, 64, dtype=np.float32)[:, None, None, None] * ramp[:, None, None]
    images = np.broadcast_to(images, (64, 8, 8, 1))
    model = build_autoencoder((8, 8, 1), 1, filters=(8,))
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
    model.fit(images, images, epochs=60, verbose=0)
    error = np.sqrt(np.mean((model.predict(images, verbose=0) - images) ** 2))
    assert error < 0.2 * np.std(images)


def test_noise_comes_while_training_only():
    model = build_autoencoder((8, 8, 1), 2, noise=0.5)
    images = np.full((1, 8, 8, 1), 0.5, np.float32)
    np.testing.assert_array_equal(model(images), model(images))
    assert not np.allclose(model(images, training=True), model(images), atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (30, 30, 1)}, "multiples of 4"),
        ({"image_shape": (32, 32)}, r"expected \(rows, cols, channels\)"),
        ({"bottleneck": 0}, "bottleneck=0"),
        ({"filters": ()}, "at least one layer"),
        ({"noise": -1}, "noise=-1"),
    ],
)
def test_arguments_that_make_no_network_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_autoencoder(**{"image_shape": (32, 32, 1), **arguments})
