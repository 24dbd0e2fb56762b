"""How much of the image one unit of a feature map can see."""

from keras import layers

# Layers whose output depends on the input other than through a kernel that steps over it.
UNFOLLOWED = (
    layers.Conv2DTranspose,
    layers.GlobalAveragePooling2D,
    layers.GlobalMaxPooling2D,
    layers.Resizing,
    layers.UpSampling2D,
)


def receptive_field(model, layer=None):
    """Return the size of the region that one unit of a feature map depends on.

    A kernel of size k widens the region r by ``(k - 1) * dilation * step``, where the step is the
    distance in the image between neighbouring units: the product of all strides so far. Where
    paths meet, the longest counts. Units near the border see less, for part of their region is
    padding; and the weight within the region is rarely even: its center counts most.

    Parameters
    ----------
    model : keras.Model
        A functional or sequential model with one image as its input.
    layer : str, optional
        Name of the layer whose output is meant; by default the last one whose output is a map.

    Returns
    -------
    (int, int)
        Rows and cols, in pixels of the input; they may exceed the image.

    Raises
    ------
    ValueError
        If ``layer`` is not in the model or its output no map, or if the way to it enlarges maps,
        averages them globally, or leads through another model with convolutions.

    References
    ----------
    Chapter "Architectures". Araujo, Norris and Sim, "Computing receptive fields of convolutional
    neural networks" (2019), doi:10.23915/distill.00021.

    Examples
    --------
    >>> import keras
    >>> conv = {"kernel_size": 3, "padding": "same"}
    >>> model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(8, **conv),
    ...                           keras.layers.MaxPooling2D(2), keras.layers.Conv2D(8, **conv, name="deep")])
    >>> receptive_field(model, "deep")  # 3 + (2 - 1) + (3 - 1) * 2
    (8, 8)
    """
    views, found = {}, None  # of each map: the pixels seen, and those from one unit to the next
    for node in _nodes(model):
        output = node.outputs[0]
        if len(output.shape) == 4:
            before = [views.get(id(tensor)) for tensor in node.input_tensors]
            views[id(output)] = ((1, 1), (1, 1)) if node.is_input else _after(node.operation, before)
            if layer in (None, node.operation.name):
                found = output
    if found is None or views[id(found)] is None:
        reason = "has no layer of that name that makes a map" if found is None else "cannot be followed up to there"
        raise ValueError(f"receptive_field(layer={layer!r}): {model.name} {reason}; name an earlier layer.")
    return views[id(found)][0]


def _nodes(model):
    """Return the calls of the model's layers, each after those that it needs.

    Keras has no public way to ask for them; a layer's own ``input`` is the first model's that used it.
    """
    functional = getattr(model, "_functional", None) or model  # what a Sequential keeps inside
    by_depth = functional._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]


def _after(operation, before):
    """Return the view of the units after ``operation``, or None if its reach is no matter of kernels and strides."""
    nested = any(hasattr(part, "kernel_size") for part in getattr(operation, "layers", []))
    if None in before or nested or isinstance(operation, UNFOLLOWED):
        return None
    # Where paths meet, their strides agree; the longest path counts.
    seen, step = (tuple(map(max, zip(*parts, strict=True))) for parts in zip(*before, strict=True))
    kernel = getattr(operation, "kernel_size", None) or getattr(operation, "pool_size", (1, 1))
    dilation = getattr(operation, "dilation_rate", (1, 1))
    strides = getattr(operation, "strides", (1, 1))
    seen = tuple(s + (k - 1) * d * j for s, k, d, j in zip(seen, kernel, dilation, step, strict=True))
    return seen, tuple(j * s for j, s in zip(step, strides, strict=True))
