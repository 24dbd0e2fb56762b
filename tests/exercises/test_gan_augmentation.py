"""Right answers are called right; plausible wrong ones get the hint that fits and never the answer."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from medbook.exercises import check
from medbook.metrics import density_coverage


def inside(real, generated, k):
    reach = NearestNeighbors(n_neighbors=k).fit(real).kneighbors()[0][:, -1]
    return np.linalg.norm(real[:, np.newaxis] - generated, axis=2) < reach[:, np.newaxis]


def coverage(real, generated, k):
    return inside(real, generated, k).any(axis=1).mean()


def from_package(real, generated, k):
    return density_coverage(real, generated, num_neighbors=k).coverage


def counting_itself(real, generated, k):
    return coverage(real, generated, k - 1)


def balls_around_generated(real, generated, k):
    return coverage(generated, real, k)


def share_of_generated(real, generated, k):
    return inside(real, generated, k).any(axis=0).mean()


def density(real, generated, k):
    return density_coverage(real, generated, num_neighbors=k).density


def number_of_balls(real, generated, k):
    return inside(real, generated, k).any(axis=1).sum()


def share_of_pairs(real, generated, k):
    return inside(real, generated, k).mean()


def every_ball(real, generated, k):
    return inside(real, generated, k).any(axis=1)


def too_wide(real, generated, k):
    return coverage(real, generated, k + 3)


def raising(real, generated, k):
    raise KeyError("neighbours")


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("gan_augmentation-1", (0.02, 0.98)),
        ("gan_augmentation-2", coverage),
        ("gan_augmentation-2", from_package),
        ("gan_augmentation-3", 0.6),
        ("gan_augmentation-4", 20),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("gan_augmentation-1", 0.02, "two numbers"),
        ("gan_augmentation-1", (-0.02, -0.98), "only the sizes"),
        ("gan_augmentation-1", (0.98, 0.02), "the other order"),
        ("gan_augmentation-1", (0.0202, 3.912), "losses themselves"),
        ("gan_augmentation-1", (1.02, 50.0), "by the probability"),
        ("gan_augmentation-1", (0.0196, 0.98), "slope of the sigmoid"),
        ("gan_augmentation-1", (0.3, 0.98), "derivative of log"),
        ("gan_augmentation-1", (0.02, 0.3), "carries a minus"),
        ("gan_augmentation-2", 0.5, "the function itself"),
        ("gan_augmentation-2", every_ball, "average over the real images"),
        ("gan_augmentation-2", counting_itself, "its own nearest"),
        ("gan_augmentation-2", balls_around_generated, "not around generated"),
        ("gan_augmentation-2", share_of_generated, "count the balls"),
        ("gan_augmentation-2", density, "this is the density"),
        ("gan_augmentation-2", number_of_balls, "divide by all"),
        ("gan_augmentation-2", share_of_pairs, "is enough"),
        ("gan_augmentation-2", too_wide, "k-th nearest other"),
        ("gan_augmentation-2", raising, "KeyError"),
        ("gan_augmentation-3", (0.2, 0.6), "one number"),
        ("gan_augmentation-3", 0.2, "four fifths count"),
        ("gan_augmentation-3", 0.5, "one image in five"),
        ("gan_augmentation-3", 1, "only copies"),
        ("gan_augmentation-3", 0.1, "always nearer"),
        ("gan_augmentation-3", 0.4, "add the copies"),
        ("gan_augmentation-3", 0.7, "only four fifths"),
        ("gan_augmentation-3", 0.9, "two kinds of films"),
        ("gan_augmentation-4", (20, 0.56), "one number"),
        ("gan_augmentation-4", 15, "numbers tried"),
        ("gan_augmentation-4", 0, "nothing is found"),
        ("gan_augmentation-4", 5, "lower end"),
        ("gan_augmentation-4", 80, "fewer are found"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said
