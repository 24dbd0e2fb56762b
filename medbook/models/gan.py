"""A generative adversarial network that Keras trains with `fit`, one step of each player at a time."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("medbook")
class GAN(keras.Model):
    """A generator and a discriminator that learn from one another.

    One step: the discriminator learns to tell a batch of real images from as many generated ones,
    then the generator learns to be taken for real. With logits $D(x)$, which are positive for
    "real", and $s(a) = \\log(1 + e^a)$:

        discriminator loss = mean s(-D(real)) + mean s(D(generated))
        generator loss     = mean s(-D(generated))

    The generator's is the *non-saturating* loss: $-s(D)$ has the same best answer, but its
    gradient vanishes just when the generator is poor. What both players see may be varied at
    random (``vary``), generated and real images alike, so that the discriminator cannot learn few
    images by heart.

    Parameters
    ----------
    generator : keras.Model
        As `build_generator` makes it.
    discriminator : keras.Model
        As `build_discriminator` makes it.
    vary : keras.Layer, optional
        Images -> images, random while training and differentiable, such as
        ``augmentation(shift=0.125)``. None leaves them as they are.
    seed : int, optional
        Of all random numbers that are drawn here; first weights come from `keras.utils.set_random_seed`.

    Raises
    ------
    ValueError
        If the two players do not fit together, or Keras does not run on TensorFlow.

    Notes
    -----
    `save` of weights (``gan.save_weights("gan.weights.h5")``) stores both players, both optimizers
    and the state of the random numbers: loaded into a model that is built and compiled alike,
    training goes on as if it had never stopped, provided that the batches come in the same order.

    References
    ----------
    Chapter "GAN augmentation". Goodfellow et al., "Generative adversarial nets" (2014),
    arXiv:1406.2661. Varying real and generated images: Zhao, Liu, Lin, Zhu and Han,
    "Differentiable augmentation for data-efficient GAN training" (2020), arXiv:2006.10738.
    """

    def __init__(self, generator, discriminator, *, vary=None, seed=0, name="gan"):
        super().__init__(name=name)
        _check_players(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.vary = vary
        self.conditional = len(generator.inputs) == 2
        self.latent_dim = generator.inputs[0].shape[-1]
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.generator_loss = keras.metrics.Mean(name="generator_loss")
        self.discriminator_loss = keras.metrics.Mean(name="discriminator_loss")
        self.built = True

    def compile(self, learning_rate=2e-4, **options):
        """Give each player an Adam optimizer with beta_1 = 0.5, as for the DCGAN.

        Parameters
        ----------
        learning_rate : float, optional
            Of both.
        **options
            Of `keras.Model.compile`, such as ``steps_per_execution=16``.
        """
        # Keras knows one optimizer by name: the generator's.
        super().compile(optimizer=keras.optimizers.Adam(learning_rate, beta_1=0.5), **{"jit_compile": False, **options})
        self.discriminator_optimizer = keras.optimizers.Adam(learning_rate, beta_1=0.5)
        self.optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)

    @property
    def metrics(self):
        """The mean losses of both players over an epoch."""
        return [self.generator_loss, self.discriminator_loss]

    def train_step(self, data):
        """Improve the discriminator, then the generator, on one batch.

        Parameters
        ----------
        data : tensor (batch, rows, cols, channels), or (images, classes (batch,))
            As `fit` passes it on; classes for a conditional GAN.

        Returns
        -------
        dict
            Losses of both players, averaged over the epoch so far.
        """
        images, classes = data if self.conditional else (data[0] if isinstance(data, tuple) else data, None)
        latent = self._draw_latent(ops.shape(images)[0])
        with tf.GradientTape() as tape:
            generated = self._generate(latent, classes, training=True)
            loss = self.judge(images, generated, classes)
        self._step(self.discriminator_optimizer, self.discriminator, tape, loss)
        self.discriminator_loss.update_state(loss)
        latent = self._draw_latent(ops.shape(images)[0])
        with tf.GradientTape() as tape:
            generated = self._generate(latent, classes, training=True)
            loss = ops.mean(ops.softplus(-self._score(generated, classes)))
        self._step(self.optimizer, self.generator, tape, loss)
        self.generator_loss.update_state(loss)
        return {metric.name: metric.result() for metric in self.metrics}

    def judge(self, images, generated, classes):
        """Return the discriminator's loss for a batch of real images and one of generated ones."""
        real, false = self._score(images, classes), self._score(generated, classes)
        return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(false))

    def sample(self, num, classes=None, *, seed=0):
        """Return generated images.

        Parameters
        ----------
        num : int
        classes : array_like of int of shape (num,), optional
            Which class each shall show; a conditional GAN needs it.
        seed : int, optional
            The same seed shows the same latent vectors, after more training too.

        Returns
        -------
        ndarray of float32, shape (num, rows, cols, channels)
            In [0, 1]. Simulated by a network: they show no patient.

        Raises
        ------
        ValueError
            If classes are missing, or are given to a GAN that knows none.
        """
        if (classes is not None) != self.conditional:
            told = "expected the class of each image" if self.conditional else "this GAN knows no classes"
            raise ValueError(f"sample(classes={classes if classes is None else '...'}): {told}.")
        latent = np.random.default_rng(seed).standard_normal((num, self.latent_dim), dtype=np.float32)
        inputs = [latent, np.asarray(classes, np.int32)] if self.conditional else latent
        return self.generator.predict(inputs, batch_size=256, verbose=0)

    def save_own_variables(self, store):
        """Store where all random numbers stand; Keras stores weights and optimizers, but not these."""
        for number, state in enumerate(self._random_states()):
            store[str(number)] = state.numpy()

    def load_own_variables(self, store):
        """Put all random numbers back to where they stood."""
        for number, state in enumerate(self._random_states()):
            state.assign(store[str(number)])

    def _random_states(self):
        return [variable for variable in self.variables if variable.path.endswith("seed_generator_state")]

    def _draw_latent(self, num):
        return keras.random.normal((num, self.latent_dim), seed=self.seed_generator)

    def _generate(self, latent, classes, *, training):
        return self.generator([latent, classes] if self.conditional else latent, training=training)

    def _score(self, images, classes):
        if self.vary is not None:
            images = self.vary(images, training=True)
        return self.discriminator([images, classes] if self.conditional else images, training=True)

    def _step(self, optimizer, player, tape, loss):
        variables = player.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


def _check_players(generator, discriminator):
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"GAN: its train_step needs Keras on TensorFlow, but KERAS_BACKEND is {keras.backend.backend()}."
        )
    if len(generator.inputs) != len(discriminator.inputs):
        raise ValueError("GAN: one player knows classes, the other does not; give num_classes to both or to neither.")
    drawn, expected = generator.output_shape[1:], tuple(discriminator.inputs[0].shape[1:])
    if drawn != expected:
        raise ValueError(f"GAN: the generator draws images {drawn}, the discriminator expects {expected}.")
