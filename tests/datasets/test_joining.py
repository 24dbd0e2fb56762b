import numpy as np

from medbook.datasets import Dataset
from medbook.datasets.joining import concatenate


def made():
    images = np.broadcast_to(np.arange(4).reshape(4, 1, 1) / 4, (4, 3, 5))
    extras = {"boxes": [np.zeros((k, 4)) for k in range(4)]}
    return Dataset.from_arrays(images, [0, 1, 1, 0], name="own", patient_ids=list("aabc"), extras=extras)


def test_parts_joined_are_the_whole():
    dataset = made()
    whole = concatenate([dataset.select([0, 1]), dataset.select([2, 3])], split="train")
    np.testing.assert_array_equal(whole.images, dataset.images)
    assert whole.patient_ids.tolist() == dataset.patient_ids.tolist()
    assert [len(boxes) for boxes in whole.extras["boxes"]] == [0, 1, 2, 3]
    assert whole.split == "train"
