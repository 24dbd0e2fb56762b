"""Helper package of the medbook course book; import its sub-packages by name."""

__version__ = "0.1.0"
