"""The training loop: a batch forward, the loss, its gradient backward, one step of the optimizer."""

import copy
import sys

import numpy as np

from medbook.scratch.activations import Sigmoid
from medbook.scratch.losses import Loss
from medbook.scratch.optimizers import Optimizer
from medbook.scratch.softmax import Softmax


class TrainingDiverged(ValueError):
    """Loss or weights stopped being finite; the network has the weights from before that epoch.

    Attributes
    ----------
    history : dict of list of float
        The epochs that ended well, as ``Sequential.fit`` would have returned them.
    """

    def __init__(self, message, history):
        super().__init__(message)
        self.history = history


def train(network, x, y, *, loss, optimizer, epochs, batch_size, validation_data, class_weight, rng, verbose):
    """Train a built network and return the history; ``Sequential.fit`` explains the parameters."""
    _check_kinds(loss, optimizer)
    y = checked_labels(network, loss, x, y)
    if validation_data:
        x_val, y_val = validation_data
        validation_data = x_val, checked_labels(network, loss, x_val, y_val)
    sample_weight = None if class_weight is None else class_weights_of(y, class_weight)
    trained, loss = logits_form(network, loss)
    history = {}
    for epoch in range(epochs):
        good_weights = network.get_weights()
        try:
            with np.errstate(all="ignore"):  # TrainingDiverged says it in words
                results = train_epoch(trained, (x, y, sample_weight), loss, optimizer, batches(len(x), batch_size, rng))
                if validation_data:
                    validation = evaluate(trained, *validation_data, loss, batch_size)
                    results |= {f"val_{name}": value for name, value in validation.items()}
        except FloatingPointError as error:
            network.set_weights(good_weights)
            raise TrainingDiverged(
                f"Training stopped in epoch {epoch + 1} of {epochs}, for {error}. The network has the weights it had "
                "before this epoch. Try a new optimizer with a smaller learning rate than "
                f"{optimizer.learning_rate:g}, or inputs scaled to [0, 1].",
                history,
            ) from None
        for name, value in results.items():
            history.setdefault(name, []).append(value)
        if verbose:
            numbers = ", ".join(f"{name} {value:.4f}" for name, value in results.items())
            print(f"epoch {epoch + 1}/{epochs}: {numbers}", file=sys.stderr)
    return history


def train_epoch(network, data, loss, optimizer, order):
    """Take one step for each batch in ``order`` and return the mean loss and accuracy over the batches.

    Parameters
    ----------
    network : Sequential
    data : (ndarray, ndarray, ndarray or None)
        Samples, labels and weights of the samples.
    loss : Loss
    optimizer : Optimizer
    order : list of ndarray of int
        Which samples make up each batch.

    Raises
    ------
    FloatingPointError
        If outputs, loss or, after the last step, weights are not finite.
    """
    x, y, sample_weight = data
    results = []
    for batch in order:
        weight = None if sample_weight is None else sample_weight[batch]
        output = network.forward(x[batch].astype(np.float32, copy=False), training=True)
        results.append(judge(loss, y[batch], output, weight))
        network.backward_to_weights(loss.gradient(y[batch], output, weight))
        optimizer.update(network.weights, network.gradients)
    if not all(np.isfinite(array).all() for array in network.get_weights()):
        raise FloatingPointError("weights became NaN or infinite")
    return _mean(results, [len(batch) for batch in order])


def evaluate(network, x, y, loss, batch_size):
    """Return the mean loss and accuracy over all samples, without training."""
    order = batches(len(x), batch_size)
    outputs = (network.forward(x[batch].astype(np.float32, copy=False)) for batch in order)
    results = [judge(loss, y[batch], output) for batch, output in zip(order, outputs, strict=True)]
    return _mean(results, [len(batch) for batch in order])


def judge(loss, y_true, y_pred, sample_weight=None):
    """Return the loss and, for a cross-entropy, the accuracy of one batch, by name."""
    if not np.isfinite(y_pred).all():
        raise FloatingPointError("the output of the network became NaN or infinite")
    results = {"loss": loss(y_true, y_pred, sample_weight)}
    if not np.isfinite(results["loss"]):
        raise FloatingPointError(f"the loss became {results['loss']}")
    if hasattr(loss, "accuracy"):
        results["accuracy"] = loss.accuracy(y_true, y_pred)
    return results


def batches(num, batch_size, rng=None):
    """Cut the indices of ``num`` samples into batches, in a new order where ``rng`` is given."""
    order = np.arange(num) if rng is None else rng.permutation(num)
    return [order[start : start + batch_size] for start in range(0, num, batch_size)]


def logits_form(network, loss):
    """Drop a last sigmoid or softmax that the loss can compute itself, from the logits.

    The logarithm of a probability that rounded to 0 is lost, and so is its derivative; from the
    logit both are exact. Keras makes the same replacement inside ``fit``.
    """
    last = network.layers[-1]
    from_logits = getattr(loss, "from_logits", None)  # None for losses without logits
    if from_logits and isinstance(last, (Sigmoid, Softmax)):
        raise ValueError(
            f"{loss} expects logits, but the network ends in {type(last).__name__}(): "
            "remove that layer, or from_logits=True."
        )
    absorbed = from_logits is False and type(last).__name__ == loss.activation and getattr(last, "axis", -1) == -1
    if not absorbed or len(network.layers) == 1:
        return network, loss
    loss = copy.copy(loss)
    loss.from_logits = True
    return type(network)(network.layers[:-1]), loss


def checked_labels(network, loss, x, y):
    """Return the labels in the shape that the loss compares with the output for ``x``."""
    y = np.asarray(y)
    if len(x) == 0:
        raise ValueError(f"fit() received x of shape {x.shape}: expected at least one sample.")
    if y.ndim == 0 or len(y) != len(x):
        raise ValueError(f"fit() received {len(x)} samples and labels of shape {y.shape}: expected one label a sample.")
    output = network.forward(x[:1].astype(np.float32, copy=False))
    return loss.check_labels(y, (len(x), *output.shape[1:]))


def class_weights_of(y, class_weight):
    """Return the weight of each sample's class, 1 where ``class_weight`` does not name it."""
    if y.ndim > 2:
        raise ValueError(f"fit(class_weight=...) needs one label a sample and received labels of shape {y.shape}.")
    classes = y.argmax(axis=-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    sample_weight = np.ones(len(y), np.float32)
    for label, weight in class_weight.items():
        sample_weight[classes == label] = weight
    return sample_weight


def _mean(results, sizes):
    """Average over batches, each counted by its size."""
    return {name: float(np.average([row[name] for row in results], weights=sizes)) for name in results[0]}


def _check_kinds(loss, optimizer):
    if not isinstance(loss, Loss):
        raise ValueError(f"fit(loss={loss!r}): expected a loss of medbook.scratch, such as BinaryCrossentropy().")
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"fit(optimizer={optimizer!r}): expected an optimizer of medbook.scratch, such as Adam().")
