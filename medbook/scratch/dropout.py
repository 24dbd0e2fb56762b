"""Dropout: switch units off at random while training."""

import numpy as np

from medbook.scratch.layer import Layer


class Dropout(Layer):
    """Set each number to zero with probability ``rate`` while training, and scale up the others.

    Forward, training: ``output = x * mask / (1 - rate)``, of the shape of ``x``; the mask is 0 with
    probability ``rate``, else 1, and is drawn anew for each batch. The division keeps the expected
    value, so that nothing needs to be done afterwards: forward otherwise returns ``x``.
    Backward: the same mask and the same factor for ``grad``.

    Parameters
    ----------
    rate : float
        Probability that a number is set to zero: at least 0, below 1.
    rng : numpy.random.Generator, optional
        Draws the masks; seed 0 without it.

    Raises
    ------
    ValueError
        If ``rate`` is not in [0, 1).

    References
    ----------
    Chapter "Training". Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a
    simple way to prevent neural networks from overfitting" (2014).

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(1))
    >>> layer.forward(np.ones((1, 6), dtype="float32"), training=True)
    array([[0., 2., 2., 2., 0., 0.]], dtype=float32)
    >>> layer.backward(np.ones((1, 6), dtype="float32"))
    array([[0., 2., 2., 2., 0., 0.]], dtype=float32)
    >>> layer.forward(np.ones((1, 6), dtype="float32"))
    array([[1., 1., 1., 1., 1., 1.]], dtype=float32)
    """

    def __init__(self, rate, *, rng=None):
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout(rate={rate!r}): expected a probability of at least 0 and below 1.")
        self.rate = float(rate)
        self.rng = np.random.default_rng(0) if rng is None else rng

    def forward(self, x, training=False):
        """Return ``x`` with some of its numbers switched off if ``training``, else ``x`` itself."""
        x = self._floats(x)
        if not training:
            self.factors = None
            return self._remember(x)
        mask = self.rng.random(x.shape, dtype=np.float32) >= self.rate
        self.factors = mask * x.dtype.type(1 / (1 - self.rate))
        return self._remember(x * self.factors)

    def backward(self, grad):
        """Return the gradient for the last input, in its shape."""
        grad = self._checked_gradient(grad)
        return grad if self.factors is None else grad * self.factors
