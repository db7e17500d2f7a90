"""The machines of a simulated cluster: when a child that begins now will have ended."""

from __future__ import annotations

from bisect import bisect_right
from math import inf

import numpy as np

from nasedu.searching.simulation.simulated_cluster import Cluster

Stretch = tuple[float, float, bool]  # begin, end, whether the child was lost


class Machines:
    """Computes what the machines do, without waiting: nothing but their own luck decides it.

    Args:
        cluster: What there is.
        luck: Decides who is slow and when a machine fails.
    """

    def __init__(self, cluster: Cluster, luck: np.random.Generator) -> None:
        self.cluster, self.luck = cluster, luck
        slow = round(cluster.slow_machines * cluster.machines)
        self.slow = frozenset(luck.permutation(cluster.machines)[:slow].tolist())  # from 0
        self._kills = {k.number - 1: cluster.killed("machine", k.number) for k in cluster.kills}

    def train(self, machine: int, now: float, seconds: float) -> list[Stretch]:
        """Return the stretches of time in which a machine works on one child.

        Every one but the last is cut off by a failure, after which the child begins anew.

        Args:
            machine: Which, from 0.
            now: When it begins.
            seconds: How long the child trains on a usual machine.
        """
        needed = seconds * self.cluster.slowdown
        needed *= self.cluster.slow_by if machine in self.slow else 1.0
        stretches: list[Stretch] = []
        while (cut := self._next_failure(machine, now)) < now + needed:
            stretches.append((now, cut, True))
            now = cut + self.cluster.restart
        return [*stretches, (now, now + needed, False)]

    def _next_failure(self, machine: int, now: float) -> float:
        mean = self.cluster.mean_life
        chance = now + self.luck.exponential(mean) if mean else inf
        kills = self._kills.get(machine, [])
        after = bisect_right(kills, now)
        return min(chance, kills[after] if after < len(kills) else inf)
