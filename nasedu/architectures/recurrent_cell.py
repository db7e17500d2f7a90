"""Recurrent cells as values: a tree of operations with a memory (Zoph & Le 2016, section 3.4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar

from nasedu.architectures.json_form import (
    LIST,
    check_int,
    check_names,
    digest_of,
    expect,
    read_document,
)
from nasedu.errors import ArchitectureError
from nasedu.values import write_document

COMBINES = ("add", "mul", "max")
ACTIVATIONS = ("identity", "tanh", "sigmoid", "relu", "sin")


@dataclass(frozen=True, slots=True)
class CellNode:
    """One node: how its two inputs become one, and the function that follows.

    Args:
        combine: ``"add"``, ``"mul"`` (element by element) or ``"max"``.
        activation: ``"identity"``, ``"tanh"``, ``"sigmoid"``, ``"relu"`` or ``"sin"``.
    """

    combine: str
    activation: str

    def __post_init__(self) -> None:
        for name, known in (("combine", COMBINES), ("activation", ACTIVATIONS)):
            if getattr(self, name) not in known:
                raise ArchitectureError(
                    f"{name} is {getattr(self, name)!r}; expected one of {', '.join(known)}"
                )

    def __str__(self) -> str:
        return f"{self.combine} {self.activation}"


@dataclass(frozen=True)
class RecurrentCell:
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
    cell_output: int
    cell_input: int

    def __post_init__(self) -> None:
        size = len(self.nodes) if isinstance(self.nodes, tuple) else 0
        if not size % 2 or (size + 1) & size:  # size + 1 is twice the base
            found = size if isinstance(self.nodes, tuple) else repr(self.nodes)
            raise ArchitectureError(
                f"nodes: {found}; expected a tuple of 2 * base - 1 nodes, the base a power of two: "
                "1, 3, 7, 15, ..."
            )
        for name, node in (*enumerate(self.nodes), ("cell_inject", self.cell_inject)):
            if not isinstance(node, CellNode):
                where = name if isinstance(name, str) else f"node {name}"
                raise ArchitectureError(f"{where} is {node!r}; expected a CellNode")
        for name in ("cell_output", "cell_input"):
            check_int(name, number := getattr(self, name), at_least=0)
            if number >= size:
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

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal: equal cells, equal digests."""
        return digest_of(self.to_json())

    def to_json(self) -> str:
        """Return the canonical JSON: sorted keys, no spaces, with a schema version."""
        return write_document(self.kind, asdict(self))

    @classmethod
    def from_json(cls, text: str) -> RecurrentCell:
        """Read what `to_json` wrote.

        Raises:
            ArchitectureError: The text is malformed, of a newer schema, or not a valid cell.
        """
        fields = read_document(cls.kind, text)
        names = ("nodes", "cell_inject", "cell_output", "cell_input")
        check_names(fields, names, "the cell")
        nodes = expect(fields.get("nodes"), LIST, "nodes")
        return cls(
            tuple(_read_node(f"node {k}", node) for k, node in enumerate(nodes)),
            _read_node("cell_inject", fields.get("cell_inject")),
            expect(fields.get("cell_output"), int, "cell_output"),
            expect(fields.get("cell_input"), int, "cell_input"),
        )


def _read_node(where: str, fields: Any) -> CellNode:
    fields = expect(fields, dict, where)
    check_names(fields, CellNode.__slots__, where)
    values = [expect(fields.get(name), str, f"{where}: {name}") for name in CellNode.__slots__]
    try:
        return CellNode(*values)
    except ArchitectureError as error:
        raise ArchitectureError(f"{where}: {error}") from None
