"""Many controllers that learn side by side, for experiments over seeds.

A controller is so small that calling torch costs more than its arithmetic. Fifty of them,
their weights stacked, need about as many calls as one.

Legend of shapes: S controllers, B rollouts of each in a batch, T decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Generator, Tensor, nn
from torch.func import functional_call, vmap

from nasedu.controller.controller import Controller, Rollout
from nasedu.controller.reinforce import (
    ADAM,
    DIVERGED,
    Reinforce,
    check_norm,
    gradients_of,
    norm_of,
    take_step,
)
from nasedu.errors import SettingError
from nasedu.optimizer_state import optimizer_tensors, put_optimizer_tensors

STEP = ".step"  # ends the name of a count that all learners share
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
        learners: Strategies of equal settings, equally often told; they share nothing else.
        generators: One for each learner.
        evaluate: From tokens ``(S, B, T)`` to rewards ``(S, B)``, all finite.
        updates: How many batches.
        batch: Children a batch of each learner, B.

    Yields:
        After every update its tokens ``(S, B, T)`` and their rewards ``(S, B)``.

    Raises:
        SettingError: Learners that differ in more than weights, a reward that is not finite, or
            a learning rate so large that a controller diverged.
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
            if not rewards.isfinite().all():
                raise SettingError("a reward is NaN or infinite; expected finite numbers")
            advantages = stack.advantages(rewards)
            gradients = gradients_of(
                vmap(loss)(stack.weights, tokens, advantages).sum(), stack.weights
            )
            take_step(stack.optimizer, stack.weights, gradients)
            stack.check_sane()
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
    """Everything that changes of several learners, stacked along a new first dimension."""

    def __init__(self, learners: Sequence[Reinforce]) -> None:
        self.learners = learners
        names = [name for name, _ in learners[0].controller.named_parameters()]
        each = [dict(learner.controller.named_parameters()) for learner in learners]
        self.weights = {
            f"controller.{name}": torch.stack([own[name].detach() for own in each]).requires_grad_()
            for name in names
        }
        self.optimizer = torch.optim.Adam(self.weights.values(), lr=learners[0].lr, fused=True)
        states = [learner.state_dict() for learner in learners]
        shared = {
            key: value if key.endswith(STEP) else torch.stack([own[key] for own in states])
            for key, value in states[0].items()
            if key.startswith(f"{ADAM}.")
        }
        put_optimizer_tensors(self.optimizer, self._by_own_name, ADAM, shared)

    @property
    def _by_own_name(self) -> dict[str, Tensor]:
        """The stacked weights, as each learner calls its own."""
        return {name.removeprefix("controller."): own for name, own in self.weights.items()}

    def advantages(self, rewards: Tensor) -> Tensor:
        """Return rewards ``(S, B)`` less every learner's baseline, and move the baselines."""
        rows = []
        for learner, own in zip(self.learners, rewards, strict=True):
            baseline = float(own.mean()) if learner.baseline is None else learner.baseline
            rows.append(own - baseline)
            learner.baseline = learner.next_baseline(baseline, own)
        return torch.stack(rows)

    def check_sane(self) -> None:
        """Raise `SettingError` if a learner's weights have grown out of all bounds."""
        if norm_of(self.weights.values()) < DIVERGED:  # of all together, so of each
            return
        squares = [w.detach().flatten(1).square().sum(1) for w in self.weights.values()]
        check_norm(float(torch.stack(squares).sum(0).sqrt().max()), self.learners[0].lr)

    def hand_back(self) -> None:
        """Give every learner its weights and moments."""
        moments = optimizer_tensors(self.optimizer, self._by_own_name, ADAM)
        for i, learner in enumerate(self.learners):
            own = {"baseline": learner.baseline}
            own |= {name: stacked.detach()[i].clone() for name, stacked in self.weights.items()}
            own |= {
                key: (value if key.endswith(STEP) else value[i]).clone()
                for key, value in moments.items()
            }
            learner.load_state_dict(own)


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
            str([state["step"] for state in learner.optimizer.state_dict()["state"].values()][:1]),
        )
        for learner in learners
    }
    if len(kinds) > 1 or not next(iter(kinds))[0]:
        raise SettingError(
            "the learners are not all Reinforce, or differ in decisions, settings, dtype or number "
            "of updates; expected learners that differ in their weights alone"
        )
