"""Put a CT slice of ``data/`` into the window figure of the gallery page: ``python tools/make_gallery.py``."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbook.dicom import read_image  # noqa: E402
from medbook.plots import window_figure  # noqa: E402

PAGE = ROOT / "chapters" / "gallery.md"
SLICE = ROOT / "data" / "chest_ct" / "IM5.dcm"  # through the middle of the nodule
TAG = re.compile(r"<medbook-window[^>]*>")


def tag():
    """Return the opening tag of the window figure with the slice, at a window for lungs."""
    image = read_image(SLICE)
    label = "a slice of a simulated chest CT, whose window the reader sets"
    figure = window_figure(image.pixels, center=-600, width=1500, spacing_mm=image.spacing_mm, label=label)
    return figure._repr_html_().split("\n")[0]


if __name__ == "__main__":
    PAGE.write_text(TAG.sub(tag(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
