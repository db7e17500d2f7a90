"""The space: what all kinds have, whatever they describe."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from nasedu.errors import NaseduError, SearchSpaceError
from nasedu.spaces.decision import Decision
from nasedu.spaces.odometer import count_sequences
from nasedu.values import Value

if TYPE_CHECKING:  # a space alone needs no numpy
    import numpy as np
    from numpy.typing import NDArray


class Space(Value):
    """A frozen value that says which architectures can be described, and in which words.

    Its ``kind`` is that of its JSON; by it the `Problem` of the space is found.
    """

    error: ClassVar[type[NaseduError]] = SearchSpaceError

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Every step of the controller, in order."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Number of token sequences, exactly."""
        return prod(decision.num_tokens for decision in self.decisions)

    @property
    def deepest(self) -> int | None:
        """Layers that children can grow to in a search; None if all have one shape."""
        return None

    def representatives(self) -> NDArray[np.int64]:
        """Return which descriptions are one architecture: ``(N,)`` places, of a small space.

        Each description has the place of the first that is the same but for the names of its
        parts; usually every one has its own.

        Raises:
            SearchSpaceError: There are too many to list.
        """
        import numpy as np

        return np.arange(count_sequences(self.decisions))

    def check(self, tokens: Sequence[int]) -> Any:
        """Raise `SearchSpaceError` unless the tokens describe a whole child."""
        raise NotImplementedError

    def decode(self, tokens: Sequence[int]) -> Any:
        """Return the architecture that the tokens describe, one int a decision.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        raise NotImplementedError

    def encode(self, architecture: Any, /) -> list[int]:
        """Return the tokens that describe an architecture: the inverse of `decode`.

        Raises:
            SearchSpaceError: The architecture is not in this space.
        """
        raise NotImplementedError
