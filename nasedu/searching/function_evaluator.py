"""The evaluator that is a function of one's own: an architecture in, a number out."""

from __future__ import annotations

import time
from collections.abc import Callable
from numbers import Real
from typing import Any

from nasedu.documents import shown
from nasedu.errors import SettingError
from nasedu.runs import Trial
from nasedu.training import Outcome, one_thread, seeded

KIND = "function"  # in the settings of a run

Function = Callable[[Any], float | Outcome]


class FunctionEvaluator:
    """Scores architectures by a function; it is sent to workers as it is, from a notebook too.

    Args:
        space: Reads the tokens: an object with ``decode``.
        function: Returns the reward of an architecture, higher is better, or an `Outcome`.

    Raises:
        SettingError: It is no function.
    """

    is_instant = False

    def __init__(self, space: Any, function: Function) -> None:
        if not callable(function):
            raise SettingError(
                f"evaluate is {shown(function)}; expected a function that takes an architecture "
                "and returns a number or an Outcome"
            )
        self.space, self.function = space, function

    def __repr__(self) -> str:
        return f"FunctionEvaluator({self.name})"

    @property
    def name(self) -> str:
        """What the function is called; that of its class if it is an object that can be called."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    @property
    def settings(self) -> dict[str, Any]:
        """Return the function's name: its code is known to its author alone."""
        return {"kind": KIND, "title": f"the function {self.name}", "function": self.name}

    def prepare(self) -> None:
        """Nothing to load."""

    def __call__(self, trial: Trial) -> Outcome:
        """Call the function; torch has the trial's seed and one thread meanwhile.

        Raises:
            TypeError: It returned neither a number nor an outcome.
        """
        architecture, start = self.space.decode(trial.tokens), time.perf_counter()
        with one_thread(), seeded(trial.seed):
            found: Any = self.function(architecture)
        if isinstance(found, Outcome):
            return found
        # One number in an array or a tensor is a number, too.
        number = found.item() if hasattr(found, "item") else found
        if isinstance(number, bool) or not isinstance(number, Real):
            raise TypeError(f"{self.name} returned {shown(found)}; expected a number or an Outcome")
        return Outcome(float(number), seconds=time.perf_counter() - start)

    def cost(self, trial: Trial) -> float:
        """Return 0: nobody knows, so the order is that of asking."""
        return 0.0
