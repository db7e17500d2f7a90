"""Recurrent cells as values: a tree of operations with a memory (Zoph & Le 2016, section 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, get_args

from nasedu.architectures.architecture import Architecture
from nasedu.errors import ArchitectureError
from nasedu.values import Natural, Value

Combine = Literal["add", "mul", "max"]
Activation = Literal["identity", "tanh", "sigmoid", "relu", "sin"]
COMBINES: tuple[Combine, ...] = get_args(Combine)
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)


@dataclass(frozen=True, slots=True)
class CellNode(Value):
    """One node: how its two inputs become one, and the function that follows.

    Args:
        combine: ``"add"``, ``"mul"`` (element by element) or ``"max"``.
        activation: ``"identity"``, ``"tanh"``, ``"sigmoid"``, ``"relu"`` or ``"sin"``.
    """

    error = ArchitectureError

    combine: Combine
    activation: Activation

    def __str__(self) -> str:
        return f"{self.combine} {self.activation}"


@dataclass(frozen=True)
class RecurrentCell(Architecture):
    """What a recurrent network computes in one step: from x_t, h_{t-1}, c_{t-1} to h_t, c_t.

    A full binary tree. Nodes are numbered from 0, leaves first and then level by level: with
    base 8, leaves 0 to 7, then 8 to 11, 12 and 13, and the root 14, whose output is h_t. Leaf
    k combines W_k x_t and U_k h_{t-1}; the others combine the outputs of two nodes and have no
    weights. There are no biases.

    Args:
        nodes: ``2 * base - 1`` nodes, the base a power of two.
        cell_inject: How c_{t-1} enters: an output ``a`` becomes
            ``activation(combine(a, c_{t-1}))``.
        cell_output: The node whose value before its activation, and before any injection, is
            c_t (the paper's first index).
        cell_input: The node into whose output c_{t-1} is injected (the second index). At the
            root it changes h_t.
    """

    kind: ClassVar[str] = "recurrent_cell"

    nodes: tuple[CellNode, ...]
    cell_inject: CellNode
    cell_output: Natural
    cell_input: Natural

    def _check(self) -> None:
        size = len(self.nodes)
        if not size % 2 or (size + 1) & size:  # size + 1 is twice the base
            raise ArchitectureError(
                f"nodes: {size}; expected 2 * base - 1 nodes, the base a power of two: "
                "1, 3, 7, 15, ..."
            )
        for name in ("cell_output", "cell_input"):
            if (number := getattr(self, name)) >= size:
                raise ArchitectureError(
                    f"{name} is {number}; expected one of the {size} nodes, 0 to {size - 1}"
                )

    def __len__(self) -> int:
        return len(self.nodes)

    def __str__(self) -> str:
        nodes = " | ".join(f"{k}: {node}" for k, node in enumerate(self.nodes))
        return f"{nodes} | inject: {self.cell_inject} | c: {self.cell_output}, {self.cell_input}"

    @property
    def base(self) -> int:
        """Number of leaves."""
        return (len(self.nodes) + 1) // 2

    def inputs(self, node: int) -> tuple[int, ...]:
        """Return the two nodes that this one combines; none for a leaf."""
        first = 2 * (node - self.base)
        return (first, first + 1) if node >= self.base else ()

    @cached_property
    def levels(self) -> tuple[range, ...]:
        """The nodes level by level, from the leaves to the root."""
        starts, width = [0], self.base
        while width > 1:
            starts.append(starts[-1] + width)
            width //= 2
        ends = (*starts[1:], len(self.nodes))
        return tuple(range(start, end) for start, end in zip(starts, ends, strict=True))
