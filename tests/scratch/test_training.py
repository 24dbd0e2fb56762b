import keras
import numpy as np
import pytest

from medbook.scratch import (
    SGD,
    Adam,
    BatchNormalization,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    MeanSquaredError,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    SparseCategoricalCrossentropy,
    TrainingDiverged,
)


def blob_images(num, rng):
    """Return simulated noise images of 28 x 28 pixels and labels; label 1 has a bright spot somewhere."""
    x, y = rng.standard_normal((num, 28, 28, 1), dtype="float32"), rng.integers(0, 2, num)
    for index, row, col in zip(np.flatnonzero(y), *rng.integers(4, 20, (2, y.sum())), strict=True):
        x[index, row : row + 5, col : col + 5] += 2
    return x, y


def points(num=60, classes=2, seed=0):
    """Return points in the plane and the sector that each lies in."""
    x = np.random.default_rng(seed).standard_normal((num, 2), dtype="float32")
    return x, (np.arctan2(x[:, 0], x[:, 1]) / (2 * np.pi) * classes % classes).astype(int)


def dense_pair(units, activation):
    ours = Sequential([Dense(8), ReLU(), Dense(units), *activation])
    ours.build((2,))
    name = {Sigmoid: "sigmoid", Softmax: "softmax"}[type(activation[0])] if activation else None
    layers = [keras.layers.Input((2,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(units, name)]
    reference = keras.Sequential(layers)
    reference.set_weights(ours.get_weights())
    return ours, reference


class BatchLosses(keras.callbacks.Callback):
    """Keeps the mean loss that Keras reports after each batch of an epoch."""

    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


class RecordedLoss(BinaryCrossentropy):
    """Keeps its value for each batch."""

    losses = []

    def __call__(self, *arguments):
        self.losses.append(super().__call__(*arguments))
        return self.losses[-1]


def test_loss_curve_of_an_epoch_equals_keras():
    x, y = blob_images(1000, np.random.default_rng(0))
    layers = [Conv2D(32, 3), ReLU(), MaxPooling2D(), Conv2D(64, 3), ReLU(), MaxPooling2D(), Flatten()]
    ours = Sequential([*layers, Dense(64), ReLU(), Dense(1)])
    ours.build((28, 28, 1))
    layers = keras.layers
    features = [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
    features += [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    reference = keras.Sequential([layers.Input((28, 28, 1)), *features, layers.Dense(64, "relu"), layers.Dense(1)])
    reference.set_weights(ours.get_weights())
    reference.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    curve = BatchLosses()
    reference.fit(x, y, batch_size=64, shuffle=False, verbose=0, callbacks=[curve])
    loss = RecordedLoss(from_logits=True)
    history = ours.fit(x, y, loss=loss, optimizer=Adam(), batch_size=64, shuffle=False)

    running_mean = np.cumsum(loss.losses) / np.arange(1, 17)
    np.testing.assert_allclose(running_mean[:15], curve.losses[:15], atol=1e-4)
    assert history["loss"][0] == pytest.approx(curve.losses[15], abs=1e-4)
    assert curve.losses[15] < 0.98 * curve.losses[0]  # there was something to learn


@pytest.mark.parametrize(
    ("loss", "name", "units", "activation"),
    [
        (MeanSquaredError(), "mean_squared_error", 1, []),
        (BinaryCrossentropy(), "binary_crossentropy", 1, [Sigmoid()]),
        (CategoricalCrossentropy(), "categorical_crossentropy", 3, [Softmax()]),
        (SparseCategoricalCrossentropy(), "sparse_categorical_crossentropy", 3, [Softmax()]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_history_equals_keras(loss, name, units, activation):
    ours, reference = dense_pair(units, activation)
    x, y = points(classes=max(2, units))
    y = np.eye(units)[y] if name == "categorical_crossentropy" else y
    reference.compile(keras.optimizers.SGD(0.05, 0.9), name, metrics=["accuracy"] if units * len(activation) else None)
    options = {"batch_size": 7, "epochs": 4, "shuffle": False, "validation_data": (x[:20] + 1, y[:20])}
    expected = reference.fit(x, y, verbose=0, **options).history
    history = ours.fit(x, y, loss=loss, optimizer=SGD(0.05, 0.9), **options)
    assert history.keys() == expected.keys()
    for key, values in history.items():
        np.testing.assert_allclose(values, expected[key], rtol=1e-4)


def test_class_weights_count_as_in_keras():
    ours, reference = dense_pair(1, [Sigmoid()])
    x, y = points()
    reference.compile(keras.optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    options = {"epochs": 3, "shuffle": False, "class_weight": {0: 1.0, 1: 5.0}, "validation_data": (x, y)}
    expected = reference.fit(x, y, verbose=0, **options).history
    history = ours.fit(x, y, loss=BinaryCrossentropy(), optimizer=SGD(0.5), **options)
    for key, values in history.items():
        np.testing.assert_allclose(values, expected[key], rtol=1e-4)


def test_weights_of_one_hot_classes_are_those_of_class_indices():
    x, y = points(classes=3)
    histories = []
    for labels, loss in ((y, SparseCategoricalCrossentropy()), (np.eye(3)[y], CategoricalCrossentropy())):
        network = Sequential([Dense(3), Softmax()])
        histories.append(network.fit(x, labels, loss=loss, optimizer=SGD(), class_weight={2: 9.0})["loss"])
    np.testing.assert_allclose(*histories, rtol=1e-6)


def test_probability_that_rounds_to_zero_still_learns():
    network = Sequential([Dense(1), Sigmoid()])
    network.build((1,))
    network.set_weights([np.array([[-200.0]]), np.zeros(1)])  # sigmoid(-200) is 0 in float32
    history = network.fit(np.ones((4, 1)), np.ones(4), loss=BinaryCrossentropy(), optimizer=SGD(1.0))
    assert history["loss"] == [200.0]
    assert network.weights[0][0, 0] == -199


def test_loss_that_a_reader_derives_keeps_its_settings():
    class Doubled(BinaryCrossentropy):
        factor = 1

        def _losses(self, y_true, y_pred):
            return self.factor * super()._losses(y_true, y_pred)

    loss, (x, y) = Doubled(), points()
    loss.factor = 2
    plain, doubled = (
        Sequential([Dense(1), Sigmoid()]).fit(x, y, loss=each, optimizer=SGD(0))["loss"][0]
        for each in (BinaryCrossentropy(), loss)
    )
    assert doubled == pytest.approx(2 * plain)
    assert not loss.from_logits


def test_same_generator_gives_the_same_training():
    histories = []
    for seed in (1, 1, 2):
        network = Sequential([Dense(4), ReLU(), Dense(1), Sigmoid()])
        x, y = points()
        rng = np.random.default_rng(seed)
        histories.append(network.fit(x, y, loss=BinaryCrossentropy(), optimizer=Adam(), epochs=2, rng=rng)["loss"])
    assert histories[0] == histories[1]
    assert histories[0] != histories[2]


class Recorder(MeanSquaredError):
    """Keeps the labels of each batch."""

    def __init__(self):
        self.labels = []

    def gradient(self, y_true, y_pred, sample_weight=None):
        self.labels.append(y_true.ravel().tolist())
        return super().gradient(y_true, y_pred, sample_weight)


@pytest.mark.parametrize("shuffle", [False, True])
def test_each_epoch_sees_every_sample_once(shuffle):
    loss, y = Recorder(), np.arange(10.0)
    network = Sequential([Dense(1)])
    network.fit(y[:, None], y, loss=loss, optimizer=SGD(0), epochs=2, batch_size=4, shuffle=shuffle)
    assert [len(batch) for batch in loss.labels] == [4, 4, 2, 4, 4, 2]
    first, second = np.concatenate(loss.labels[:3]).tolist(), np.concatenate(loss.labels[3:]).tolist()
    assert sorted(first) == sorted(second) == list(y)
    assert (first != second) == (first != list(y)) == shuffle


def test_loss_is_weighted_by_the_size_of_the_batches():
    network = Sequential([Dense(1)])
    network.build((1,))
    network.set_weights([np.zeros((1, 1)), np.zeros(1)])
    y = np.array([1.0, 1.0, 1.0, 3.0])  # squared errors 1, 1, 1 and, alone in the second batch, 9
    history = network.fit(np.ones((4, 1)), y, loss=MeanSquaredError(), optimizer=SGD(0), batch_size=3, shuffle=False)
    assert history == {"loss": [3.0]}


def test_dropout_and_batch_statistics_are_used_in_training_only():
    network = Sequential([Dense(4), BatchNormalization(), Dropout(0.5), Dense(1)])
    x, y = points()
    history = network.fit(x, y, loss=MeanSquaredError(), optimizer=SGD(0), validation_data=(x, y), epochs=2)
    assert history["loss"][0] != history["loss"][1]  # other units are dropped
    predicted = network.predict(x)
    assert history["val_loss"][1] == pytest.approx(MeanSquaredError()(y, predicted), rel=1e-6)
    assert np.abs(network.layers[1].state[0]).max() > 0  # the moving mean has moved


def test_separable_points_are_learned():
    x, y = points(300, classes=3)
    network = Sequential([Dense(16), ReLU(), Dense(3), Softmax()])
    network.fit(x, y, loss=SparseCategoricalCrossentropy(), optimizer=Adam(0.01), epochs=40)
    assert np.mean(network.predict(x).argmax(axis=1) == y) > 0.95


def test_labels_and_images_are_left_as_they_were():
    x, y = blob_images(20, np.random.default_rng(0))
    x_before, y_before = x.copy(), y.copy()
    network = Sequential([Conv2D(2, 3), ReLU(), MaxPooling2D(), Flatten(), Dense(1), Sigmoid()])
    network.fit(x, y, loss=BinaryCrossentropy(), optimizer=Adam())
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(y, y_before)


@pytest.mark.filterwarnings("error")
def test_diverging_training_stops_with_the_last_good_weights():
    network, (x, y) = Sequential([Dense(8), ReLU(), Dense(1)]), points()
    network.fit(x, y, loss=MeanSquaredError(), optimizer=SGD(0.01))
    before = network.get_weights()
    with pytest.raises(TrainingDiverged, match=r"epoch 1 of 50.*smaller learning rate than 1e\+10"):
        network.fit(x, y, loss=MeanSquaredError(), optimizer=SGD(1e10), epochs=50, batch_size=4)
    for weight, expected in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_divergence_keeps_the_epochs_that_ended_well():
    class Growing(SGD):
        def update(self, weights, gradients):
            super().update(weights, gradients)
            self.learning_rate *= 1e6

    network, (x, y) = Sequential([Dense(1)]), points()
    with pytest.raises(TrainingDiverged) as caught:
        network.fit(x, y, loss=MeanSquaredError(), optimizer=Growing(1e-9), epochs=50, batch_size=60)
    finished = caught.value.history["loss"]
    assert 1 <= len(finished) < 50
    assert np.isfinite(finished).all()
    assert np.isfinite(network.predict(x)).all()


def test_weights_lost_in_the_last_step_are_noticed():
    class Lost(SGD):
        def update(self, weights, gradients):
            weights[0][...] = np.nan

    network, (x, y) = Sequential([Dense(1)]), points()
    with pytest.raises(TrainingDiverged, match="weights became NaN"):
        network.fit(x, y, loss=MeanSquaredError(), optimizer=Lost(), batch_size=60)
    assert np.isfinite(network.get_weights()[0]).all()


def test_progress_goes_to_stderr(capsys):
    x, y = points()
    network = Sequential([Dense(1), Sigmoid()])
    network.fit(x, y, loss=BinaryCrossentropy(), optimizer=Adam(), epochs=2, verbose=True)
    output, progress = capsys.readouterr()
    assert output == ""
    assert progress.splitlines()[1].startswith("epoch 2/2: loss 0.")


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((5, 2)), np.zeros(4), r"5 samples and labels of shape \(4,\)"),
        (np.zeros((0, 2)), np.zeros(0), "at least one sample"),
        (np.zeros((5, 2)), 1, r"labels of shape \(\)"),
        (np.full((5, 2), np.nan), np.zeros(5), "NaN, infinite or too large"),
        (np.zeros((5, 2)), [0, 1, 2, 0, 1], "the label 2"),
        (np.zeros((5, 2)), np.eye(2)[[0, 1, 1, 0, 1]], r"y\[..., 1\]"),
    ],
)
def test_data_that_do_not_fit_are_refused_before_training(x, y, message):
    network = Sequential([Dense(1), Sigmoid()])
    network.build((2,))
    with pytest.raises(ValueError, match=message):
        network.fit(x, y, loss=BinaryCrossentropy(), optimizer=Adam())
    with pytest.raises(ValueError, match=message):
        network.fit(*points(), loss=BinaryCrossentropy(), optimizer=Adam(), validation_data=(x, y))


def test_label_of_a_missing_class_is_named_before_training():
    x, y = points(classes=3)
    y[-1] = 7
    network = Sequential([Dense(3), Softmax()])
    with pytest.raises(ValueError, match="the label 7, expected whole numbers from 0 to 2"):
        network.fit(x, y, loss=SparseCategoricalCrossentropy(), optimizer=Adam())


@pytest.mark.parametrize("loss", [SparseCategoricalCrossentropy(), SparseCategoricalCrossentropy(from_logits=True)])
def test_one_unit_for_several_classes_is_refused(loss):
    with pytest.raises(ValueError, match="always 1"):
        Sequential([Dense(1)]).fit(*points(), loss=loss, optimizer=Adam())


def test_softmax_with_one_unit_is_refused():
    with pytest.raises(ValueError, match="always 1"):
        Sequential([Dense(1), Softmax()]).fit(*points(), loss=BinaryCrossentropy(), optimizer=Adam())


def test_logits_loss_after_sigmoid_is_refused():
    with pytest.raises(ValueError, match=r"ends in Sigmoid\(\): remove that layer, or from_logits=True"):
        Sequential([Dense(1), Sigmoid()]).fit(*points(), loss=BinaryCrossentropy(from_logits=True), optimizer=Adam())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"loss": "mse"}, "such as BinaryCrossentropy()"),
        ({"loss": MeanSquaredError}, "such as BinaryCrossentropy()"),
        ({"optimizer": "adam"}, "such as Adam()"),
        ({"epochs": 0}, "epochs=0"),
        ({"batch_size": 2.5}, "batch_size=2.5"),
        ({"validation_data": np.zeros((2, 2))}, "a pair"),
    ],
    ids=str,
)
def test_argument_of_the_wrong_kind_is_named(arguments, message):
    arguments = {"loss": MeanSquaredError(), "optimizer": SGD(), **arguments}
    with pytest.raises(ValueError, match=message):
        Sequential([Dense(1)]).fit(*points(), **arguments)
