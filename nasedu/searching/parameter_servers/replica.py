"""The replica: a copy of the controller that samples children and sends back a gradient."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from torch import Generator, Tensor

from nasedu.controller.reinforce import Reinforce
from nasedu.controller.strategy import Gradients, UpdateStats
from nasedu.searching.parameter_servers.shard import WEIGHTS, Pulled
from nasedu.values import checked


class Served(Protocol):
    """All shards together, here or elsewhere."""

    def pull(self) -> Sequence[Pulled]:
        """Return the whole policy, shard by shard."""
        ...

    def push(self, replica: int, number: int, gradients: Gradients) -> Sequence[int]:
        """Push a gradient to all shards; return the versions that it met."""
        ...


class Replica:
    """Pulls the policy, samples children, and returns the gradient that their rewards give.

    While its children are trained the shards move on: its gradient is of the policy that it has
    pulled, and is applied to a newer one.

    Args:
        number: Counts replicas from 1.
        strategy: Samples and differentiates. Replicas of one process may share it: each puts in
            what it has pulled before it uses it.
        generator: Of its samples.
    """

    def __init__(self, number: int, strategy: Reinforce, generator: Generator) -> None:
        self.number, self.strategy, self.generator = number, strategy, generator
        self.versions: tuple[int, ...] = ()  # of each shard, when it was pulled
        self.weights: dict[str, Tensor] = {}  # pulled, by name
        self.baseline: float | None = None  # pulled

    def __repr__(self) -> str:
        return f"Replica({self.number}, versions {self.versions})"

    @property
    def policy(self) -> int:
        """Version of the policy that it has, the oldest of all shards."""
        return min(self.versions, default=0)

    def pull(self, pulled: Sequence[Pulled]) -> None:
        """Take over what all shards handed out, the first one first."""
        self.versions = tuple(part.version for part in pulled)
        self.weights = {name: w for part in pulled for name, w in part.weights.items()}
        self.baseline = pulled[0].baseline

    def ask(self, shards: Served, n: int, num_layers: int | None = None) -> Tensor:
        """Pull the policy, and return ``(n, T)`` tokens of children that it proposes."""
        self.pull(shards.pull())
        return self.sample(n, num_layers)

    def push(self, shards: Served, number: int, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Push the gradient of a batch to all shards; return what the update looked like.

        Args:
            shards: Where to.
            number: Counts the replica's pushes from 1: sent again, it changes nothing.
            tokens: ``(B, T)`` children that this replica sampled since it last pulled.
            rewards: ``(B,)`` of these.
        """
        gradients = self.gradient(tokens, rewards)
        met = shards.push(self.number, number, gradients)
        return replace(gradients.stats, staleness=self.staleness(met))

    def sample(self, n: int, num_layers: int | None = None) -> Tensor:
        """Return ``(n, T)`` tokens of children, drawn by the pulled policy."""
        self._use()
        return self.strategy.ask(n, generator=self.generator, num_layers=num_layers)

    def gradient(self, tokens: Tensor, rewards: Tensor) -> Gradients:
        """Return the gradient of the pulled policy, for ``(B, T)`` tokens and ``(B,)`` rewards."""
        self._use()
        return self.strategy.gradient(tokens, rewards)

    def staleness(self, met: Sequence[int]) -> int:
        """Return how many steps a gradient came late, at the shard where that is most.

        Args:
            met: Versions that it met, shard by shard.
        """
        return max(now - then for now, then in zip(met, self.versions, strict=True))

    def _use(self) -> None:
        """Put what was pulled into the strategy. Nothing is copied: nobody changes it."""
        for name, weight in self.strategy.weights.items():
            weight.data = self.weights[name]
        self.strategy.baseline = self.baseline

    def state_dict(self) -> dict[str, Any]:
        """Return what was pulled, of which the next gradient is."""
        weights = {f"{WEIGHTS}.{name}": weight for name, weight in self.weights.items()}
        return {"baseline": self.baseline, "versions": list(self.versions), **weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.baseline = checked(state["baseline"], float | None, "baseline")
        self.versions = checked(state["versions"], tuple[int, ...], "versions")
        weights = {k: v for k, v in state.items() if isinstance(v, Tensor)}
        self.weights = {name.removeprefix(f"{WEIGHTS}."): v for name, v in weights.items()}


def replica_seed(study_seed: int, number: int) -> int:
    """Return the seed of a replica's samples.

    The first one draws what a search without replicas draws; the others share nothing with it.
    """
    if number == 1:
        return study_seed
    digest = hashlib.sha256(f"nasedu replica {study_seed} {number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
