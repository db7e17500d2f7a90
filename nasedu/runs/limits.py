"""Limits: what a child of a search may cost; the paper has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from nasedu.errors import LimitError, SettingError
from nasedu.values import Bounds, Count, Later, NotNegative, Value

MOST_FLOP = 10**18  # an exaFLOP an image: more than anything is limited to


@dataclass(frozen=True, slots=True)
class Limits(Value):
    """A child above a limit is refused before it is trained: a failed trial of a kind of its own.

    So "the best network of at most 20,000 parameters" is a question that a search can answer.

    Args:
        max_parameters: Largest number of parameters of a child; None: no limit.
        max_flop: Most floating-point operations of a child, forward, of one image or symbol; None:
            no limit.
        limit_penalty: What a child above a limit costs: the strategy is told minus this as its
            reward, which is our choice. None: the strategy learns nothing from it.

    Raises:
        SettingError: A number outside of what makes sense, or a penalty without a limit.
    """

    max_parameters: Later[Count | None] = None
    max_flop: Later[Annotated[int, Bounds(at_least=1, at_most=MOST_FLOP)] | None] = None
    limit_penalty: Later[NotNegative | None] = None

    def _check(self) -> None:
        if self.limit_penalty is not None and not self.is_set:
            raise SettingError(
                f"limit_penalty is {self.limit_penalty:g}, but there is no limit; give "
                "max_parameters or max_flop too"
            )

    @property
    def is_set(self) -> bool:
        """Whether there is a limit."""
        return self.max_parameters is not None or self.max_flop is not None

    @property
    def words(self) -> str:
        """The limits in words, e.g. ``"at most 20,000 parameters"``."""
        named = ((self.max_parameters, "parameters"), (self.max_flop, "FLOP"))
        most = " and ".join(f"{most:,} {what}" for most, what in named if most is not None)
        return f"at most {most}"

    def check(self, num_parameters: int, flop: int) -> None:
        """Raise `LimitError` if a child costs more than it may."""
        compared = (
            (num_parameters, self.max_parameters, "parameters"),
            (flop, self.max_flop, "FLOP"),
        )
        for number, most, what in compared:
            if most is not None and number > most:
                raise LimitError(f"{number:,} {what}; the limit is {most:,}")
