"""Cross-entropy that looks away from pixels which are easy."""

import keras
import numpy as np
from keras import ops

from medbook.models.mask_targets import masks_like

# As in Keras: no logarithm sees less. It also keeps the slope of (1 - p) ** gamma finite where gamma < 1.
EPSILON = 1e-7


@keras.saving.register_keras_serializable("medbook")
class FocalLoss(keras.losses.Loss):
    """Focal loss per image: the mean over its pixels of ``-alpha_t (1 - p_t) ** gamma log(p_t)``.

    p_t is the probability of the class that the pixel has. A pixel of background with
    p_t = 0.99 costs 1e4 times less than in cross-entropy for gamma = 2, so that a million easy
    ones no longer outvote the few of a lesion.

    Parameters
    ----------
    gamma : float, optional
        0 gives the cross-entropy; the paper takes 2.
    alpha : None, float or sequence of float, optional
        Weight of each class. For one unit a number in (0, 1): that of the structure, and 1 - alpha
        that of the background (the paper: 0.25 with gamma = 2); for several, one weight for each.
        None weighs all with 1.
    from_logits : bool, optional
        Whether the network gives logits: sigmoid is applied for one unit, softmax for several.
        With logits no probability is cut off, so prefer them.
    **kwargs
        ``name``, ``reduction``, ``dtype`` of `keras.losses.Loss`. With ``reduction=None`` the
        loss of each image comes back.

    Raises
    ------
    ValueError
        If ``gamma`` is negative or ``alpha`` out of range; on call, if ``alpha`` has not one weight
        a class, or masks and prediction do not fit (see `masks_like`, which also takes class numbers).

    Notes
    -----
    An **empty** mask is no special case: all its pixels are background. Several units are taken as
    classes of which each pixel has one, not as structures that may overlap.

    References
    ----------
    Chapter "Segmentation". Lin, Goyal, Girshick, He and Dollár, "Focal loss for dense object
    detection" (2017), doi:10.1109/ICCV.2017.324.

    Examples
    --------
    >>> mask, p = ops.array([[[1.0], [0.0]]]), ops.array([[[0.5], [0.1]]])
    >>> round(float(FocalLoss(gamma=0)(mask, p)), 4), round(float(FocalLoss(gamma=2)(mask, p)), 4)
    (0.3993, 0.0872)
    """

    def __init__(self, gamma=2.0, alpha=None, *, from_logits=False, name="focal", **kwargs):
        super().__init__(name=name, **kwargs)
        if not gamma >= 0:
            raise ValueError(f"FocalLoss(gamma={gamma}): expected 0 or more; 0 gives the cross-entropy.")
        single = alpha is not None and np.ndim(alpha) == 0
        if (single and not 0 < alpha < 1) or (alpha is not None and not np.all(np.asarray(alpha) >= 0)):
            raise ValueError(
                f"FocalLoss(alpha={alpha}): expected a number between 0 and 1 for one unit, or weights of 0 or more, "
                "one for each class."
            )
        self.gamma, self.from_logits = gamma, from_logits
        self.alpha = alpha if alpha is None or single else tuple(float(weight) for weight in alpha)

    def call(self, y_true, y_pred):
        """Return the loss of each image: (batch,) from masks and predictions (batch, ..., units)."""
        y_true = masks_like(y_true, y_pred, loss=self.name)
        log_p = self._log_probabilities(y_pred)
        if y_pred.shape[-1] == 1:
            y_true = ops.concatenate([1 - y_true, y_true], -1)
        wrong = ops.maximum(1 - ops.exp(log_p), EPSILON)
        modulated = ops.exp(self.gamma * ops.log(wrong)) * log_p
        losses = -ops.sum(y_true * self._class_weights(log_p.shape[-1]) * modulated, -1)
        return ops.mean(losses, tuple(range(1, len(losses.shape))))

    def _log_probabilities(self, y_pred):
        """Return log p of each class; one unit becomes two classes, background and structure."""
        if self.from_logits:
            if y_pred.shape[-1] == 1:
                y_pred = ops.concatenate([ops.zeros_like(y_pred), y_pred], -1)
            return ops.log_softmax(y_pred)
        if y_pred.shape[-1] == 1:
            y_pred = ops.concatenate([1 - y_pred, y_pred], -1)
        return ops.log(ops.clip(y_pred, EPSILON, 1 - EPSILON))

    def _class_weights(self, num_classes):
        if self.alpha is None:
            return 1.0
        weights = self.alpha if np.ndim(self.alpha) else (1 - self.alpha, self.alpha)
        if len(weights) != num_classes:
            raise ValueError(f"FocalLoss(alpha={self.alpha}): expected {num_classes} weights, one for each class.")
        return ops.convert_to_tensor(weights, dtype=self.dtype)

    def get_config(self):
        """Return what makes the same loss again."""
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha, "from_logits": self.from_logits}
