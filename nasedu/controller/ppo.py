"""PPO: several careful steps on every batch (Schulman et al. 2017, arXiv 1707.06347).

The controller of NASNet, the sequel of the paper, learned by it (Zoph et al. 2018, arXiv
1707.07012).
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from nasedu.controller.controller import Controller, Rollout
from nasedu.controller.reinforce import Reinforce, gradients_of
from nasedu.controller.strategy import Gradients, UpdateStats
from nasedu.errors import SettingError
from nasedu.values import Count, Positive, checked


class PPO(Reinforce):
    """Proximal policy optimisation: REINFORCE that uses every batch more than once.

    Reward, baseline and optimiser are those of `Reinforce`, of which it is the first step on
    each batch. The following ones measure how much more likely the policy has made each
    decision, and follow no gradient that would take it further than ``clip``.

    Our choices: the ratio is one decision's, as in a game a move's, of an anchor point that
    of its whole set of layers. The old policy is the one that is told, not the one that
    asked: with several batches in flight they differ, and there the first step is as stale
    as REINFORCE's. No entropy is rewarded, where NASNet's controller gets 1e-5 a nat. Neither
    paper says how many steps suit a batch of 8.

    Args:
        controller: The policy, which this object trains.
        lr: Learning rate of Adam; 3.5e-4 is NASNet's, for 20,000 children.
        baseline_decay: Share of the baseline that is kept at each reward; NASNet's is 0.95.
        clip: How far a ratio may be pushed from 1 (Schulman et al., section 6.1: 0.2).
        epochs: Steps on each batch.

    Raises:
        SettingError: An argument out of range.
    """

    name: ClassVar[str] = "ppo"

    def __init__(
        self,
        controller: Controller,
        lr: float = 3.5e-4,
        baseline_decay: float = 0.95,
        clip: float = 0.2,
        epochs: int = 4,
    ) -> None:
        super().__init__(controller, lr, baseline_decay)
        self.clip = checked(clip, Positive, "clip", SettingError)
        self.epochs = checked(epochs, Count, "epochs", SettingError)

    def __repr__(self) -> str:
        return f"PPO(lr={self.lr}, clip={self.clip}, epochs={self.epochs})"

    @property
    def settings(self) -> dict[str, Any]:
        """Return the arguments that made this strategy, as JSON values."""
        return {**super().settings, "clip": self.clip, "epochs": self.epochs}

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Take ``epochs`` steps; the first is REINFORCE's, since no ratio has moved from 1.

        Args:
            tokens: ``(B, T)`` int64 sequences, as returned by `ask`.
            rewards: ``(B,)`` rewards, higher is better, in the order of the trials.

        Returns:
            What the first step looked like.

        Raises:
            SettingError: ``rewards`` is not one finite number per sequence, or the learning
                rate is so large that the controller diverged.
        """
        with torch.no_grad():
            old = self.controller(tokens=tokens).log_probs  # P then, for the ratios
        first = self.gradient(tokens, rewards)
        self.apply(first)
        advantages = first.rewards - (first.stats.baseline or 0.0)
        for _ in range(self.epochs - 1):
            self.apply(self.clipped_gradient(tokens, old, advantages, first.stats))
        return first.stats

    def clipped_gradient(
        self, tokens: Tensor, old: Tensor, advantages: Tensor, stats: UpdateStats
    ) -> Gradients:
        """Return the gradient of a further step on a batch, of whose rewards the baseline knows.

        Args:
            tokens: ``(B, T)``, as told.
            old: ``(B, T)`` log-probabilities that they had before the first step.
            advantages: ``(B,)`` rewards minus the baseline of the first step.
            stats: What the first step looked like.
        """
        loss = self.clipped_loss(self.controller(tokens=tokens), old, advantages)
        # No rewards: the baseline has heard of them in the first step.
        return Gradients(gradients_of(loss, self.weights), advantages[:0], stats)

    def clipped_loss(self, rollout: Rollout, old: Tensor, advantages: Tensor) -> Tensor:
        """Return minus the clipped surrogate (Schulman et al., equation 7).

        Args:
            rollout: What the policy makes of the told tokens now.
            old: ``(B, T)`` log-probabilities that they had before the first step.
            advantages: ``(B,)`` rewards minus the baseline, of every decision of a sequence.
        """
        ratios = (rollout.log_probs - old).exp()  # (B, T), P now / P then
        clipped = ratios.clamp(1 - self.clip, 1 + self.clip)
        gains = advantages.to(ratios)[:, None]
        surrogate = torch.minimum(gains * ratios, gains * clipped)  # the worse of both
        return -surrogate.sum(1).mean()
