"""A progress bar that stays out of the pages of the book."""

import sys

import keras
from tqdm import tqdm


class ProgressBar(keras.callbacks.Callback):
    """Show the epochs of ``fit`` as one bar on stderr, with losses and metrics behind it.

    Keras' own bar writes to stdout, one line an epoch, with times that differ in each run: switch
    it off by ``fit(..., verbose=0, callbacks=[ProgressBar()])``.

    Parameters
    ----------
    description : str, optional
        Stands before the bar; by default the model's name.

    Examples
    --------
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((8, 1)), np.ones(8), epochs=2, verbose=0, callbacks=[ProgressBar()])
    """

    def __init__(self, description=None):
        super().__init__()
        self.description = description
        self._bar = None

    def on_train_begin(self, logs=None):
        """Open the bar."""
        description = self.description or self.model.name
        self._bar = tqdm(total=self.params["epochs"], desc=description, unit="epoch", file=sys.stderr)

    def on_epoch_end(self, epoch, logs=None):
        """Move the bar and show the numbers of this epoch."""
        self._bar.set_postfix({name: f"{value:.4f}" for name, value in (logs or {}).items()}, refresh=False)
        self._bar.update(epoch + 1 - self._bar.n)  # also right where fit() goes on from initial_epoch

    def on_train_end(self, logs=None):
        """Close the bar."""
        self._bar.close()
