"""The doors of the shards: what replicas pull and push there takes time, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from nasedu.controller.strategy import Gradients
from nasedu.searching.parameter_servers import Pulled, Shard, ShardedPolicy, split_gradients
from nasedu.searching.simulation.simulated_cluster import Cluster

BYTES = 4  # of a number


class Doors:
    """Lets replicas at real shards, and says when they will have been served.

    A shard serves whoever comes first. So what it does can be done when somebody comes, and all
    that is left is to wait: nobody who comes later changes it.

    Args:
        shards: Real ones.
        cluster: How fast they are, and which are killed.
        now: Reads the simulated clock.
    """

    def __init__(self, shards: ShardedPolicy, cluster: Cluster, now: Callable[[], float]) -> None:
        self.shards, self.cluster, self._now = shards, cluster, now
        self.homes = shards.homes
        own = [sum(w.numel() for w in shard.weights.values()) for shard in shards.shards]
        self._service = [BYTES * numbers / cluster.bandwidth for numbers in own]
        self._free = [0.0] * len(own)  # when each shard will have served who came so far
        self._kills = [cluster.killed("shard", n) for n in range(1, len(own) + 1)]
        self._kept: dict[int, dict[str, Any]] = {}  # last checkpoints, of those to be killed
        for i in range(len(own)):
            self._keep(i)
        self.busy = 0.0  # seconds of all shards together
        self.lost_steps = 0

    def pull(self) -> tuple[tuple[Pulled, ...], float]:
        """Return the policy, and the seconds until all shards have sent their part."""
        wait = self._serve()
        return self.shards.pull(), wait

    def push(
        self, replica: int, number: int, gradients: Gradients
    ) -> tuple[tuple[int, ...], float]:
        """Push a gradient; return the versions met, and the seconds until all shards have it."""
        wait = self._serve()
        met = []
        for i, part in enumerate(split_gradients(gradients, self.homes)):
            shard = self.shards.shards[i]
            before = shard.version
            met.append(shard.push(replica, number, part))
            is_due = shard.version > before and shard.version % self.cluster.checkpoint == 0
            if is_due or self.cluster.waits:  # what all wait for must not be lost
                self._keep(i)
        return tuple(met), wait

    def _serve(self) -> float:
        """Queue a message at every shard; return the seconds until the last answer is there."""
        arrives = self._now() + self.cluster.latency
        for i, seconds in enumerate(self._service):
            while self._kills[i] and self._kills[i][0] <= arrives:
                self._restart(i, self.shards.shards[i])
            self._free[i] = max(self._free[i], arrives) + seconds
            self.busy += seconds
        return max(self._free) + self.cluster.latency - self._now()

    def _keep(self, i: int) -> None:
        if self._kills[i]:
            self._kept[i] = deepcopy(self.shards.shards[i].state_dict())

    def _restart(self, i: int, shard: Shard) -> None:
        """Let a shard that was killed come back as its last checkpoint."""
        killed, before = self._kills[i].pop(0), shard.version
        shard.load_state_dict(deepcopy(self._kept[i]))
        self.lost_steps += before - shard.version
        self._free[i] = max(self._free[i], killed) + self.cluster.restart
