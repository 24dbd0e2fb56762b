"""Networks in Keras, and what training them needs: normalisation, augmentation, schedules, guards, weight files."""

from medbook.models.any_size import predict_any_size
from medbook.models.augmentation import augmentation
from medbook.models.autoencoder import build_autoencoder
from medbook.models.class_weights import class_weights
from medbook.models.cnn import build_cnn
from medbook.models.combined_loss import CombinedLoss
from medbook.models.encoder_decoder import build_encoder_decoder
from medbook.models.focal_loss import FocalLoss
from medbook.models.gan import GAN
from medbook.models.gan_networks import build_discriminator, build_generator
from medbook.models.normalization import fit_normalization
from medbook.models.prediction import predict
from medbook.models.progress import ProgressBar
from medbook.models.receptive_field import receptive_field
from medbook.models.region_losses import SoftDice, TverskyLoss
from medbook.models.resnet import build_resnet
from medbook.models.sample_history import SampleHistory
from medbook.models.schedules import cosine_schedule
from medbook.models.small_resnet import build_small_resnet
from medbook.models.stop_on_nan import StopOnNaN
from medbook.models.tiles import predict_tiles
from medbook.models.unet import build_unet
from medbook.models.vgg import build_small_vgg, build_vgg
from medbook.models.weights_file import WeightsError, load_weights, save_weights

__all__ = [
    "GAN",
    "CombinedLoss",
    "FocalLoss",
    "ProgressBar",
    "SampleHistory",
    "SoftDice",
    "StopOnNaN",
    "TverskyLoss",
    "WeightsError",
    "augmentation",
    "build_autoencoder",
    "build_cnn",
    "build_discriminator",
    "build_encoder_decoder",
    "build_generator",
    "build_resnet",
    "build_small_resnet",
    "build_small_vgg",
    "build_unet",
    "build_vgg",
    "class_weights",
    "cosine_schedule",
    "fit_normalization",
    "load_weights",
    "predict",
    "predict_any_size",
    "predict_tiles",
    "receptive_field",
    "save_weights",
]
