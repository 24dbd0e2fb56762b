"""How the learning rate changes while training."""

import keras


def cosine_schedule(learning_rate, *, steps, warmup_steps=0):
    """Return a learning rate that falls from its peak to zero along half a cosine.

    Parameters
    ----------
    learning_rate : float
        The peak.
    steps : int
        Number of all steps, ``epochs * ceil(samples / batch_size)``; afterwards the rate is 0.
    warmup_steps : int, optional
        How many of them rise linearly from 0 to the peak first.

    Returns
    -------
    keras.optimizers.schedules.CosineDecay
        For the ``learning_rate`` of an optimizer.

    Raises
    ------
    ValueError
        If the rate is not positive, or ``warmup_steps`` is not from 0 to below ``steps``.

    References
    ----------
    Chapter "Training". Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm
    restarts" (2017), arXiv:1608.03983.

    Examples
    --------
    >>> schedule = cosine_schedule(0.1, steps=100)
    >>> [round(float(schedule(step)), 3) for step in (0, 50, 100)]
    [0.1, 0.05, 0.0]
    """
    if not learning_rate > 0:
        raise ValueError(f"cosine_schedule(learning_rate={learning_rate}): expected a positive number.")
    if not 0 <= warmup_steps < steps:
        raise ValueError(
            f"cosine_schedule(steps={steps}, warmup_steps={warmup_steps}): expected steps of at least 1, and fewer "
            "steps of warm-up than that; count batches, not epochs."
        )
    if warmup_steps == 0:
        return keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - warmup_steps, warmup_target=learning_rate, warmup_steps=warmup_steps
    )
