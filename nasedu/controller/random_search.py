"""Random search: the control experiment (Zoph & Le 2016, section 4.3, control 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor

from nasedu.controller.strategy import UpdateStats, check_rewards
from nasedu.spaces import Decision


class RandomSearch:
    """Every token sequence equally likely, whatever the rewards.

    Args:
        decisions: What to decide, in order; see `ConvNetSpace.decisions`.
    """

    name: ClassVar[str] = "random"

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.decisions = tuple(decisions)

    def __repr__(self) -> str:
        return f"RandomSearch({len(self.decisions)} decisions)"

    @property
    def settings(self) -> dict[str, Any]:
        """Return no settings: there are none."""
        return {}

    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Draw ``(n, T)`` tokens, each uniformly from all that the decision has."""
        depth = num_layers or self.decisions[-1].layer
        columns = [
            torch.randint(decision.num_tokens, (n,), generator=generator)
            for decision in self.decisions
            if decision.layer <= depth
        ]
        return torch.stack(columns, 1)

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Learn nothing, only report the mean of the ``(B,)`` rewards."""
        return UpdateStats(mean_reward=float(check_rewards(tokens, rewards).mean()))

    def state_dict(self) -> dict[str, Any]:
        """Return nothing: nothing changes."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over nothing."""
