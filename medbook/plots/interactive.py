"""Interactive figures of the website, fed with data from a notebook."""

import base64
import html

import numpy as np


class window_figure:
    """An image whose window the reader sets, with the value under the pointer.

    The figure is the custom element ``<medbook-window>`` of the book's website, which needs no
    kernel and no network; where its script is missing, as in JupyterLab, it says so in a sentence.

    Parameters
    ----------
    image : ndarray of shape (rows, cols)
        Values from -32768 to 32767; they are rounded to whole numbers.
    center, width : int
        The window at the start.
    label : str
        What is to be seen, for readers who cannot see it.
    unit : str, optional
    spacing_mm : (float, float), optional
        Distance between rows and between columns; gives the aspect.

    Raises
    ------
    ValueError
        If a value does not fit into 16 bits.

    Notes
    -----
    Used in the chapter "Medical images".

    Examples
    --------
    >>> window_figure(np.zeros((2, 3)), center=40, width=400, label="nothing")._repr_html_()[:44]
    '<medbook-window data-rows="2" data-cols="3" '
    """

    def __init__(self, image, *, center, width, label, unit="HU", spacing_mm=(1.0, 1.0)):
        values = np.rint(image)
        if not np.all(np.abs(values) < 2**15):
            raise ValueError(f"window_figure: values from {np.min(image)} to {np.max(image)} do not fit into 16 bits.")
        self.attributes = {
            "rows": values.shape[0],
            "cols": values.shape[1],
            "center": center,
            "width": width,
            "unit": unit,
            "spacing": f"{spacing_mm[0]},{spacing_mm[1]}",
            "label": label,
            "values": base64.b64encode(values.astype("<i2").tobytes()).decode("ascii"),
        }

    def __repr__(self):
        return f"window_figure of {self.attributes['rows']} x {self.attributes['cols']} pixels"

    def _repr_html_(self):
        attributes = " ".join(f'data-{name}="{html.escape(str(value))}"' for name, value in self.attributes.items())
        fallback = f"On the website this figure is interactive: {html.escape(self.attributes['label'])}."
        return f"<medbook-window {attributes}>\n<p>{fallback}</p>\n</medbook-window>"
