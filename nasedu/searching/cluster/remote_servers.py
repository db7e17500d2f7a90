"""Parameter servers on a cluster: each shard and each replica is an actor, a process of its own.

Replicas pull from shards and push to them without this process between. It only lets them, one
after the other, and keeps a copy of the shards as they are after each push: their checkpoint,
which the study has as well.

Ray runs a call once at most, and does not say whether a call that it lost was run. So both sides
can bear to be called again. A replica keeps nothing that is not in the call, and a shard takes a
push of one number once.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from torch import Generator, Tensor

from nasedu.controller import Reinforce, UpdateStats
from nasedu.controller.strategy import Gradients
from nasedu.errors import NaseduError, SettingError
from nasedu.searching.evaluator import reason_of
from nasedu.searching.parameter_servers import (
    Pulled,
    Replica,
    Shard,
    ShardedPolicy,
    split_gradients,
)
from nasedu.training import one_thread

TRIES = 5  # calls in a row that may be lost
PATIENCE = 180  # seconds for a call, whose process may have to start, which is importing torch


@dataclass(frozen=True)
class RemoteShards:
    """All shards, as a replica on the cluster sees them.

    Attributes:
        actors: Of `ShardActor`, in order.
        homes: Names of the tensors that each one holds.
    """

    actors: Sequence[Any]
    homes: Sequence[Sequence[str]]

    def pull(self) -> Sequence[Pulled]:
        """Return the whole policy, shard by shard."""
        import ray

        return ray.get([actor.pull.remote() for actor in self.actors])

    def push(self, replica: int, number: int, gradients: Gradients) -> Sequence[int]:
        """Push a gradient to all shards at once; return the versions that it met."""
        import ray

        parts = zip(self.actors, split_gradients(gradients, self.homes), strict=True)
        return ray.get([actor.push.remote(replica, number, part) for actor, part in parts])


class ShardActor(Shard):
    """A shard on the cluster, which begins as one is that stands elsewhere."""

    def __init__(self, state: dict[str, Any], *shard: Any) -> None:
        super().__init__(*shard)
        self.load_state_dict(state)


class ReplicaActor:
    """What a replica does on the cluster; it is told all that it has to know, each time.

    Args:
        number: Of the replica.
        strategy: Computes its gradients.
    """

    def __init__(self, number: int, strategy: Reinforce) -> None:
        self._replica = Replica(number, strategy, Generator())

    def ask(
        self, shards: RemoteShards, generator: Tensor, n: int, num_layers: int | None
    ) -> tuple[Tensor, Tensor, dict[str, Any]]:
        """Return tokens, the generator's state after drawing them, and what was pulled."""
        self._replica.generator.set_state(generator)
        with one_thread():
            tokens = self._replica.ask(shards, n, num_layers)
        return tokens, self._replica.generator.get_state(), self._replica.state_dict()

    def push(
        self, shards: RemoteShards, pulled: dict[str, Any], number: int, *batch: Tensor
    ) -> UpdateStats:
        """Push the gradient of a batch, tokens and rewards, of the policy that was pulled."""
        self._replica.load_state_dict(pulled)
        with one_thread():
            return self._replica.push(shards, number, *batch)


class RemoteReplica(Replica):
    """A replica whose work is done on the cluster. What it has pulled is known here, too."""

    def __init__(
        self, servers: RemoteServers, number: int, strategy: Reinforce, generator: Generator
    ) -> None:
        super().__init__(number, strategy, generator)
        self._servers = servers

    def ask(self, shards: Any, n: int, num_layers: int | None = None) -> Tensor:
        """Return tokens that the replica sampled there."""
        drawn = self.generator.get_state()
        tokens, state, pulled = self._servers.call(self, "ask", drawn, n, num_layers)
        self.generator.set_state(state)
        self.load_state_dict(pulled)
        return tokens

    def push(self, shards: Any, number: int, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Let the replica push there."""
        return self._servers.call(self, "push", self.state_dict(), number, tokens, rewards)


class RemoteServers:
    """The shards and replicas of one search; what is lost of them is made again.

    Args:
        ray: The module, connected.
        checkpoint: Shards as they are to begin with; kept as those on the cluster are.
    """

    def __init__(self, ray: Any, checkpoint: ShardedPolicy) -> None:
        self._ray, self._checkpoint = ray, checkpoint
        self._replicas: dict[int, Any] = {}
        self._shards = [self._make(shard) for shard in checkpoint.shards]

    def replica(self, number: int, strategy: Reinforce, generator: Generator) -> Replica:
        """Return a replica that works on the cluster."""
        return RemoteReplica(self, number, strategy, generator)

    def call(self, replica: Replica, method: str, *arguments: Any) -> Any:
        """Let a replica do something with the shards, and keep these as they are afterwards.

        Raises:
            SettingError: What the replica or a shard raised, or they are lost again and again.
        """
        failure = ""
        for _ in range(TRIES):
            try:
                return self._call(replica, method, arguments)
            except self._ray.exceptions.RayError as error:
                cause = getattr(error, "cause", None)
                if isinstance(cause, NaseduError):
                    raise SettingError(str(cause)) from None
                failure = reason_of(error)
            self._mend(replica.number)
        raise SettingError(
            f"the parameter servers were lost {TRIES} times in a row ({failure}); what is finished "
            "is kept: look at `ray status`, and resume"
        )

    def close(self) -> None:
        """End all processes of these servers."""
        for actor in [*self._shards, *self._replicas.values()]:
            with suppress(Exception):  # the cluster itself may be gone
                self._ray.kill(actor)

    def _call(self, replica: Replica, method: str, arguments: tuple[Any, ...]) -> Any:
        if replica.number not in self._replicas:
            make = self._ray.remote(ReplicaActor).options(num_cpus=0)
            self._replicas[replica.number] = make.remote(replica.number, replica.strategy)
        actor = self._replicas[replica.number]
        shards = RemoteShards(self._shards, self._checkpoint.homes)
        answer = self._get(getattr(actor, method).remote(shards, *arguments))
        if method == "push":
            # A shard that is lost before this has to be pushed again, and so belongs to the call.
            states = self._get([shard.state_dict.remote() for shard in self._shards])
            for shard, state in zip(self._checkpoint.shards, states, strict=True):
                shard.load_state_dict(state)
        return answer

    def _mend(self, number: int) -> None:
        """Make again what was lost: a shard from its checkpoint, a replica from nothing."""
        if (replica := self._replicas.pop(number, None)) is not None:
            self._ray.kill(replica)
        for place, shard in enumerate(self._shards):
            try:
                self._get(shard.pull.remote())
            except self._ray.exceptions.RayError:
                self._ray.kill(shard)
                self._shards[place] = self._make(self._checkpoint.shards[place])

    def _make(self, shard: Shard) -> Any:
        """Return a shard on the cluster that is as one here."""
        make = self._ray.remote(ShardActor).options(num_cpus=0)
        weights = {name: weight.detach().clone() for name, weight in shard.weights.items()}
        parts = weights, shard.lr, shard.baseline_decay, shard.accumulate
        return make.remote(shard.state_dict(), *parts)

    def _get(self, what: Any) -> Any:
        return self._ray.get(what, timeout=PATIENCE)
