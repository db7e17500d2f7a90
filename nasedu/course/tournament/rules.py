"""The rules of a tournament, as a value that loads without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from nasedu.values import Bounds, Count, Positive, Value


@dataclass(frozen=True, slots=True)
class Rules(Value):
    """How long a game is, how many there are, and what a contestant may use.

    Args:
        games: Games of each contestant, one per seed; an interval needs two.
        trials: Children that it may propose in a game.
        batch: Children that it is asked for at a time.
        seconds: Time that it may take for all of its games together.
        megabytes: Memory that it may use, beyond what Python and torch take; kept on Linux.
    """

    games: Annotated[int, Bounds(at_least=2, at_most=1000)] = 50
    trials: Count = 504
    batch: Count = 8
    seconds: Positive = 120.0
    megabytes: Count = 1024
