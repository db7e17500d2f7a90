"""The plan of a fast cell: its nodes in such an order in memory that one call serves many.

What a small cell costs beside its matrix products is calls. All combinations commute, and
within a level of the tree the nodes may lie in any order; here, those of a kind lie side by
side, and so do their inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from nasedu.architectures import ACTIVATIONS, COMBINES, RecurrentCell

ACTIVATION_ORDER = ("identity", "sin", "relu", "tanh", "sigmoid")  # the last two share a call
assert set(ACTIVATION_ORDER) == set(ACTIVATIONS)


class Run(NamedTuple):
    """Nodes that one call combines: where they lie, and where their two inputs do."""

    combine: str
    nodes: slice
    left: slice
    right: slice


class Group(NamedTuple):
    """Neighbours that have something in common."""

    kind: Any
    nodes: slice


@dataclass(frozen=True)
class Level:
    """One level of the tree, as it lies in memory.

    Attributes:
        order: The nodes' numbers, in the order of memory.
        combines: Neighbours with one combination; the leaves' inputs lie just as they do.
        activations: Neighbours with one activation.
        runs: What one call can combine; empty for the leaves.
    """

    order: tuple[int, ...]
    combines: tuple[Group, ...]
    activations: tuple[Group, ...]
    runs: tuple[Run, ...]


def plan(cell: RecurrentCell) -> tuple[Level, ...]:
    """Return where every node lies, level by level from the leaves to the root."""
    levels: list[Level] = []
    above: list[int] = []  # the level above in the order of memory
    for numbers in reversed(cell.levels):
        order = _ordered(cell, numbers, above)
        if levels:
            levels[-1] = _with_runs(cell, levels[-1], order)
        combines = groups(order, lambda k: cell.nodes[k].combine)
        activations = groups(order, lambda k: cell.nodes[k].activation)
        levels.append(Level(tuple(order), combines, activations, ()))
        above = order
    return tuple(reversed(levels))


def groups(order: Sequence[int], kind: Callable[[int], Any]) -> tuple[Group, ...]:
    """Return neighbours of one kind, in order."""
    found, start = [], 0
    for value, members in groupby(order, key=kind):
        stop = start + len(list(members))
        found.append(Group(value, slice(start, stop)))
        start = stop
    return tuple(found)


def places(run: slice) -> range:
    """Return the places of a run."""
    return range(run.start, run.stop, run.step or 1)


def _rank(cell: RecurrentCell, node: int) -> tuple[int, int]:
    """Order leaves by combination first, since that decides about their matrix products."""
    combine = COMBINES.index(cell.nodes[node].combine)
    activation = ACTIVATION_ORDER.index(cell.nodes[node].activation)
    if node >= cell.base:
        return activation, combine
    # there and back: sigmoids end one combination and start the next
    return combine, -activation if combine % 2 else activation


def _sides(cell: RecurrentCell, parent: int) -> list[int]:
    """Return the two inputs of a node: left is the one of the lower rank."""
    return sorted(cell.inputs(parent), key=lambda k: (_rank(cell, k), k))


def _ordered(cell: RecurrentCell, numbers: Sequence[int], above: list[int]) -> list[int]:
    """Return the nodes of a level by kind, then as their parents lie."""
    keys: dict[int, tuple] = {}
    for place, parent in enumerate(above):
        pair = _sides(cell, parent)
        for side, node in enumerate(pair):
            other = _rank(cell, pair[1 - side])
            keys[node] = (_rank(cell, node), other, side, place)
    return sorted(numbers, key=lambda k: keys.get(k, ()))


def _with_runs(cell: RecurrentCell, level: Level, below: list[int]) -> Level:
    """Add which nodes of a level one call can combine, given the order of the level below."""
    runs: list[Run] = []
    where = {node: place for place, node in enumerate(below)}
    for place, node in enumerate(level.order):
        left, right = (where[k] for k in _sides(cell, node))
        one = Run(cell.nodes[node].combine, *(slice(p, p + 1, 1) for p in (place, left, right)))
        longer = _joined(runs[-1], one) if runs else None
        if longer:
            runs[-1] = longer
        else:
            runs.append(one)
    return Level(level.order, level.combines, level.activations, tuple(runs))


def _joined(run: Run, one: Run) -> Run | None:
    """Return the run with one node more, if its inputs go on in equal steps."""
    if run.combine != one.combine:
        return None
    count, longer = len(places(run.nodes)), []
    for old, new in ((run.nodes, one.nodes), (run.left, one.left), (run.right, one.right)):
        last = places(old)[-1]
        step = new.start - last
        if step < 1 or (count > 1 and step != old.step):
            return None
        longer.append(slice(old.start, new.start + 1, step))
    return Run(run.combine, *longer)
