"""The one error of data sets."""


class DataError(ValueError):
    """A data set cannot be had, or is not what it says; the message names file, field and remedy."""
