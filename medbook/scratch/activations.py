"""Activations: functions that are applied to each number by itself.

Their backward pass is the chain rule at its simplest: the incoming gradient times the slope.
"""

import math

import numpy as np
from scipy.special import erf, expit

from medbook.scratch.layer import Layer


class ReLU(Layer):
    """Rectified linear unit: replace negative numbers by zero.

    Forward: ``output = max(x, 0)``, of the shape of ``x``.
    Backward: ``grad`` where ``x > 0``, zero elsewhere, at ``x = 0`` too.

    References
    ----------
    Chapter "Activations". Nair and Hinton, "Rectified linear units improve restricted Boltzmann
    machines" (2010).

    Examples
    --------
    >>> layer = ReLU()
    >>> layer.forward(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    >>> layer.backward(np.array([5.0, 5.0, 5.0]))
    array([0., 0., 5.])
    """

    def forward(self, x, training=False):
        """Return ``max(x, 0)``; ``x`` may have any shape."""
        x = self._floats(x)
        self.positive = x > 0
        return self._remember(np.maximum(x, 0))

    def backward(self, grad):
        """Return the gradient for the last input, in its shape."""
        return self._checked_gradient(grad) * self.positive


class LeakyReLU(Layer):
    """ReLU that lets a fraction of negative numbers through, so that no unit is ever dead.

    Forward: ``output = x`` where ``x > 0``, ``negative_slope * x`` elsewhere.
    Backward: ``grad`` where ``x > 0``, ``negative_slope * grad`` elsewhere.

    Parameters
    ----------
    negative_slope : float, optional
        Zero or above; 0.3 is Keras' default.

    Raises
    ------
    ValueError
        If ``negative_slope`` is negative.

    References
    ----------
    Chapter "Activations". Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network
    acoustic models" (2013).

    Examples
    --------
    >>> layer = LeakyReLU(negative_slope=0.1)
    >>> layer.forward(np.array([-2.0, 0.0, 3.0]))
    array([-0.2,  0. ,  3. ])
    >>> layer.backward(np.array([5.0, 5.0, 5.0]))
    array([0.5, 0.5, 5. ])
    """

    def __init__(self, negative_slope=0.3):
        super().__init__()
        if not 0 <= negative_slope < np.inf:
            raise ValueError(f"LeakyReLU(negative_slope={negative_slope!r}): expected a number of at least 0.")
        self.negative_slope = float(negative_slope)

    def forward(self, x, training=False):
        """Return ``x`` with negative numbers multiplied by the slope; ``x`` may have any shape."""
        x = self._floats(x)
        slopes = np.array([self.negative_slope, 1.0], x.dtype)
        self.slope = slopes[(x > 0).view(np.uint8)]
        return self._remember(x * self.slope)

    def backward(self, grad):
        """Return the gradient for the last input, in its shape."""
        return self._checked_gradient(grad) * self.slope


class Sigmoid(Layer):
    """Squeeze each number into (0, 1), to be read as a probability.

    Forward: ``output = 1 / (1 + exp(-x))``, of the shape of ``x``.
    Backward: ``grad * output * (1 - output)``, at most a quarter of ``grad``.

    Notes
    -----
    Met in the chapter "Activations". ``scipy.special.expit`` is this function without overflow.

    Examples
    --------
    >>> layer = Sigmoid()
    >>> layer.forward(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    >>> layer.backward(np.array([1.0, 1.0, 1.0]))
    array([0.  , 0.25, 0.  ])
    """

    def forward(self, x, training=False):
        """Return ``1 / (1 + exp(-x))``; ``x`` may have any shape."""
        self.output = expit(self._floats(x))
        return self._remember(self.output)

    def backward(self, grad):
        """Return the gradient for the last input, in its shape."""
        return self._checked_gradient(grad) * self.output * (1 - self.output)


class Tanh(Layer):
    """Hyperbolic tangent: squeeze each number into (-1, 1).

    Forward: ``output = tanh(x)``, of the shape of ``x``.
    Backward: ``grad * (1 - output**2)``.

    Notes
    -----
    Met in the chapter "Activations".

    Examples
    --------
    >>> layer = Tanh()
    >>> layer.forward(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.,  0.,  1.])
    >>> layer.backward(np.array([1.0, 1.0, 1.0]))
    array([0., 1., 0.])
    """

    def forward(self, x, training=False):
        """Return ``tanh(x)``; ``x`` may have any shape."""
        self.output = np.tanh(self._floats(x))
        return self._remember(self.output)

    def backward(self, grad):
        """Return the gradient for the last input, in its shape."""
        return self._checked_gradient(grad) * (1 - self.output**2)


class GELU(Layer):
    """Gaussian error linear unit: weigh each number by the probability that a normal one is below it.

    Forward: ``output = x * Phi(x)`` with ``Phi(x) = (1 + erf(x / sqrt(2))) / 2``, of the shape of ``x``.
    Backward: ``grad * (Phi(x) + x * phi(x))`` with the density ``phi(x) = exp(-x**2 / 2) / sqrt(2 pi)``.

    References
    ----------
    Chapter "Activations". Hendrycks and Gimpel, "Gaussian error linear units" (2016),
    arXiv:1606.08415. This is the exact form, Keras' default, not the approximation by tanh.

    Examples
    --------
    >>> layer = GELU()
    >>> layer.forward(np.array([-10.0, 0.0, 10.0])).round(4)
    array([-0.,  0., 10.])
    >>> layer.backward(np.array([1.0, 1.0, 1.0])).round(4)
    array([-0. ,  0.5,  1. ])
    """

    def forward(self, x, training=False):
        """Return ``x * Phi(x)``; ``x`` may have any shape and is kept for ``backward``."""
        self.x = self._floats(x)
        self.probability = (1 + erf(self.x / math.sqrt(2))) / 2
        return self._remember(self.x * self.probability)

    def backward(self, grad):
        """Return the gradient for the last input, in its shape."""
        grad = self._checked_gradient(grad)
        density = np.exp(-(self.x**2) / 2) / math.sqrt(2 * math.pi)
        return grad * (self.probability + self.x * density)
