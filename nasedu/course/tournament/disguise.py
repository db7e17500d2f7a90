"""The disguise of a game: the decisions of a table under other names, in another order.

What a contestant knows by heart of a shipped table is then of no use, nor what its other games
have taught it. A strategy that learns by asking and being told loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nasedu.spaces import Decision


@dataclass(frozen=True, eq=False)
class Disguise:
    """A one-to-one map between the sequences of a table and those that a contestant sees.

    Attributes:
        order: ``(T,)`` for each decision that the contestant sees, which one of the table it is.
        names: For each of them ``(choices,)`` the table's token behind each token that is seen.
    """

    order: tuple[int, ...]
    names: tuple[Tensor, ...]

    @classmethod
    def of(cls, decisions: Sequence[Decision], seed: int, game: int) -> Disguise:
        """Return the disguise of a game.

        It follows from the seed of the tournament and the game's number by a hash, so that nobody
        finds it from the number alone, or from other games.
        """
        digest = hashlib.sha256(f"nasedu tournament {seed} game {game}".encode()).digest()
        source = np.random.default_rng(int.from_bytes(digest))
        order = source.permutation(len(decisions)).tolist()
        sizes = [decisions[place].num_tokens for place in order]
        return cls(tuple(order), tuple(torch.from_numpy(source.permutation(n)) for n in sizes))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What the contestant sees: decisions without a meaning, all of one layer."""
        return tuple(
            Decision(f"choice_{i}", 1, tuple(range(len(names))))
            for i, names in enumerate(self.names, start=1)
        )

    def reveal(self, tokens: Tensor) -> Tensor:
        """Return the table's tokens ``(n, T)`` of those that the contestant proposes."""
        shown = torch.empty_like(tokens)
        for column, place, names in zip(tokens.T, self.order, self.names, strict=True):
            shown[:, place] = names[column]
        return shown

    def hide(self, tokens: Tensor) -> Tensor:
        """Return what the contestant calls the table's tokens ``(n, T)``; the inverse."""
        columns = zip(self.order, self.names, strict=True)
        return torch.stack([names.argsort()[tokens[:, place]] for place, names in columns], 1)
