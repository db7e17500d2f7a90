"""The simulation: real shards and replicas, whose children take the time of a table.

Nobody waits for anything here. The clock jumps from one event to the next (SimPy keeps it): a child
is looked up when it is asked for, and its end is put on the line of time as far ahead as its
recorded training took. Syne Tune simulates tuning in the same way (Salinas et al. 2022), and adds
the seconds that its own decisions really take. Here these are a number of the cluster, so that a
simulation gives the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from copy import deepcopy
from math import inf
from typing import Any, Protocol

import numpy as np
import simpy
import torch
from numpy.typing import NDArray

from nasedu.controller import ParameterServers, Reinforce
from nasedu.controller.strategy import Gradients, UpdateStats
from nasedu.errors import SettingError
from nasedu.searching.many import Lookup
from nasedu.searching.parameter_servers import Replica, ShardedPolicy, replica_seed
from nasedu.searching.parameter_servers.stacked_replicas import propose_together
from nasedu.searching.simulation.doors import Doors
from nasedu.searching.simulation.failures import Machines
from nasedu.searching.simulation.history import Pushed, Simulated, Stay
from nasedu.searching.simulation.simulated_cluster import Cluster
from nasedu.training import one_thread

MOST = 256  # replicas in one call: their weights need about 100 MB


class TimedLookup(Lookup, Protocol):
    """Knows rewards and training times of a whole space: a `TabularEvaluator`."""

    def seconds(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how long the children at places ``(...)`` trained; NaN if that is not known."""
        ...


def simulate(
    cluster: Cluster,
    make: Callable[[int], Reinforce],
    table: TimedLookup,
    *,
    trials: int,
    seeds: Sequence[int] = (0,),
    on_push: Callable[[int], object] | None = None,
) -> list[Simulated]:
    """Search on a simulated cluster, once for each seed.

    The controllers really learn, by the shards and replicas of a real search. Replicas that are
    to sample at the same moment, and those of other seeds, do so in one call.

    Args:
        cluster: Where.
        make: From a seed to a fresh strategy.
        table: Answers for the children.
        trials: Children of each search.
        seeds: One search each. A seed also decides which machines are slow, and when they fail.
        on_push: Called after each push with the number of children that it is of.

    Raises:
        SettingError: The table does not know how long a child trains.
    """
    runs = [_Run(cluster, make(seed), table, trials, seed, on_push) for seed in seeds]
    with one_thread():
        while asking := [asked for run in runs for asked in run.until_somebody_asks()]:
            for n in sorted({n for _, n, _ in asking}):
                own = [asked for asked in asking if asked[1] == n]
                for start in range(0, len(own), MOST):
                    _answer(own[start : start + MOST], n, table)
    return [run.result() for run in runs]


Asked = tuple[Replica, int, simpy.Event]  # who, how many children, and where the answer goes
Steps = Generator[simpy.Event, Any, None]


def _answer(asking: Sequence[Asked], n: int, table: TimedLookup) -> None:
    """Let replicas sample ``n`` children each, in one call, and hand each its own."""
    tokens, gradients = propose_together([one for one, *_ in asking], n, table.rewards)
    for (*_, answer), row, gradient in zip(asking, tokens, gradients, strict=True):
        answer.succeed((row, gradient))


