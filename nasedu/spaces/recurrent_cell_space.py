"""The space of recurrent cells (Zoph & Le 2016, section 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, ClassVar

from nasedu.architectures import Activation, CellNode, Combine, RecurrentCell
from nasedu.errors import SearchSpaceError
from nasedu.spaces.decision import Decision
from nasedu.spaces.odometer import count_sequences, places_of, sequences_at
from nasedu.spaces.space import Space
from nasedu.values import Count

if TYPE_CHECKING:  # a space alone needs no numpy
    import numpy as np
    from numpy.typing import NDArray

MAX_BASE = 64  # 258 decisions, which a controller takes one after the other


@dataclass(frozen=True)
class RecurrentCellSpace(Space):
    """Which recurrent cells can be described, and in which words.

    Every node is described by its combination and its activation, in the order of the nodes.
    Then comes the memory: combination and activation of the injection, the node that gives c_t
    (the paper's first index) and the node that takes c_{t-1} (the second). A decision's
    ``layer`` is its node, counted from 1; the memory is one more. Combinations share a name,
    and so a softmax of the controller, and so do activations; the injection's are among them
    (our choice). The two indices have one each.

    Args:
        base: Leaves of the tree, a power of two, 64 at most.
        combines: Combinations to choose from: ``"add"``, ``"mul"``; ``"max"`` if wanted.
        activations: Functions to choose from: ``"identity"``, ``"tanh"``, ``"sigmoid"``,
            ``"relu"``; ``"sin"`` if wanted.
    """

    kind: ClassVar[str] = "recurrent_cell_space"
    base: Count = 8
    combines: tuple[Combine, ...] = ("add", "mul")
    activations: tuple[Activation, ...] = ("identity", "tanh", "sigmoid", "relu")

    def _check(self) -> None:
        if self.base & (self.base - 1) or self.base > MAX_BASE:
            raise SearchSpaceError(
                f"base is {self.base}; expected a power of two, {MAX_BASE} at most"
            )
        for name in ("combines", "activations"):
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise SearchSpaceError(f"{name} is {values}; expected one value or more, each once")

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Every step of the controller: two a node, then four about the memory."""
        size = 2 * self.base - 1
        kinds = {"combine": self.combines, "activation": self.activations}
        pairs = [Decision(n, k, c) for k in range(1, size + 2) for n, c in kinds.items()]
        indices = tuple(range(size))
        names = ("cell_output", "cell_input")
        return (*pairs, *(Decision(name, size + 1, indices) for name in names))

    def representatives(self) -> NDArray[np.int64]:
        """Return the place of the first description of the same cell: ``(N,)``.

        Combinations do not care for the order of their two inputs, so that the subtrees below
        any node may change places: the cell is the same, its leaves have other numbers.
        """
        import numpy as np

        places = np.arange(count_sequences(self.decisions))
        tokens = sequences_at(self.decisions, places)
        first = places
        for order in node_orders(self.base):
            # Columns of the moved nodes, two each; those of the injection stay where they are.
            pairs = [2 * k + i for k in (*order, len(order)) for i in (0, 1)]
            indices = np.argsort(order)[
                tokens[:, -2:]
            ]  # the memory's nodes under their new numbers
            moved = np.concatenate([tokens[:, pairs], indices], axis=1)
            first = np.minimum(first, places_of(self.decisions, moved))
        return first

    def check(self, tokens: Sequence[int]) -> None:
        """Raise `SearchSpaceError` unless the tokens describe a whole cell."""
        if len(tokens) != len(self.decisions):
            raise SearchSpaceError(
                f"{len(tokens)} tokens are not a cell of base {self.base}; expected "
                f"{len(self.decisions)}"
            )
        for decision, token in zip(self.decisions, tokens, strict=True):
            decision.check(token)

    def decode(self, tokens: Sequence[int]) -> RecurrentCell:
        """Return the cell that the tokens describe, one int a decision.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        tokens = [int(token) for token in tokens]
        self.check(tokens)
        *pairs, cell_output, cell_input = tokens
        said = zip(pairs[::2], pairs[1::2], strict=True)
        *nodes, inject = (self._nodes[combine][activation] for combine, activation in said)
        return RecurrentCell(tuple(nodes), inject, cell_output, cell_input)

    @cached_property
    def _nodes(self) -> list[list[CellNode]]:
        """Every node by its two tokens: there are few, and cells share them."""
        return [[CellNode(one, other) for other in self.activations] for one in self.combines]

    def encode(self, cell: RecurrentCell, /) -> list[int]:
        """Return the tokens that describe a cell: the inverse of `decode`.

        Raises:
            SearchSpaceError: The cell is not in this space.
        """
        if cell.base != self.base:
            raise SearchSpaceError(f"the cell has base {cell.base}; this space has {self.base}")
        tokens = []
        for node in (*cell.nodes, cell.cell_inject):
            if node.combine not in self.combines or node.activation not in self.activations:
                raise SearchSpaceError(
                    f"the cell has a node {str(node)!r}; this space has {self.combines} and "
                    f"{self.activations}"
                )
            tokens.append(self.combines.index(node.combine))
            tokens.append(self.activations.index(node.activation))
        return [*tokens, cell.cell_output, cell.cell_input]


def node_orders(base: int) -> list[tuple[int, ...]]:
    """Return every order of the nodes of a tree that exchanges subtrees: 2^(base - 1) of them.

    Args:
        base: Leaves. Nodes are numbered level by level from the leaves, see `RecurrentCell`.

    Returns:
        For each order, which node stands in the place of node 0, of node 1, and so on.
    """
    orders = []
    for swaps in product((False, True), repeat=base - 1):
        order = [0] * (2 * base - 1)
        order[-1] = 2 * base - 2
        for k in reversed(range(base - 1)):  # from the root down
            below = [2 * (order[base + k] - base), 2 * (order[base + k] - base) + 1]
            order[2 * k : 2 * k + 2] = reversed(below) if swaps[k] else below
        orders.append(tuple(order))
    return orders
