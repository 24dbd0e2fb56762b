"""A network that halves maps fits only some sizes: say which, before Keras fails at a concatenation."""

import keras

AXES = {2: ("rows", "cols"), 3: ("slices", "rows", "cols")}


@keras.saving.register_keras_serializable("medbook")
class SizeCheck(keras.layers.Layer):
    """Pass images on if each side is a multiple of ``multiple``; it changes nothing and has no weights.

    Poolings round down: 30 pixels become 15, 7, 3 and come back as 6, 12, 24. With skip
    connections the maps then do not match; without, the mask is silently too small.

    Parameters
    ----------
    multiple : int
        2 ** depth for a network with ``depth`` poolings.
    **kwargs
        As for every `keras.Layer`.

    Raises
    ------
    ValueError
        On call, if the images have another size; the message offers the sizes to pad or crop to.

    Examples
    --------
    >>> tuple(SizeCheck(8)(keras.ops.zeros((1, 32, 24, 1))).shape)
    (1, 32, 24, 1)
    """

    def __init__(self, multiple, **kwargs):
        super().__init__(**kwargs)
        self.multiple = multiple

    def call(self, images):
        """Return the images (batch, [slices,] rows, cols, channels) as they are."""
        sizes = tuple(images.shape[1:-1])
        if not fits(sizes, self.multiple):
            raise ValueError(f"A batch of images of {_times(sizes)} pixels: {describe_misfit(sizes, self.multiple)}")
        return images

    def compute_output_shape(self, input_shape):
        """Return the shape unchanged."""
        return input_shape

    def get_config(self):
        """Return what makes the same layer again."""
        return {**super().get_config(), "multiple": self.multiple}


def fits(sizes, multiple):
    """Return whether every known size is a multiple of ``multiple``; None is a size that is open."""
    return all(size is None or size % multiple == 0 for size in sizes)


def known_multiple(model):
    """Return the multiple that a network made here asks for, or None if it has no `SizeCheck`."""
    return next((layer.multiple for layer in model.layers if isinstance(layer, SizeCheck)), None)


def describe_misfit(sizes, multiple):
    """Return a sentence on which sizes would fit, and how to get there.

    Examples
    --------
    >>> describe_misfit((30, 32), 8)[:91]
    'rows and cols must each be a multiple of 8 (2 ** depth). Pad to 32 x 32 pixels, for example'
    """
    axes = AXES[len(sizes)]
    padded = [None if size is None else -(-size // multiple) * multiple for size in sizes]
    cropped = [None if size is None else size // multiple * multiple for size in sizes]
    crop = "enlarge the images" if 0 in cropped else f"crop to {_times(cropped)} pixels"
    return (
        f"{', '.join(axes[:-1])} and {axes[-1]} must each be a multiple of {multiple} (2 ** depth). "
        f"Pad to {_times(padded)} pixels, for example with np.pad(images, ..., mode='reflect'), or {crop}; "
        "masks the same way. With open sizes in input_shape (None), predict_any_size pads and crops back by itself."
    )


def _times(sizes):
    return " x ".join("any" if size is None else str(size) for size in sizes)
