"""Run chapters from top to bottom and store their outputs: ``python tools/execute.py [STEM ...]``.

Each notebook runs in a fresh kernel in its own folder. What changes from run to run without meaning
anything (times, cell metadata of editors, stderr) is taken out; the time and the memory it took are
put into its metadata, into its head, and into the table of the page ``costs``.
"""

import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.notebooks.form import CELL_METADATA, COST_LINE, cost_line, costs_table  # noqa: E402

PEAK_MEMORY = """
import sys as _sys
if _sys.platform == "win32":
    import psutil as _psutil
    _peak = _psutil.Process().memory_info().peak_wset
else:
    import resource as _resource
    _peak = _resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss * (1 if _sys.platform == "darwin" else 1024)
print(_peak)
"""


def execute(path):
    """Run one notebook and write it back with its outputs and its cost."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK_MEMORY))
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": path.parent}},
    )
    start = time.perf_counter()
    client.execute()
    seconds = time.perf_counter() - start
    peak_mib = int(notebook.cells.pop().outputs[0].text) // 2**20
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "medbook": {"cost": {"seconds": round(seconds, 1), "peak_mib": peak_mib}},
        }
    )
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA}
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        else:
            cell.source = COST_LINE.sub(cost_line(notebook.metadata["medbook"]["cost"]), cell.source)
    nbformat.write(notebook, path)
    return notebook.metadata["medbook"]["cost"]


def write_costs_page(page, chapters):
    """Rewrite the table of the page ``costs`` from the notebooks' metadata."""
    text = page.read_text(encoding="utf-8")
    table = costs_table(chapters)
    text, count = re.subn(r"(?s)(% measured\n).*?(% end\n)", lambda match: f"{match[1]}\n{table}\n\n{match[2]}", text)
    if count != 1:
        sys.exit(f"{page.name} must hold one line '% measured' and, below, one line '% end'; the table goes between.")
    page.write_text(text, encoding="utf-8")


def main(stems):
    """Execute the chapters named, or all of them."""
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    unknown = set(stems) - {path.stem for path in chapters}
    if unknown:
        sys.exit(f"No such chapter: {' '.join(unknown)}. There are: {' '.join(path.stem for path in chapters)}")
    chosen = [path for path in chapters if not stems or path.stem in stems]
    for path in chosen:
        cost = execute(path)
        print(f"{path.stem}: {cost['seconds']:.1f} s, {cost['peak_mib']} MiB")
    unexecuted = [path.stem for path in chapters if "medbook" not in nbformat.read(path, as_version=4).metadata]
    if unexecuted:
        sys.exit(f"The page of costs was not written: execute {' '.join(unexecuted)} first.")
    write_costs_page(ROOT / "chapters" / "costs.md", chapters)


if __name__ == "__main__":
    main(sys.argv[1:])
