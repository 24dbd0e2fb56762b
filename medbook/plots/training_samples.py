"""Generated images while a network is still learning to make them."""

import matplotlib.pyplot as plt

from medbook.plots.images import image_grid


def show_training(images, epoch, losses, *, num_cols=8):
    """Show generated images in a notebook, in place of those shown before.

    Parameters
    ----------
    images : ndarray of shape (num, rows, cols, 1)
        In [0, 1].
    epoch : int
    losses : dict of float
        Printed above the images, by name.
    num_cols : int, optional

    References
    ----------
    Chapter "GAN augmentation"; made for the ``show`` of `medbook.models.SampleHistory`.
    """
    from IPython.display import clear_output, display  # there in every notebook, and needed nowhere else

    clear_output(wait=True)
    words = (f"{name.replace('_', ' ')} {value:.2f}" for name, value in losses.items())
    print(f"epoch {epoch}: {', '.join(words)}")
    axes = image_grid(images[..., 0], num_cols=num_cols, window=(0.5, 1), size=1.0)
    display(axes[0].figure)
    plt.close(axes[0].figure)
