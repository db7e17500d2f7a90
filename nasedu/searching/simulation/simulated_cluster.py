"""The simulated cluster: who is in it, how long things take there, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from nasedu.errors import SettingError
from nasedu.values import Bounds, Count, Fraction, NotNegative, Positive, Value

Victim = Literal["machine", "replica", "shard"]


@dataclass(frozen=True, slots=True)
class Kill(Value):
    """Something that ends without a warning, and is started again.

    A machine loses the child that it trains, which is trained again under the same number. A
    replica is late with its gradient: its children go on, and what it had pulled is recorded. A
    shard comes back as its last checkpoint, and the steps since then are lost.

    Args:
        seconds: When, since the search began.
        what: ``"machine"``, ``"replica"`` or ``"shard"``.
        number: Which of them, from 1. Those of replica r are the m machines from
            ``(r - 1) * m + 1``.
    """

    seconds: NotNegative
    what: Victim
    number: Count


@dataclass(frozen=True, slots=True)
class Cluster(Value):
    """A cluster as in figure 3 of the paper, on which each child has a machine of its own.

    Args:
        shards: Parameter shards, S.
        replicas: Replicas of the controller, K.
        children: Children that a replica trains at a time, m; so there are K times m machines.
        accumulate: Gradients that make a step.
        waits: Whether all replicas wait until every one of them has pushed, and one step follows
            the mean of all gradients: the synchronous search of the same machines.
        slowdown: How many times as long children train as their record says.
        deciding: Seconds in which a replica samples, and differentiates, a batch.
        latency: Seconds that a message is on its way.
        bandwidth: Bytes a second that a shard can take or give; it serves one replica at a time.
        slow_machines: Share of the machines that are stragglers.
        slow_by: How many times as long a straggler takes.
        mean_life: Mean seconds after which a machine fails while it trains; 0: never.
        restart: Seconds until what has failed is there again.
        checkpoint: Steps from one checkpoint of a shard to the next.
        kills: What else fails, and when.
    """

    shards: Count = 20
    replicas: Count = 100
    children: Count = 8
    accumulate: Count = 1
    waits: bool = False
    slowdown: Positive = 1.0
    deciding: NotNegative = 0.02
    latency: NotNegative = 0.0005
    bandwidth: Positive = 1e9
    slow_machines: Fraction = 0.0
    slow_by: Annotated[float, Bounds(at_least=1)] = 3.0
    mean_life: NotNegative = 0.0
    restart: NotNegative = 1.0
    checkpoint: Count = 10
    kills: tuple[Kill, ...] = ()

    def _check(self) -> None:
        there = {"machine": self.machines, "replica": self.replicas, "shard": self.shards}
        for kill in self.kills:
            if kill.number > there[kill.what]:
                raise SettingError(
                    f"{kill.what} {kill.number} is to be killed; expected 1 to {there[kill.what]}"
                )

    @property
    def machines(self) -> int:
        """Machines that train children."""
        return self.replicas * self.children

    def killed(self, what: Victim, number: int) -> list[float]:
        """Return when one of them is killed, in order."""
        own = [k.seconds for k in self.kills if (k.what, k.number) == (what, number)]
        return sorted(own)


PAPER_NETWORKS = Cluster()
"""Section 4.1: 20 shards, 100 replicas of 8 children, 800 GPUs at a time."""

PAPER_CELLS = Cluster(shards=20, replicas=400, children=1, accumulate=10)
"""Section 4.2: 20 shards, 400 replicas of one child, 400 CPUs; a step after 10 gradients."""
