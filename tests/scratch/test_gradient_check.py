import numpy as np
import pytest

from medbook.scratch import Conv2D, gradient_check


class WrongInput(Conv2D):
    def backward(self, grad):
        return 1.01 * super().backward(grad)


class UnflippedInput(Conv2D):
    def _input_gradient(self, grad):
        kernel = self.weights[0]
        self.weights[0] = kernel[::-1, ::-1]
        gradient = super()._input_gradient(grad)
        self.weights[0] = kernel
        return gradient


class WrongKernel(Conv2D):
    def _kernel_gradient(self, grad):
        gradient = super()._kernel_gradient(grad)
        gradient[0, 0, 0, 0] = 0
        return gradient


class WrongBias(Conv2D):
    def backward(self, grad):
        gradient = super().backward(grad)
        self.gradients[1] = 2 * self.gradients[1]
        return gradient


@pytest.mark.parametrize("broken", [WrongInput, UnflippedInput, WrongKernel, WrongBias])
def test_broken_backward_pass_is_found(broken):
    x = np.random.default_rng(1).standard_normal((2, 6, 6, 2))
    assert gradient_check(broken(2, 3), x) > 1e-3


def test_weights_are_left_as_they_were():
    layer = Conv2D(2, 3)
    layer.build((5, 5, 1))
    before = layer.get_weights()
    gradient_check(layer, np.ones((1, 5, 5, 1)))
    assert [weight.dtype for weight in layer.weights] == [np.float32, np.float32]
    for weight, expected in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight, expected)


class NotANumber(Conv2D):
    def _kernel_gradient(self, grad):
        return np.full_like(super()._kernel_gradient(grad), np.nan)


def test_nan_in_a_gradient_is_not_lost():
    assert np.isnan(gradient_check(NotANumber(2, 3), np.ones((1, 5, 5, 1))))


class WrongShape(Conv2D):
    def backward(self, grad):
        gradient = super().backward(grad)
        self.gradients[1] = self.gradients[1][np.newaxis]
        return gradient


def test_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(1, 2\)"):
        gradient_check(WrongShape(2, 3), np.ones((1, 5, 5, 1)))
