"""Architectures of a space of one's own: what was chosen, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from nasedu.architectures.architecture import Architecture
from nasedu.errors import ArchitectureError
from nasedu.values import Count, Value


@dataclass(frozen=True, slots=True)
class Choice(Value):
    """One decision as it was made.

    Args:
        name: What was decided, e.g. ``"block"``.
        layer: The layer that it describes, from 1.
        value: What was chosen; of an anchor point the earlier layers, ascending.
    """

    error = ArchitectureError

    name: str
    layer: Count
    value: int | float | str | tuple[Count, ...]

    def __str__(self) -> str:
        if isinstance(self.value, tuple):
            return "+".join(map(str, self.value)) or "none"
        return f"{self.value}"


@dataclass(frozen=True, repr=False)
class Chosen(Architecture, Mapping[str, Any]):
    """What was chosen: a mapping from the name of a decision to its value.

    ``net["lr"]`` is the value; of a name that is decided layer by layer, as ``net["block"]``, it
    is the tuple of all values, the first layer's first. ``**net`` gives a function all of them.

    Args:
        choices: Every decision as it was made, in the order of the space.
    """

    kind: ClassVar[str] = "choice"

    choices: tuple[Choice, ...]

    def _check(self) -> None:
        if not self.choices:
            raise ArchitectureError("choices is empty; expected at least one")
        if len({(one.name, one.layer) for one in self.choices}) < len(self.choices):
            raise ArchitectureError("choices name a decision of one layer twice; expected it once")

    def __repr__(self) -> str:
        return f"Chosen({self})"

    def __str__(self) -> str:
        told = (f"{name}: {', '.join(map(str, own))}" for name, own in self._named.items())
        return " | ".join(told)

    def __getitem__(self, name: str) -> Any:
        if name not in self._named:
            raise KeyError(f"there is no {name!r}; expected one of {', '.join(self._named)}")
        values = tuple(one.value for one in self._named[name])
        return values[0] if len(values) == 1 else values

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    @cached_property
    def _named(self) -> dict[str, list[Choice]]:
        """The choices of each name, in the order of the space."""
        named: dict[str, list[Choice]] = {}
        for one in self.choices:
            named.setdefault(one.name, []).append(one)
        return named
