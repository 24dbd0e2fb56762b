"""How the share of diseased people decides what a positive result means."""

import numpy as np

from medbook.metrics.inputs import probabilities, share, undefined


def predictive_values(sensitivity, specificity, prevalence):
    """Return the positive and the negative predictive value at a given prevalence (Bayes' rule).

    With sensitivity :math:`s`, specificity :math:`c` and prevalence :math:`p`:
    PPV :math:`= sp / (sp + (1-c)(1-p))` and NPV :math:`= c(1-p) / (c(1-p) + (1-s)p)`.

    Parameters
    ----------
    sensitivity, specificity, prevalence : float or array_like
        In [0, 1]; arrays are stretched over one another as NumPy does. nan passes through.

    Returns
    -------
    (float, float) or (ndarray, ndarray)
        PPV and NPV; nan with a RuntimeWarning where nobody would be called so.

    Raises
    ------
    ValueError
        If a value is below 0 or above 1.

    References
    ----------
    Altman and Bland, "Diagnostic tests 2: predictive values", BMJ 309:102 (1994),
    doi:10.1136/bmj.309.6947.102.

    Examples
    --------
    One test, in a study with as many diseased as healthy and in a screening with 1 in 100:

    >>> ppv, npv = predictive_values(0.9, 0.9, [0.5, 0.01])
    >>> print(ppv.round(3), npv.round(3))
    [0.9   0.083] [0.9   0.999]
    """
    given = {"sensitivity": sensitivity, "specificity": specificity, "prevalence": prevalence}
    for name, values in given.items():
        values = np.asarray(values, dtype=np.float64)
        if (values < 0).any() or (values > 1).any():
            raise ValueError(f"predictive_values({name}={given[name]!r}): expected shares in [0, 1], not per cent.")
    sensitivity, specificity, prevalence = (np.asarray(values, dtype=np.float64) for values in given.values())
    ppv = _share_of(sensitivity * prevalence, (1 - specificity) * (1 - prevalence), "ppv", "positive")
    npv = _share_of(specificity * (1 - prevalence), (1 - sensitivity) * prevalence, "npv", "negative")
    return ppv, npv


def adjust_prevalence(y_prob, *, train_prevalence, new_prevalence):
    """Carry calibrated probabilities from one prevalence to another.

    Odds of disease are multiplied by the ratio of the new to the old odds of prevalence. This holds
    where diseased look like diseased and healthy like healthy at both places, and only their
    numbers differ. The order of the cases stays, and with it the AUC.

    Parameters
    ----------
    y_prob : array_like of shape (num,)
        Probabilities of disease, calibrated where the prevalence is ``train_prevalence``.
    train_prevalence : float
        Share of diseased among the training images, **after** any balancing of classes.
    new_prevalence : float
        Share of diseased where the model is to be used.

    Returns
    -------
    ndarray of float64 of shape (num,)

    Raises
    ------
    ValueError
        If a prevalence is not between 0 and 1 (excluded), or ``y_prob`` holds no probabilities.

    References
    ----------
    Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities: a simple procedure", Neural Computation 14:21-41 (2002),
    doi:10.1162/089976602753284446.

    Examples
    --------
    >>> adjust_prevalence([0.1, 0.5, 0.9], train_prevalence=0.5, new_prevalence=0.1).round(3)
    array([0.012, 0.1  , 0.5  ])
    """
    y_prob = probabilities(y_prob, "y_prob", "adjust_prevalence")
    if y_prob.ndim != 1:
        raise ValueError(
            f"adjust_prevalence: y_prob has the shape {y_prob.shape}, expected (num,): the probability of disease. "
            "Of (num, 2) probabilities, pass y_prob[:, 1]."
        )
    before = share(train_prevalence, "train_prevalence", "adjust_prevalence")
    after = share(new_prevalence, "new_prevalence", "adjust_prevalence")
    diseased = y_prob * after / before
    healthy = (1 - y_prob) * (1 - after) / (1 - before)
    return diseased / (diseased + healthy)


def _share_of(right, wrong, name, call):
    """Return right / (right + wrong), a float for scalars; nan where both are 0."""
    right, wrong = np.broadcast_arrays(right, wrong)
    total = right + wrong
    if (total == 0).any():
        undefined(f"{name} is undefined where nobody would be called {call}.")
    ratio = np.divide(right, total, out=np.full(total.shape, np.nan), where=total != 0)
    return ratio if ratio.ndim else float(ratio)
