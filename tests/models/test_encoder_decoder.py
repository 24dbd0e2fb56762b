import keras
import numpy as np
import pytest

from medbook.models import build_encoder_decoder


def network_of_article_a5(size, *, scale=1):
    """Return the layers as the article prints them, with channels divided by ``scale``."""
    layers = [keras.Input((size, size, 1))]
    for filters in (64, 128, 256):
        layers.append(keras.layers.Conv2D(filters // scale, (3, 3), activation="relu", padding="same"))
        layers.append(keras.layers.MaxPooling2D((2, 2), strides=2))
    layers.append(keras.layers.Conv2D(512 // scale, (3, 3), activation="relu", padding="same"))
    for filters in (256, 128, 64):
        layers.append(keras.layers.UpSampling2D((2, 2)))
        layers.append(keras.layers.Conv2D(filters // scale, (3, 3), activation="relu", padding="same"))
    return keras.Sequential([*layers, keras.layers.Conv2D(1, (1, 1), activation="sigmoid")])


def test_parameters_are_those_of_the_article():
    assert build_encoder_decoder((256, 256, 1)).count_params() == 3_098_625


def test_outputs_are_those_of_the_articles_layers():
    reference = network_of_article_a5(16, scale=16)
    model = build_encoder_decoder((16, 16, 1), filters=(4, 8, 16, 32), activation="sigmoid", preprocessing=[])
    model.set_weights(reference.get_weights())
    images = np.random.default_rng(0).normal(0, 3, (4, 16, 16, 1)).astype(np.float32)
    np.testing.assert_allclose(model(images), reference(images), rtol=1e-5, atol=1e-6)


def test_parameters_in_three_dimensions_are_those_of_the_formula():
    model = build_encoder_decoder((8, 16, 16, 2), 3, filters=(4, 5, 6))
    pairs = [(2, 4), (4, 5), (5, 6), (6, 5), (5, 4)]
    assert model.count_params() == sum(27 * a * b + b for a, b in pairs) + 4 * 3 + 3


@pytest.mark.parametrize("shape", [(16, 24, 1), (None, None, 1), (8, 16, 8, 1), (None, 16, None, 2)])
def test_mask_has_the_size_of_the_image(shape):
    assert build_encoder_decoder(shape, 2, filters=(2, 2, 2, 2)).output_shape == (None, *shape[:-1], 2)


def test_default_brings_images_to_plus_minus_two_and_gives_logits():
    model = build_encoder_decoder((8, 8, 1), filters=(2, 2))
    assert model.get_layer("center")(np.array([[[[0.0, 1.0]]]])).numpy().tolist() == [[[[-2, 2]]]]
    assert model.get_layer("scores").activation is keras.activations.linear


def test_row_46_other_size_is_refused_with_what_fits():
    with pytest.raises(ValueError, match=r"multiple of 8 .* Pad to 304 x 400 .* crop to 296 x 400") as error:
        build_encoder_decoder((300, 400, 1))
    assert "np.pad" in str(error.value)


def test_row_46_open_network_refuses_images_that_come_out_smaller():
    model = build_encoder_decoder((None, None, 1), filters=(2, 2, 2, 2))
    with pytest.raises(ValueError, match=r"30 x 30 pixels: rows and cols must each be a multiple of 8"):
        model(np.zeros((1, 30, 30, 1)))


@pytest.mark.parametrize("filters", [16, (16,), ()])
def test_filters_without_a_pooling_are_refused(filters):
    with pytest.raises(ValueError, match="at least two convolutions"):
        build_encoder_decoder((16, 16, 1), filters=filters)


@pytest.mark.parametrize("filters", [(8, 0), (8, 2.5)])
def test_widths_that_are_no_counts_are_refused(filters):
    with pytest.raises(ValueError, match=r"build_encoder_decoder\(filters=\[8, "):
        build_encoder_decoder((16, 16, 1), filters=filters)
