"""Measures: in what the results of children are told, and which of two is better."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


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
    """

    name: str
    words: str = ""
    higher_is_better: bool = True
    digits: int = 3
    middle: Callable[[Iterable[float]], float] = statistics.fmean
    read: Callable[[float], float] = float

    @property
    def short(self) -> str:
        """The measure in words, without the part on which it was taken."""
        return self.words or self.name

    @property
    def label(self) -> str:
        """The measure in words, on the validation part."""
        return f"validation {self.short}"

    def best(self, curve: Sequence[float]) -> float:
        """Return the value of the best point of a validation curve."""
        return self.read((max if self.higher_is_better else min)(curve))

    def write(self, value: float, more: int = 0) -> str:
        """Return a value with as many digits as mean something, or some more."""
        return f"{value:,.{self.digits + more}f}"


ACCURACY = Measure("accuracy")
PERPLEXITY = Measure("perplexity", "", False, 1, statistics.median)
BITS = Measure("bits", "bits per character", False, 3, statistics.median, math.log2)
