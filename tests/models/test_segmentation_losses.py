import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from medbook.models import CombinedLoss, FocalLoss, SoftDice, TverskyLoss

NONE = 1e-6  # as good as no smoothing
LOSSES = [SoftDice, TverskyLoss, FocalLoss]


def masks_and_logits(seed=0, num=3, units=1):
    """Return masks or class numbers (num, 6, 5, 1) and logits (num, 6, 5, units), float32."""
    rng = np.random.default_rng(seed)
    masks = rng.integers(0, max(units, 2), (num, 6, 5, 1)).astype(np.float32)
    return masks, rng.normal(0, 2, (num, 6, 5, units)).astype(np.float32)


def one_hot(labels, units):
    return np.eye(units, dtype=np.float32)[labels[..., 0].astype(int)]


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def gradient(loss, masks, prediction):
    prediction = tf.constant(prediction)
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        value = loss(masks, prediction)
    return tape.gradient(value, prediction).numpy()


# Dice and Tversky


def test_dice_is_that_of_the_formula_by_hand():
    mask = np.array([[[1.0], [1.0], [0.0], [0.0]]])
    p = np.array([[[0.8], [0.4], [0.2], [0.0]]])
    assert float(SoftDice(smooth=NONE)(mask, p)) == pytest.approx(1 - 2 * 1.2 / (2 + 1.4), abs=1e-5)
    assert float(SoftDice()(mask, p)) == pytest.approx(1 - 2 * 2.2 / (2 + 1.4 + 2), abs=1e-6)


def test_tversky_is_that_of_the_formula_by_hand():
    mask = np.array([[[1.0], [1.0], [0.0], [0.0]]])
    p = np.array([[[0.8], [0.4], [0.2], [0.0]]])
    hits, false_alarms, misses = 1.2, 0.2, 0.8
    expected = 1 - hits / (hits + 0.1 * false_alarms + 0.6 * misses)
    assert float(TverskyLoss(0.1, 0.6, smooth=NONE)(mask, p)) == pytest.approx(expected, abs=1e-5)


def test_dice_of_each_image_is_that_of_keras():
    masks, logits = masks_and_logits()
    found = SoftDice(smooth=NONE, reduction=None)(masks, sigmoid(logits))
    np.testing.assert_allclose(found, keras.losses.dice(masks, sigmoid(logits), axis=(1, 2, 3)), rtol=1e-5)


def test_equal_prices_give_dice():
    masks, logits = masks_and_logits()
    tversky = TverskyLoss(0.5, 0.5, from_logits=True)
    assert float(tversky(masks, logits)) == float(SoftDice(from_logits=True)(masks, logits))


def test_prices_of_one_give_one_minus_intersection_over_union():
    masks, other = masks_and_logits()[0], masks_and_logits(1)[0]
    union = np.maximum(masks, other).sum((1, 2, 3))
    found = TverskyLoss(1, 1, smooth=NONE, reduction=None)(masks, other)
    np.testing.assert_allclose(found, 1 - (masks * other).sum((1, 2, 3)) / union, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), alpha=st.floats(0, 2), beta=st.floats(0.01, 2))
def test_tversky_lies_in_zero_and_one_and_swaps_with_its_prices(seed, alpha, beta):
    masks, other = masks_and_logits(seed)[0], masks_and_logits(seed + 1)[0]
    loss = TverskyLoss(alpha, beta, reduction=None)(masks, other).numpy()
    assert ((loss >= 0) & (loss < 1)).all()
    np.testing.assert_allclose(loss, TverskyLoss(beta, alpha, reduction=None)(other, masks), rtol=1e-5, atol=1e-6)


def test_small_lesion_counts_as_much_as_a_large_one():
    masks = np.zeros((2, 20, 20, 1))
    masks[0, :2, :2], masks[1, :10, :10] = 1, 1
    missed_small, missed_large = masks.copy(), masks.copy()
    missed_small[0], missed_large[1] = 0, 0
    loss = SoftDice(smooth=NONE)
    assert float(loss(masks, missed_small)) == pytest.approx(0.5, abs=1e-5)
    assert float(loss(masks, missed_large)) == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize(("alarms", "expected"), [(0, 0), (4, 4 / (2 + 4)), (30, 30 / (2 + 30))])
