"""The strategy that is somebody's hand: it asks for what was proposed, and for nothing else."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor

from nasedu.controller.strategy import UpdateStats, check_rewards
from nasedu.errors import SearchSpaceError, SettingError
from nasedu.spaces import Decision


class ByHand:
    """Children in the order in which somebody proposed them; the learning is theirs.

    A search asks until nothing is proposed, and ends then. With a run folder it goes on, one
    child or several, when it is called again after the next `propose`.

    Args:
        decisions: What to decide, in order; see `ConvNetSpace.decisions`.
    """

    name: ClassVar[str] = "by hand"

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.decisions = tuple(decisions)
        self._proposed: deque[list[int]] = deque()

    def __repr__(self) -> str:
        return f"ByHand({len(self.decisions)} decisions, {len(self._proposed)} proposed)"

    @property
    def settings(self) -> dict[str, Any]:
        """Return no settings: what a hand does is known to its owner."""
        return {}

    def propose(self, tokens: Sequence[int]) -> None:
        """Put a child at the end of those that will be asked for.

        Args:
            tokens: T ints, one a decision.

        Raises:
            SearchSpaceError: They describe no child.
        """
        if len(tokens) != len(self.decisions):
            raise SearchSpaceError(
                f"{len(tokens)} tokens; expected {len(self.decisions)}, one a decision"
            )
        for decision, token in zip(self.decisions, tokens, strict=True):
            decision.check(token)
        self._proposed.append([int(token) for token in tokens])

    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Return ``(at most n, T)`` tokens; none if nothing is proposed.

        Nothing is drawn from ``generator``.
        """
        if num_layers is not None:
            raise SettingError("who proposes by hand decides every layer; leave the depth out")
        rows = [self._proposed.popleft() for _ in range(min(n, len(self._proposed)))]
        return torch.tensor(rows, dtype=torch.int64).reshape(-1, len(self.decisions))

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Report the mean of the ``(B,)`` rewards; the hand has seen them."""
        return UpdateStats(mean_reward=float(check_rewards(tokens, rewards).mean()))

    def state_dict(self) -> dict[str, Any]:
        """Return nothing: what is proposed and not asked for is given up with the process."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over nothing."""
