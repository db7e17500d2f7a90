"""The decision: one step of the controller."""

from __future__ import annotations

from dataclasses import dataclass

from nasedu.errors import SearchSpaceError
from nasedu.values import Count, Value


@dataclass(frozen=True, slots=True)
class Decision(Value):
    """One step of the controller: pick one of ``choices``, or a set of anchors.

    Args:
        name: What is decided, e.g. ``"filter_height"``.
        layer: The child's layer it describes, from 1.
        choices: The values to pick from, in token order. Empty for an anchor point,
            whose token is a bit mask over the ``layer - 1`` earlier layers: bit j-1 is layer j.
    """

    error = SearchSpaceError

    name: str
    layer: Count
    choices: tuple[int | float | str, ...] = ()

    @property
    def is_anchor(self) -> bool:
        """Whether this step decides which earlier layers feed this one."""
        return not self.choices

    @property
    def num_tokens(self) -> int:
        """How many different tokens there are: the choices, or the subsets of earlier layers."""
        return len(self.choices) or 2 ** (self.layer - 1)

    def check(self, token: int) -> None:
        """Raise `SearchSpaceError` unless ``0 <= token < num_tokens``."""
        if not 0 <= token < self.num_tokens:
            raise SearchSpaceError(
                f"token {token} is out of range for {self.name!r} of layer {self.layer}; "
                f"expected 0 <= token < {self.num_tokens}"
            )
