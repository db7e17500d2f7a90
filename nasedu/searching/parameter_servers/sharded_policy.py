"""The shards of one process: what a replica pulls from and pushes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from torch import Tensor

from nasedu.controller.reinforce import Reinforce
from nasedu.controller.servers import ParameterServers
from nasedu.controller.strategy import Gradients
from nasedu.errors import SettingError
from nasedu.searching.parameter_servers.shard import Pulled, Shard, deal_out, split_gradients
from nasedu.values import checked

PLAIN = ("baseline", "version", "waiting", "met")  # what a shard's state has beside tensors


class ShardedPolicy:
    """All shards, as a study keeps them: one state, from which `Reinforce` can be restored too.

    Args:
        shards: In order; the first one holds the baseline.
    """

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.shards = tuple(shards)

    @classmethod
    def of(cls, strategy: Reinforce, servers: ParameterServers) -> Self:
        """Divide what a strategy has learned so far among shards, which train its own weights."""
        check_served(strategy)
        weights = strategy.weights
        made = [
            Shard(
                {name: weights[name] for name in home},
                strategy.lr,
                strategy.baseline_decay,
                servers.accumulate,
            )
            for home in deal_out(weights, servers.shards)
        ]
        for place, shard in enumerate(made):
            baseline = strategy.baseline if place == 0 else None
            shard.load_state_dict(
                {**shard.state_dict(), **strategy.state_dict(), "baseline": baseline}
            )
        return cls(made)

    def __repr__(self) -> str:
        return f"ShardedPolicy({len(self.shards)}, version {self.shards[0].version})"

    @property
    def homes(self) -> list[list[str]]:
        """Names of the tensors that each shard holds."""
        return [list(shard.weights) for shard in self.shards]

    def pull(self) -> tuple[Pulled, ...]:
        """Return the whole policy, shard by shard."""
        return tuple(shard.pull() for shard in self.shards)

    def push(self, replica: int, number: int, gradients: Gradients) -> tuple[int, ...]:
        """Push a gradient to all shards, as `Shard.push`; return the versions that it met."""
        parts = split_gradients(gradients, self.homes)
        return tuple(
            shard.push(replica, number, part)
            for shard, part in zip(self.shards, parts, strict=True)
        )

    def hand_back(self, strategy: Reinforce) -> None:
        """Let a strategy know all that was learned."""
        strategy.load_state_dict(self.state_dict())

    def state_dict(self) -> dict[str, Any]:
        """Return the states of all shards, their tensors side by side."""
        states = [shard.state_dict() for shard in self.shards]
        tensors = {k: v for state in states for k, v in state.items() if isinstance(v, Tensor)}
        plain = [{name: state[name] for name in PLAIN} for state in states]
        return {"baseline": self.shards[0].baseline, "shards": plain, **tensors}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        plain = checked(state["shards"], tuple[dict[str, Any], ...], "shards")
        for shard, own in zip(self.shards, plain, strict=True):
            shard.load_state_dict({**state, **own})


def check_served(strategy: Any) -> None:
    """Raise `SettingError` unless a strategy's gradients can be applied elsewhere."""
    if type(strategy) is not Reinforce:
        raise SettingError(
            f"strategy is {strategy!r:.60}; expected 'reinforce' with parameter servers: others "
            "do not learn by one gradient from each batch"
        )
