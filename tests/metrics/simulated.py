"""Scores whose truth is known, and DeLong's variance, for several tests."""

import numpy as np
from scipy.stats import norm


def gaussian_scores(num, rng, *, separation=1.0, prevalence=0.5):
    """Labels and scores: the healthy around 0, the diseased around ``separation``, both with sd 1."""
    y_true = (np.arange(num) < prevalence * num).astype(int)
    return y_true, separation * y_true + rng.normal(size=num)


def true_auc(separation):
    return norm.cdf(separation / np.sqrt(2))


def calibrated_probabilities(num, rng, *, prevalence=0.5):
    """Labels and the true probability of each, by Bayes' rule for `gaussian_scores` of separation 2."""
    y_true = (rng.random(num) < prevalence).astype(int)
    score = 2 * y_true + rng.normal(size=num)
    logit = 2 * (score - 1) + np.log(prevalence / (1 - prevalence))
    return y_true, 1 / (1 + np.exp(-logit))


def delong_covariance(y_true, *scores):
    """Covariance of the AUCs of several scores on the same cases, after DeLong et al. (1988), doi:10.2307/2531595."""
    diseased, healthy = np.asarray(y_true) == 1, np.asarray(y_true) == 0
    of_diseased, of_healthy = [], []
    for score in scores:
        wins = np.heaviside(score[diseased][:, np.newaxis] - score[healthy], 0.5)
        of_diseased.append(wins.mean(axis=1))
        of_healthy.append(wins.mean(axis=0))
    return np.cov(of_diseased) / diseased.sum() + np.cov(of_healthy) / healthy.sum()
