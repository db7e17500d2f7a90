"""The check of every exercise: ``check.name(function)`` grades a student's ``name``.

The lessons' exercises live in ``nasedu.course.lessons``, one module a lesson, and are found there;
how they are written is told in ``nasedu.course.exercise``.
"""

import pkgutil
from importlib import import_module

from nasedu.course import lessons
from nasedu.course.exercise import Exercise

EXERCISES = {
    exercise.name: exercise
    for lesson in pkgutil.iter_modules(lessons.__path__)
    for exercise in vars(import_module(f"{lessons.__name__}.{lesson.name}")).values()
    if isinstance(exercise, Exercise)
}
"""By the name of the function that a student writes."""

globals().update(EXERCISES)  # so that a notebook finds and completes `check.name`
