"""From a trial to its outcome: what a worker does."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Protocol

from nasedu.searching.trial import Trial
from nasedu.training import Outcome


class Evaluator(Protocol):
    """Finds out what a child is worth. It is sent to every worker, so it must pickle."""

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
        outcome.to_json()  # what cannot be recorded, NaN for one, is no outcome
        return outcome
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome.failed(reason, time.perf_counter() - start)
