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


def told_of(trials: Sequence[Trial]) -> tuple[Tensor, Tensor] | None:
    """Return tokens ``(B, T)`` and float64 rewards ``(B,)``, in the order of asking.

    Children that failed are left out; None if all have.
    """
    rewarded = [trial for trial in trials if trial.reward is not None]
    if not rewarded:
        return None
    tokens = torch.tensor([trial.tokens for trial in rewarded])
    return tokens, torch.tensor([trial.reward for trial in rewarded], dtype=torch.float64)
