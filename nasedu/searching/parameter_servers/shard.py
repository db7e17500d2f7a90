"""The parameter shard: it holds some tensors of the policy, and takes Adam's steps for them.

A shard knows nothing of the others. So no shard sees the whole gradient: a strategy that clipped
it by its norm would need the norm from whoever sends it. `Reinforce` does not clip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from nasedu.controller.reinforce import ADAM, baseline_after, check_norm, norm_of, take_step
from nasedu.controller.strategy import Gradients
from nasedu.optimizer_state import optimizer_tensors, put_optimizer_tensors
from nasedu.values import checked

WEIGHTS, SUM = "controller", "sum"  # begin the names of a shard's tensors in its state


@dataclass(frozen=True, eq=False)
class Pulled:
    """What a shard hands out: its part of the policy as it is now.

    Attributes:
        version: How many steps the shard has taken.
        weights: By name. They are never changed, so that everybody may keep them.
        baseline: That of the first shard; of others None.
    """

    version: int
    weights: Mapping[str, Tensor]
    baseline: float | None = None


class Shard:
    """Holds tensors of the policy; replicas pull them, and push gradients for them.

    A step is taken as soon as ``accumulate`` gradients have come, whoever sent them and however
    old the weights were that they are of. Every push has a number, and a shard remembers the last
    one of each replica. So a push may be sent again by who does not know whether it arrived.

    The first shard also holds the baseline, one more number that all replicas use. Its pushes
    alone carry rewards.

    Args:
        weights: By name; the shard changes them in place.
        lr: Learning rate of Adam.
        baseline_decay: Share of the baseline that is kept at each reward.
        accumulate: Gradients that make a step, along their mean. The paper says that 10 of them
            are accumulated for cells, not whether as sum or mean.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        lr: float,
        baseline_decay: float,
        accumulate: int,
    ) -> None:
        self.weights = dict(weights)
        self.lr, self.baseline_decay, self.accumulate = lr, baseline_decay, accumulate
        self.optimizer = torch.optim.Adam(self.weights.values(), lr=lr, fused=True)
        self.baseline: float | None = None
        self.version = 0  # steps taken
        self._met: dict[int, tuple[int, int]] = {}  # of a replica: its last push, what that met
        self._waiting = 0  # gradients that have come since the last step
        self._sums: dict[str, Tensor] = {}  # of these
        self._copy: dict[str, Tensor] | None = None  # of the weights, until they change

    def __repr__(self) -> str:
        return f"Shard({len(self.weights)} tensors, version {self.version})"

    def pull(self) -> Pulled:
        """Return a copy of the weights, with the version that they are of."""
        if self._copy is None:
            self._copy = {name: weight.detach().clone() for name, weight in self.weights.items()}
        return Pulled(self.version, self._copy, self.baseline)

    def push(self, replica: int, number: int, gradients: Gradients) -> int:
        """Take a gradient, once; return the version that it met.

        Args:
            replica: Who sends it.
            number: Counts the replica's pushes from 1. One that came before, or is older than
                one that came, changes nothing.
            gradients: Of this shard's tensors, see `split_gradients`.

        Raises:
            SettingError: The learning rate is so large that the controller diverged.
        """
        last, met = self._met.get(replica, (0, self.version))
        if number <= last:
            return met
        self._met[replica] = (number, self.version)
        self.baseline = baseline_after(self.baseline, gradients.rewards, self.baseline_decay)
        self._gather(gradients.by_name)
        if self._waiting == self.accumulate:
            self._step()
        return self._met[replica][1]

    def _gather(self, by_name: Mapping[str, Tensor | None]) -> None:
        """Add a gradient to those that wait; None, of what a batch did not use, adds nothing."""
        self._waiting += 1
        for name, gradient in by_name.items():
            if gradient is not None:
                before = self._sums.get(name)
                self._sums[name] = gradient if before is None else before + gradient

    def _step(self) -> None:
        """Take one step along the mean of what waits."""
        mean = {name: total / self._waiting for name, total in self._sums.items()}
        take_step(self.optimizer, self.weights, {name: mean.get(name) for name in self.weights})
        check_norm(norm_of(self.weights.values()), self.lr)
        self.version += 1
        self._waiting, self._sums, self._copy = 0, {}, None

    def state_dict(self) -> dict[str, Any]:
        """Return all that changes: weights, moments, what waits, and the last pushes."""
        met = {str(replica): list(pair) for replica, pair in self._met.items()}
        return {
            "baseline": self.baseline,
            "version": self.version,
            "waiting": self._waiting,
            "met": met,
            **{f"{WEIGHTS}.{name}": weight for name, weight in self.weights.items()},
            **{f"{SUM}.{name}": total for name, total in self._sums.items()},
            **optimizer_tensors(self.optimizer, self.weights, ADAM),
        }

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned; tensors of other shards are passed over."""
        self.baseline = checked(state["baseline"], float | None, "baseline")
        self.version = checked(state["version"], int, "version")
        self._waiting = checked(state["waiting"], int, "waiting")
        met = checked(state["met"], dict[str, tuple[int, int]], "met")
        self._met = {int(replica): pair for replica, pair in met.items()}
        sums = {name: state.get(f"{SUM}.{name}") for name in self.weights}
        self._sums = {name: total.clone() for name, total in sums.items() if total is not None}
        for name, weight in self.weights.items():
            weight.copy_(state[f"{WEIGHTS}.{name}"])
        moments = {k: v for k, v in state.items() if k.startswith(f"{ADAM}.")}
        own = {k: v for k, v in moments.items() if _weight_of(k) in self.weights}
        put_optimizer_tensors(self.optimizer, self.weights, ADAM, own)
        self._copy = None


def _weight_of(key: str) -> str:
    """Return the name of the weight that a tensor of Adam's belongs to."""
    return key.removeprefix(f"{ADAM}.").rpartition(".")[0]


def deal_out(weights: Mapping[str, Tensor], shards: int) -> list[list[str]]:
    """Return the names of the tensors that each shard holds, of all about as many numbers.

    The largest tensor goes first, each to the shard that has the fewest numbers so far. Shards
    that would hold nothing are left out.
    """
    homes: list[list[str]] = [[] for _ in range(min(shards, len(weights)))]
    filled = [0] * len(homes)
    for name in sorted(weights, key=lambda name: (-weights[name].numel(), name)):
        home = filled.index(min(filled))
        homes[home].append(name)
        filled[home] += weights[name].numel()
    return homes


def split_gradients(gradients: Gradients, homes: Sequence[Sequence[str]]) -> list[Gradients]:
    """Return the part of a gradient that each shard is pushed; the first has the rewards."""
    return [
        replace(
            gradients,
            by_name={name: gradients.by_name[name] for name in home},
            rewards=gradients.rewards if place == 0 else gradients.rewards[:0],
        )
        for place, home in enumerate(homes)
    ]
