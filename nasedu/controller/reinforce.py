"""REINFORCE: how the controller learns (Zoph & Le 2016, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor
from torch.optim import Optimizer

from nasedu.controller.controller import Controller, Rollout
from nasedu.controller.strategy import Gradients, UpdateStats, check_rewards
from nasedu.errors import SettingError
from nasedu.optimizer_state import optimizer_tensors, put_optimizer_tensors
from nasedu.values import Fraction, Positive, checked

ADAM = "adam"  # begins the names of the optimiser's state
DIVERGED = 1e6  # norm of the weights, which start at about 7, beyond which nothing is learned


class Reinforce:
    """Policy gradient with a moving-average baseline, by Adam.

    The gradient is the mean over the batch of (R - b) * grad log P(tokens). The baseline b
    is an exponential moving average of the rewards of earlier architectures. Where the paper
    is silent: the average forgets 5 % with every architecture, and starts at the mean of the
    first batch.

    Args:
        controller: The policy, which this object trains.
        lr: Learning rate of Adam. The paper's 6e-4 is for 12,800 children; a search of a
            hundred needs far more.
        baseline_decay: Share of the baseline that is kept at each reward.
    """

    name: ClassVar[str] = "reinforce"

    def __init__(
        self, controller: Controller, lr: float = 6e-4, baseline_decay: float = 0.95
    ) -> None:
        checked(lr, Positive, "lr", SettingError)
        checked(baseline_decay, Fraction, "baseline_decay", SettingError)
        self.controller = controller
        self.weights = dict(controller.named_parameters())  # as they are, not copied
        self.lr = lr
        self.baseline_decay = baseline_decay
        self.baseline: float | None = None  # until the first batch, whose mean it starts at
        self.optimizer = torch.optim.Adam(controller.parameters(), lr=lr, fused=True)

    def __repr__(self) -> str:
        return f"Reinforce(lr={self.lr}, baseline_decay={self.baseline_decay})"

    @property
    def settings(self) -> dict[str, Any]:
        """Return the arguments that made this strategy, as JSON values."""
        return {
            "lr": self.lr,
            "baseline_decay": self.baseline_decay,
            "hidden_size": self.controller.hidden_size,
            "num_layers": self.controller.num_layers,
        }

    @torch.no_grad()
    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Sample ``(n, T)`` tokens from the policy."""
        return self.controller(n, num_layers=num_layers, generator=generator).tokens

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Take one policy-gradient step (section 3.2): its gradient, applied at once.

        Args:
            tokens: ``(B, T)`` int64 sequences, as returned by `ask`.
            rewards: ``(B,)`` rewards, higher is better, in the order of the trials.

        Raises:
            SettingError: ``rewards`` is not one finite number per sequence, or the learning
                rate is so large that the controller diverged.
        """
        gradients = self.gradient(tokens, rewards)
        self.apply(gradients)
        return gradients.stats

    def gradient(self, tokens: Tensor, rewards: Tensor) -> Gradients:
        """Return the policy gradient of a batch, and leave the policy as it is.

        Args:
            tokens: ``(B, T)`` int64 sequences, as returned by `ask`.
            rewards: ``(B,)`` rewards, higher is better, in the order of the trials.

        Raises:
            SettingError: ``rewards`` is not one finite number per sequence.
        """
        rewards = check_rewards(tokens, rewards)
        baseline = float(rewards.mean()) if self.baseline is None else self.baseline
        rollout = self.controller(tokens=tokens)  # scored again: `ask` kept no graph
        loss = self.loss(rollout, rewards - baseline)
        by_name = gradients_of(loss, self.weights)
        stats = UpdateStats(
            mean_reward=float(rewards.mean()),
            baseline=baseline,
            loss=loss.item(),
            entropy=rollout.entropies.sum(1).mean().item(),
            gradient_norm=norm_of(g for g in by_name.values() if g is not None),
            probabilities=tuple(tuple(p.mean(0).tolist()) for p in rollout.probabilities),
        )
        return Gradients(by_name, rewards, stats)

    def apply(self, gradients: Gradients) -> None:
        """Take a step along gradients, and let their rewards move the baseline.

        The gradients may come from elsewhere, and from an older policy than this one.

        Raises:
            SettingError: The learning rate is so large that the controller diverged.
        """
        take_step(self.optimizer, self.weights, gradients.by_name)
        check_norm(norm_of(self.weights.values()), self.lr)
        self.baseline = baseline_after(self.baseline, gradients.rewards, self.baseline_decay)

    @staticmethod
    def loss(rollout: Rollout, advantages: Tensor) -> Tensor:
        """Return the scalar whose gradient is minus the policy gradient.

        Args:
            rollout: ``(B, T)`` log-probabilities of the told tokens.
            advantages: ``(B,)`` rewards minus the baseline. Every token of a sequence gets
                the same one: there is no reward before the end.
        """
        return -(advantages.to(rollout.log_probs) * rollout.log_probs.sum(1)).mean()

    def state_dict(self) -> dict[str, Any]:
        """Return weights, Adam's moments and step counts, and the baseline."""
        state: dict[str, Any] = {"baseline": self.baseline}
        for name, weights in self.controller.state_dict().items():
            state[f"controller.{name}"] = weights
        return state | optimizer_tensors(self.optimizer, self.weights, ADAM)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.baseline = checked(state["baseline"], float | None, "baseline")
        weights = {k.removeprefix("controller."): v for k, v in state.items() if "controller." in k}
        self.controller.load_state_dict(weights)
        put_optimizer_tensors(self.optimizer, self.weights, ADAM, state)


def baseline_after(baseline: float | None, rewards: Tensor, decay: float) -> float | None:
    """Return the moving average of rewards after further ones, ``(B,)``, one after the other.

    Args:
        baseline: As it was; None if there has been no reward: the first batch is compared with
            its own mean.
        rewards: None of them leaves the baseline as it is.
        decay: Share of the baseline that is kept at each reward.
    """
    if baseline is None and len(rewards):
        baseline = float(rewards.mean())
    for reward in rewards.tolist():
        baseline = decay * (baseline or 0.0) + (1 - decay) * reward
    return baseline


def gradients_of(loss: Tensor, weights: Mapping[str, Tensor]) -> dict[str, Tensor | None]:
    """Return the gradient of a loss by the weights' names; None where it does not use one."""
    for weight in weights.values():  # None, not zeros: so what the loss leaves out is told apart
        weight.grad = None
    loss.backward()
    return {name: weight.grad for name, weight in weights.items()}


def take_step(
    optimizer: Optimizer, weights: Mapping[str, Tensor], by_name: Mapping[str, Tensor | None]
) -> None:
    """Let an optimiser take one step along gradients by name.

    Where there is none, None and not zeros, the weight keeps its moments and its count of steps:
    heads of layers that a shallow child has not do not drift on.
    """
    for name, weight in weights.items():
        weight.grad = by_name[name]
    optimizer.step()


@torch.no_grad()
def norm_of(tensors: Iterable[Tensor]) -> float:
    """Return the Euclidean norm of all numbers together."""
    return float(torch.cat([tensor.flatten() for tensor in tensors]).norm())


def check_norm(norm: float, lr: float) -> None:
    """Raise `SettingError` if weights of this Euclidean norm can have learned nothing."""
    if not norm < DIVERGED:
        raise SettingError(f"the controller diverged: lr is {lr}; choose a smaller learning rate")
