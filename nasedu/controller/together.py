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
from torch.optim import Optimizer

from nasedu.controller.controller import Controller, Rollout
from nasedu.controller.reinforce import (
    DIVERGED,
    Reinforce,
    baseline_after,
    check_norm,
    gradients_of,
    norm_of,
    take_step,
)
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
    like, stack = learners[0], _Stack(learners)
    try:
        for _ in range(updates):
            tokens = sample_together(like.controller, stack.weights, generators, batch)
            rewards = evaluate(tokens).double()
            if rewards.isinf().any():
                raise SettingError("a reward is infinite; expected numbers, or NaN of a failed one")
            loss = loss_together(like, stack.weights, tokens, stack.advantages(rewards))
            stack.step(gradients_of(loss, stack.weights), ~rewards.isnan().all(1))
            yield tokens, rewards
    finally:
        stack.hand_back()


def stacked(each: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Return the weights of S controllers along a new first dimension, ready for gradients."""
    return {
        f"controller.{name}": torch.stack([own[name].detach() for own in each]).requires_grad_()
        for name in each[0]
    }


@torch.no_grad()
def sample_together(
    controller: Controller, weights: dict[str, Tensor], generators: Sequence[Generator], n: int
) -> Tensor:
    """Return ``(S, n, T)`` tokens: each controller of a stack draws as it would alone.

    Args:
        controller: Any of them, for its form.
        weights: What `stacked` returned.
        generators: One for each.
        n: Sequences of each.
    """
    unroll = _Unroll(controller)

    def sample(weights: dict[str, Tensor], draws: tuple[Tensor, ...]) -> Tensor:
        return functional_call(unroll, weights, (draws,)).tokens

    each = (controller.draw(n, controller.decisions, generator) for generator in generators)
    return vmap(sample)(weights, tuple(map(torch.stack, zip(*each, strict=True))))


def loss_together(
    learner: Reinforce, weights: dict[str, Tensor], tokens: Tensor, advantages: Tensor
) -> Tensor:
    """Return the sum of the losses of the learners of a stack.

    No weight is in two of them, so each row of a gradient is that of its own learner.

    Args:
        learner: Any of them, for its loss.
        weights: What `stacked` returned.
        tokens: ``(S, B, T)``.
        advantages: ``(S, B)``, see `advantages_of`.
    """
    unroll = _Unroll(learner.controller)

    def loss(weights: dict[str, Tensor], tokens: Tensor, advantages: Tensor) -> Tensor:
        return learner.loss(functional_call(unroll, weights, (tokens.unbind(1),)), advantages)

    return vmap(loss)(weights, tokens, advantages).sum()


def advantages_of(rewards: Tensor, baselines: Sequence[float]) -> Tensor:
    """Return rewards ``(S, B)`` less every learner's baseline, 0 where a child failed.

    The loss is a mean over the batch: where children failed, the others count for more.
    """
    failed = rewards.isnan()
    share = failed.shape[1] / (~failed).sum(1, keepdim=True).clamp(1).to(rewards)
    return ((rewards - rewards.new_tensor(baselines)[:, None]) * share).masked_fill(failed, 0)


class _Unroll(nn.Module):
    """Makes `Controller.unroll` what a functional call calls."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.controller = controller

    def forward(self, sources: Sequence[Tensor]) -> Rollout:
        """Decide all decisions, by tokens or by what `Controller.draw` returned."""
        return self.controller.unroll(self.controller.decisions, sources)


class _Stack:
    """The weights of several learners, stacked along a new first dimension.

    While all of them take the same steps, one optimiser moves the whole stack. From the first
    batch of which a learner is told nothing, each row has its own moments and its own count of
    steps, as its learner alone would have.
    """

    def __init__(self, learners: Sequence[Reinforce]) -> None:
        self.learners = learners
        self.each = [learner.weights for learner in learners]
        self.weights = stacked(self.each)
        lr = learners[0].lr
        self.whole: Optimizer | None = torch.optim.Adam(self.weights.values(), lr=lr, fused=True)
        # Views of the stack: who steps a row moves the stack, too.
        self.rows = {name: whole.detach().unbind() for name, whole in self.weights.items()}
        rows = [row for own in self.rows.values() for row in own]
        self.by_row = torch.optim.Adam(rows, lr=lr, fused=True)
        for learner, own, row in self._pairs():
            if own in learner.optimizer.state:
                self.by_row.state[row] = learner.optimizer.state[own]
        if self.by_row.state:  # they have learned before, perhaps not equally often
            self.whole = None

    def _pairs(self) -> Iterator[tuple[Reinforce, Tensor, Tensor]]:
        """Yield every learner, one of its weights, and where that lies in the stack."""
        for i, (learner, own) in enumerate(zip(self.learners, self.each, strict=True)):
            for name, weight in own.items():
                yield learner, weight, self.rows[f"controller.{name}"][i]

    def advantages(self, rewards: Tensor) -> Tensor:
        """Return `advantages_of` rewards ``(S, B)``, and move the baselines."""
        failed, before = rewards.isnan(), []
        any_failed = failed.any(1).tolist()
        for i, (learner, own) in enumerate(zip(self.learners, rewards, strict=True)):
            told = own[~failed[i]] if any_failed[i] else own
            before.append(learner.baseline)
            if len(told):
                before[i] = float(told.mean()) if learner.baseline is None else learner.baseline
                learner.baseline = baseline_after(before[i], told, learner.baseline_decay)
        return advantages_of(rewards, [0.0 if b is None else b for b in before])

    def step(self, gradients: Mapping[str, Tensor | None], is_told: Tensor) -> None:
        """Let every learner that was told of a child take its step, ``(S,)`` of them.

        Raises:
            SettingError: A learner's weights have grown out of all bounds.
        """
        if self.whole and is_told.all():
            take_step(self.whole, self.weights, gradients)
        else:
            self._part()
            told = is_told.tolist()
            for name, gradient in gradients.items():
                own = [None] * len(told) if gradient is None else gradient.unbind()
                for row, slope, has in zip(self.rows[name], own, told, strict=True):
                    row.grad = slope if has else None  # Adam passes over it, moments and count too
            self.by_row.step()
        if not norm_of(self.weights.values()) < DIVERGED:  # of all together, so of one perhaps
            squares = [w.detach().flatten(1).square().sum(1) for w in self.weights.values()]
            check_norm(float(torch.stack(squares).sum(0).sqrt().max()), self.learners[0].lr)

    def _part(self) -> None:
        """Give every row the moments, and the count of steps, that the whole stack has."""
        state, self.whole = self.whole.state if self.whole else {}, None
        for name, whole in self.weights.items():
            for i, row in enumerate(self.rows[name] if whole in state else ()):
                own = {key: value[i] for key, value in state[whole].items() if key != "step"}
                self.by_row.state[row] = own | {"step": state[whole]["step"].clone()}

    def hand_back(self) -> None:
        """Give every learner its weights and moments."""
        self._part()
        for learner, own, row in self._pairs():
            own.data, own.grad = row.clone(), None
            if row in self.by_row.state:
                state = self.by_row.state[row]
                learner.optimizer.state[own] = {key: v.clone() for key, v in state.items()}


def is_plain(strategy: object) -> bool:
    """Whether a strategy can learn beside others: REINFORCE and its controller, nothing changed.

    Not isinstance: a subclass of either (PPO, say) learns otherwise, and has to learn alone.
    """
    return type(strategy) is Reinforce and type(strategy.controller) is Controller


def _check_alike(learners: Sequence[Reinforce], generators: Sequence[Generator]) -> None:
    if not learners or len(learners) != len(generators):
        raise SettingError(
            f"{len(learners)} learners with {len(generators)} generators; expected one each"
        )
    kinds = {
        (
            is_plain(learner),
            learner.controller.decisions,
            str(learner.settings),
            learner.controller.first_input.dtype,
        )
        for learner in learners
    }
    if len(kinds) > 1 or not next(iter(kinds))[0]:
        raise SettingError(
            "the learners are not all Reinforce with a Controller, or differ in decisions, "
            "settings or dtype; expected learners that differ in their weights alone"
        )
