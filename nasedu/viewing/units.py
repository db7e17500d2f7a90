"""The units of results: rewards, or what the children of a search are measured in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nasedu.errors import SearchSpaceError, SettingError
from nasedu.problems import problem_of, read_space
from nasedu.runs import RunConfig, Trial
from nasedu.searching.function_evaluator import KIND as FUNCTION
from nasedu.spaces import Space
from nasedu.training.measure import ACCURACY, BITS, PERPLEXITY, REWARD, Measure

RESULT = Measure("result")  # of children of whom nothing but a curve is known
NAMED = {of.name: of for of in (REWARD, ACCURACY, PERPLEXITY, BITS)}
"""What trials alone can be asked for by name: they do not say what they were measured in."""


def space_of(config: RunConfig) -> Space | None:
    """Return the space of a run; None if it is of a class that no problem names."""
    try:
        return read_space(config.space)
    except SearchSpaceError:
        return None


def measure_of(config: RunConfig) -> Measure:
    """Return what the children of a run are measured in; the reward if nothing else is known."""
    return measure_for(space_of(config), config.evaluator) or REWARD


def measure_for(thing: Any, settings: Mapping[str, Any]) -> Measure | None:
    """Return what the children of a space, or an architecture, are measured in.

    Args:
        thing: The space or the architecture.
        settings: Of the data or the evaluator, which say the unit of a text.

    Returns:
        The measure; None if no problem trains such a thing, or a function of one's own scored it.
    """
    try:
        row = problem_of(thing)
    except TypeError:
        return None
    if not row.task or settings.get("kind") == FUNCTION:
        return None
    return row.load("task").measure_of(settings)


def measure_named(of: str | Measure, own: Iterable[Measure | None] = ()) -> Measure:
    """Return the measure that a figure is asked for.

    Args:
        of: Its name, or itself.
        own: What the children of the searches are measured in, as far as that is known.

    Raises:
        SettingError: There is no measure of that name.
    """
    if not isinstance(of, str):
        return of
    known = {**NAMED, **{one.name: one for one in own if one is not None}}
    if of not in known:
        raise SettingError(f"of is {of!r}; expected one of {', '.join(map(repr, known))}")
    return known[of]


def value_of(trial: Trial, of: Measure = REWARD) -> float | None:
    """Return a finished child's reward or its best result on the validation part, else None.

    Args:
        trial: The child.
        of: What to return. Any other than the reward must be what the child was measured in,
            see `measure_of`; bits are those of a perplexity.
    """
    if trial.outcome is None or trial.outcome.is_failed:
        return None
    if of == REWARD:
        return trial.outcome.reward
    curve = trial.outcome.valid_curve
    return of.best(curve) if curve else None
