"""Many controllers that learn side by side, for experiments over seeds.

A controller is so small that calling torch costs more than its arithmetic. Fifty of them,
their weights stacked, need about as many calls as one.

Legend of shapes: S controllers, B rollouts of each in a batch, T decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Generator, Tensor, nn
from torch.func import functional_call, vmap

from nasedu.controller.controller import Controller, Rollout
from nasedu.controller.reinforce import DIVERGED, Reinforce, gradients_of, norm_of, take_step
from nasedu.errors import SettingError

Evaluate = Callable[[Tensor], Tensor]


def advance_together(
    learners: Sequence[Reinforce],
    generators: Sequence[Generator],
    evaluate: Evaluate,
    *,
    updates: int,
    batch: int = 8,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Let independent learners ask and be told together, each as if it were alone.

    The weights are stacked and the controller is mapped over them; the loss is
    `Reinforce.loss`, each learner has its own baseline, and each generator draws what it
    would draw for its learner alone. When the loop ends, or is left, the learners have
    learned what was yielded.

    Args:
        learners: Strategies of equal settings; they share nothing else.
        generators: One for each learner.
        evaluate: From tokens ``(S, B, T)`` to rewards ``(S, B)``; NaN for a child that failed,
            of which a learner is not told. One whose batch has failed takes no step.
        updates: How many batches.
        batch: Children a batch of each learner, B.

    Yields:
        After every update its tokens ``(S, B, T)`` and their rewards ``(S, B)``.

    Raises:
        SettingError: Learners that differ in more than weights, a reward that is infinite, or a
            learning rate so large that a controller diverged.
    """
    _check_alike(learners, generators)
    controller, like = learners[0].controller, learners[0]
    stack = _Stack(learners)
    decisions, unroll = controller.decisions, _Unroll(controller)

    def sample(weights: dict[str, Tensor], draws: tuple[Tensor, ...]) -> Tensor:
        return functional_call(unroll, weights, (draws,)).tokens

    def loss(weights: dict[str, Tensor], tokens: Tensor, advantages: Tensor) -> Tensor:
        return like.loss(functional_call(unroll, weights, (tokens.unbind(1),)), advantages)

    try:
        for _ in range(updates):
            draws = zip(*(controller.draw(batch, decisions, g) for g in generators), strict=True)
            with torch.no_grad():
                tokens = vmap(sample)(stack.weights, tuple(map(torch.stack, draws)))
            rewards = evaluate(tokens).double()
            if rewards.isinf().any():
                raise SettingError("a reward is infinite; expected numbers, or NaN of a failed one")
            losses = vmap(loss)(stack.weights, tokens, stack.advantages(rewards))
            stack.step(gradients_of(losses.sum(), stack.weights), ~rewards.isnan().all(1))
            yield tokens, rewards
    finally:
        stack.hand_back()


class _Unroll(nn.Module):
    """Makes `Controller.unroll` what a functional call calls."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.controller = controller

    def forward(self, sources: Sequence[Tensor]) -> Rollout:
        return self.controller.unroll(self.controller.decisions, sources)


class _Stack:
    """The weights of several learners, stacked along a new first dimension.

    Those of a learner become its row of the stack: what its own optimiser does to them is done
    there. So each keeps its own moments, and its own count of steps.
    """

    def __init__(self, learners: Sequence[Reinforce]) -> None:
        self.learners = learners
        self.weights = {
            f"controller.{name}": torch.stack([own.weights[name].detach() for own in learners])
            for name in learners[0].weights
        }
        for i, learner in enumerate(learners):
            for name, weight in learner.weights.items():
                weight.data = self.weights[f"controller.{name}"][i]
        for stacked in self.weights.values():
            stacked.requires_grad_()

    def advantages(self, rewards: Tensor) -> Tensor:
        """Return rewards ``(S, B)`` less every learner's baseline, and move the baselines.

        The loss is a mean over the batch: where children failed, the others count for more.
        """
        rows = torch.zeros_like(rewards)
        for learner, own, row in zip(self.learners, rewards, rows, strict=True):
            told = own[~own.isnan()]
            if len(told):
                baseline = float(told.mean()) if learner.baseline is None else learner.baseline
                row[~own.isnan()] = (told - baseline) * (len(own) / len(told))
                learner.baseline = learner.next_baseline(baseline, told)
        return rows

    def step(self, gradients: Mapping[str, Tensor | None], is_told: Tensor) -> None:
        """Let every learner that was told of a child take its step, ``(S,)`` of them.

        Raises:
            SettingError: A learner's weights have grown out of all bounds.
        """
        for i, learner in enumerate(self.learners):
            if is_told[i]:
                stacked = {name: gradients[f"controller.{name}"] for name in learner.weights}
                own = {name: None if g is None else g[i] for name, g in stacked.items()}
                take_step(learner.optimizer, learner.weights, own)
        if not norm_of(self.weights.values()) < DIVERGED:  # of all together, so of one perhaps
            for learner in self.learners:
                learner.check_sane()

    def hand_back(self) -> None:
        """Give every learner weights that are its own alone."""
        for learner in self.learners:
            for weight in learner.weights.values():
                weight.data, weight.grad = weight.data.clone(), None


def _check_alike(learners: Sequence[Reinforce], generators: Sequence[Generator]) -> None:
    if not learners or len(learners) != len(generators):
        raise SettingError(
            f"{len(learners)} learners with {len(generators)} generators; expected one each"
        )
    kinds = {
        (
            type(learner) is Reinforce,  # what learns otherwise would be told otherwise
            learner.controller.decisions,
            str(learner.settings),
            learner.controller.first_input.dtype,
        )
        for learner in learners
    }
    if len(kinds) > 1 or not next(iter(kinds))[0]:
        raise SettingError(
            "the learners are not all Reinforce, or differ in decisions, settings or dtype; "
            "expected learners that differ in their weights alone"
        )
