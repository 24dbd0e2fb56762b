from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from medbook.models import StopOnNaN
from tests.models.networks import assert_same_weights, tiny_images, tiny_network


class Snapshots(keras.callbacks.Callback):
    """Keeps the weights and the optimizer's variables at the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.weights, self.memory = [], []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())
        self.memory.append([variable.numpy() for variable in self.model.optimizer.variables])


class Sabotage(keras.callbacks.Callback):
    """Sets the learning rate to a ruinous value at the start of an epoch."""

    def __init__(self, epoch, learning_rate=np.inf):
        super().__init__()
        self.epoch, self.learning_rate = epoch, learning_rate

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            self.model.optimizer.learning_rate.assign(self.learning_rate)


def diverge(epoch):
    """Train six epochs, of which the given one fails; return all that can be asked then."""
    model, (x, y) = tiny_network(), tiny_images()
    guard, snapshots = StopOnNaN(), Snapshots()
    options = {"epochs": 6, "batch_size": 4, "verbose": 0, "callbacks": [Sabotage(epoch), snapshots, guard]}
    with redirect_stderr(StringIO()) as stderr, redirect_stdout(StringIO()) as stdout:
        history = model.fit(x, y, **options).history
    return SimpleNamespace(
        model=model,
        guard=guard,
        snapshots=snapshots,
        history=history,
        stderr=stderr.getvalue().splitlines(),
        stdout=stdout.getvalue(),
    )


@pytest.fixture(scope="module")
def diverged():
    return diverge(epoch=3)


def test_row_49_weights_of_the_last_sound_epoch_are_put_back(diverged):
    assert_same_weights(diverged.model, diverged.snapshots.weights[2])
    assert diverged.guard.stopped_epoch == 4
    assert np.isfinite(diverged.history["loss"]).tolist() == [True, True, True, False]


def test_row_49_one_line_on_stderr_names_epoch_and_remedy(diverged):
    (line,) = diverged.stderr
    assert diverged.stdout == ""
    assert "stopped in epoch 4: loss became nan" in line
    assert "from the end of epoch 3 again. Try a learning rate smaller than inf" in line


def test_row_49_memory_of_the_optimizer_is_put_back(diverged):
    for variable, value in zip(diverged.model.optimizer.variables, diverged.snapshots.memory[2], strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_row_49_training_can_go_on_from_there():
    model = diverge(epoch=2).model
    losses = model.fit(*tiny_images(), epochs=2, verbose=0).history["loss"]
    assert np.all(np.isfinite(losses))


def test_failure_in_the_first_epoch_gives_the_weights_before_training():
    failed = diverge(epoch=0)
    assert_same_weights(failed.model, tiny_network().get_weights())
    assert failed.guard.stopped_epoch == 1
    assert "the weights from before training again" in failed.stderr[0]


def test_weights_broken_by_the_very_last_step_are_put_back():
    """The loss of a batch is computed before its step, so it is still finite."""
    model, (x, y) = tiny_network(), tiny_images()
    before, guard = model.get_weights(), StopOnNaN()
    history = model.fit(x, y, epochs=1, batch_size=16, verbose=0, callbacks=[Sabotage(0), guard]).history
    assert np.isfinite(history["loss"][0])
    assert guard.stopped_epoch == 1
    assert_same_weights(model, before)


def test_validation_loss_that_is_not_finite_stops():
    model, (x, y) = tiny_network(), tiny_images()
    guard, snapshots = StopOnNaN(), Snapshots()
    broken = np.full_like(x, np.nan)
    before = model.get_weights()
    model.fit(x, y, epochs=3, verbose=0, validation_data=(broken, y), callbacks=[snapshots, guard])
    assert guard.stopped_epoch == 1
    assert_same_weights(model, before)


def test_nan_in_the_images_stops_in_the_first_batch(capfd):
    model, (x, y) = tiny_network(), tiny_images()
    x[:] = np.nan
    model.fit(x, y, epochs=3, verbose=0, callbacks=[StopOnNaN()])
    assert "look for NaN" in capfd.readouterr().err
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_sound_training_is_not_touched(capfd):
    x, y = tiny_images()
    trained = []
    for callbacks in ([], [StopOnNaN()]):
        model = tiny_network()
        model.fit(x, y, epochs=3, verbose=0, shuffle=False, callbacks=callbacks)
        trained.append(model)
    assert_same_weights(trained[0], trained[1].get_weights())
    assert callbacks[0].stopped_epoch is None
    assert "StopOnNaN" not in capfd.readouterr().err


def test_same_callback_serves_twice():
    x, y = tiny_images()
    guard = diverge(epoch=0).guard
    tiny_network().fit(x, y, epochs=1, verbose=0, callbacks=[guard])
    assert guard.stopped_epoch is None


def test_schedule_as_learning_rate_is_named(capfd):
    model, (x, y) = tiny_network(), tiny_images()
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(1e30, 100)), "mse")
    model.fit(x, y, epochs=3, batch_size=4, verbose=0, callbacks=[StopOnNaN()])
    assert "smaller than 9" in capfd.readouterr().err


def test_weights_broken_before_training_are_refused():
    model = tiny_network()
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    with pytest.raises(ValueError, match="NaN or infinite before training"):
        model.fit(*tiny_images(), verbose=0, callbacks=[StopOnNaN()])
