import keras
import numpy as np
import pytest

from medbook.models import build_resnet
from tests.models.networks import randomise_statistics

# Trainable parameters without the convolutions' biases, as torchvision's ResNets have them.
WITHOUT_BIASES = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}


def trainable_without_biases(model):
    weights = [w for w in model.trainable_weights if not w.path.endswith("conv/bias")]
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_resnet50_has_the_published_number_of_parameters():
    model = build_resnet()
    assert model.count_params() == 25_636_712
    assert trainable_without_biases(model) == WITHOUT_BIASES[50]


@pytest.mark.parametrize("depth", [18, pytest.param(34, marks=pytest.mark.slow)])
def test_basic_blocks_give_the_parameters_of_torchvision(depth):
    assert trainable_without_biases(build_resnet(depth=depth)) == WITHOUT_BIASES[depth]


@pytest.mark.slow
@pytest.mark.parametrize("depth", [50, 101, 152])
def test_full_size_has_the_shapes_and_names_of_keras_applications(depth):
    reference = getattr(keras.applications, f"ResNet{depth}")(weights=None)
    model = build_resnet(depth=depth)
    assert [(w.path, w.shape) for w in model.weights] == [(w.path, w.shape) for w in reference.weights]
    assert trainable_without_biases(model) == WITHOUT_BIASES[depth]


@pytest.mark.slow
def test_outputs_equal_keras_applications():
    reference = keras.applications.ResNet50(
        weights=None, input_shape=(64, 64, 3), classes=5, classifier_activation=None
    )
    randomise_statistics(reference)
    model = build_resnet((64, 64, 3), 5, activation=None)
    model.set_weights(reference.get_weights())
    images = np.random.default_rng(0).normal(0, 50, (2, 64, 64, 3)).astype(np.float32)
    expected = reference(images).numpy()
    np.testing.assert_allclose(model(images), expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("depth", [18, 34])
def test_depth_counts_layers_with_weights(depth):
    model = build_resnet((32, 32, 1), 2, depth=depth, filters=2)
    on_the_way = [layer for layer in model.layers if hasattr(layer, "kernel") and "_0_conv" not in layer.name]
    assert len(on_the_way) == depth


def test_plain_network_has_no_sum_and_no_projection():
    model = build_resnet((32, 32, 1), 2, depth=50, filters=2, shortcut=False)
    assert not [layer.name for layer in model.layers if layer.name.endswith(("_add", "_0_conv", "_0_bn"))]
    assert model.name == "plain50"


def test_unknown_depth_is_refused():
    with pytest.raises(ValueError, match=r"depth=20\): expected one of \(18, 34, 50, 101, 152\)"):
        build_resnet(depth=20)
