"""The odometer: all token sequences of a small space in order, the last token running first.

Legend of shapes: N sequences, T decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
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

    size, (sizes, weights) = count_sequences(decisions), _odometer(decisions)
    places = np.asarray(places)
    if places.dtype.kind not in "iu" or ((places < 0) | (places >= size)).any():
        raise SearchSpaceError(f"places {places} are not all integers from 0 to {size - 1}")
    return places[..., None] // weights % sizes


def places_of(decisions: Sequence[Decision], tokens: ArrayLike) -> NDArray[np.int64]:
    """Return where token sequences stand, ``(N, T)`` to ``(N,)``: the inverse of `sequences_at`.

    Raises:
        SearchSpaceError: Tokens that are not whole sequences of this space.
    """
    import numpy as np

    rows, (sizes, weights) = np.asarray(tokens), _odometer(decisions)
    is_whole = rows.dtype.kind in "iu" and rows.shape[-1:] == sizes.shape
    if not is_whole or ((rows < 0) | (rows >= sizes)).any():
        raise SearchSpaceError(
            f"tokens {rows.tolist() if rows.size < 50 else rows.shape} are not sequences of this "
            f"space; expected {len(sizes)} tokens each, from 0 and below {tuple(sizes.tolist())}"
        )
    return rows @ weights


def _odometer(decisions: Sequence[Decision]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every decision's number of tokens, and by how many places its token counts: (T,)."""
    return _weights(tuple(decision.num_tokens for decision in decisions))


@cache
def _weights(num_tokens: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import numpy as np

    sizes = np.array(num_tokens, np.int64)
    return sizes, np.cumprod(np.append(sizes[1:], 1)[::-1])[::-1]
