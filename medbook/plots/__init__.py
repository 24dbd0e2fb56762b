"""Figures in the style of the book: ``plt.style.use("medbook.plots.medbook")``."""

from medbook.plots.curves import plot_curves
from medbook.plots.images import image_grid, overlay_mask, show_image
from medbook.plots.interactive import window_figure
from medbook.plots.training_samples import show_training

__all__ = ["image_grid", "overlay_mask", "plot_curves", "show_image", "show_training", "window_figure"]
