import keras
import numpy as np
import pytest

from medbook.models import predict
from tests.models.networks import tiny_images, tiny_network


@pytest.mark.parametrize("batch_size", [1, 5, 256])
def test_outputs_are_the_networks(batch_size):
    model, (x, _) = tiny_network(units=3), tiny_images()
    outputs = predict(model, x, batch_size=batch_size)
    assert isinstance(outputs, np.ndarray)
    np.testing.assert_allclose(outputs, model(x), rtol=1e-5, atol=1e-6)


def test_nothing_is_printed(capfd):
    predict(tiny_network(), tiny_images()[0])
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("units", [1, 3])
def test_row_40_no_images_give_no_outputs(units):
    assert predict(tiny_network(units=units), np.zeros((0, 6, 6, 1))).shape == (0, units)


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((5, 6, 6), r"channel axis by images\[..., np.newaxis\]"),
        ((6, 6, 1), r"batch by images\[np.newaxis\]"),
        ((5, 6, 6, 3), "images.mean"),
        ((5, 1, 6, 6), "moveaxis"),
        ((5, 7, 7, 1), "Resize"),
        ((36,), r"expects \(batch, 6, 6, 1\)"),
    ],
)
def test_row_39_other_shape_is_refused_with_the_remedy(shape, remedy):
    with pytest.raises(ValueError, match=remedy):
        predict(tiny_network(), np.zeros(shape))


def test_row_38_nan_is_refused():
    x = tiny_images()[0]
    x[2, 1, 1] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity"):
        predict(tiny_network(), x)


def test_open_size_of_the_image_is_accepted():
    model = keras.Sequential([keras.Input((None, None, 1)), keras.layers.GlobalAveragePooling2D()])
    assert predict(model, np.ones((2, 5, 7, 1))).tolist() == [[1], [1]]
