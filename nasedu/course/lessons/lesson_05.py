"""Lesson 05: your first fast search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Generator, Tensor, tensor
from torch.optim import SGD, Adam, Optimizer

from nasedu.controller import Controller
from nasedu.course.exercise import exercise
from nasedu.spaces import ConvNetSpace
from nasedu.training import one_thread


def _place(tokens: Sequence[int], choices: Sequence[int]) -> int:
    place = 0
    for token, count in zip(tokens, choices, strict=True):
        place = place * count + token
    return place


@exercise(
    ([1, 2, 1], [3, 3, 2]),
    ([2, 0, 1, 3], [3, 2, 2, 4]),
    ([0, 1], [2, 5]),
    ([2, 2, 1], [3, 3, 2]),
    mistakes={
        "That lets the first token change fastest; it is the last one that does.": (
            lambda tokens, choices: _place(tokens[::-1], choices[::-1])
        ),
        "That adds the tokens up: many sentences would share one row.": (
            lambda tokens, choices: sum(tokens)
        ),
        "That multiplies by the choices of the decision before; take the decision's own.": (
            lambda tokens, choices: _place(tokens, [1, *choices[:-1]])
        ),
        "That multiplies every token by its own choices, too: the last token counts single rows.": (
            lambda tokens, choices: sum(t * prod(choices[i:]) for i, t in enumerate(tokens))
        ),
        "That is right if all decisions have as many choices as this one; multiply by the choices "
        "of each decision that comes after.": (
            lambda tokens, choices: sum(
                t * c**i for i, (t, c) in enumerate(zip(tokens[::-1], choices[::-1], strict=True))
            )
        ),
        "That reads the tokens as digits of a decimal number: ten choices everywhere.": (
            lambda tokens, choices: _place(tokens, [10] * len(tokens))
        ),
        "That counts rows from 1; the first row is row 0.": (
            lambda tokens, choices: _place(tokens, choices) + 1
        ),
        "That multiplies every token by its own number of choices; a row is passed for each "
        "sentence that comes before.": (
            lambda tokens, choices: sum(t * c for t, c in zip(tokens, choices, strict=True))
        ),
        "That is how many sentences there are, whatever the tokens.": (
            lambda tokens, choices: prod(choices)
        ),
    },
)
def place_of(tokens, choices):
    """Return where a sequence stands, from 0, among all sequences.

    They are in order: the last token changes fastest.

    Args:
        tokens: One int a decision.
        choices: How many choices every decision has.
    """
    place = 0
    for token, count in zip(tokens, choices, strict=True):
        place = place * count + token
    return place


@exercise(
    (tensor([[-0.5, -1.0, -0.2], [-1.5, -0.3, -0.7]]), tensor([0.9, 0.4]), 0.5),
    (tensor([[-0.1, -2.0], [-0.6, -0.6], [-1.2, -0.4]]), tensor([0.2, 0.8, 0.1]), 0.3),
    (tensor([[-0.7, -0.7, -0.7, -0.1]]), tensor([0.6]), 0.0),
    mistakes={
        "The sign is wrong: an optimiser goes downhill, so the loss is minus what should grow.": (
            lambda log_probs, r, b: ((r - b) * log_probs.sum(1)).mean()
        ),
        "That is the sum over the children; take the mean.": (
            lambda log_probs, r, b: -((r - b) * log_probs.sum(1)).sum()
        ),
        "That is the mean over the tokens too; a child's log-probability is their sum.": (
            lambda log_probs, r, b: -((r - b)[:, None] * log_probs).mean()
        ),
        "That sums over the children, too; `.sum(1)` keeps one log-probability for each child.": (
            lambda log_probs, r, b: -((r - b) * log_probs.sum()).mean()
        ),
        "That forgets the baseline: weigh each child by its reward minus the baseline.": (
            lambda log_probs, r, b: -(r * log_probs.sum(1)).mean()
        ),
        "That adds the baseline; subtract it.": (
            lambda log_probs, r, b: -((r + b) * log_probs.sum(1)).mean()
        ),
        "That subtracts the mean of these rewards; subtract the baseline that was given.": (
            lambda log_probs, r, b: -((r - r.mean()) * log_probs.sum(1)).mean()
        ),
        "That weighs by probabilities; their logarithms are what is given, and what is meant.": (
            lambda log_probs, r, b: -((r - b) * log_probs.sum(1).exp()).mean()
        ),
        "That averages rewards and log-probabilities separately; multiply child by child, then "
        "average.": (lambda log_probs, r, b: -(r - b).mean() * log_probs.sum(1).mean()),
        "That is one number for each child; take the mean over the children.": (
            lambda log_probs, r, b: -(r - b) * log_probs.sum(1)
        ),
        "That forgets the rewards: every child would be pushed up alike.": (
            lambda log_probs, r, b: -log_probs.sum(1).mean()
        ),
    },
)
def policy_gradient_loss(log_probs, rewards, baseline):
    """Return one number whose gradient is minus the policy gradient.

    Args:
        log_probs: A tensor (B, T): the log-probability of every token
            of every child.
        rewards: A tensor (B,): one for each child.
        baseline: What to compare the rewards with, one number.
    """
    advantages = (rewards - baseline).to(log_probs)
    return -(advantages * log_probs.sum(1)).mean()


policy_gradient_loss_solution = policy_gradient_loss.solution
"""As a lesson names it, and so the solution below."""


@dataclass(frozen=True, repr=False)
class _LookUp:
    """Rewards of a space of two choices a decision: no two networks have the same."""

    def __call__(self, tokens: Tensor) -> Tensor:
        worth = 2.0 ** -torch.arange(1, tokens.shape[1] + 1, dtype=torch.float64)
        return (tokens.double() @ worth) ** 2

    def __repr__(self) -> str:
        return "look_up"


def _search(
    space: ConvNetSpace,
    look_up: Callable[[Tensor], Tensor],
    updates: int,
    lr: float,
    seed: int,
    *,
    loss: Callable[[Tensor, Tensor, float], Tensor] = policy_gradient_loss_solution,
    start: float | None = None,  # of the baseline; None is the mean of the first batch
    decay: float = 0.95,
    one_by_one: bool = True,
    early: bool = False,
    redraw: bool = False,
    clear: bool = True,
    renew: bool = False,
    optimizer: Callable[..., Optimizer] = Adam,
    late: bool = False,  # whether the baseline is noted after it has moved
) -> list[list[float]]:
    """Search as `run_search` does, or with one of its usual mistakes."""
    controller = Controller(space.decisions, seed=seed)
    adam = optimizer(controller.parameters(), lr=lr)
    generator = Generator().manual_seed(seed)
    baseline, rows = start, []
    for _ in range(updates):
        if redraw:
            generator.manual_seed(seed)
        rollout = controller(8, generator=generator)
        rewards = look_up(rollout.tokens)
        mean = float(rewards.mean())
        old = mean if baseline is None else baseline
        baseline = old
        for reward in rewards.tolist() if one_by_one else [mean]:
            baseline = decay * baseline + (1 - decay) * reward
        if renew:
            adam = optimizer(controller.parameters(), lr=lr)
        if clear:
            adam.zero_grad()
        used = baseline if early else old
        loss(rollout.log_probs, rewards, used).backward()
        adam.step()
        rows.append([mean, baseline if late else used])
    return rows


def _mistake(**wrong: Any) -> Callable[..., list[list[float]]]:
    def search(*arguments: Any) -> list[list[float]]:
        with one_thread():
            return _search(*arguments, **wrong)

    return search


_ONE = ConvNetSpace(1, (1, 3), (1, 3), (8, 24), skip_connections=False)


@exercise(
    (_ONE, _LookUp(), 8, 0.03, 2),
    (_ONE, _LookUp(), 12, 0.02, 0),
    mistakes={
        "The rewards go down: the sign of the loss is wrong.": (
            _mistake(loss=lambda *given: -policy_gradient_loss_solution(*given))
        ),
        "The controller never changes: first `zero_grad()`, then `backward()`, then `step()`.": (
            _mistake(loss=lambda *given: 0 * policy_gradient_loss_solution(*given))
        ),
        "The gradients of all updates add up: call `zero_grad()` before `backward()`.": (
            _mistake(clear=False)
        ),
        "There is no baseline: it starts at the mean of the first batch.": (
            _mistake(start=0.0, decay=1.0)
        ),
        "The baseline starts at 0; it starts at the mean of the first batch.": _mistake(start=0.0),
        "The baseline never moves: after each update let every reward move it by 5 %.": (
            _mistake(decay=1.0)
        ),
        "The baseline moves by 95 % of the difference; each reward moves it by 5 %.": (
            _mistake(decay=0.05)
        ),
        "The baseline moves once a batch; let one reward after the other move it.": (
            _mistake(one_by_one=False)
        ),
        "The baseline moves before the update; compare with the old one, then move it.": (
            _mistake(early=True)
        ),
        "The search is right, but it returns the baseline after it has moved; return the one that "
        "the rewards were compared with.": _mistake(late=True),
        "The search is right, but each pair is the wrong way round: first the mean reward.": (
            lambda *given: [pair[::-1] for pair in _mistake()(*given)]
        ),
        "These rewards are cubed twice: `look_up` has cubed them already.": (
            lambda space, look_up, *rest: _mistake()(space, lambda t: look_up(t) ** 3, *rest)
        ),
        "That uses Adam's usual learning rate; give it `lr`.": (
            lambda space, look_up, updates, lr, seed: _mistake()(
                space, look_up, updates, 0.001, seed
            )
        ),
        "That is gradient descent without Adam.": _mistake(optimizer=SGD),
        "Every batch draws the same random numbers: make the generator before the loop.": (
            _mistake(redraw=True)
        ),
        "Adam forgets what it has averaged: make it before the loop.": _mistake(renew=True),
    },
)
def run_search(space, look_up, updates, lr, seed):
    """Run REINFORCE in batches of 8.

    Return for each its mean reward, and the baseline that its rewards
    were compared with, before it moves.

    Args:
        space: The networks; `space.decisions` makes the controller.
        look_up: From tokens (8, T) to rewards (8,).
        updates: How many batches.
        lr: Learning rate of Adam.
        seed: Of the controller's first weights, and of the generator
            that draws.
    """
    controller = Controller(space.decisions, seed=seed)
    adam = Adam(controller.parameters(), lr=lr, fused=True)
    generator = Generator().manual_seed(seed)
    baseline, history = None, []
    for _ in range(updates):
        batch = controller(8, generator=generator)
        log_p, rewards = batch.log_probs, look_up(batch.tokens)
        mean = float(rewards.mean())
        baseline = mean if baseline is None else baseline
        loss = policy_gradient_loss_solution(log_p, rewards, baseline)
        adam.zero_grad()
        loss.backward()
        adam.step()
        history.append((mean, baseline))
        for reward in rewards.tolist():
            baseline = 0.95 * baseline + (1 - 0.95) * reward
    return history
