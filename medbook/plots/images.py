"""Medical images with their window, aspect, scale and orientation."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.colors import to_rgb


def show_image(
    image,
    *,
    window=None,
    inverted=False,
    spacing_mm=None,
    orientation=None,
    unit=None,
    title=None,
    cmap="gray",
    ax=None,
):
    """Show an image in gray, in its true proportions.

    Parameters
    ----------
    image : ndarray of shape (rows, cols), or (rows, cols, 3) for RGB from 0 to 255
    window : (float, float), optional
        Center and width of the values that gray spans; without it, smallest to largest.
    inverted : bool, optional
        Show low values white, as MONOCHROME1 asks for.
    spacing_mm : (float, float), optional
        Distance between rows and between columns; gives the aspect and a scale bar.
    orientation : (str, str, str, str), optional
        Letters for the left, right, top and bottom edge, such as ``("R", "L", "A", "P")``.
    unit : str, optional
        Adds a colour bar with this label.
    title : str, optional
    cmap : str, optional
        Colour map.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> ax = show_image(np.zeros((64, 64)), window=(40, 400), unit="HU")
    >>> ax.images[0].get_clim()
    (-160.0, 240.0)
    """
    ax = plt.subplots()[1] if ax is None else ax
    image = np.asarray(image)
    if image.ndim == 3:
        image = np.clip(image, 0, 255).astype(np.uint8)
    limits = {} if window is None else {"vmin": window[0] - window[1] / 2, "vmax": window[0] + window[1] / 2}
    aspect = 1 if spacing_mm is None else spacing_mm[0] / spacing_mm[1]
    picture = ax.imshow(image, cmap=plt.get_cmap(cmap).reversed() if inverted else cmap, aspect=aspect, **limits)
    ax.set_axis_off()
    if title:
        ax.set_title(title)
    if unit is not None:
        ax.figure.colorbar(picture, ax=ax, shrink=0.85, pad=0.02, label=unit).outline.set_visible(False)
    if orientation is not None:
        _edge_letters(ax, orientation)
    if spacing_mm is not None:
        _scale_bar(ax, image.shape[:2], spacing_mm)
    return ax


def image_grid(images, *, titles=None, num_cols=4, window=None, cmap="gray", size=1.7):
    """Show several images in one window, row by row.

    Parameters
    ----------
    images : sequence of ndarray of shape (rows, cols)
    titles : sequence of str, optional
    num_cols : int, optional
        Images in a row of the grid.
    window : (float, float), optional
        Center and width, the same for all; without it, the range of all images together.
    cmap : str, optional
    size : float, optional
        Width of one image, in inches.

    Returns
    -------
    ndarray of matplotlib Axes, one for each image
    """
    if len(images) == 0 or (titles is not None and len(titles) != len(images)):
        titles_given = "no" if titles is None else len(titles)
        raise ValueError(
            f"image_grid() received {len(images)} images and {titles_given} titles: one title for each image."
        )
    num_cols = min(num_cols, len(images))
    num_rows = -(-len(images) // num_cols)
    rows, cols = np.shape(images[0])[:2]
    height = size * rows / cols + (0.25 if titles is not None else 0)
    axes = plt.subplots(num_rows, num_cols, figsize=(size * num_cols, height * num_rows), squeeze=False)[1].ravel()
    if window is None:
        low, high = min(np.min(image) for image in images), max(np.max(image) for image in images)
        window = ((low + high) / 2, high - low)
    for index, ax in enumerate(axes):
        if index < len(images):
            title = None if titles is None else titles[index]
            show_image(images[index], window=window, title=title, cmap=cmap, ax=ax)
        else:
            ax.set_axis_off()
    return axes[: len(images)]


def overlay_mask(mask, *, ax, color="#E69F00", alpha=0.35, label=None):
    """Tint the pixels of a mask and draw their border, on an image already in ``ax``.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols)
    ax : matplotlib Axes
    color : str, optional
        One colour for a class, the same in all figures.
    alpha : float, optional
        Opacity of the tint; 0 leaves the border alone.
    label : str, optional
        Name for the legend.

    Returns
    -------
    matplotlib Axes
    """
    mask = np.asarray(mask, dtype=bool)
    if ax.images and ax.images[0].get_array().shape[:2] != mask.shape:
        raise ValueError(f"the mask of shape {mask.shape} lies on an image of {ax.images[0].get_array().shape[:2]}.")
    tint = np.zeros((*mask.shape, 4))
    tint[mask] = (*to_rgb(color), alpha)
    ax.imshow(tint, aspect=ax.get_aspect())
    ax.plot(*_border(mask), color=color, linewidth=1.2, label=label)
    return ax


def _border(mask):
    """Return x and y of the pixel edges between mask and background, NaN between the pieces."""
    padded = np.pad(mask, 1)
    below = np.argwhere(padded[1:] != padded[:-1]) - (0.5, 1)  # edges under a pixel: (row, col)
    beside = np.argwhere(padded[:, 1:] != padded[:, :-1]) - (1, 0.5)
    nothing = np.full(len(below) + len(beside), np.nan)
    x = np.concatenate([below[:, 1] - 0.5, beside[:, 1]]), np.concatenate([below[:, 1] + 0.5, beside[:, 1]])
    y = np.concatenate([below[:, 0], beside[:, 0] - 0.5]), np.concatenate([below[:, 0], beside[:, 0] + 0.5])
    return np.stack([*x, nothing], axis=1).ravel(), np.stack([*y, nothing], axis=1).ravel()


def _edge_letters(ax, letters):
    outline = [patheffects.withStroke(linewidth=2, foreground="black")]
    places = [(0.02, 0.5, "left", "center"), (0.98, 0.5, "right", "center")]
    places += [(0.5, 0.98, "center", "top"), (0.5, 0.02, "center", "bottom")]
    for letter, (x, y, horizontal, vertical) in zip(letters, places, strict=True):
        ax.text(x, y, letter, transform=ax.transAxes, ha=horizontal, va=vertical, color="white", path_effects=outline)


def _scale_bar(ax, shape, spacing_mm):
    """Draw a bar of 1, 2 or 5 times a power of ten mm, near a quarter of the image's width."""
    rows, cols = shape
    quarter_mm = cols * spacing_mm[1] / 4
    decade = 10.0 ** np.floor(np.log10(quarter_mm))
    length_mm = max(step * decade for step in (1, 2, 5) if step * decade <= quarter_mm)
    end, y = cols * 0.96, rows * 0.94
    outline = [patheffects.withStroke(linewidth=4, foreground="black")]
    ax.plot([end - length_mm / spacing_mm[1], end], [y, y], color="white", linewidth=2, path_effects=outline)
    ax.text(
        end, y - rows * 0.02, f"{length_mm:g} mm", color="white", ha="right", va="bottom", fontsize=8,
        path_effects=[patheffects.withStroke(linewidth=2, foreground="black")],
    )  # fmt: skip
