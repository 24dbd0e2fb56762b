"""Bring intensities to a common scale, by each image or by the training set.

A window in Hounsfield units is the third way, where the numbers have a physical meaning:
`medbook.dicom.apply_window`.
"""

import json
from pathlib import Path

import numpy as np

from medbook.preprocessing.images import checked_pixels, each_image, finite


def rescale(image, *, percentiles=(0, 100)):
    """Stretch each image linearly to [0, 1].

    Parameters
    ----------
    image : ndarray of shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Intensities in any unit. Each image of a batch is scaled by its own values, all channels together.
    percentiles : (float, float), optional
        The percentiles of each image that become 0 and 1; what lies outside is clipped. (0, 100) is
        minimum and maximum, which one hot pixel can spoil; (1, 99) is a common choice against that.

    Returns
    -------
    ndarray of the same shape
        Without unit: absolute intensities (Hounsfield units) are lost. float64 stays, all else becomes float32.

    Raises
    ------
    ValueError
        If the two percentiles of an image are equal, as in a constant image; if ``percentiles`` are
        not two rising numbers from 0 to 100; if the image holds NaN or infinity.

    Examples
    --------
    >>> rescale(np.array([[-1000.0, 0.0, 1000.0]]))
    array([[0. , 0.5, 1. ]])
    """
    image = _as_float(checked_pixels(image, "rescale"))
    if np.shape(percentiles) != (2,) or not 0 <= percentiles[0] < percentiles[1] <= 100:
        raise ValueError(f"rescale(percentiles={percentiles}): expected two rising numbers from 0 to 100.")

    def stretch(one):
        low, high = np.percentile(one.astype(np.float64, copy=False), percentiles)
        if low == high:
            raise ValueError(
                f"rescale: percentiles {percentiles[0]} and {percentiles[1]} of an image are both {low:g}; it is "
                "constant, or nearly so. Leave it out, or widen percentiles."
            )
        return np.clip((one - low) / (high - low), 0, 1).astype(one.dtype)

    return each_image(stretch, image)


def standardize(image):
    """Shift and scale each image to mean 0 and standard deviation 1.

    Parameters
    ----------
    image : ndarray of shape (rows, cols), (rows, cols, channels) or (batch, rows, cols, channels)
        Intensities in any unit. Each image of a batch is scaled by its own values, all channels together.

    Returns
    -------
    ndarray of the same shape
        In units of the image's own standard deviation. float64 stays, all else becomes float32.

    Raises
    ------
    ValueError
        If an image is constant, or holds NaN or infinity.

    See Also
    --------
    Standardizer : the same by the mean and standard deviation of a training set.

    Examples
    --------
    >>> standardize(np.array([[1.0, 3.0]]))
    array([[-1.,  1.]])
    """
    image = _as_float(checked_pixels(image, "standardize"))

    def scale(one):
        if one.min() == one.max():
            raise ValueError(f"standardize: an image is constant ({one.flat[0]:g}) and has no scale; leave it out.")
        mean, sd = one.mean(dtype=np.float64), one.std(dtype=np.float64)
        return ((one - mean) / sd).astype(one.dtype)

    return each_image(scale, image)


