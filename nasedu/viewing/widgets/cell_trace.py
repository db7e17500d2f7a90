"""A step of a recurrent cell node by node, with the numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from nasedu.architectures import CellNode, RecurrentCell
from nasedu.children.recurrent_cell import ACTIVATION, COMBINE
from nasedu.viewing.drawings.cell_words import SIGNS

VERBS = {"add": "adds", "mul": "multiplies", "max": "takes the larger of"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to stop at: a node, the memory that goes out or comes in, or the end.

    Attributes:
        words: What happens here, with the numbers.
        values: What becomes known, by the name of the box of `CellFlow` that it comes out of.
        marked: The boxes that this is about.
    """

    words: str
    values: dict[str, float]
    marked: frozenset[str]


def trace(
    cell: RecurrentCell, from_x: Sequence[float], from_h: Sequence[float], c: float
) -> list[Stop]:
    """Compute one step of a cell with one unit, and stop at everything that happens.

    Args:
        cell: The cell.
        from_x: W_k x_t of every leaf.
        from_h: U_k h_{t-1} of every leaf.
        c: c_{t-1}.
    """
    stops: list[Stop] = []
    outputs: list[float] = []
    for k in range(len(cell)):
        below = (outputs[i] for i in cell.inputs(k))
        left, right = (from_x[k], from_h[k]) if k < cell.base else below
        stops.append(_at_node(cell, k, left, right))
        value, output = (stops[-1].values[f"{box}{k}"] for box in ("combine", "activation"))
        if k == cell.cell_output:
            words = f"Memory out: c_t is the value of node {k} before its activation:"
            marked = frozenset((f"combine{k}", "c_t"))
            stops.append(Stop(f"{words} {decimals(value)}.", {"c_t": value}, marked))
        if k == cell.cell_input:
            stops.append(_injected(cell, output, c))
            output = stops[-1].values["injected"]
        outputs.append(output)
    words = f"The end: h_t is what the root, node {len(cell) - 1}, gives: {decimals(outputs[-1])}."
    return [*stops, Stop(words, {"h_t": outputs[-1]}, frozenset(("h_t",)))]


def _at_node(cell: RecurrentCell, k: int, left: float, right: float) -> Stop:
    node, values = cell.nodes[k], {}
    if k < cell.base:
        who, inputs = f"Node {k}, a leaf,", f"W{k} x and U{k} h"
        values = {f"x{k}": left, f"h{k}": right}
    else:
        who, inputs = f"Node {k}", "what nodes {} and {} give".format(*cell.inputs(k))
    value, output = compute(node, left, right)
    new = {f"combine{k}": value, f"activation{k}": output}
    words = f"{who} {VERBS[node.combine]} {inputs}: {sum_of(node, left, right)}."
    return Stop(f"{words} {_activated(node, output)}", values | new, frozenset(new))


def _injected(cell: RecurrentCell, before: float, c: float) -> Stop:
    node = cell.cell_inject
    value, output = compute(node, before, c)
    values = {"c_last": c, "inject": value, "injected": output}
    words = f"Memory in: what node {cell.cell_input} gives and c_t-1: {sum_of(node, before, c)}."
    return Stop(f"{words} {_activated(node, output)}", values, frozenset(values))


def compute(node: CellNode, left: float, right: float) -> tuple[float, float]:
    """Return a node's value before its activation and after it."""
    pair = (torch.tensor(side, dtype=torch.float64) for side in (left, right))
    value = COMBINE[node.combine](*pair)
    return value.item(), ACTIVATION[node.activation](value).item()


def decimals(value: float) -> str:
    """Return a number with three decimals, or three digits if it is large."""
    text = f"{value:.3f}" if abs(value) < 1000 else f"{value:.3g}"
    return (text if float(text) else "0.000").replace("-", "−")  # no minus zero


def sum_of(node: CellNode, left: float, right: float) -> str:
    """Return a combination with its numbers, e.g. ``0.400 + (−0.250) = 0.150``."""
    sides = [decimals(left), decimals(right)]
    if node.combine != "max" and sides[1].startswith("−"):
        sides[1] = f"({sides[1]})"
    text = SIGNS[node.combine].format(*sides).replace("*", "×")
    return f"{text} = {decimals(compute(node, left, right)[0])}"


def _activated(node: CellNode, output: float) -> str:
    if node.activation == "identity":
        return f"The identity leaves it: {decimals(output)}."
    return f"Its {node.activation} is {decimals(output)}."
