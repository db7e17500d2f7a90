"""Every token sequence of a small space in one order, as an odometer counts them.

Legend of shapes: N sequences, T decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nasedu.errors import SearchSpaceError
from nasedu.spaces.decision import Decision

if TYPE_CHECKING:  # a space alone needs no numpy
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

LARGEST = 10_000_000  # sequences: a space of which somebody may want all


def count_sequences(decisions: Sequence[Decision]) -> int:
    """Return how many token sequences there are, checked to be few enough to list.

    Raises:
        SearchSpaceError: There are more than ten million.
    """
    size = 1
    for decision in decisions:
        size *= decision.num_tokens
    if size > LARGEST:
        raise SearchSpaceError(
            f"the space has {size:.3g} token sequences; expected at most {LARGEST:,} to list "
            "them all; take fewer layers or choices"
        )
    return size


def sequences_at(decisions: Sequence[Decision], places: ArrayLike) -> NDArray[np.int64]:
    """Return the token sequences at places ``(N,)``: ``(N, T)``, the last token running first.

    Raises:
        SearchSpaceError: A place outside of the space.
    """
    import numpy as np

    sizes = tuple(decision.num_tokens for decision in decisions)
    try:
        return np.stack(np.unravel_index(np.asarray(places), sizes), axis=-1)
    except (ValueError, TypeError):
        raise SearchSpaceError(
            f"places {places} are not all integers from 0 to {count_sequences(decisions) - 1}"
        ) from None


def places_of(decisions: Sequence[Decision], tokens: ArrayLike) -> NDArray[np.int64]:
    """Return where token sequences stand, ``(N, T)`` to ``(N,)``: the inverse of `sequences_at`.

    Raises:
        SearchSpaceError: Tokens that are not whole sequences of this space.
    """
    import numpy as np

    rows = np.asarray(tokens)
    sizes = tuple(decision.num_tokens for decision in decisions)
    try:
        return np.asarray(np.ravel_multi_index(tuple(rows.T), sizes), np.int64).T
    except (ValueError, TypeError):
        raise SearchSpaceError(
            f"tokens {rows.tolist() if rows.size < 50 else rows.shape} are not sequences of this "
            f"space; expected {len(sizes)} tokens each, from 0 and below {sizes}"
        ) from None
