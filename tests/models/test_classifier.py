import keras
import numpy as np
import pytest

from medbook.models import build_cnn, build_resnet, build_small_resnet, build_small_vgg, build_vgg

BUILDERS = [build_cnn, build_small_vgg, build_small_resnet, build_vgg, build_resnet]


@pytest.mark.parametrize("builder", BUILDERS)
def test_row_47_softmax_of_one_unit_is_refused(builder):
    with pytest.raises(ValueError, match=rf"{builder.__name__}\(units=1.*always 1.*sigmoid"):
        builder((64, 64, 1), 1, activation="softmax")


@pytest.mark.parametrize(
    ("builder", "size", "least"),
    [
        (build_cnn, 2, 3),
        (build_small_vgg, 7, 8),
        (build_small_resnet, 3, 4),
        (build_vgg, 31, 32),
        (build_resnet, 31, 32),
    ],
)
def test_too_small_an_image_is_refused_with_the_least_size(builder, size, least):
    with pytest.raises(ValueError, match=f"at least {least} rows and cols"):
        builder((64, size, 1), 2)


@pytest.mark.parametrize(
    ("builder", "least", "small"),
    [
        (build_cnn, 3, {}),
        (build_small_vgg, 8, {}),
        (build_small_resnet, 4, {}),
        (build_vgg, 32, {"filters": 4, "dense_units": 8}),
        (build_resnet, 32, {"filters": 4, "depth": 18}),
    ],
)
def test_least_size_gives_scores(builder, least, small):
    scores = builder((least, least, 1), 2, **small)(np.zeros((3, least, least, 1)))
    assert scores.shape == (3, 2)


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("shape", [(28, 28), (None, None, 1), (1, 28, 28, 1), 28, (28.0, 28, 1), (28, 28, 0)])
def test_shape_without_three_counts_is_refused(builder, shape):
    with pytest.raises(ValueError, match=r"three whole numbers \(rows, cols, channels\)"):
        builder(shape, 2)


@pytest.mark.parametrize("units", [0, -1, 2.0, True, None])
def test_units_must_be_a_count(units):
    with pytest.raises(ValueError, match="whole number of at least 1"):
        build_cnn((28, 28, 1), units)


@pytest.mark.parametrize("activation", ["relu", "Softmax", 0])
def test_activation_that_gives_no_scores_is_refused(activation):
    with pytest.raises(ValueError, match="None gives logits"):
        build_cnn((28, 28, 1), 2, activation=activation)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_activation_turns_the_logits_into_probabilities(activation):
    images = np.random.default_rng(0).random((4, 16, 16, 1), dtype=np.float32)
    logits, probabilities = build_cnn((16, 16, 1), 3), build_cnn((16, 16, 1), 3, activation=activation)
    probabilities.set_weights(logits.get_weights())
    expected = getattr(keras.ops, activation)(logits(images))
    np.testing.assert_allclose(probabilities(images), expected, rtol=1e-5)


@pytest.mark.parametrize("builder", [build_cnn, build_small_vgg, build_small_resnet])
def test_preprocessing_brings_images_to_minus_two_and_two(builder):
    images = np.random.default_rng(0).random((4, 16, 16, 1), dtype=np.float32)
    default, bare = builder((16, 16, 1)), builder((16, 16, 1), preprocessing=[])
    bare.set_weights(default.get_weights())
    np.testing.assert_allclose(default(images), bare(4 * images - 2), rtol=1e-4, atol=1e-5)


def test_preprocessing_is_applied_in_order():
    double, shift = keras.layers.Rescaling(2.0), keras.layers.Rescaling(1.0, 3.0)
    images = np.random.default_rng(0).random((4, 16, 16, 1), dtype=np.float32)
    listed, bare = (build_cnn((16, 16, 1), preprocessing=layers) for layers in ([double, shift], []))
    bare.set_weights(listed.get_weights())
    np.testing.assert_allclose(listed(images), bare(2 * images + 3), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("builder", [build_cnn, build_small_vgg, build_small_resnet])
def test_dropout_acts_in_training_only(builder):
    images = np.random.default_rng(0).random((1, 16, 16, 1), dtype=np.float32)
    model = builder((16, 16, 1), 8, dropout=0.5)
    dropped = keras.Model(model.input, model.get_layer("dropout").output)
    features = keras.Model(model.input, model.get_layer("mean").output)
    np.testing.assert_array_equal(dropped(images, training=False), features(images, training=False))
    assert np.any(dropped(images, training=True).numpy() != features(images, training=True).numpy())