class _Run:
    """One search: its replicas are processes on a clock that jumps."""

    def __init__(
        self,
        cluster: Cluster,
        strategy: Reinforce,
        table: TimedLookup,
        trials: int,
        seed: int,
        on_push: Callable[[int], object] | None,
    ) -> None:
        self.cluster, self.table, self.trials, self.on_push = cluster, table, trials, on_push
        self.clock = simpy.Environment()
        gathered = cluster.replicas if cluster.waits else cluster.accumulate
        servers = ParameterServers(cluster.shards, cluster.replicas, gathered)
        self.shards = ShardedPolicy.of(strategy, servers)
        self.doors = Doors(self.shards, cluster, lambda: self.clock.now)
        self.machines = Machines(cluster, np.random.default_rng(seed))
        self.stepped = self.clock.event()  # happens with the next step of the shards
        self.places: list[int] = []
        self.owners: list[int] = []
        self.ends: list[float] = []
        self.stays: list[Stay] = []
        self.pushes: list[Pushed] = []
        self._asking: list[Asked] = []
        shared = deepcopy(strategy)
        for number in range(1, cluster.replicas + 1):
            source = torch.Generator().manual_seed(replica_seed(seed, number))
            self.clock.process(self._replica(Replica(number, shared, source)))

    def until_somebody_asks(self) -> Iterator[Asked]:
        """Let time go on; yield all replicas that are to sample at the first such moment."""
        moment = inf
        while self.clock.peek() <= moment and self.clock.peek() < inf:
            self.clock.step()
            if self._asking:
                moment = self.clock.now
        asking, self._asking = self._asking, []
        yield from asking

    def _replica(self, replica: Replica) -> Steps:
        """Pull, sample, wait for the children, push: over and over (section 3.2)."""
        clock, number = self.clock, 0
        while (n := min(self.cluster.children, self.trials - len(self.places))) > 0:
            number += 1
            first = len(self.places)
            self.places += [-1] * n  # the numbers are taken
            self.owners += [replica.number] * n
            self.ends += [inf] * n
            pulled, wait = self.doors.pull()
            replica.pull(pulled)
            yield clock.timeout(wait)
            answer = clock.event()
            self._asking.append((replica, n, answer))
            tokens, gradients = yield answer
            yield clock.timeout(self.cluster.deciding)
            ended = self._train(replica, first, self.table.places(tokens))
            yield clock.timeout(ended - clock.now)
            yield clock.timeout(self._absence(replica.number))
            if gradients is not None or self.cluster.waits:  # who waits, waits for a failure too
                yield from self._push(replica, number, gradients or self._nothing())
            if self.on_push:
                self.on_push(n)

    def _train(self, replica: Replica, first: int, places: NDArray[np.int64]) -> float:
        """Put the children of a batch on the replica's machines; return when the last ends."""
        seconds = self.table.seconds(places)
        if np.isnan(seconds).any():
            raise SettingError("the table does not know how long a child trains; finish it first")
        for i, (place, needed) in enumerate(zip(places.tolist(), seconds.tolist(), strict=True)):
            machine = (replica.number - 1) * self.cluster.children + i
            stretches = self.machines.train(machine, self.clock.now, needed)
            self.stays += [Stay(first + i + 1, machine + 1, *stretch) for stretch in stretches]
            self.places[first + i], self.ends[first + i] = place, stretches[-1][1]
        return max(self.ends[first : first + len(places)])

    def _absence(self, number: int) -> float:
        """Return how long a replica is away, if it was killed while its children trained."""
        now, restart = self.clock.now, self.cluster.restart
        back = [killed + restart for killed in self.cluster.killed("replica", number)]
        return max([0.0, *(end - now for end in back if end - restart <= now < end)])

    def _push(self, replica: Replica, number: int, gradients: Gradients) -> Steps:
        """Push; where all wait for all, go on after the step."""
        before, stepped = self.shards.shards[0].version, self.stepped
        met, wait = self.doors.push(replica.number, number, gradients)
        self.pushes.append(Pushed(self.clock.now, replica.number, replica.staleness(met)))
        if self.shards.shards[0].version > before:
            self.stepped = self.clock.event()
            stepped.succeed()
        yield self.clock.timeout(wait)
        if self.cluster.waits:
            yield stepped

    def _nothing(self) -> Gradients:
        """Return a gradient that changes nothing, and counts as one."""
        names = [name for home in self.doors.homes for name in home]
        return Gradients(dict.fromkeys(names), torch.empty(0), UpdateStats(0.0))

    def result(self) -> Simulated:
        """Return what was found, and when."""
        return Simulated(
            self.cluster,
            np.array(self.places),
            np.array(self.owners),
            np.array(self.ends),
            self.stays,
            self.pushes,
            self.doors.busy,
            len(self.shards.shards),
            self.doors.lost_steps,
        )
