"""Bring reference masks to the shape of a network's output, so that no loss multiplies by broadcasting."""

from keras import ops


def masks_like(y_true, y_pred, *, loss):
    """Return the reference masks with one channel for each unit of the prediction.

    A mask (batch, rows, cols) against a prediction (batch, rows, cols, 1) broadcasts to
    (batch, rows, cols, cols) without an error, and the network learns nonsense.

    Parameters
    ----------
    y_true : tensor of shape (batch, ..., units), (batch, ..., 1) or (batch, ...)
        0 and 1 in each channel; or, for several units, the number of each pixel's class. A
        number that no class has, such as 255 for "unknown", belongs to none.
    y_pred : tensor of shape (batch, ..., units)
    loss : str
        Who asks, for the message.

    Returns
    -------
    tensor of shape (batch, ..., units), of the type of ``y_pred``

    Raises
    ------
    ValueError
        If the shapes do not go together.

    Examples
    --------
    >>> masks_like(ops.array([[2, 0]]), ops.zeros((1, 2, 3)), loss="SoftDice").numpy().tolist()
    [[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]]
    """
    masks, units = y_true, y_pred.shape[-1]
    if len(masks.shape) == len(y_pred.shape) - 1:
        masks = ops.expand_dims(masks, -1)
    fits = len(masks.shape) == len(y_pred.shape) and all(
        None in pair or pair[0] == pair[1] for pair in zip(masks.shape[:-1], y_pred.shape[:-1], strict=True)
    )
    if not fits or masks.shape[-1] not in (1, units):
        raise ValueError(
            f"{loss}: masks of shape {tuple(y_true.shape)} for a prediction of shape {tuple(y_pred.shape)}; "
            "expected the same shape, or one number a pixel that names its class. Resize masks with nearest neighbour."
        )
    if masks.shape[-1] == 1 and units > 1:
        masks = ops.one_hot(ops.cast(masks[..., 0], "int32"), units)
    return ops.cast(masks, y_pred.dtype)
