"""In what the results of children are told: accuracy of images, perplexity or bits of text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from nasedu.errors import SettingError
from nasedu.searching import Trial

Measure = Literal["reward", "accuracy", "perplexity", "bits"]

MEASURES: dict[Measure, str] = {
    "reward": "reward",
    "accuracy": "validation accuracy",
    "perplexity": "validation perplexity",
    "bits": "validation bits per character",
}
LOWER_IS_BETTER = ("perplexity", "bits")


def measure_of(evaluator: Mapping[str, Any]) -> Measure:
    """Return what children are measured in, from the settings of a study's evaluator."""
    if evaluator.get("kind") != "language":
        return "accuracy"
    return "bits" if evaluator.get("unit") == "character" else "perplexity"


def value_of(trial: Trial, of: Measure = "reward") -> float | None:
    """Return a finished child's reward or its best result on the validation part, else None.

    Args:
        trial: The child.
        of: What to return. The others than ``"reward"`` must be what the child was measured
            in, see `measure_of`; bits are those of a perplexity.

    Raises:
        SettingError: ``of`` is no measure.
    """
    if of not in MEASURES:
        raise SettingError(f"of is {of!r}; expected one of {', '.join(map(repr, MEASURES))}")
    if trial.outcome is None or trial.outcome.is_failed:
        return None
    curve = trial.outcome.valid_curve
    if of == "reward" or not curve:
        return trial.outcome.reward if of == "reward" else None
    return max(curve) if of == "accuracy" else read(min(curve), of)


def read(point: float, of: Measure) -> float:
    """Return what a point of a validation curve says in this measure."""
    return math.log2(point) if of == "bits" else point


def say(value: float, of: Measure = "reward", digits: int = 3) -> str:
    """Write a value with as many digits as mean something.

    Args:
        value: What to write.
        of: What it measures.
        digits: Digits after the point; of a reward below 0.1, as a text gives, digits that count.
    """
    if of == "perplexity":
        return f"{value:,.1f}"
    small = of == "reward" and 0 < abs(value) < 0.1
    return f"{value:.{digits}{'g' if small else 'f'}}"
