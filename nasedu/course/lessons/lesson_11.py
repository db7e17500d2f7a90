"""Lesson 11: a recurrent cell is a tree."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from nasedu.architectures import CellNode, RecurrentCell
from nasedu.course.exercise import exercise
from nasedu.spaces import RecurrentCellSpace
from nasedu.values import fill

COMBINE: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "max": max,
}
ACTIVATION: dict[str, Callable[[float], float]] = {
    "identity": lambda a: a,
    "tanh": math.tanh,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "relu": lambda a: max(a, 0.0),
    "sin": math.sin,
}


@exercise(
    (8, 8),
    (11, 8),
    (14, 8),
    (3, 8),
    (6, 4),
    (2, 2),
    (0, 1),
    mistakes={
        "A leaf reads no node, only x and h: return an empty list for it.": (
            lambda node, base: [2 * (node - base), 2 * (node - base) + 1]
        ),
        "These overlap: the first inner node reads 0 and 1, the next one 2 and 3.": (
            lambda node, base: [node - base, node - base + 1] if node >= base else []
        ),
        "Count inner nodes from 0: the first one, number `base`, reads nodes 0 and 1.": (
            lambda node, base: (
                [2 * (node - base) + 2, 2 * (node - base) + 3] if node >= base else []
            )
        ),
        "That is as if the root had number 0; here the leaves come first.": (
            lambda node, base: [2 * node + 1, 2 * node + 2] if node < base - 1 else []
        ),
        "That is who reads the node; return the two that it reads.": (
            lambda node, base: [base + node // 2] if node < 2 * base - 2 else []
        ),
        "That begins two nodes too early: the first inner node reads 0 and 1.": (
            lambda node, base: (
                [2 * (node - base) - 2, 2 * (node - base) - 1] if node >= base else []
            )
        ),
        "That works for base 8 alone; put `base` in its place.": (
            lambda node, base: [2 * (node - 8), 2 * (node - 8) + 1] if node >= 8 else []
        ),
        "That is the left one alone; every inner node reads two.": (
            lambda node, base: [2 * (node - base)] if node >= base else []
        ),
    },
)
def node_inputs(node, base):
    """Return the two nodes that this one reads, ascending; an empty
    list for a leaf.

    Args:
        node: Its number, from 0: leaves first, then level by level up
            to the root.
        base: How many leaves the tree has: a power of two.
    """
    # the inner nodes share out 0, 1, 2, ... in pairs, in order
    first = 2 * (node - base)
    return [first, first + 1] if node >= base else []


def _apply(node: CellNode, left: float, right: float) -> float:
    return ACTIVATION[node.activation](COMBINE[node.combine](left, right))


def _step(
    from_x: Sequence[float],
    from_h: Sequence[float],
    c: float,
    cell: RecurrentCell,
    *,
    inject: Callable[[float, float, CellNode, CellNode], float] | None = None,
    memory: Callable[[float, float, float], float] = lambda value, before, after: value,
) -> tuple[float, float]:
    """Take one step, rightly unless told otherwise.

    Args:
        from_x: As in `cell_step`, and so the next three.
        from_h: See there.
        c: See there.
        cell: See there.
        inject: From a node's value before its activation, c, the node and the injection to
            what the node gives.
        memory: From a node's value before its activation, after it and after any injection
            to c_t.
    """
    new_c, outputs = c, []
    for k, node in enumerate(cell.nodes):
        left, right = [outputs[i] for i in cell.inputs(k)] or (from_x[k], from_h[k])
        value = COMBINE[node.combine](left, right)
        before = output = ACTIVATION[node.activation](value)
        if k == cell.cell_input:
            if inject is None:
                output = _apply(cell.cell_inject, output, c)
            else:
                output = inject(value, c, node, cell.cell_inject)
        if k == cell.cell_output:
            new_c = memory(value, before, output)
        outputs.append(output)
    return outputs[-1], new_c


def _activated(value: float, node: CellNode) -> float:
    return ACTIVATION[node.activation](value)


def _step_with_new_memory(
    from_x: Sequence[float], from_h: Sequence[float], c: float, cell: RecurrentCell
) -> tuple[float, float]:
    if cell.cell_output <= cell.cell_input:  # c_t is there when the injection comes
        c = _step(from_x, from_h, c, cell)[1]
    return _step(from_x, from_h, c, cell)


class _Cell(RecurrentCell):
    """A cell whose text is short and can be typed, so that a hint can quote the whole call."""

    def __repr__(self) -> str:
        space = RecurrentCellSpace(self.base)
        return f"RecurrentCellSpace({self.base}).decode({space.encode(self)})"


def _cell(words: str, inject: str, cell_output: int, cell_input: int) -> RecurrentCell:
    nodes = tuple(_node(node) for node in words.split(", "))
    return _Cell(nodes, _node(inject), cell_output, cell_input)


def _node(words: str) -> CellNode:
    combine, activation = words.split()
    return fill(CellNode, {"combine": combine, "activation": activation})


FIGURE_5 = _cell("add tanh, mul relu, mul sigmoid", "add relu", 1, 0)
LEAVES = "add tanh, add relu, mul sigmoid, add identity"
INNER = _cell(f"{LEAVES}, mul tanh, add sigmoid, add tanh", "mul tanh", 6, 4)
AT_THE_ROOT = _cell("mul sigmoid, add tanh, add tanh", "add sigmoid", 2, 2)


@exercise(
    ([0.4, 1.6], [-0.25, 0.75], 0.6, FIGURE_5),
    ([-0.4, -1.6], [-0.25, 0.75], 0.6, FIGURE_5),
    ([0.5, 0.9, -0.4, 1.0], [0.1, -0.3, 0.7, 0.2], -0.8, INNER),
    ([0.5, -0.9], [0.3, 0.2], 0.7, AT_THE_ROOT),
    ([1.5], [-0.5], 0.7, _cell("add tanh", "mul identity", 0, 0)),
    mistakes={
        "c_t is the value of its node *before* the activation; that is the one after it.": (
            lambda *a: _step(*a, memory=lambda value, before, after: before)
        ),
        "c_t leaves before the memory comes in; that takes what the node gives at the end.": (
            lambda *a: _step(*a, memory=lambda value, before, after: after)
        ),
        "That returns (c_t, h_t); return h_t first.": lambda *a: _step(*a)[::-1],
        "c_{t-1} never comes in: inject it into the output of node `cell_input`.": (
            lambda *a: _step(*a, inject=lambda value, c, node, inject: _activated(value, node))
        ),
        "The injection comes after the node's own activation, not before it.": (
            lambda *a: _step(
                *a,
                inject=lambda value, c, node, inject: _activated(_apply(inject, value, c), node),
            )
        ),
        "The injection takes the place of the node's activation; it comes after it.": (
            lambda *a: _step(*a, inject=lambda value, c, node, inject: _apply(inject, value, c))
        ),
        "The injection has an activation, too.": (
            lambda *a: _step(
                *a,
                inject=lambda value, c, node, inject: COMBINE[inject.combine](
                    _activated(value, node), c
                ),
            )
        ),
        "The injection's activation is its own, not once more that of the node.": (
            lambda *a: _step(
                *a,
                inject=lambda value, c, node, inject: ACTIVATION[node.activation](
                    COMBINE[inject.combine](_activated(value, node), c)
                ),
            )
        ),
        "The new memory was injected, not the old one; keep `c` and c_t apart.": (
            _step_with_new_memory
        ),
        "That gives c_{t-1} on unchanged; c_t is the value of node `cell_output`.": (
            lambda from_x, from_h, c, cell: (_step(from_x, from_h, c, cell)[0], c)
        ),
        "That swaps the indices: c_t leaves at `cell_output`, c_{t-1} enters at `cell_input`.": (
            lambda from_x, from_h, c, cell: _step(
                from_x,
                from_h,
                c,
                RecurrentCell(cell.nodes, cell.cell_inject, cell.cell_input, cell.cell_output),
            )
        ),
    },
)
def cell_step(from_x, from_h, c, cell):
    """Return h_t and c_t of a cell with one unit.

    Args:
        from_x: W_k x_t of every leaf k.
        from_h: U_k h_{t-1} of every leaf k.
        c: c_{t-1}.
        cell: Has `nodes`, `base`, `inputs(k)`, `cell_inject`,
            `cell_output` (where c_t goes out) and `cell_input` (where
            c_{t-1} comes in). A node and the injection have `combine`
            and `activation`, which are keys of COMBINE and
            ACTIVATION.
    """
    # in order of the nodes: both inputs of a node come before it
    outputs, c_t = [], None
    for k, node in enumerate(cell.nodes):
        if k < cell.base:
            left, right = from_x[k], from_h[k]
        else:
            left, right = (outputs[i] for i in cell.inputs(k))
        value = COMBINE[node.combine](left, right)
        if k == cell.cell_output:
            c_t = value
        output = ACTIVATION[node.activation](value)
        if k == cell.cell_input:
            inject = cell.cell_inject
            output = COMBINE[inject.combine](output, c)
            output = ACTIVATION[inject.activation](output)
        outputs.append(output)
    return outputs[-1], c_t


def _size(base: int, kinds: int, injects: int = 1, indices: int = 2) -> int:
    nodes = 2 * base - 1
    return kinds ** (nodes + injects) * nodes**indices


@exercise(
    (2, 2, 4),
    (4, 2, 4),
    (8, 2, 4),
    (8, 3, 5),
    (1, 1, 2),
    (16, 2, 4),
    mistakes={
        "The injection is a combination and an activation, too: one factor is missing.": (
            lambda base, combines, activations: _size(base, combines * activations, injects=0)
        ),
        "There are two indices, and each may be any node: square the number of nodes.": (
            lambda base, combines, activations: _size(base, combines * activations, indices=1)
        ),
        "The two indices are missing; each may be any of the nodes.": (
            lambda base, combines, activations: _size(base, combines * activations, indices=0)
        ),
        "The memory is missing: an injection, and two indices that may be any of the nodes.": (
            lambda base, combines, activations: _size(
                base, combines * activations, injects=0, indices=0
            )
        ),
        "These choices are made one after the other: multiply, where you add.": (
            lambda base, combines, activations: (
                _size(base, combines * activations, injects=0, indices=0)
                + combines * activations
                + (2 * base - 1) ** 2
            )
        ),
        "`base` leaves need `base - 1` inner nodes: `2 * base - 1` in all.": (
            lambda base, combines, activations: (
                (combines * activations) ** (2 * base + 1) * (2 * base) ** 2
            )
        ),
        "An index may be any node, not only a leaf.": (
            lambda base, combines, activations: (combines * activations) ** (2 * base) * base**2
        ),
        "The two indices may be the same node.": (
            lambda base, combines, activations: (
                (combines * activations) ** (2 * base) * (2 * base - 1) * (2 * base - 2)
            )
        ),
        "Every node has its decisions, not only the leaves: there are `2 * base - 1`.": (
            lambda base, combines, activations: (
                (combines * activations) ** (base + 1) * (2 * base - 1) ** 2
            )
        ),
        "A node has combines *times* activations kinds, not their sum.": (
            lambda base, combines, activations: _size(base, combines + activations)
        ),
    },
)
def cell_space_size(base, num_combines, num_activations):
    """Return how many sequences of tokens a space of cells has,
    exactly, as an int.

    Args:
        base: Leaves of the tree, a power of two.
        num_combines: How many combinations there are to choose from.
        num_activations: How many activations.
    """
    # one factor for each node and one for the injection, and two
    # for the indices
    nodes = 2 * base - 1
    kinds = num_combines * num_activations
    return kinds**nodes * kinds * nodes * nodes
