"""The weighted sum of losses, such as Dice and cross-entropy."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("medbook")
class CombinedLoss(keras.losses.Loss):
    """Weighted sum of losses of the same masks and predictions, image by image.

    Dice looks at the region and has flat stretches; cross-entropy looks at each pixel and always
    has a slope. Their sum is what most medical segmentation networks are trained with.

    Parameters
    ----------
    losses : sequence of keras.losses.Loss
        Each with its own ``from_logits``, all alike. One that gives a value for each pixel
        (``keras.losses.BinaryCrossentropy``) is averaged over the pixels of an image first. Their
        own ``reduction`` does not count.
    weights : sequence of float, optional
        One for each; 1 by default.
    **kwargs
        ``name``, ``reduction``, ``dtype`` of `keras.losses.Loss`.

    Raises
    ------
    ValueError
        If there is no loss, one is no `keras.losses.Loss`, weights are missing or negative, or some
        expect logits and others probabilities.

    References
    ----------
    Chapter "Segmentation". Isensee et al., "nnU-Net: a self-configuring method for deep
    learning-based biomedical image segmentation" (2021), doi:10.1038/s41592-020-01008-z.

    Examples
    --------
    >>> from medbook.models import SoftDice
    >>> crossentropy = keras.losses.BinaryCrossentropy(from_logits=True)
    >>> loss = CombinedLoss([SoftDice(from_logits=True), crossentropy], weights=[1, 0.5])
    >>> mask, logits = ops.ones((1, 2, 2, 1)), ops.zeros((1, 2, 2, 1))  # 1 - 6/8 + 0.5 log(2)
    >>> round(float(loss(mask, logits)), 4)
    0.5966
    """

    def __init__(self, losses, weights=None, *, name="combined", **kwargs):
        super().__init__(name=name, **kwargs)
        self.losses = [keras.losses.deserialize(loss) if isinstance(loss, dict) else loss for loss in losses]
        self.weights = [1.0] * len(self.losses) if weights is None else [float(weight) for weight in weights]
        if not self.losses or not all(isinstance(loss, keras.losses.Loss) for loss in self.losses):
            raise ValueError(
                f"CombinedLoss(losses={losses}): expected one or more keras.losses.Loss objects, such as "
                "[SoftDice(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)]."
            )
        if len(self.weights) != len(self.losses) or not all(weight >= 0 for weight in self.weights):
            raise ValueError(f"CombinedLoss(weights={weights}): expected {len(self.losses)} numbers of 0 or more.")
        configs = [loss.get_config() for loss in self.losses]
        if len({config["from_logits"] for config in configs if "from_logits" in config}) > 1:
            raise ValueError("CombinedLoss: some losses have from_logits=True and others not; set it alike for all.")

    def call(self, y_true, y_pred):
        """Return the loss of each image: (batch,) from masks and predictions (batch, ..., units)."""
        terms = zip(self.weights, self.losses, strict=True)
        return sum(weight * _image_means(loss.call(y_true, y_pred)) for weight, loss in terms)

    def get_config(self):
        """Return what makes the same loss again."""
        losses = [keras.losses.serialize(loss) for loss in self.losses]
        return {**super().get_config(), "losses": losses, "weights": self.weights}


def _image_means(values):
    axes = tuple(range(1, len(values.shape)))
    return ops.mean(values, axes) if axes else values
