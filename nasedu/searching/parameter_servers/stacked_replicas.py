"""Many replicas that sample and differentiate in one call, for simulations.

Legend of shapes: R replicas, B children of each, T decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.func import functional_call, vmap

from nasedu.controller.reinforce import gradients_of
from nasedu.controller.strategy import Gradients, UpdateStats
from nasedu.controller.together import Unroll
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
    controller, unroll = like.controller, Unroll(like.controller)
    each_has = [one.weights for one in replicas]
    weights = {
        f"controller.{name}": torch.stack([own[name] for own in each_has]) for name in each_has[0]
    }
    each = [controller.draw(n, controller.decisions, one.generator) for one in replicas]
    draws = tuple(torch.stack(numbers) for numbers in zip(*each, strict=True))

    def sample(weights: dict[str, Tensor], draws: tuple[Tensor, ...]) -> Tensor:
        return functional_call(unroll, weights, (draws,)).tokens

    def loss(weights: dict[str, Tensor], tokens: Tensor, advantages: Tensor) -> Tensor:
        return like.loss(functional_call(unroll, weights, (tokens.unbind(1),)), advantages)

    with torch.no_grad():
        tokens = vmap(sample)(weights, draws)
    rewards = evaluate(tokens).double()
    for stacked in weights.values():
        stacked.requires_grad_()
    losses = vmap(loss)(weights, tokens, _advantages(replicas, rewards))
    by_name = gradients_of(losses.sum(), weights)
    return tokens, [_row(by_name, rewards[i], i, one) for i, one in enumerate(replicas)]


def _propose(
    replica: Replica, n: int, evaluate: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Gradients | None]:
    """Let one replica do the same, as in a real search."""
    tokens = replica.sample(n)
    rewards = evaluate(tokens)
    told = ~rewards.isnan()
    return tokens, replica.gradient(tokens[told], rewards[told]) if told.any() else None


def _advantages(replicas: Sequence[Replica], rewards: Tensor) -> Tensor:
    """Return rewards ``(R, B)`` less every replica's baseline, 0 where a child failed.

    The loss is a mean over the batch: where children failed, the others count for more.
    """
    failed = rewards.isnan()
    pairs = zip(replicas, rewards.nanmean(1).tolist(), strict=True)
    own = [mean if one.baseline is None else one.baseline for one, mean in pairs]
    share = failed.shape[1] / (~failed).sum(1, keepdim=True).clamp(1).to(rewards)
    return ((rewards - rewards.new_tensor(own)[:, None]) * share).masked_fill(failed, 0)


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
