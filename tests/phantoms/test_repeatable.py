"""What all phantoms promise: the same images in every process, and no memory beyond what they return."""

import dataclasses
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from medbook import phantoms

FUNCTIONS = ("chest_radiographs", "ct_slices", "mr_slices", "cine_ultrasound")
DIGESTS = """
import hashlib
import numpy as np
from medbook import phantoms
for name in {names}:
    images = getattr(phantoms, name)(3, size=48, rng=np.random.default_rng(9)).images
    print(name, hashlib.sha256(np.round(images, 3).tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def digests():
    """SHA-256 of each phantom's images, rounded to three digits, from a process with one thread and one with two."""
    code = DIGESTS.format(names=FUNCTIONS)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
            stdout=subprocess.PIPE,
            text=True,
        )
        for threads in ("1", "2")
    ]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    return [dict(line.split() for line in output.splitlines()) for output in outputs]


def result_and_beyond(function, num):
    """Return the bytes of the arrays that a call returns, and what it needs at its peak beyond them."""
    tracemalloc.start()
    try:
        result = function(num, size=32, rng=np.random.default_rng(0))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    arrays = [getattr(result, field.name) for field in dataclasses.fields(result)]
    returned = sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
    return returned, peak - returned


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_thread_and_two_give_the_same_images(name, digests):
    one, two = digests
    assert one[name] == two[name]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_images_differ_from_seed_to_seed(name):
    first, second = (getattr(phantoms, name)(1, size=32, rng=np.random.default_rng(seed)).images for seed in (0, 1))
    assert np.abs(first - second).mean() > 0.01 * np.ptp(first)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_memory_beyond_the_result_does_not_grow_with_the_number_of_images(name):
    function = getattr(phantoms, name)
    function(1, size=32, rng=np.random.default_rng(0))  # fills caches
    nums = (2, 6) if name == "cine_ultrasound" else (8, 40)  # a cine has 16 frames
    (returned_few, beyond_few), (returned_many, beyond_many) = (result_and_beyond(function, num) for num in nums)
    # The largest patient of many is a little larger than that of few; a copy of the images would be far more.
    assert beyond_many - beyond_few < 0.5 * (returned_many - returned_few)
