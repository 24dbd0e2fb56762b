import keras
import numpy as np
import pytest

from medbook.models import build_small_vgg, build_vgg


def vgg_parameters(blocks):
    """Count weights and biases by hand, for 224 x 224 pixels and 1000 classes."""
    total, channels = 0, 3
    for filters, num in zip((64, 128, 256, 512, 512), blocks, strict=True):
        for _ in range(num):
            total += 9 * channels * filters + filters
            channels = filters
    return total + (7 * 7 * 512 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000


def test_formula_gives_the_published_counts():
    assert vgg_parameters((2, 2, 3, 3, 3)) == 138_357_544
    assert vgg_parameters((2, 2, 4, 4, 4)) == 143_667_240


@pytest.mark.slow
@pytest.mark.parametrize(
    ("depth", "count"), [(11, 132_863_336), (13, 133_047_848), (16, 138_357_544), (19, 143_667_240)]
)
def test_full_size_has_the_published_number_of_parameters(depth, count):
    assert build_vgg(depth=depth).count_params() == count


@pytest.mark.parametrize(("depth", "blocks"), [(11, (1, 1, 2, 2, 2)), (13, (2, 2, 2, 2, 2)), (16, (2, 2, 3, 3, 3))])
def test_convolutional_part_has_the_parameters_of_the_full_size(depth, blocks):
    """What 32 pixels leave out is the 7 x 7 map in front of the first dense layer."""
    model = build_vgg((32, 32, 3), 1000, depth=depth, dense_units=2)
    dense = (7 * 7 * 512 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000
    assert model.count_params() - (512 + 1) * 2 - (2 + 1) * 2 - (2 + 1) * 1000 == vgg_parameters(blocks) - dense


@pytest.mark.slow
@pytest.mark.parametrize("depth", [16, 19])
def test_outputs_equal_keras_applications(depth):
    build = getattr(keras.applications, f"VGG{depth}")
    reference = build(weights=None, input_shape=(32, 32, 3), classes=5)
    model = build_vgg((32, 32, 3), 5, depth=depth)
    model.set_weights(reference.get_weights())
    images = np.random.default_rng(0).normal(0, 50, (4, 32, 32, 3)).astype(np.float32)
    np.testing.assert_allclose(model(images), reference(images), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("depth", [16, 19])
def test_full_size_has_the_shapes_and_names_of_keras_applications(depth):
    reference = getattr(keras.applications, f"VGG{depth}")(weights=None)
    expected = [(weight.path, weight.shape) for weight in reference.weights]
    del reference
    assert [(weight.path, weight.shape) for weight in build_vgg(depth=depth).weights] == expected


def test_unknown_depth_is_refused():
    with pytest.raises(ValueError, match=r"depth=17\): expected one of \(11, 13, 16, 19\)"):
        build_vgg(depth=17)


def test_dropout_follows_both_hidden_layers():
    model = build_vgg((32, 32, 1), 2, filters=2, dense_units=4, dropout=0.5)
    assert [layer.name for layer in model.layers][-5:] == ["fc1", "dropout1", "fc2", "dropout2", "predictions"]


def test_small_one_has_the_parameters_of_the_formula():
    model = build_small_vgg((16, 16, 1), 3, blocks=(1, 2), filters=4)
    convolutions = 9 * (1 * 4 + 4 * 8 + 8 * 8)
    assert model.count_params() == convolutions + 4 * (4 + 8 + 8) + (8 * 3 + 3)


def test_small_one_without_normalisation_has_biases():
    model = build_small_vgg((16, 16, 1), 3, blocks=(1, 2), filters=4, batch_normalization=False)
    assert model.count_params() == 9 * (1 * 4 + 4 * 8 + 8 * 8) + (4 + 8 + 8) + (8 * 3 + 3)


def test_each_block_halves_the_map():
    model = build_small_vgg((28, 28, 1), blocks=(1, 1, 1))
    assert [model.get_layer(f"block{number}_pool").output.shape[1] for number in (1, 2, 3)] == [14, 7, 3]
