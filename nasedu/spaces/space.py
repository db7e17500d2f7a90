"""What every space is, whatever it describes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, Self

from nasedu.spaces.decision import Decision


class Space(Protocol):
    """A frozen value that says which architectures can be described, and in which words."""

    kind: ClassVar[str]  # of its JSON, by which its `Problem` is found

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every step of the controller, in order."""
        ...

    @property
    def size(self) -> int:
        """Number of token sequences, exactly."""
        ...

    @property
    def deepest(self) -> int | None:
        """Layers that children can grow to in a search; None if all have one shape."""
        ...

    def check(self, tokens: Sequence[int]) -> Any:
        """Raise `SearchSpaceError` unless the tokens describe a whole child."""
        ...

    def decode(self, tokens: Sequence[int]) -> Any:
        """Return the architecture that the tokens describe, one int a decision.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        ...

    def encode(self, architecture: Any, /) -> list[int]:
        """Return the tokens that describe an architecture: the inverse of `decode`.

        Raises:
            SearchSpaceError: The architecture is not in this space.
        """
        ...

    def to_json(self) -> str:
        """Return the canonical JSON of the space."""
        ...

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            SearchSpaceError: The text is malformed or no valid space.
        """
        ...
