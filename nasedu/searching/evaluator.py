"""The evaluator: it makes an outcome of a trial, in a worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from nasedu.errors import NaseduError, TrainingError
from nasedu.runs.trial import Trial
from nasedu.training import Outcome

MAX_REWARD = 1e15  # a controller's float32 squares gradients, which are larger than rewards
EXPECTED = f"expected a number from {-MAX_REWARD:g} to {MAX_REWARD:g}"


class Evaluator(Protocol):
    """Finds out what a child is worth. It is sent to every worker, as cloudpickle can.

    It may have ``size_of(trial)`` too, which returns a `nasedu.training.Cost`, or anything with its
    two fields, counted without training: only then can a search have limits.
    """

    @property
    def settings(self) -> dict[str, Any]:
        """Return what decides the outcomes, as JSON values; a resumed run must have the same."""
        ...

    @property
    def is_instant(self) -> bool:
        """Return whether an outcome takes less time than sending it to another process."""
        ...

    def prepare(self) -> None:
        """Load what children need; called once in every process, before its first child."""
        ...

    def __call__(self, trial: Trial) -> Outcome:
        """Return the outcome of a child; whatever it raises makes a failed trial."""
        ...

    def cost(self, trial: Trial) -> float:
        """Return how long the child will take, in any unit: the largest are trained first."""
        ...


def train_child(evaluator: Evaluator, trial: Trial) -> Outcome:
    """Return the outcome of a child, a failed one with its reason if the evaluator raised."""
    start = time.perf_counter()
    try:
        outcome = evaluator(trial)
        if outcome.reward is not None:
            outcome = replace(outcome, reward=float(outcome.reward))
            if not abs(outcome.reward or 0) <= MAX_REWARD:  # NaN is not, either
                raise ValueError(f"the reward is {outcome.reward}; {EXPECTED}")
        # What cannot be recorded and read again, e.g. a NaN in a curve, is no outcome.
        Outcome.from_json(outcome.to_json())
        return outcome
    except (Exception, SystemExit) as error:
        return Outcome.failed(reason_of(error), time.perf_counter() - start)


@contextmanager
def said_in_one_line() -> Iterator[None]:
    """Turn what torch raises inside into a `TrainingError`: the line that a search records.

    A network that is too large for the memory is no fault of the program.
    """
    try:
        yield
    except NaseduError:
        raise
    except (RuntimeError, MemoryError, ValueError, ArithmeticError) as error:
        raise TrainingError(f"the network cannot be trained here: {reason_of(error)}") from error


def reason_of(error: BaseException) -> str:
    """Return an error in one line: what a study says of a child that raised it."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
