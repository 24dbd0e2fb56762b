"""How weights follow their gradients: gradient descent with momentum, and Adam."""

import numpy as np


class Optimizer:
    """A rule that moves weights a step against their gradients, in place.

    An optimizer remembers earlier steps for each weight: use one object for one network.

    Notes
    -----
    Met in the chapter "Training".
    """

    def __init__(self, learning_rate):
        self.learning_rate = _checked(learning_rate, "learning_rate", 0, np.inf)
        self.iterations = 0
        self._state = None  # for each weight, the arrays that _step keeps

    def update(self, weights, gradients):
        """Change each array of ``weights`` by one step.

        Parameters
        ----------
        weights, gradients : list of ndarray
            As a layer or a ``Sequential`` holds them: same number, same shapes.

        Raises
        ------
        ValueError
            If weights and gradients do not fit together, or an earlier call had other weights.
        """
        shapes = [weight.shape for weight in weights]
        received = [np.shape(gradient) for gradient in gradients]
        if received != shapes:
            raise ValueError(
                f"update() received gradients of shapes {received} for weights of shapes {shapes}: "
                "run forward and backward before update."
            )
        if self._state is None:
            self._shapes = shapes
            self._state = [[np.zeros_like(weight) for _ in range(self.arrays_per_weight)] for weight in weights]
        if self._shapes != shapes:
            raise ValueError(
                f"This {type(self).__name__} remembers steps of weights of shapes {self._shapes} and received "
                f"{shapes}: make a new one for each network."
            )
        self.iterations += 1
        for weight, gradient, state in zip(weights, gradients, self._state, strict=True):
            self._step(weight, gradient, *state)


class SGD(Optimizer):
    """Gradient descent on mini-batches, with momentum on request.

    ``velocity = momentum * velocity - learning_rate * gradient``, then ``weight += velocity``.

    Parameters
    ----------
    learning_rate : float, optional
        Length of a step for a gradient of 1.
    momentum : float, optional
        Fraction of the last step that is repeated, at least 0 and below 1.

    References
    ----------
    Chapter "Training". Polyak, "Some methods of speeding up the convergence of iteration methods"
    (1964), doi:10.1016/0041-5553(64)90137-5.

    Examples
    --------
    >>> weight = np.array([1.0])
    >>> SGD(learning_rate=0.1).update([weight], [np.array([2.0])])
    >>> weight
    array([0.8])
    """

    arrays_per_weight = 1

    def __init__(self, learning_rate=0.01, momentum=0.0):
        super().__init__(learning_rate)
        self.momentum = _checked(momentum, "momentum", 0, 1)

    def _step(self, weight, gradient, velocity):
        velocity *= self.momentum
        velocity -= self.learning_rate * gradient
        weight += velocity


class Adam(Optimizer):
    """Gradient descent whose step adapts to the size of each weight's gradients.

    ``mean`` and ``square`` follow the gradient and its square, as averages that forget at the
    rates ``beta_1`` and ``beta_2``; the step is ``learning_rate * mean / (sqrt(square) + epsilon)``.
    Both averages start at 0 and are too small at first; one factor corrects both.

    Parameters
    ----------
    learning_rate : float, optional
        About the largest change of a weight in one step.
    beta_1, beta_2 : float, optional
        Fractions of the averages that are kept at each step, at least 0 and below 1.
    epsilon : float, optional
        Keeps the step finite where gradients vanish. As in Keras it is added before the averages
        are corrected, "epsilon hat" in the paper.

    References
    ----------
    Chapter "Training". Kingma and Ba, "Adam: a method for stochastic optimization" (2014),
    arXiv:1412.6980.

    Examples
    --------
    >>> weights = np.array([1.0, 1.0])
    >>> Adam(learning_rate=0.1).update([weights], [np.array([5.0, -0.01])])
    >>> weights.round(3)
    array([0.9, 1.1])
    """

    arrays_per_weight = 2

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        self.beta_1 = _checked(beta_1, "beta_1", 0, 1)
        self.beta_2 = _checked(beta_2, "beta_2", 0, 1)
        self.epsilon = _checked(epsilon, "epsilon", 0, np.inf)

    def _step(self, weight, gradient, mean, square):
        mean += (1 - self.beta_1) * (gradient - mean)
        square += (1 - self.beta_2) * (gradient**2 - square)
        correction = np.sqrt(1 - self.beta_2**self.iterations) / (1 - self.beta_1**self.iterations)
        # A Python float, so that float32 weights are not computed in float64.
        weight -= float(self.learning_rate * correction) * mean / (np.sqrt(square) + self.epsilon)


def _checked(value, name, low, high):
    if not low <= value < high:  # False for NaN as well
        below = f" and below {high}" if np.isfinite(high) else " and finite"
        raise ValueError(f"{name}={value!r}: expected a number of at least {low}{below}.")
    return float(value)
