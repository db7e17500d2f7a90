"""Measures: in what the results of children are told, and which of two is better."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

SMALL = 0.1  # below which digits may be counted from the first that is not 0


@dataclass(frozen=True, slots=True)
class Measure:
    """What children are measured in.

    Attributes:
        name: What one writes, e.g. ``"accuracy"``.
        words: What figures write, e.g. ``"bits per character"``; default the name.
        higher_is_better: Whether the larger of two values is.
        digits: Digits after the point that mean something.
        middle: What tells how a batch did; a mean is ruled by one bad child where values have no
            upper end.
        read: Turns a point of a validation curve into a value.
        part: The part of the data on which it was taken; empty if that goes without saying.
        has_small_values: Whether those below 0.1 are told by the digits that count, as 0.00012.
        is_plural: Whether its words are, and so take no article.
    """

    name: str
    words: str = ""
    higher_is_better: bool = True
    digits: int = 3
    middle: Callable[[Iterable[float]], float] = statistics.fmean
    read: Callable[[float], float] = float
    part: str = "validation"
    has_small_values: bool = False
    is_plural: bool = False

    @property
    def short(self) -> str:
        """The measure in words, without the part on which it was taken."""
        return self.words or self.name

    @property
    def label(self) -> str:
        """The measure in words, in general on the validation part."""
        return f"{self.part} {self.short}".strip()

    @property
    def middle_name(self) -> str:
        """What the middle of a batch is called."""
        return "median" if self.middle is statistics.median else "mean"

    def best(self, curve: Sequence[float]) -> float:
        """Return the value of the best point of a validation curve."""
        return self.read((max if self.higher_is_better else min)(curve))

    def text(self, value: float, more: int = 0) -> str:
        """Return a value with as many digits as mean something, or some more or fewer."""
        digits = max(1, self.digits + more)
        if self.has_small_values and 0 < abs(value) < SMALL:
            return f"{value:.{digits}g}"
        return f"{value:,.{digits}f}"


ACCURACY = Measure("accuracy")
PERPLEXITY = Measure("perplexity", "", False, 1, statistics.median)
BITS = Measure("bits", "bits per character", False, 3, statistics.median, math.log2, is_plural=True)
REWARD = Measure("reward", part="", has_small_values=True)  # what the strategy is told
