"""The evaluator that refuses what costs too much, and leaves the rest to another one."""

from __future__ import annotations

from typing import Any

from nasedu.errors import LimitError, SettingError
from nasedu.runs.limits import Limits
from nasedu.runs.trial import Trial
from nasedu.searching.evaluator import Evaluator, reason_of
from nasedu.training import Outcome


class LimitedEvaluator:
    """Counts a child before it is trained, and trains it only within the limits.

    Args:
        inner: Gives the outcomes of children within the limits. It has `size_of`, too: a trial's
            ``num_parameters`` and ``flop``, counted from its description.
        limits: What a child may cost. They are part of the run's settings, not of the evaluator's.

    Raises:
        SettingError: The other evaluator does not say what a child costs.
    """

    def __init__(self, inner: Evaluator, limits: Limits) -> None:
        if not hasattr(inner, "size_of"):
            raise SettingError(
                f"{limits.words} is asked for, but {inner!r:.60} does not say how large a child is;"
                " leave the limits out, or give the evaluator a method size_of"
            )
        self.inner, self.limits = inner, limits

    def __repr__(self) -> str:
        return f"LimitedEvaluator({self.inner!r}, {self.limits.words})"

    @property
    def settings(self) -> dict[str, Any]:
        """Return those of the other evaluator."""
        return self.inner.settings

    @property
    def is_instant(self) -> bool:
        """Return whether the other one is."""
        return self.inner.is_instant

    def prepare(self) -> None:
        """Load what the other one needs."""
        self.inner.prepare()

    def __call__(self, trial: Trial) -> Outcome:
        """Return the outcome of a child; of one above a limit, a failed one that knows its size."""
        size = self.inner.size_of(trial)  # pyright: ignore
        try:
            self.limits.check(size.num_parameters, size.flop)
        except LimitError as error:
            counted = {"num_parameters": size.num_parameters, "flop": size.flop}
            return Outcome(None, reason=reason_of(error), **counted)
        return self.inner(trial)

    def cost(self, trial: Trial) -> float:
        """Return how long the other one takes."""
        return self.inner.cost(trial)
