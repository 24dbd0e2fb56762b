"""Losses that compare regions, not pixels: Dice and Tversky, per image."""

import keras
from keras import ops

from medbook.models.mask_targets import masks_like


@keras.saving.register_keras_serializable("medbook")
class TverskyLoss(keras.losses.Loss):
    """Share of a region that is missed or too much, with a price for each.

    With hits, false alarms and misses summed over the pixels of one image, as probabilities p,

        TP = sum(y p),    FP = sum((1 - y) p),    FN = sum(y (1 - p)),

    the loss is ``(alpha FP + beta FN) / (TP + smooth + alpha FP + beta FN)``, one minus the
    Tversky index: per image and channel, then the mean over channels, then over the batch. A
    small lesion counts as much as a large one, and the many pixels of background that are right
    do not count at all. ``beta > alpha`` makes a miss dearer than a false alarm.

    Parameters
    ----------
    alpha : float, optional
        Price of a false alarm.
    beta : float, optional
        Price of a miss. 0.5 and 0.5 give the Dice loss, 1 and 1 one minus the intersection over union.
    from_logits : bool, optional
        Whether the network gives logits: sigmoid is applied for one unit, softmax for several.
    smooth : float, optional
        As if so many more pixels had been hit in each image. It settles what is 0 / 0 otherwise:
        where the reference is **empty**, an empty prediction costs 0, and false alarms of
        n pixels cost ``alpha n / (smooth + alpha n)``, with a gradient that lowers them. A tiny
        value makes every false alarm cost 1 there, almost without gradient.
    include_background : bool, optional
        With several units, whether channel 0 counts.
    **kwargs
        ``name``, ``reduction``, ``dtype`` of `keras.losses.Loss`. With ``reduction=None`` the
        loss of each image comes back.

    Raises
    ------
    ValueError
        If a price is negative or both are 0, or ``smooth`` is not above 0; on call, if masks and
        prediction do not fit (see `masks_like`, which also takes class numbers).

    Notes
    -----
    In ``keras.losses.tversky`` (3.15) alpha is the price of a miss and beta that of a false alarm,
    the reverse of its documentation and of the paper.

    References
    ----------
    Chapter "Segmentation". Salehi, Erdogmus and Gholipour, "Tversky loss function for image
    segmentation using 3D fully convolutional deep networks" (2017), arXiv:1706.05721.

    Examples
    --------
    >>> mask = ops.array([[1.0, 1.0, 0.0, 0.0]])[..., None]
    >>> missed, alarmed = ops.array([[[1], [0], [0], [0]]]), ops.array([[[1], [1], [1], [0]]])
    >>> loss = TverskyLoss(alpha=0.3, beta=0.7)
    >>> round(float(loss(mask, missed)), 3), round(float(loss(mask, alarmed)), 3)
    (0.259, 0.091)
    """

    def __init__(
        self, alpha=0.3, beta=0.7, *, from_logits=False, smooth=1.0, include_background=True, name="tversky", **kwargs
    ):
        super().__init__(name=name, **kwargs)
        if not (alpha >= 0 and beta >= 0 and alpha + beta > 0):
            raise ValueError(f"TverskyLoss(alpha={alpha}, beta={beta}): expected prices of 0 or more, not both 0.")
        if not smooth > 0:
            raise ValueError(
                f"{type(self).__name__}(smooth={smooth}): expected more than 0, or an empty mask gives 0 / 0; "
                "1e-6 is as good as none."
            )
        self.alpha, self.beta, self.smooth = alpha, beta, smooth
        self.from_logits, self.include_background = from_logits, include_background

    def call(self, y_true, y_pred):
        """Return the loss of each image: (batch,) from masks and predictions (batch, ..., units)."""
        y_true = masks_like(y_true, y_pred, loss=self.name)
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred) if y_pred.shape[-1] == 1 else ops.softmax(y_pred)
        if not self.include_background and y_pred.shape[-1] > 1:
            y_true, y_pred = y_true[..., 1:], y_pred[..., 1:]
        pixels = tuple(range(1, len(y_pred.shape) - 1))
        hits = ops.sum(y_true * y_pred, pixels) + self.smooth
        false_alarms = ops.sum((1 - y_true) * y_pred, pixels)
        misses = ops.sum(y_true * (1 - y_pred), pixels)
        wrong = self.alpha * false_alarms + self.beta * misses
        return ops.mean(wrong / (hits + wrong), axis=-1)

    def get_config(self):
        """Return what makes the same loss again."""
        names = ("alpha", "beta", "from_logits", "smooth", "include_background")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("medbook")
class SoftDice(TverskyLoss):
    """One minus the Dice coefficient, with probabilities in place of a mask.

    ``1 - 2 (TP + smooth) / (2 (TP + smooth) + FP + FN)``, where 2 TP + FP + FN is
    ``sum(y) + sum(p)``: per image and channel, then the mean. Not the Dice of all pixels of a
    batch in one, which large lesions would decide.

    Parameters
    ----------
    from_logits, smooth, include_background, **kwargs
        As for `TverskyLoss`, of which this is the case with equal prices. An **empty** reference
        costs 0 with an empty prediction, and ``n / (2 smooth + n)`` with n pixels of false alarm.

    Raises
    ------
    ValueError
        As for `TverskyLoss`.

    Notes
    -----
    The paper squares y and p in the denominator. For masks of 0 and 1 both are the same; without
    squares, p is driven further to 0 or 1.

    References
    ----------
    Chapter "Segmentation". Milletari, Navab and Ahmadi, "V-Net: fully convolutional neural networks
    for volumetric medical image segmentation" (2016), doi:10.1109/3DV.2016.79.

    Examples
    --------
    >>> mask, p = ops.array([[[1.0], [1.0], [0.0]]]), ops.array([[[0.5], [1.0], [0.5]]])
    >>> round(float(SoftDice(smooth=1e-6)(mask, p)), 4), round(float(SoftDice()(mask, p)), 4)  # 1 - 3/4, 1 - 5/6
    (0.25, 0.1667)
    """

    def __init__(self, *, from_logits=False, smooth=1.0, include_background=True, name="soft_dice", **kwargs):
        options = {"from_logits": from_logits, "smooth": smooth, "include_background": include_background}
        super().__init__(0.5, 0.5, **options, name=name, **kwargs)

    def get_config(self):
        """Return what makes the same loss again."""
        config = super().get_config()
        return {key: value for key, value in config.items() if key not in ("alpha", "beta")}
