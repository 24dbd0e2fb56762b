"""Look an exercise up and say whether an answer to it is right."""

from medbook.exercises import (
    activations,
    architectures,
    autoencoders,
    backpropagation,
    convolution,
    dense,
    evaluation,
    gan_augmentation,
    lung_triage,
    medical_images,
    pooling,
    preprocessing,
    segmentation,
    training,
)

# Each exercise is a function that returns None for a right answer and a hint for any other.
EXERCISES = {
    **activations.EXERCISES,
    **architectures.EXERCISES,
    **autoencoders.EXERCISES,
    **backpropagation.EXERCISES,
    **convolution.EXERCISES,
    **dense.EXERCISES,
    **evaluation.EXERCISES,
    **gan_augmentation.EXERCISES,
    **lung_triage.EXERCISES,
    **medical_images.EXERCISES,
    **pooling.EXERCISES,
    **preprocessing.EXERCISES,
    **segmentation.EXERCISES,
    **training.EXERCISES,
}


def check(exercise, answer):
    """Print whether ``answer`` is right and, if it is not, a hint.

    Parameters
    ----------
    exercise : str
        Its name, such as ``"convolution-1"``; the exercise in the chapter says it.
    answer : object
        What the exercise asks for: a number, a tuple, an array or a function.

    Raises
    ------
    ValueError
        If there is no exercise of this name.

    Examples
    --------
    >>> check("convolution-2", 1.0)
    Not yet: did you count both layers, and all of their input channels?
    """
    if exercise not in EXERCISES:
        raise ValueError(f"There is no exercise {exercise!r}; there are {', '.join(sorted(EXERCISES))}.")
    try:
        hint = EXERCISES[exercise](answer)
    except Exception as error:  # a learner's function may raise anything
        hint = f"it raised {type(error).__name__}: {error}"
    print("Right." if hint is None else f"Not yet: {hint}")
