"""The batch: how deep the next one is, what may be recorded of it, what a learner is told of it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nasedu.controller.depth import DepthSchedule
from nasedu.runs.config import RunConfig
from nasedu.runs.trial import Trial
from nasedu.spaces import Space


def next_depth(space: Space, config: RunConfig, num_asked: int) -> int | None:
    """Return the layers of the next children; None for all that the space has.

    The depth schedule counts the children of all learners.
    """
    if config.depth is None or space.deepest is None:
        return None
    return DepthSchedule(**config.depth).num_layers(num_asked + 1, space.deepest)


def check_tokens(space: Space, tokens: Tensor) -> None:
    """Raise before anything is recorded that is not of this space."""
    for row in tokens.tolist():
        space.check(row)


def told_of(trials: Sequence[Trial], penalty: float | None) -> tuple[Tensor, Tensor] | None:
    """Return tokens ``(B, T)`` and float64 rewards ``(B,)``, in the order of asking.

    Children that failed are left out; None if all have.

    Args:
        trials: A batch.
        penalty: What a child above a limit costs, which is told, too; None if it is left out.
    """
    refused = None if penalty is None else -penalty
    pairs = [(trial, refused if trial.is_refused else trial.reward) for trial in trials]
    told = [(trial.tokens, reward) for trial, reward in pairs if reward is not None]
    if not told:
        return None
    tokens = torch.tensor([tokens for tokens, _ in told])
    # As recorded: who goes on from the file tells the same numbers, to the last bit.
    return tokens, torch.tensor([reward for _, reward in told], dtype=torch.float64)
