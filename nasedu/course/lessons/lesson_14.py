"""Lesson 14: many workers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nasedu.course.exercise import exercise

Events = Sequence[tuple[str, int]]
Deliveries = Sequence[tuple[int, int, float]]


@exercise(
    (np.array([[2.0, 4.0], [3.0, 3.0]]),),
    (np.array([[1.0, 1.0, 7.0], [2.0, 5.0, 3.0]]),),
    (np.array([[4.0], [9.0], [1.0]]),),
    (np.array([[5.0, 5.0, 1.0, 1.0]]),),
    mistakes={
        "That is the mean of the batches' shares; a batch that takes longer counts for more: "
        "divide the sum of all seconds by the time of all machines.": (
            lambda s: float((s.mean(1) / s.max(1)).mean())
        ),
        "That forgets that m machines wait: multiply the time of the batches by m.": (
            lambda s: float(s.sum() / s.max(1).sum())
        ),
        "That lets every batch take as long as the slowest child of all; take the slowest of each "
        "batch.": lambda s: float(s.mean() / s.max()),
        "That is the share in which they wait; take the rest.": (
            lambda s: float(1 - s.sum() / (s.shape[1] * s.max(1).sum()))
        ),
        "That adds up the slowest over the batches for each machine; take the slowest of each row, "
        "`.max(1)`.": lambda s: float(s.sum() / (s.shape[0] * s.max(0).sum())),
        "That is the fastest child of each batch; the replica waits for the slowest.": (
            lambda s: float(s.sum() / (s.shape[1] * s.min(1).sum()))
        ),
        "That is one over the share.": (lambda s: float(s.shape[1] * s.max(1).sum() / s.sum())),
    },
)
def share_at_work(seconds):
    """Return which share of their time m machines train, if a batch
    waits for its slowest child.

    Args:
        seconds: (B, m) how long each child trains, a row for each
            batch; one follows the other.
    """
    machines = seconds.shape[1]
    return seconds.sum() / (machines * seconds.max(1).sum())


def _late(events: Events, counts_own: bool = False, by_push: bool = False) -> list[int]:
    """Count the steps since each replica's last pull, or its last push."""
    version, then, late = 0, {}, []
    for what, replica in events:
        if what == "push":
            late.append(version - then.get(replica, 0) + counts_own)
            version += 1
        if what == ("push" if by_push else "pull"):
            then[replica] = version
    return late


def _events_between(events: Events) -> list[int]:
    """Count everything that happens between a pull and its push."""
    then, late = {}, []
    for place, (what, replica) in enumerate(events):
        if what == "pull":
            then[replica] = place
        else:
            late.append(place - then[replica] - 1)
    return late


def _others_at_work(events: Events) -> list[int]:
    """Count the other replicas that have pulled and not pushed."""
    busy, late = set(), []
    for what, replica in events:
        if what == "pull":
            busy.add(replica)
        else:
            busy.discard(replica)
            late.append(len(busy))
    return late


TWO = [("pull", 1), ("pull", 2), ("push", 1), ("pull", 1), ("push", 2), ("push", 1)]
THREE = [
    ("pull", 3), ("pull", 1), ("push", 1), ("pull", 2), ("pull", 1), ("push", 1), ("push", 2),
    ("pull", 1), ("push", 3), ("pull", 3), ("push", 1), ("push", 3),
]  # fmt: skip
LATER = [("pull", 1), ("push", 1), ("pull", 2), ("push", 2), ("pull", 2), ("push", 2)]


@exercise(
    (TWO,),
    (THREE,),
    (LATER,),
    mistakes={
        "That counts the gradient's own step; count the steps before it.": (
            lambda events: _late(events, counts_own=True)
        ),
        "That counts from the replica's last push; its weights are as old as its last pull.": (
            lambda events: _late(events, by_push=True)
        ),
        "That counts all steps so far; only those since the replica's pull make it late.": (
            lambda events: list(range(sum(what == "push" for what, _ in events)))
        ),
        "That counts pulls, too; a pull changes nothing.": _events_between,
        "That counts the replicas that are still at work; count the steps that were taken since "
        "the pull.": _others_at_work,
        "That returns one number; return one for each push, in order.": (
            lambda events: float(np.mean(_late(events)))
        ),
    },
)
def staleness(events):
    """Return for each push how many steps came between the replica's
    last pull and it.

    Args:
        events: ("pull", replica) and ("push", replica) in the order
            in which they happened. Every push is one step.
    """
    steps, pulled, late = 0, {}, []
    for what, replica in events:
        if what == "pull":
            pulled[replica] = steps
        else:
            late.append(steps - pulled[replica])
            steps += 1
    return late


def _once(deliveries: Deliveries, key: int | None = None) -> float:
    """Add up what comes first under the replica and the number, or under one field alone."""
    seen, total = set(), 0.0
    for message in deliveries:
        name = message[:2] if key is None else message[key]
        if name not in seen:
            seen.add(name)
            total += message[2]
    return total


def _not_twice_in_a_row(deliveries: Deliveries) -> float:
    pairs = zip([None, *deliveries[:-1]], deliveries, strict=True)
    return sum(message[2] for before, message in pairs if before != message)


AGAIN = [(1, 1, 0.5), (2, 1, 0.25), (1, 1, 0.5), (1, 2, 2.0), (2, 1, 0.25), (2, 2, 0.5)]


@exercise(
    (AGAIN,),
    ([(1, 1, 1.0), (1, 1, 1.0), (3, 1, 1.0), (3, 2, 1.0), (1, 2, 4.0), (1, 1, 1.0)],),
    ([(2, 1, 0.5), (2, 2, 0.5), (2, 3, 0.5)],),
    mistakes={
        "That counts a push twice if it comes twice.": lambda d: sum(g for *_, g in d),
        "That forgets the replica: two of them may each have a push number 1.": (
            lambda d: _once(d, 1)
        ),
        "That counts one push of each replica; a push with a new number is another gradient.": (
            lambda d: _once(d, 0)
        ),
        "That tells pushes apart by their gradient; two of them may be equal.": (
            lambda d: _once(d, 2)
        ),
        "That leaves out what comes twice in a row; something else may come between.": (
            _not_twice_in_a_row
        ),
        "That is how many count; add up their gradients.": lambda d: len({m[:2] for m in d}),
    },
)
def sum_counted_once(deliveries):
    """Return the sum of the gradients that arrive, each push counted
    once.

    Args:
        deliveries: (replica, number, gradient) in the order of
            arrival. A replica that does not know whether its push
            arrived sends it again, with the same number.
    """
    last, total = {}, 0.0
    for replica, number, gradient in deliveries:
        # a replica counts upwards
        if number > last.get(replica, 0):
            last[replica] = number
            total += gradient
    return total
