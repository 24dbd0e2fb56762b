import keras
import numpy as np
import pytest
import tensorflow as tf

from medbook.models import GAN, SampleHistory, augmentation, build_discriminator, build_generator

SHAPE = (8, 8, 1)


def tiny_gan(seed=0, num_classes=None, vary=None):
    keras.utils.set_random_seed(seed)
    options = {"num_classes": num_classes, "filters": (4,)}
    generator = build_generator(SHAPE, latent_dim=3, **options)
    gan = GAN(generator, build_discriminator(SHAPE, **options), vary=vary, seed=seed)
    gan.compile(1e-3)
    return gan


def tiny_data(num=16):
    rng = np.random.default_rng(0)
    return rng.random((num, *SHAPE), dtype=np.float32), np.arange(num) % 2


def assert_equal_weights(one, other):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_losses_of_known_scores_are_those_by_hand():
    """With scores of 0 everywhere, each player's loss is log 2 per image that it sees."""
    gan = tiny_gan()
    gan.discriminator.set_weights([0 * weight for weight in gan.discriminator.get_weights()])
    images = tf.constant(tiny_data()[0])
    assert float(gan.judge(images, images, None)) == pytest.approx(2 * np.log(2))


def test_discriminator_loss_is_keras_crossentropy_of_both_halves():
    gan, (images, _) = tiny_gan(), tiny_data()
    generated = gan.sample(16)
    crossentropy = keras.losses.BinaryCrossentropy(from_logits=True)
    halves = [(images, np.ones((16, 1))), (generated, np.zeros((16, 1)))]
    expected = sum(float(crossentropy(target, gan.discriminator(half))) for half, target in halves)
    assert float(gan.judge(images, generated, None)) == pytest.approx(expected, rel=1e-5)


def test_generator_that_is_surely_caught_pays_the_non_saturating_loss():
    """At a logit of -10 it is log(1 + e^10) = 10.00005; the saturating one would be -log(1 + e^-10), nearly 0."""
    gan, (images, _) = tiny_gan(), tiny_data()
    gan.discriminator.set_weights([0 * weight for weight in gan.discriminator.get_weights()])
    gan.discriminator.get_layer("score").bias.assign([-10.0])
    gan.discriminator_optimizer.learning_rate = 0.0
    history = gan.fit(images, epochs=1, batch_size=16, verbose=0).history
    assert history["generator_loss"][0] == pytest.approx(np.log1p(np.exp(10)), abs=1e-4)


@pytest.mark.slow
def test_one_step_improves_each_player_against_the_other():
    gan, (images, _) = tiny_gan(), tiny_data()
    before = float(gan.judge(images, gan.sample(16), None))
    old_generator = keras.models.clone_model(gan.generator)
    old_generator.set_weights(gan.generator.get_weights())
    gan.fit(images, epochs=30, verbose=0)
    generated = old_generator.predict(np.random.default_rng(0).standard_normal((16, 3)), verbose=0)
    assert float(gan.judge(images, generated, None)) < before


def test_both_players_learn_and_neither_trains_the_other():
    gan, (images, _) = tiny_gan(), tiny_data()
    gan.optimizer.learning_rate = 0.0
    players = gan.generator, gan.discriminator
    before = [[weight.numpy() for weight in player.trainable_variables] for player in players]
    gan.fit(images, epochs=1, verbose=0)
    generator, discriminator = (
        [not np.array_equal(old, new.numpy()) for old, new in zip(weights, player.trainable_variables, strict=True)]
        for weights, player in zip(before, players, strict=True)
    )
    assert not any(generator)
    assert all(discriminator)


@pytest.mark.slow
def test_generator_learns_the_brightness_of_its_images():
    images = np.full((64, *SHAPE), 0.8, np.float32)
    gan = tiny_gan()
    before = abs(gan.sample(32).mean() - 0.8)
    gan.fit(images, epochs=60, batch_size=16, verbose=0)
    assert abs(gan.sample(32).mean() - 0.8) < before / 2


