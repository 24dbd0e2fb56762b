"""How good are the book's segmentation networks on real images? Writes results/real_segmentation.json for the book.

    python benchmarks/real_segmentation.py [--part recipe hippocampus nuclei] [--seeds 3] [--first-seed 0]

recipe       what was tried, on training cases alone: two thirds of them to fit, the others to check
hippocampus  65 MR volumes (Medical Segmentation Decathlon): a 3-D U-Net, beside the average of the training masks
nuclei       120 microscope images (Data Science Bowl 2018): a U-Net for interior and border of each nucleus, beside
             Otsu's threshold with a watershed

Both sets are read from the folder MEDBOOK_DATA. The splits are fixed by the order of the files, the same for all
seeds, and written into the result. A seed gives the network its weights and its order of training; nothing is
chosen by the test cases. `runs` hold each seed's values case by case; `records` their mean over the seeds, with an
interval bootstrapped over the cases: what other cases would change. What luck in training changes, ``per_seed`` says.
"""

import argparse
import datetime
import json
import os
import platform
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import real_hippocampus
import real_nuclei
from segmentation_training import rounded

from medbook.metrics import bootstrap_interval

RESULTS = Path(__file__).parent / "results" / "real_segmentation.json"
PARTS = {"hippocampus": real_hippocampus, "nuclei": real_nuclei}


def summary(values):
    """Return the mean of values (seeds, cases) with its 95 % interval over cases, and the means over either axis."""
    values = np.array(values, float)
    found = bootstrap_interval(np.mean, values.mean(axis=0), rng=np.random.default_rng(0))
    ends = {"mean": found.estimate, "low": found.low, "high": found.high}
    ends = {name: round(value, 4) for name, value in ends.items()}
    return {**ends, "per_seed": rounded(values.mean(axis=1)), "per_case": rounded(values.mean(axis=0))}


def by_method(runs, part):
    """Return the runs of a part, as a dict from the method to a list in order of seeds."""
    runs = sorted((run for run in runs if run["set"] == part), key=lambda run: run["seed"])
    methods = dict.fromkeys(run["method"] for run in runs)
    return {method: [run for run in runs if run["method"] == method] for method in methods}


def hippocampus_records(runs):
    """Return a record for each method and structure."""
    records = []
    for method, own in by_method(runs, "hippocampus").items():
        for structure in real_hippocampus.STRUCTURES:
            values = {name: [run["cases"][structure][name] for run in own] for name in own[0]["cases"][structure]}
            record = {"set": "hippocampus", "method": method, "seeds": len(own), "structure": structure}
            measures = {name: summary(values[name]) for name in ("dice", "hd95_mm", "volume_error_percent")}
            size = summary(np.abs(values["volume_error_percent"]))
            records.append({**record, **measures, "absolute_volume_error_percent": size})
    return records


def nuclei_records(runs, kinds):
    """Return a record for each method and kind of image, and of what the network gains over the other methods."""
    methods, records = by_method(runs, "nuclei"), []
    masks = {"all": np.ones(len(kinds), bool), **{kind: np.array(kinds) == kind for kind in dict.fromkeys(kinds)}}
    best = real_nuclei.NAMES[0]
    for method, own in methods.items():
        for kind, members in masks.items():
            values = {name: np.array([run["cases"][name] for run in own])[:, members] for name in ("f1", "dice")}
            record = {"set": "nuclei", "method": method, "seeds": len(own), "structure": kind}
            records.append({**record, **{name: summary(values[name]) for name in values}})
            if method != best and best in methods:
                others = {name: np.array([run["cases"][name] for run in methods[best]])[:, members] for name in values}
                gains = {f"{name}_gain": summary(others[name] - values[name].mean(axis=0)) for name in values}
                compared = {"method": best, "compared_with": method, "seeds": len(methods[best])}
                records.append({"set": "nuclei", **compared, "structure": kind, **gains})
    return records


def merge(path, new_runs, **fields):
    """Add runs to the file in place of older ones of the same seed, and make its records anew."""
    known = json.loads(path.read_text()) if path.exists() else {}
    key = lambda run: (run["set"], run["method"], run["seed"])  # noqa: E731
    runs = {key(run): run for run in [*known.get("runs", []), *new_runs]}
    runs = [runs[name] for name in sorted(runs)]
    splits = {**known.get("splits", {}), **fields.pop("splits", {})}
    records = hippocampus_records(runs)
    if "nuclei" in splits:
        records += nuclei_records(runs, splits["nuclei"]["test_kinds"])
    versions = {"python": platform.python_version(), "numpy": np.__version__, "keras": keras.__version__}
    about = {"date": datetime.date.today().isoformat(), **versions}
    about["recipes"] = {name: module.RECIPE for name, module in PARTS.items()}
    seconds = sum(run.get("cpu_seconds", 0) for run in runs)
    result = {"about": about, "cpu_seconds": seconds, "records": records}
    result |= {"recipe": known.get("recipe", []), **fields, "splits": splits, "runs": runs}
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def measure(part, seeds, path=RESULTS):
    """Run a part for some seeds and write what each gives as soon as it is there."""
    module = PARTS[part]
    splits = {part: module.split_names()}
    for run in module.runs(seeds):
        run = {"set": part, **run}
        print({name: value for name, value in run.items() if name != "cases"}, flush=True)
        merge(path, [run], splits=splits)


def recipe(path=RESULTS):
    """Compare settings on a third of the training cases, each trained once on the others."""
    records = []
    for part, module in PARTS.items():
        for name, changes in module.TRIED.items():
            start = time.process_time()
            found = module.check(**{**module.RECIPE, **changes})
            seconds = round(time.process_time() - start)
            records.append({"set": part, "tried": name, **found, "cpu_seconds": seconds})
            print(records[-1], flush=True)
            merge(path, [], recipe=records)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", nargs="+", choices=["recipe", *PARTS], default=["recipe", *PARTS])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULTS, help="the file")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for part in options.part:
        if part == "recipe":
            recipe(options.output)
        else:
            measure(part, seeds, options.output)


if __name__ == "__main__":
    main()