def test_row_45_empty_mask_costs_its_false_alarms(alarms, expected):
    prediction = np.zeros((1, 30, 1))
    prediction[0, :alarms] = 1
    assert float(SoftDice()(np.zeros((1, 30, 1)), prediction)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_row_45_empty_mask_pulls_every_logit_down(loss):
    assert (gradient(loss(from_logits=True), np.zeros((1, 30, 1)), np.zeros((1, 30, 1), np.float32)) > 0).all()


def test_background_can_be_left_out():
    masks, logits = masks_and_logits(units=3)
    p = keras.ops.softmax(logits)
    found = SoftDice(from_logits=True, include_background=False)(masks, logits)
    structures = [float(SoftDice()(masks == number, p[..., number : number + 1])) for number in (1, 2)]
    assert float(found) == pytest.approx(np.mean(structures), rel=1e-5)


# Focal


def test_focal_is_that_of_the_formula_by_hand():
    mask, p = np.array([[[1.0], [0.0]]]), np.array([[[0.6], [0.2]]])
    expected = (0.25 * 0.4**2 * -np.log(0.6) + 0.75 * 0.2**2 * -np.log(0.8)) / 2
    assert float(FocalLoss(2, 0.25)(mask, p)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(("units", "reference"), [(1, "BinaryCrossentropy"), (3, "CategoricalCrossentropy")])
def test_gamma_of_zero_gives_keras_crossentropy(units, reference, from_logits):
    masks, logits = masks_and_logits(units=units)
    masks = masks if units == 1 else one_hot(masks, units)
    prediction = logits if from_logits else sigmoid(logits) if units == 1 else keras.ops.softmax(logits).numpy()
    expected = getattr(keras.losses, reference)(from_logits=from_logits)(masks, prediction)
    assert float(FocalLoss(0, from_logits=from_logits)(masks, prediction)) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("gamma", [0.5, 2, 5])
@pytest.mark.parametrize("alpha", [None, 0.25])
def test_focal_is_that_of_keras(gamma, alpha):
    masks, logits = masks_and_logits()
    options = {"apply_class_balancing": alpha is not None, "alpha": alpha or 0.25, "gamma": gamma}
    expected = keras.losses.BinaryFocalCrossentropy(from_logits=True, **options)(masks, logits)
    assert float(FocalLoss(gamma, alpha, from_logits=True)(masks, logits)) == pytest.approx(float(expected), rel=1e-4)


def test_two_units_give_the_loss_of_their_difference():
    masks, logits = masks_and_logits()
    both = np.concatenate([0.5 - logits / 2, 0.5 + logits / 2], -1)
    expected = FocalLoss(2, 0.25, from_logits=True)(masks, logits)
    assert float(FocalLoss(2, [0.75, 0.25], from_logits=True)(masks, both)) == pytest.approx(float(expected), rel=1e-5)


def test_easy_pixels_cost_ten_thousand_times_less():
    mask, p = np.zeros((1, 5, 1)), np.full((1, 5, 1), 0.01)
    assert float(FocalLoss(0)(mask, p) / FocalLoss(2)(mask, p)) == pytest.approx(1e4, rel=1e-3)


# All of them


@pytest.mark.parametrize("loss", [*LOSSES, lambda: FocalLoss(0.5), lambda: FocalLoss(0)])
def test_gradients_are_finite_at_probabilities_zero_and_one(loss):
    masks = np.array([[[1.0], [1.0], [0.0], [0.0]], [[0.0]] * 4])
    p = np.array([[[0.0], [1.0], [0.0], [1.0]], [[0.0]] * 4], np.float32)
    assert np.isfinite(gradient(loss(), masks, p)).all()


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_finite_at_logits_of_a_thousand(loss, units):
    masks, logits = masks_and_logits(units=units)
    assert np.isfinite(gradient(loss(from_logits=True), masks, 1000 * logits)).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_is_the_central_difference(loss):
    masks, logits = masks_and_logits()
    loss = loss(from_logits=True, dtype="float64")
    logits, step = logits.astype(np.float64), np.zeros_like(logits, np.float64)
    step[1, 2, 3, 0] = 1e-5
    slope = float(loss(masks, logits + step) - loss(masks, logits - step)) / 2e-5
    assert gradient(loss, masks, logits)[1, 2, 3, 0] == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_logits_give_the_loss_of_their_probabilities(loss, units):
    masks, logits = masks_and_logits(units=units)
    p = sigmoid(logits) if units == 1 else keras.ops.softmax(logits)
    assert float(loss(from_logits=True)(masks, logits)) == pytest.approx(float(loss()(masks, p)), rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_batch_has_the_mean_of_its_images(loss):
    masks, logits = masks_and_logits()
    each = [float(loss(from_logits=True)(masks[i : i + 1], logits[i : i + 1])) for i in range(3)]
    assert float(loss(from_logits=True)(masks, logits)) == pytest.approx(np.mean(each), rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_sample_weights_weigh_the_images(loss):
    masks, logits = masks_and_logits()
    loss = loss(from_logits=True)
    only_last = float(loss(masks, logits, sample_weight=np.array([0, 0, 3])))
    assert only_last == pytest.approx(float(loss(masks[2:], logits[2:])), rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_class_numbers_and_missing_channel_axis_mean_the_same_masks(loss):
    masks, logits = masks_and_logits(units=3)
    expected = float(loss(from_logits=True)(one_hot(masks, 3), logits))
    assert float(loss(from_logits=True)(masks, logits)) == expected
    assert float(loss(from_logits=True)(masks[..., 0].astype(np.uint8), logits)) == expected


def test_missing_channel_axis_is_not_broadcast():
    masks, logits = masks_and_logits()
    assert float(SoftDice(from_logits=True)(masks[..., 0], logits)) == float(SoftDice(from_logits=True)(masks, logits))


@pytest.mark.parametrize("shape", [(3, 5, 6, 1), (2, 6, 5, 1), (3, 6, 5, 2), (6, 5), (3, 1, 6, 5, 1)])
@pytest.mark.parametrize("loss", LOSSES)
def test_masks_of_another_shape_are_refused(loss, shape):
    with pytest.raises(ValueError, match="nearest neighbour"):
        loss()(np.zeros(shape), np.zeros((3, 6, 5, 3)))


def test_volumes_are_summed_over_all_three_axes():
    masks, logits = masks_and_logits()
    volumes = masks.reshape(3, 2, 3, 5, 1), logits.reshape(3, 2, 3, 5, 1)
    for loss in (SoftDice(from_logits=True), FocalLoss(from_logits=True)):
        assert float(loss(*volumes)) == pytest.approx(float(loss(masks, logits)), rel=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TverskyLoss(-1, 1), "not both 0"),
        (lambda: TverskyLoss(0, 0), "not both 0"),
        (lambda: SoftDice(smooth=0), r"SoftDice\(smooth=0\): .* 0 / 0"),
        (lambda: FocalLoss(-1), "0 gives the cross-entropy"),
        (lambda: FocalLoss(alpha=2), "between 0 and 1"),
        (lambda: FocalLoss(alpha=[1, -1]), "between 0 and 1"),
        (lambda: FocalLoss(alpha=[1, 1])(np.zeros((1, 2, 3)), np.ones((1, 2, 3)) / 3), "3 weights, one for each class"),
        (lambda: CombinedLoss([]), "one or more keras.losses.Loss"),
        (lambda: CombinedLoss(["dice"]), "one or more keras.losses.Loss"),
        (lambda: CombinedLoss([SoftDice()], [1, 2]), "expected 1 numbers"),
        (lambda: CombinedLoss([SoftDice(from_logits=True), keras.losses.BinaryCrossentropy()]), "alike for all"),
    ],
)
def test_arguments_that_make_no_loss_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Sums


def test_sum_is_that_of_its_terms():
    masks, logits = masks_and_logits()
    dice, crossentropy = SoftDice(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)
    expected = 0.3 * float(dice(masks, logits)) + 2 * float(crossentropy(masks, logits))
    assert float(CombinedLoss([dice, crossentropy], [0.3, 2])(masks, logits)) == pytest.approx(expected, rel=1e-5)


def test_sum_weighs_the_images_by_their_sample_weights():
    masks, logits = masks_and_logits()
    terms = [SoftDice(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)]
    only_last = CombinedLoss(terms)(masks, logits, sample_weight=np.array([0, 0, 3]))
    assert float(only_last) == pytest.approx(float(CombinedLoss(terms)(masks[2:], logits[2:])), rel=1e-5)


def test_sum_takes_class_numbers_with_sparse_crossentropy():
    masks, logits = masks_and_logits(units=3)
    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = CombinedLoss([SoftDice(from_logits=True), crossentropy], [0, 1])
    assert float(loss(masks, logits)) == pytest.approx(float(crossentropy(masks, logits)), rel=1e-5)


@pytest.mark.parametrize(
    "loss",
    [
        SoftDice(from_logits=True, smooth=2.0),
        TverskyLoss(0.2, 0.9, from_logits=True, include_background=False),
        FocalLoss(1.5, [0.2, 0.3, 0.5], from_logits=True),
        CombinedLoss([SoftDice(from_logits=True), FocalLoss(from_logits=True)], [1, 0.5]),
    ],
)
def test_loss_comes_back_from_its_configuration(loss):
    masks, logits = masks_and_logits(units=3)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is type(loss)
    assert float(again(masks, logits)) == float(loss(masks, logits))
