"""Tells a reader whether an answer to an exercise is right, without showing it."""

from medbook.exercises.check import check

__all__ = ["check"]
