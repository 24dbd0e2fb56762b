"""Make the films and scores of the figure "You against the network": ``python tools/make_reader_study.py``.

Runs the cells of the chapter ``lung_triage`` up to the one that scores the films of the reader study, and stores
what that cell computed in ``benchmarks/results/reader_study.json``. Then it draws the same patients for the page, as
two sheets of films (96 and 48 pixels) and one of outlines, and puts the stored numbers into the figure's tag on
every page that has one. The films are the same on every machine; the scores, being trained, are not quite.
"""

import json
import os
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image
from skimage.measure import approximate_polygon, find_contours

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbook.phantoms import chest_radiographs  # noqa: E402

CHAPTER = ROOT / "chapters" / "lung_triage.ipynb"
PAGES = [CHAPTER, ROOT / "chapters" / "gallery.md"]
STUDY = ROOT / "benchmarks" / "results" / "reader_study.json"
SHEETS = {size: ROOT / "_static" / f"reader-study-{size}.png" for size in (96, 48)}
OUTLINES = ROOT / "_static" / "reader-study-lesions.svg"
SEED, DRAWN, COUNTS = [60, 9], 120, (30, 15, 15)  # normal, pneumonia, tuberculosis
COLS = 10
MARK = "reader_scores ="  # the chapter's cell that scores the films assigns this
TAG = re.compile(r"<medbook-readers [^>]*>")


def reader_films(size):
    """Return the drawn films of ``size`` pixels, one a patient, and the indices of the 60 of the study.

    They are the first of each class in the order they were drawn; nobody chose among them.
    """
    drawn = chest_radiographs(DRAWN, size=size, rng=np.random.default_rng(SEED))
    first = [np.flatnonzero(drawn.labels == label)[:num] for label, num in enumerate(COUNTS)]
    return drawn, np.sort(np.concatenate(first))


def chapter_scores():
    """Run the chapter up to the cell that scores the films; return its (scores, threshold)."""
    cells = [cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells if cell.cell_type == "code"]
    marked = [number for number, source in enumerate(cells) if MARK in source]
    if len(marked) != 1:
        sys.exit(f"{CHAPTER.name} must have one cell with {MARK!r}; it has {len(marked)}.")
    namespace = {"__name__": "__main__"}
    for source in cells[: marked[0] + 1]:
        exec(source, namespace)
    return namespace["reader_scores"], namespace["threshold"]


def sheet(tiles):
    """Return tiles of shape (num, rows, cols) as one image, ten in a row."""
    num, rows, cols = tiles.shape
    return tiles.reshape(num // COLS, COLS, rows, cols).swapaxes(1, 2).reshape(num // COLS * rows, COLS * cols)


def outline(mask):
    """Return the outlines of a mask as an SVG path, in pixels from the upper left corner."""
    lines = (approximate_polygon(line - 0.5, 0.35) for line in find_contours(np.pad(mask, 1).astype(float), 0.5))
    return "".join("M" + "L".join(f"{col:.1f} {row:.1f}" for row, col in line[:-1]) + "Z" for line in lines)


def outlines(masks):
    """Return an SVG with the outline of each mask, arranged as the films of `sheet`."""
    num, size, _ = masks.shape
    placed = [
        f'<path transform="translate({size * (at % COLS)} {size * (at // COLS)})" d="{outline(mask)}"/>'
        for at, mask in enumerate(masks)
        if mask.any()
    ]
    view = f"0 0 {COLS * size} {num // COLS * size}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" fill="none" stroke-linejoin="round">'
    # A light line on a dark one is seen on lung and on bone.
    dark, light = '<g stroke="#000" stroke-width="1.8">', '<use href="#all" stroke="#ffb25c" stroke-width=".9"/>'
    return "\n".join([head, dark, '<g id="all">', *placed, "</g></g>", light, "</svg>\n"])


def write_pictures():
    """Write the two sheets of films and the outlines of their lesions."""
    for size, path in SHEETS.items():
        drawn, chosen = reader_films(size)
        Image.fromarray(sheet(np.rint(255 * drawn.images[chosen]).astype(np.uint8))).save(path, optimize=True)
        if size == max(SHEETS):
            OUTLINES.write_text(outlines(drawn.masks[chosen]), encoding="utf-8")


def tag(study):
    """Return the opening tag of the figure for the stored numbers ``study``."""
    truth, scores = "".join(map(str, study["labels"])), ",".join(f"{score:.2f}" for score in study["scores"])
    return f'<medbook-readers data-truth="{truth}" data-scores="{scores}" data-threshold="{study["threshold"]:.2f}">'


def write_tags(study):
    """Put the stored numbers into the figure's tag on each page that exists."""
    for page in filter(Path.exists, PAGES):
        text = page.read_text(encoding="utf-8")
        new = tag(study)
        text = TAG.sub(json.dumps(new)[1:-1] if page.suffix == ".ipynb" else new, text)
        page.write_text(text, encoding="utf-8")


def main():
    """Score the films with the chapter's network, store the scores, draw the films, fill the tags."""
    os.environ["MPLBACKEND"] = "agg"
    os.chdir(CHAPTER.parent)  # its cells read files beside it
    drawn, chosen = reader_films(48)
    scores, threshold = chapter_scores()
    study = {
        "labels": drawn.labels[chosen].tolist(),
        "severity": np.round(drawn.severity[chosen].astype(float), 3).tolist(),
        "scores": np.round(np.asarray(scores, float), 2).tolist(),
        "threshold": round(float(threshold), 2),
    }
    STUDY.write_text(json.dumps(study) + "\n", encoding="utf-8")
    write_pictures()
    write_tags(study)


if __name__ == "__main__":
    main()
