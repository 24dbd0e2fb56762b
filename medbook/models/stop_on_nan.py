"""A guard against training that diverges."""

import sys

import keras
import numpy as np


class StopOnNaN(keras.callbacks.Callback):
    """Stop when training diverges, and put back the weights of the last sound epoch.

    Keras' own ``TerminateOnNaN`` stops as well, but leaves the model with the broken weights. Here
    weights and the optimizer's memory are kept at the end of each epoch whose loss, validation
    loss and weights are finite, and put back as soon as one is not. One line on stderr says so.
    In the history, the last entry is that of the epoch that failed; its ``loss`` is NaN or
    infinite or its weights were, and its ``val_`` numbers may be those of the weights put back.

    Attributes
    ----------
    stopped_epoch : int or None
        Number of the epoch that failed, counted from 1; None after sound training.

    Raises
    ------
    ValueError
        If weights are not finite before training starts.

    References
    ----------
    Chapter "Training".

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    >>> model.compile(keras.optimizers.SGD(1e20), "mse")
    >>> x = np.ones((8, 1))
    >>> guard = StopOnNaN()
    >>> history = model.fit(x, -x, epochs=5, batch_size=2, verbose=0, callbacks=[guard])
    >>> guard.stopped_epoch, model.get_weights()[0].item()
    (1, 1.0)
    """

    def __init__(self):
        super().__init__()
        self.stopped_epoch = None
        self._epoch = self._sound_epoch = 0
        self._sound_values = []

    def on_train_begin(self, logs=None):
        """Keep the weights that training starts from."""
        if not self._weights_are_finite():
            raise ValueError(
                f"StopOnNaN: {self.model.name} has weights that are NaN or infinite before training starts. "
                "Build it anew, or load sound weights."
            )
        self.stopped_epoch = None
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        self._keep(epoch=0)

    def on_epoch_begin(self, epoch, logs=None):
        """Remember which epoch is running."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        """Stop within the epoch if the loss is not finite: the rest would be wasted."""
        self._stop_unless_finite(logs, "loss")

    def on_epoch_end(self, epoch, logs=None):
        """Keep the weights of a sound epoch; stop after one whose weights or validation loss are not finite."""
        if self.stopped_epoch is not None or self._stop_unless_finite(logs, "loss", "val_loss"):
            return
        if self._weights_are_finite():
            self._keep(self._epoch)
        else:
            self._stop("the weights became NaN or infinite")

    def _stop_unless_finite(self, logs, *names):
        for name in names:
            value = (logs or {}).get(name)
            if self.stopped_epoch is None and value is not None and not np.isfinite(value):
                self._stop(f"{name} became {float(value)}")
                return True
        return False

    def _stop(self, reason):
        learning_rate = float(keras.ops.convert_to_tensor(self.model.optimizer.learning_rate))
        self.model.stop_training = True
        self.stopped_epoch = self._epoch
        for variable, value in zip(self._variables(), self._sound_values, strict=True):
            variable.assign(value)
        origin = f"from the end of epoch {self._sound_epoch}" if self._sound_epoch else "from before training"
        print(
            f"StopOnNaN: training stopped in epoch {self._epoch}: {reason}. {self.model.name} has the weights {origin} "
            f"again. Try a learning rate smaller than {learning_rate:g}, or look for NaN and unscaled numbers in the "
            "inputs.",
            file=sys.stderr,
        )

    def _keep(self, epoch):
        self._sound_epoch = epoch
        self._sound_values = [variable.numpy() for variable in self._variables()]

    def _variables(self):
        return [*self.model.weights, *self.model.optimizer.variables]

    def _weights_are_finite(self):
        return all(np.isfinite(weight).all() for weight in self.model.get_weights())
