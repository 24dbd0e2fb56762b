"""Layers of a network in NumPy, forward and backward, named as in Keras."""

from medbook.scratch.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from medbook.scratch.batch_normalization import BatchNormalization
from medbook.scratch.conv2d import Conv2D
from medbook.scratch.crossentropy import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from medbook.scratch.dense import Dense
from medbook.scratch.dropout import Dropout
from medbook.scratch.flatten import Flatten
from medbook.scratch.global_pooling import GlobalAveragePooling2D
from medbook.scratch.gradient_check import gradient_check
from medbook.scratch.layer import Layer
from medbook.scratch.losses import Loss, MeanSquaredError
from medbook.scratch.optimizers import SGD, Adam, Optimizer
from medbook.scratch.pooling import AveragePooling2D, MaxPooling2D
from medbook.scratch.sequential import Sequential
from medbook.scratch.softmax import Softmax
from medbook.scratch.training import TrainingDiverged

__all__ = [
    "GELU",
    "SGD",
    "Adam",
    "AveragePooling2D",
    "BatchNormalization",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "LeakyReLU",
    "Loss",
    "MaxPooling2D",
    "MeanSquaredError",
    "Optimizer",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SparseCategoricalCrossentropy",
    "Tanh",
    "TrainingDiverged",
    "gradient_check",
]
