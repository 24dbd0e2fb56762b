"""Watch a GAN learn: the same latent vectors drawn again as training goes."""

import keras
import numpy as np


class SampleHistory(keras.callbacks.Callback):
    """Keep generated images and the losses as training goes, and show them if wished.

    Losses alone do not tell whether a GAN gets better: its two players chase one another. The images
    of the *same* latent vectors do.

    Parameters
    ----------
    num : int, optional
        Images that are kept each time.
    classes : array_like of int of shape (num,), optional
        What they show, for a conditional GAN.
    every : int, optional
        After how many epochs; the last of ``fit`` is kept in any case.
    show : callable, optional
        Called as ``show(images, epoch, losses)`` each time, such as `medbook.plots.show_training`.
    seed : int, optional
        Of the latent vectors.

    Attributes
    ----------
    epochs : list of int
        Counted from 1; training that is taken up again counts on.
    images : list of ndarray of float32, shape (num, rows, cols, channels)
    losses : list of dict
        Both players' mean losses in that epoch.

    Raises
    ------
    ValueError
        If a number is below 1.

    References
    ----------
    Chapter "GAN augmentation".
    """

    def __init__(self, num=8, *, classes=None, every=1, show=None, seed=0):
        super().__init__()
        for name, value in (("num", num), ("every", every)):
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
                raise ValueError(f"SampleHistory({name}={value!r}): expected a whole number of at least 1.")
        self.num, self.classes, self.every, self.show, self.seed = num, classes, every, show, seed
        self.epochs, self.images, self.losses = [], [], []
        self._started_at = 0

    def on_train_begin(self, logs=None):
        """Count on from the last epoch that was kept."""
        self._started_at = self.epochs[-1] if self.epochs else 0

    def on_epoch_end(self, epoch, logs=None):
        """Keep images and losses after every few epochs, and after the last."""
        is_last = epoch + 1 == self.params.get("epochs")
        if not is_last and (epoch + 1) % self.every:
            return
        self.epochs.append(self._started_at + epoch + 1)
        self.images.append(self.model.sample(self.num, self.classes, seed=self.seed))
        self.losses.append({name: float(value) for name, value in (logs or {}).items()})
        if self.show is not None:
            self.show(self.images[-1], self.epochs[-1], self.losses[-1])
