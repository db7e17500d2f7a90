"""The record of a simulated search: who trained what and when, and how late each gradient came."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasedu.searching.simulation.simulated_cluster import Cluster


class Stay(NamedTuple):
    """A machine works on a child for some time."""

    child: int  # number of the child, from 1
    machine: int  # from 1
    begin: float
    end: float
    is_lost: bool  # it failed before the child had ended


class Pushed(NamedTuple):
    """A gradient comes."""

    seconds: float
    replica: int  # from 1
    staleness: int  # steps of others since its weights were pulled


@dataclass
class Simulated:
    """A search on a simulated cluster; n children, in the order of asking.

    Attributes:
        cluster: Where.
        places: ``(n,)`` of the children in the table.
        replicas: ``(n,)`` who asked, from 1.
        ends: ``(n,)`` seconds when each child had ended.
        stays: What the machines did.
        pushes: The gradients, in order.
        shard_seconds: Seconds in which shards were busy, of all together.
        num_shards: Shards that hold anything.
        lost_steps: Steps of shards that were killed, since their last checkpoints.
    """

    cluster: Cluster
    places: NDArray[np.int64]
    replicas: NDArray[np.int64]
    ends: NDArray[np.float64]
    stays: list[Stay]
    pushes: list[Pushed]
    shard_seconds: float
    num_shards: int
    lost_steps: int

    def __repr__(self) -> str:
        return f"Simulated({len(self.places):,} children in {self.seconds:,.1f} s)"

    @property
    def seconds(self) -> float:
        """How long the search took."""
        return float(max(self.ends.max(), max((p.seconds for p in self.pushes), default=0.0)))

    @property
    def utilisation(self) -> float:
        """Share of the machines' time in which they trained children that were not lost."""
        useful = sum(stay.end - stay.begin for stay in self.stays if not stay.is_lost)
        return useful / (self.cluster.machines * self.seconds)

    @property
    def shard_utilisation(self) -> float:
        """Share of the shards' time in which they served replicas."""
        return self.shard_seconds / (self.num_shards * self.seconds)

    @cached_property
    def staleness(self) -> NDArray[np.int64]:
        """``(pushes,)`` how many steps late each gradient came, in order."""
        return np.array([push.staleness for push in self.pushes], dtype=np.int64)

    @property
    def num_unfinished(self) -> int:
        """Children that were asked for and have not ended."""
        return int((~np.isfinite(self.ends)).sum())

    @property
    def num_lost(self) -> int:
        """How often a child had to begin anew."""
        return sum(stay.is_lost for stay in self.stays)

    def time_to(self, values: NDArray[np.float64], goal: float) -> float:
        """Return when the first child as good as a goal had ended; infinite if none was.

        Args:
            values: ``(N,)`` of every place of the table, the higher the better.
            goal: The least value that counts.
        """
        good = values[self.places] >= goal
        return float(self.ends[good].min()) if good.any() else np.inf
