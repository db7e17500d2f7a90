"""A recurrent cell in words: its equations as a table, its picture in sentences."""

from __future__ import annotations

from nasedu.architectures import CellNode, RecurrentCell
from nasedu.viewing.words import align, count

SIGNS = {"add": "{} + {}", "mul": "{} * {}", "max": "max({}, {})"}


def cell_table(cell: RecurrentCell) -> str:
    """Return the table of a cell: every node's decisions and what it computes."""
    rows = [("node", "combine", "activation", "computes")]
    for k, node in enumerate(cell.nodes):
        rows.append((f"{k}", node.combine, node.activation, f"a{k} = {equation(cell, k)}"))
        if k == cell.cell_output:
            rows.append(("", "", "", f"c_t = {sum_words(cell, k)}"))
        if k == cell.cell_input:
            inject = cell.cell_inject
            text = applied(inject, f"a{k}", "c_t-1")
            rows.append(("inject", inject.combine, inject.activation, f"a{k}' = {text}"))
    rows.append(("output", "", "", f"h_t = {output_of(cell, len(cell) - 1)}"))
    return align(rows)


def equation(cell: RecurrentCell, node: int) -> str:
    """Return what a node computes, e.g. ``tanh(a0' * a1)``."""
    return _activated(cell.nodes[node].activation, sum_words(cell, node))


def sum_words(cell: RecurrentCell, node: int) -> str:
    """Return a node's value before its activation, e.g. ``a0' * a1``."""
    if node < cell.base:
        return SIGNS[cell.nodes[node].combine].format(f"W{node} x_t", f"U{node} h_t-1")
    left, right = (output_of(cell, i) for i in cell.inputs(node))
    return SIGNS[cell.nodes[node].combine].format(left, right)


def output_of(cell: RecurrentCell, node: int) -> str:
    """Return the name of a node's output: with a prime where c_{t-1} was injected."""
    return f"a{node}'" if node == cell.cell_input else f"a{node}"


def applied(node: CellNode, left: str, right: str) -> str:
    """Return a combination of two with its activation."""
    return _activated(node.activation, SIGNS[node.combine].format(left, right))


def _activated(activation: str, text: str) -> str:
    if activation == "identity":
        return text
    return f"{activation}({text})"


def cell_headline(cell: RecurrentCell) -> str:
    """Return the size of a cell in a line."""
    return (
        f"base {cell.base} · {count(len(cell), 'node')} · "
        f"c from node {cell.cell_output}, into node {cell.cell_input}"
    )


def cell_alt(cell: RecurrentCell) -> str:
    """Return what the picture of a cell shows, for those who cannot see it."""
    nodes = "; ".join(f"{k} {node}" for k, node in enumerate(cell.nodes))
    return (
        f"A recurrent cell of base {cell.base}: what it computes, from x_t and h_t-1 below to h_t "
        f"on top. Nodes, leaves first: {nodes}. The last cell state is injected "
        f"into the output of node {cell.cell_input} by {cell.cell_inject}; the next is the "
        f"value of node {cell.cell_output} before its activation."
    )
