"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from medbook.exercises import check


def rebuilt(train, new, k):
    flat = new.reshape(len(new), -1)
    pca = PCA(k).fit(train.reshape(len(train), -1))
    return pca.inverse_transform(pca.transform(flat)).reshape(new.shape)


def residual(train, new, k):
    return ((rebuilt(train, new, k) - new) ** 2).mean(axis=(1, 2))


def fitted_to_new(train, new, k):
    return residual(new, new, k)


def without_mean(train, new, k):
    directions = PCA(k).fit(train.reshape(len(train), -1)).components_
    flat = new.reshape(len(new), -1)
    return ((flat - flat @ directions.T @ directions) ** 2).mean(axis=1)


def from_mean(train, new, k):
    return ((new - train.mean(axis=0)) ** 2).mean(axis=(1, 2))


def explained(train, new, k):
    return from_mean(train, new, k) - residual(train, new, k)


def root(train, new, k):
    return np.sqrt(residual(train, new, k))


def total(train, new, k):
    return 30 * residual(train, new, k)


def maps(train, new, k):
    return (rebuilt(train, new, k) - new) ** 2


def codes(train, new, k):
    return PCA(k).fit(train.reshape(len(train), -1)).transform(new.reshape(len(new), -1))


def one_number(train, new, k):
    return residual(train, new, k).mean()


def one_too_many(train, new, k):
    return residual(train, new, k + 1)


def raising(train, new, k):
    raise KeyError("components")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("autoencoders-1", (3072, 98_336)),
        ("autoencoders-2", residual),
        ("autoencoders-3", 0.025),
        ("autoencoders-4", (0.939, 0.874)),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("autoencoders-1", 3072, "two numbers"),
        ("autoencoders-1", (64, 2080), "as many numbers as"),
        ("autoencoders-1", (12_288, 1), "three halvings"),
        ("autoencoders-1", (8_192, 1), "last has 48 filters"),
        ("autoencoders-1", (768, 1), "not four"),
        ("autoencoders-1", (6_144, 1), "replace those before"),
        ("autoencoders-1", (4_096, 1), "the film's pixels"),
        ("autoencoders-1", (100, 1), "rows times cols"),
        ("autoencoders-1", (3072, 98_304), "has a bias"),
        ("autoencoders-1", (3072, 3_104), "the two multiply"),
        ("autoencoders-1", (3072, 101_376), "not to its inputs"),
        ("autoencoders-1", (3072, 1), "inputs times outputs"),
        ("autoencoders-2", [0.1], "the function itself"),
        ("autoencoders-2", maps, "average over its pixels"),
        ("autoencoders-2", codes, "these are codes"),
        ("autoencoders-2", one_number, "expected (7,)"),
        ("autoencoders-2", without_mean, "mean film has to be taken off"),
        ("autoencoders-2", fitted_to_new, "not from new ones"),
        ("autoencoders-2", root, "the root"),
        ("autoencoders-2", total, "the sum over pixels"),
        ("autoencoders-2", from_mean, "nothing is rebuilt"),
        ("autoencoders-2", explained, "what is left"),
        ("autoencoders-2", one_too_many, "first k directions"),
        ("autoencoders-2", raising, "KeyError"),
        ("autoencoders-3", (0.1, 0.025), "one number"),
        ("autoencoders-3", 0.00625, "variances add up"),
        ("autoencoders-3", 0.0125, "mean of 64 pixels"),
        ("autoencoders-3", 0.000625, "that is the variance"),
        ("autoencoders-3", 0.0968, "that is removed"),
        ("autoencoders-3", 0.1, "count those that pass"),
        ("autoencoders-3", 0.05, "along every direction"),
        ("autoencoders-4", 0.94, "two numbers"),
        ("autoencoders-4", (1.2, 0.5), "between 0 and 1"),
        ("autoencoders-4", (0.874, 0.939), "the other order"),
        ("autoencoders-4", (0.061, 0.126), "count as 1"),
        ("autoencoders-4", (0.7, 0.874), "healthy test films alone"),
        ("autoencoders-4", (0.939, 0.939), "nothing has changed"),
        ("autoencoders-4", (0.939, 0.920), "missing from the fit"),
        ("autoencoders-4", (0.939, 0.126), "in the second, too"),
        ("autoencoders-4", (0.939, 0.5), "in one array"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said
