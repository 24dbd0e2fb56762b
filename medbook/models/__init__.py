"""Networks in Keras, and what training them needs: normalisation, augmentation, schedules, guards, weight files."""

from medbook.models.augmentation import augmentation
from medbook.models.class_weights import class_weights
from medbook.models.cnn import build_cnn
from medbook.models.normalization import fit_normalization
from medbook.models.prediction import predict
from medbook.models.progress import ProgressBar
from medbook.models.receptive_field import receptive_field
from medbook.models.resnet import build_resnet
from medbook.models.schedules import cosine_schedule
from medbook.models.small_resnet import build_small_resnet
from medbook.models.stop_on_nan import StopOnNaN
from medbook.models.vgg import build_small_vgg, build_vgg
from medbook.models.weights_file import WeightsError, load_weights, save_weights

__all__ = [
    "ProgressBar",
    "StopOnNaN",
    "WeightsError",
    "augmentation",
    "build_cnn",
    "build_resnet",
    "build_small_resnet",
    "build_small_vgg",
    "build_vgg",
    "class_weights",
    "cosine_schedule",
    "fit_normalization",
    "load_weights",
    "predict",
    "receptive_field",
    "save_weights",
]