class Standardizer:
    """Shift and scale images by the mean and standard deviation of the training set.

    Fit on the training images alone: the mean of all images, test images included, lets the test
    set leak into the training. Validation and test images are then transformed with the same two
    numbers, and their own mean is not exactly 0.

    Attributes
    ----------
    mean, sd : ndarray of shape (channels,) or None
        Of all pixels of the training images, one number a channel; None before ``fit``.

    References
    ----------
    Keras' ``Normalization`` layer and scikit-learn's ``StandardScaler`` do the same.

    Examples
    --------
    >>> train = np.array([0.0, 4.0]).reshape(2, 1, 1, 1)
    >>> test = np.array([6.0]).reshape(1, 1, 1, 1)
    >>> standardizer = Standardizer().fit(train)
    >>> standardizer.mean, standardizer.sd
    (array([2.]), array([2.]))
    >>> standardizer.transform(test)[0, 0, 0]
    array([2.])
    """

    def __init__(self):
        self.mean = None
        self.sd = None

    def fit(self, images):
        """Measure mean and standard deviation of the training images.

        Parameters
        ----------
        images : ndarray of shape (batch, rows, cols, channels)
            The training images, and no others.

        Returns
        -------
        Standardizer
            Itself.

        Raises
        ------
        ValueError
            If the shape is another, a channel is constant, or a pixel is NaN or infinite.
        """
        images = checked_pixels(images, "Standardizer.fit")
        if images.ndim != 4:
            raise ValueError(
                f"Standardizer.fit: images have the shape {images.shape}, expected (batch, rows, cols, channels)."
            )
        constant = images.min(axis=(0, 1, 2)) == images.max(axis=(0, 1, 2))
        if constant.any():
            raise ValueError(
                f"Standardizer.fit: channel {constant.argmax()} is constant over all images; leave it out."
            )
        # In double precision: a single-precision sum over millions of pixels loses digits.
        self.mean = images.mean(axis=(0, 1, 2), dtype=np.float64)
        self.sd = images.std(axis=(0, 1, 2), dtype=np.float64)
        return self

    def transform(self, images):
        """Return images in units of the training set's standard deviation.

        Parameters
        ----------
        images : ndarray of shape (..., rows, cols, channels)
            With the channels of the training images.

        Returns
        -------
        ndarray of the same shape
            float64 stays, all else becomes float32.

        Raises
        ------
        ValueError
            Before ``fit``, with other channels, or if a pixel is NaN or infinite.
        """
        images = self._checked(images, "transform")
        standardized = images - self.mean
        standardized /= self.sd  # in place: a data set may fill much of the memory
        return standardized.astype(images.dtype, copy=False)

    def inverse_transform(self, images):
        """Return images in their original unit; undoes ``transform`` up to rounding.

        Parameters and errors as in ``transform``.
        """
        images = self._checked(images, "inverse_transform")
        return (images * self.sd + self.mean).astype(images.dtype)

    def save(self, path):
        """Write mean and standard deviation to a JSON file, to go with the model that was trained on them."""
        self._refuse_before_fit("save")
        Path(path).write_text(json.dumps({"mean": self.mean.tolist(), "sd": self.sd.tolist()}), encoding="utf-8")

    @classmethod
    def load(cls, path):
        """Read what ``save`` wrote; `ValueError` if the file holds something else."""
        standardizer = cls()
        try:
            stored = json.loads(Path(path).read_text(encoding="utf-8"))
            standardizer.mean, standardizer.sd = (np.array(stored[key], dtype=np.float64) for key in ("mean", "sd"))
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"Standardizer.load: {path} is not a file that Standardizer.save wrote.") from error
        mean, sd = standardizer.mean, standardizer.sd
        numbers_fit = mean.ndim == 1 and mean.size > 0 and mean.shape == sd.shape
        if not numbers_fit or not np.isfinite([mean, sd]).all() or sd.min() <= 0:
            raise ValueError(
                f"Standardizer.load: {path} holds mean {mean} and sd {sd}, expected one of each a channel."
            )
        return standardizer

    def _checked(self, images, method):
        self._refuse_before_fit(method)
        images = _as_float(finite(np.asarray(images), f"Standardizer.{method}"))
        if images.ndim < 3 or images.shape[-1] != len(self.mean):
            raise ValueError(
                f"Standardizer.{method}: images have the shape {images.shape}, expected (..., rows, cols, "
                f"{len(self.mean)}) as in fit; a gray image gets its channel axis by image[..., np.newaxis]."
            )
        return images

    def _refuse_before_fit(self, method):
        if self.mean is None:
            raise ValueError(f"Standardizer.{method}: not fitted yet; call fit(training_images) first.")


def _as_float(image):
    return image if image.dtype == np.float64 else image.astype(np.float32, copy=False)