@pytest.mark.parametrize("varied", [False, True])
def test_training_taken_up_again_equals_training_that_never_stopped(tmp_path, varied):
    images, classes = tiny_data()
    made = lambda seed: tiny_gan(seed, 2, augmentation(shift=0.2, seed=seed) if varied else None)  # noqa: E731
    unbroken, resumed = made(0), made(7)
    unbroken.fit(images, classes, epochs=2, batch_size=8, shuffle=False, verbose=0)
    unbroken.save_weights(tmp_path / "gan.weights.h5")
    unbroken.fit(images, classes, epochs=2, batch_size=8, shuffle=False, verbose=0)
    resumed.load_weights(tmp_path / "gan.weights.h5")
    resumed.fit(images, classes, epochs=2, batch_size=8, shuffle=False, verbose=0)
    assert_equal_weights(unbroken, resumed)


def test_same_seed_gives_the_same_training():
    images, _ = tiny_data()
    one, other = tiny_gan(3), tiny_gan(3)
    for gan in (one, other):
        gan.fit(images, epochs=2, shuffle=False, verbose=0)
    assert_equal_weights(one, other)


def test_samples_of_a_seed_are_the_same_latent_vectors():
    gan = tiny_gan(num_classes=2)
    np.testing.assert_array_equal(gan.sample(4, [0, 1, 0, 1], seed=5), gan.sample(4, [0, 1, 0, 1], seed=5))
    assert not np.allclose(gan.sample(4, [0] * 4), gan.sample(4, [1] * 4))


@pytest.mark.parametrize(("num_classes", "classes"), [(None, [0, 1]), (2, None)])
def test_samples_need_classes_just_when_the_players_know_them(num_classes, classes):
    with pytest.raises(ValueError, match="sample"):
        tiny_gan(num_classes=num_classes).sample(2, classes)


def test_players_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"draws images \(16, 16, 1\), the discriminator expects \(8, 8, 1\)"):
        GAN(build_generator((16, 16, 1), filters=(4,)), build_discriminator(SHAPE, filters=(4,)))
    with pytest.raises(ValueError, match="one player knows classes"):
        GAN(build_generator(SHAPE, num_classes=2, filters=(4,)), build_discriminator(SHAPE, filters=(4,)))


@pytest.mark.parametrize("builder", [build_generator, build_discriminator])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (30, 30, 1)}, "multiples of 4"),
        ({"image_shape": (32, 32)}, "three whole numbers"),
        ({"num_classes": 1}, "num_classes=1"),
        ({"filters": (4, 0)}, r"filters=\(4, 0\)"),
    ],
)
def test_arguments_that_make_no_player_are_refused(builder, arguments, message):
    with pytest.raises(ValueError, match=message):
        builder(**{"image_shape": (32, 32, 1), **arguments})


def test_generator_parameters_are_those_counted_by_hand():
    model = build_generator((16, 16, 1), latent_dim=5, num_classes=3, filters=(8, 4))
    dense = (5 + 3) * 4 * 4 * 8 + 4 * 8
    doubling = (16 * 8 * 8 + 4 * 8) + (16 * 8 * 4 + 4 * 4)
    assert model.count_params() == dense + doubling + (9 * 4 + 1)


def test_projection_scores_images_by_their_class():
    model = build_discriminator(SHAPE, num_classes=2, filters=(4,))
    image = np.random.default_rng(0).random((1, *SHAPE), dtype=np.float32)
    features = keras.Model(model.inputs[0], model.get_layer("features").output)(image).numpy()[0]
    directions = model.get_layer("class_directions").get_weights()[0]
    scores = [float(model([image, np.array([label])])[0, 0]) for label in (0, 1)]
    assert scores[1] - scores[0] == pytest.approx(features @ (directions[1] - directions[0]), abs=1e-5)


def test_history_keeps_the_same_latent_vectors_and_counts_on():
    images, _ = tiny_data()
    gan, shown = tiny_gan(), []
    history = SampleHistory(num=3, every=2, show=lambda *seen: shown.append(seen))
    gan.fit(images, epochs=3, verbose=0, callbacks=[history])
    gan.fit(images, epochs=2, verbose=0, callbacks=[history])
    assert history.epochs == [2, 3, 5] == [epoch for _, epoch, _ in shown]
    assert [drawn.shape for drawn in history.images] == [(3, *SHAPE)] * 3
    np.testing.assert_array_equal(history.images[-1], gan.sample(3))
    assert set(history.losses[0]) == {"generator_loss", "discriminator_loss"}


def test_history_of_no_images_is_refused():
    with pytest.raises(ValueError, match="num=0"):
        SampleHistory(num=0)
