"""Layers of a network in NumPy, forward and backward, named as in Keras."""

from medbook.scratch.conv2d import Conv2D
from medbook.scratch.gradient_check import gradient_check
from medbook.scratch.layer import Layer

__all__ = ["Conv2D", "Layer", "gradient_check"]
