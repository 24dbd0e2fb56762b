"""Right answers are called right; plausible wrong ones get the hint that fits."""

import numpy as np
import pytest

from medbook.exercises import check


def slice_order(positions, orientation):
    return np.argsort(positions @ np.cross(orientation[:3], orientation[3:]))


def reversed_order(positions, orientation):
    return slice_order(positions, orientation)[::-1]


def ranks(positions, orientation):
    return np.argsort(slice_order(positions, orientation))


def by_z(positions, orientation):
    return np.argsort(positions[:, 2])


def one_number(positions, orientation):
    return 0


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("medical_images-1", (76, 245)),
        ("medical_images-2", 133.3),
        ("medical_images-3", slice_order),
        ("medical_images-4", 1.99),
    ],
)
def test_right_answer_is_called_right(capsys, exercise, answer):
    check(exercise, answer)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("medical_images-1", 76, "two numbers"),
        ("medical_images-1", (2124, 255), "with its sign"),
        ("medical_images-1", (1100, 255), "slope times"),
        ("medical_images-1", (76, 0.96), "from 0 to 255"),
        ("medical_images-1", (76, 242), "without DICOM's halves"),
        ("medical_images-1", (76, 236), "formula of the window"),
        ("medical_images-2", 168.75, "other way round"),
        ("medical_images-2", 16.7, "from the focus"),
        ("medical_images-2", 150, "similar triangles"),
        ("medical_images-3", 7, "the function itself"),
        ("medical_images-3", reversed_order, "reversed"),
        ("medical_images-3", ranks, "the ranks"),
        ("medical_images-3", by_z, "until the sagittal stack"),
        ("medical_images-3", one_number, "one index for each"),
        ("medical_images-4", 2.63, "nothing was lost"),
        ("medical_images-4", 1.62, "this is one export"),
        ("medical_images-4", 1.2, "the centers from"),
    ],
)
def test_wrong_answer_gets_its_hint(capsys, exercise, answer, hint):
    check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert hint in said
