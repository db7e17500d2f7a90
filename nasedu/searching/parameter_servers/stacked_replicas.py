"""Many replicas that sample and differentiate in one call, for simulations.

Legend of shapes: R replicas, B children of each, T decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nasedu.controller.reinforce import gradients_of
from nasedu.controller.strategy import Gradients, UpdateStats
from nasedu.controller.together import (
    advantages_of,
    loss_together,
    sample_together,
    stacked,
)
from nasedu.searching.parameter_servers.replica import Replica

FEW = 4  # replicas that are faster one by one


def propose_together(
    replicas: Sequence[Replica], n: int, evaluate: Callable[[Tensor], Tensor]
) -> tuple[Tensor, list[Gradients | None]]:
    """Let replicas sample, and return the gradients that they will push, in one call.

    Each does what `Replica.sample` and `Replica.gradient` do, with the policy that it has pulled;
    sums in another order may differ in the last digits. It is possible where rewards are known
    before the children would have been trained, as in a table.

    Args:
        replicas: Of equal settings. They may belong to different searches.
        n: Children of each, B.
        evaluate: From tokens ``(R, B, T)`` to rewards ``(R, B)``; NaN for a child that fails, of
            which nothing is learned.

    Returns:
        Tokens ``(R, B, T)``, and a gradient of each replica, None if all its children fail.
    """
    if len(replicas) < FEW:
        pairs = [_propose(replica, n, evaluate) for replica in replicas]
        return torch.stack([tokens for tokens, _ in pairs]), [gradient for _, gradient in pairs]
    like = replicas[0].strategy
    weights = stacked([one.weights for one in replicas])
    tokens = sample_together(like.controller, weights, [one.generator for one in replicas], n)
    rewards = evaluate(tokens).double()
    pairs = zip(replicas, rewards.nanmean(1).tolist(), strict=True)
    baselines = [mean if one.baseline is None else one.baseline for one, mean in pairs]
    loss = loss_together(like, weights, tokens, advantages_of(rewards, baselines))
    by_name = gradients_of(loss, weights)
    return tokens, [_row(by_name, rewards[i], i, one) for i, one in enumerate(replicas)]


def _propose(
    replica: Replica, n: int, evaluate: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Gradients | None]:
    """Let one replica do the same, as in a real search."""
    tokens = replica.sample(n)
    rewards = evaluate(tokens)
    told = ~rewards.isnan()
    return tokens, replica.gradient(tokens[told], rewards[told]) if told.any() else None


def _row(
    by_name: dict[str, Tensor | None], rewards: Tensor, i: int, replica: Replica
) -> Gradients | None:
    """Return the gradient of one replica, of those that are stacked."""
    told = rewards[~rewards.isnan()]
    if not len(told):
        return None
    own = {
        name.removeprefix("controller."): None if slopes is None else slopes[i]
        for name, slopes in by_name.items()
    }
    mean = float(told.mean())
    baseline = mean if replica.baseline is None else replica.baseline
    return Gradients(own, told, UpdateStats(mean, baseline))
