"""What a chapter's notebook must be like before anything runs: ``faults(path)`` lists what is not."""

import json
import re

BUDGET_SECONDS, BUDGET_MIB, MAX_MEGABYTES = 90, 2048, 2
MACHINE_PATH = re.compile(r"(/root/|/home/|/work/|/tmp/|/Users/|/private/var/|[A-Z]:\\\\)")
SKIPS = re.compile(r"nbval[-_]skip|#\s*nbval[-_]ignore|pytest_validate_ignore", re.IGNORECASE)
COST_LINE = re.compile(r"\*\*Runs in\*\* .*? of memory\.")
CELL_METADATA = {"tags", "mystnb", "medbook", "jupyter"}


def faults(path):
    """Return a sentence for each fault of the notebook at ``path``; an empty list if it is in order."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found = []
    counts = [cell["execution_count"] for cell in code]
    if counts != list(range(1, len(code) + 1)):
        found.append(f"not executed from top to bottom in a fresh kernel: execution counts are {counts}")
    for number, cell in enumerate(code, start=1):
        found += [f"code cell {number}: {fault}" for fault in _cell_faults(cell)]
    if path.stat().st_size > MAX_MEGABYTES * 1e6:
        found.append(f"larger than {MAX_MEGABYTES} MB: its figures are too heavy")
    return found + _metadata_faults(notebook)


def cost_line(cost):
    """Return the sentence at a chapter's head that states its measured cost."""
    seconds = max(5, 5 * round(cost["seconds"] / 5))
    return f"**Runs in** about {seconds} s on two cores with {cost['peak_mib'] / 1024:.1f} GiB of memory."


def costs_table(paths):
    """Return the table of the page ``costs``: what each chapter took when its outputs were stored."""
    rows = ["| chapter | time (s) | memory (GiB) |", "| --- | ---: | ---: |"]
    for path in paths:
        cost = json.loads(path.read_text(encoding="utf-8"))["metadata"]["medbook"]["cost"]
        rows.append(f"| {{doc}}`{path.stem}` | {cost['seconds']:.0f} | {cost['peak_mib'] / 1024:.1f} |")
    return "\n".join(rows)


def _cell_faults(cell):
    tags = cell["metadata"].get("tags", [])
    source = "".join(cell["source"])
    if SKIPS.search(" ".join(tags)) or SKIPS.search(source):
        yield "is skipped by nbval"
    if set(cell["metadata"]) - CELL_METADATA:
        yield f"metadata to strip: {sorted(set(cell['metadata']) - CELL_METADATA)}"
    tolerance = cell["metadata"].get("medbook", {}).get("tolerance")
    if tolerance is not None and not (isinstance(tolerance, (int, float)) and 0 < tolerance <= 0.05):
        yield f"tolerance {tolerance!r}: expected a number up to 0.05; a claim that may be off by more is none"
    if any(kind.startswith("image/") for kind in _mime_types(cell)):
        if len(cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")) < 40:
            yield "its figure has no alt text of 40 characters or more (metadata mystnb.image.alt)"
    for output in cell["outputs"]:
        if output["output_type"] == "error" and "raises-exception" not in tags:
            yield f"stored error {output['ename']}"
        if output.get("name") == "stderr":
            yield "stored stderr"
        if MACHINE_PATH.search(_text(output)):
            yield "an output shows a path of the machine it ran on"


def _text(output):
    """Return all that an output says in words, without its pictures."""
    data = {kind: value for kind, value in output.get("data", {}).items() if not kind.startswith("image/")}
    return json.dumps({**output, "data": data})


def _mime_types(cell):
    return [kind for output in cell["outputs"] for kind in output.get("data", {})]


def _metadata_faults(notebook):
    metadata = notebook["metadata"]
    if set(metadata) != {"kernelspec", "language_info", "medbook"}:
        return [f"metadata has the keys {sorted(metadata)}: run `make execute` to normalise them"]
    cost = metadata["medbook"]["cost"]
    found = []
    if cost["seconds"] > BUDGET_SECONDS or cost["peak_mib"] > BUDGET_MIB:
        found.append(f"over the budget of {BUDGET_SECONDS} s and {BUDGET_MIB} MiB: {cost}")
    text = "".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    stated = COST_LINE.findall(text)
    if stated != [cost_line(cost)]:
        found.append(f"the head states {stated}, measured was: {cost_line(cost)}")
    return found
