"""How many simulated images a second does ONE core make, and does memory stay flat? Writes results/phantoms.json.

    python benchmarks/phantoms.py [--output FILE]

The rates are medians over the rounds. They count processor time, summed over threads: other programs
on the machine hardly change them, and a second thread would not help. The phantoms take turns, so that
a processor that slows down slows all of them. Ends with an error where even the fastest round of chest
radiographs falls below the rate that the chapters are planned with: a processor's slow moment is no fault.
"""

import argparse
import dataclasses
import datetime
import json
import os
import platform
import statistics
import sys
import time
import tracemalloc
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "phantoms.json")
parser.add_argument("--rounds", type=int, default=9)
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import scipy  # noqa: E402

from medbook.phantoms import chest_radiographs, cine_ultrasound, ct_slices, mr_slices  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Case:
    """A phantom at one size, the number of images that is timed, and the least rate that is accepted."""

    phantom: callable
    size: int
    num: int
    least_per_second: float = 0

    @property
    def name(self):
        return f"{self.phantom.__name__} {self.size}"

    def simulate(self, num):
        return self.phantom(num, size=self.size, rng=np.random.default_rng(0))


CASES = [
    Case(chest_radiographs, 28, 150),
    Case(chest_radiographs, 64, 100, least_per_second=400),
    Case(chest_radiographs, 128, 40),
    Case(chest_radiographs, 256, 20, least_per_second=50),
    Case(chest_radiographs, 512, 4),
    Case(ct_slices, 128, 20),
    Case(mr_slices, 128, 20),
    Case(cine_ultrasound, 112, 4),  # cines of 16 frames
]


def rates(cases, rounds):
    """Run the cases in turn and return for each its images a second of processor time, one number a round."""
    per_second = {case.name: [] for case in cases}
    for _ in range(rounds + 1):  # the first round fills caches and is dropped
        for case in cases:
            start = time.process_time()
            case.simulate(case.num)
            per_second[case.name].append(case.num / (time.process_time() - start))
    return {name: values[1:] for name, values in per_second.items()}


def result_bytes(result):
    """Add up the arrays of a result; one that views another's memory is counted once."""
    arrays = [getattr(result, field.name) for field in dataclasses.fields(result)]
    arrays = [array if array.base is None else array.base for array in arrays if isinstance(array, np.ndarray)]
    return sum({id(array): array.nbytes for array in arrays}.values())


def beyond_result_mb(case, num):
    """Return how many megabytes a call needs at its peak beyond what it returns."""
    tracemalloc.start()
    result = case.simulate(num)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - result_bytes(result)) / 1e6


def memory_row(case):
    """Compare a call with one for five times as many images: what is beyond the result should not grow."""
    few, many = case.num, 5 * case.num
    low, high = (beyond_result_mb(case, num) for num in (few, many))
    return {
        "images": [few, many],
        "beyond_result_mb": [low, high],
        "growth_per_image_kb": 1000 * (high - low) / (many - few),
        "result_per_image_kb": result_bytes(case.simulate(few)) / few / 1000,
    }


def main():
    measured = rates(CASES, options.rounds)
    rows = []
    for case in CASES:
        speed = measured[case.name]
        spread = {"per_second": statistics.median(speed), "slowest": min(speed), "fastest": max(speed)}
        rows.append({"phantom": case.name, **spread, **memory_row(case)})
    result = {
        "date": datetime.date.today().isoformat(),
        "threads": 1,
        "processor": platform.machine(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
        "rounds": options.rounds,
        "cine_frames": 16,
        "rows": rows,
    }
    print(f"Simulated images (cines of 16 frames) a second on one core, medians of {options.rounds} rounds; memory")
    header = ("per second", "slowest", "fastest", "kB each", "MB beyond", "grows by kB each")
    print(f"{'phantom':>22}" + "".join(f"{word:>12}" for word in header[:-1]) + f"{header[-1]:>18}")
    for row in rows:
        rate = f"{row['per_second']:12.1f}{row['slowest']:12.1f}{row['fastest']:12.1f}"
        memory = (
            f"{row['result_per_image_kb']:12.1f}{row['beyond_result_mb'][1]:12.2f}{row['growth_per_image_kb']:18.2f}"
        )
        print(f"{row['phantom']:>22}{rate}{memory}")
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output.name}")
    return too_slow(rows)


def too_slow(rows):
    """Return a sentence on each case whose fastest round fell below its least rate, or None where all kept it."""
    missed = [
        f"{case.name}: at most {row['fastest']:.0f} images a second on one core, {case.least_per_second} are expected."
        for case, row in zip(CASES, rows, strict=True)
        if row["fastest"] < case.least_per_second
    ]
    return "\n".join(missed) or None


if __name__ == "__main__":
    sys.exit(main())
