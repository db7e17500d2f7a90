"""NASNet architectures as values: two cells, of which networks are stacked (Zoph et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal, get_args

from nasedu.architectures.architecture import Architecture
from nasedu.errors import ArchitectureError
from nasedu.values import Bounds, Later, Natural, Value

NasOperation = Literal[
    "identity",
    "conv_1x3_3x1",
    "conv_1x7_7x1",
    "dilated_3x3",
    "average_3x3",
    "max_3x3",
    "max_5x5",
    "max_7x7",
    "conv_1x1",
    "conv_3x3",
    "separable_3x3",
    "separable_5x5",
    "separable_7x7",
]
"""The 13 of the paper, in its order. "1x3 then 3x1" is one operation of two convolutions."""

NasCombine = Literal["add", "concatenate"]
NAS_OPERATIONS: tuple[NasOperation, ...] = get_args(NasOperation)
NAS_COMBINES: tuple[NasCombine, ...] = get_args(NasCombine)
NumCells = Annotated[int, Bounds(at_least=1, at_most=50)]  # of a stack: 152 in all
INPUTS = 2  # states 0 and 1, which every cell is given


@dataclass(frozen=True, slots=True)
class NasNetBlock(Value):
    """One block: two states go through an operation each, and become one new state.

    Args:
        left_input: State that the first operation reads.
        right_input: State that the second reads.
        left: The first operation, one of `NAS_OPERATIONS`.
        right: The second.
        combine: ``"add"`` the two results, or ``"concatenate"`` them in depth.
    """

    error = ArchitectureError

    left_input: Natural
    right_input: Natural
    left: NasOperation
    right: NasOperation
    combine: NasCombine = "add"

    @property
    def inputs(self) -> tuple[int, int]:
        """The two states that it reads."""
        return self.left_input, self.right_input

    def __str__(self) -> str:
        sign = {"add": "+", "concatenate": "|"}[self.combine]
        return f"{self.left}({self.left_input}) {sign} {self.right}({self.right_input})"


@dataclass(frozen=True, slots=True)
class NasNetCell(Value):
    """One cell: blocks in order, each of which makes a state that later ones may read.

    State 0 is the output of the cell before, h_i; state 1 that of the one before it, h_{i-1};
    block b, from 0, makes state b + 2.

    Args:
        blocks: At least one. Block b may only read states below b + 2.
        joined: States whose concatenation is the cell's output, ascending; empty: those that no
            block reads, which is the rule of the paper's text. See `NASNET_A` for why it can be
            others.
    """

    error = ArchitectureError

    blocks: tuple[NasNetBlock, ...]
    joined: Later[tuple[Natural, ...]] = ()

    def _check(self) -> None:
        if not self.blocks:
            raise ArchitectureError("blocks is (); expected at least one block")
        for number, block in enumerate(self.blocks):
            if max(block.inputs) >= number + INPUTS:
                raise ArchitectureError(
                    f"block {number} reads state {max(block.inputs)}; expected a state from 0 to "
                    f"{number + INPUTS - 1}"
                )
        if list(self.joined) != sorted(set(self.joined)) or max(self.joined, default=0) > self.last:
            raise ArchitectureError(
                f"joined is {self.joined}; expected states from 0 to {self.last}, each once, "
                "ascending"
            )
        if self.joined == self.unread:  # one cell, one digest
            object.__setattr__(self, "joined", ())

    @property
    def last(self) -> int:
        """The state that the last block makes."""
        return len(self.blocks) + INPUTS - 1

    @property
    def unread(self) -> tuple[int, ...]:
        """States that no block reads; the last one is always among them."""
        read = {state for block in self.blocks for state in block.inputs}
        return tuple(state for state in range(self.last + 1) if state not in read)

    @property
    def outputs(self) -> tuple[int, ...]:
        """States whose concatenation is the cell's output."""
        return self.joined or self.unread

    @property
    def levels(self) -> list[list[int]]:
        """States level by level: the two inputs, then blocks above all that they read."""
        level = dict.fromkeys(range(INPUTS), 0)
        for number, block in enumerate(self.blocks, start=INPUTS):
            level[number] = 1 + max(level[state] for state in block.inputs)
        rows = range(max(level.values()) + 1)
        return [[state for state, own in level.items() if own == row] for row in rows]

    def __str__(self) -> str:
        blocks = ", ".join(f"{b + INPUTS} = {block}" for b, block in enumerate(self.blocks))
        return f"{blocks} -> {','.join(map(str, self.outputs))}"


@dataclass(frozen=True)
class NasNet(Architecture):
    """A normal cell, which keeps the size of its maps, and a reduction cell, which halves it.

    How many are stacked, and how wide they are, is no part of it: see `build`.

    Args:
        normal: The cell that is repeated.
        reduction: The cell between the repetitions; its operations that read states 0 and 1
            have stride 2.
    """

    kind: ClassVar[str] = "nas_net"

    normal: NasNetCell
    reduction: NasNetCell

    def __len__(self) -> int:
        return len(self.normal.blocks) + len(self.reduction.blocks)

    def __str__(self) -> str:
        return " | ".join(f"{name}: {cell}" for name, cell in self.cells.items())

    @cached_property
    def cells(self) -> dict[str, NasNetCell]:
        """The two cells by name."""
        return {"normal": self.normal, "reduction": self.reduction}

    def by_rule(self) -> NasNet:
        """Return the network whose cells give what no block reads, as the paper's text has it."""
        return NasNet(NasNetCell(self.normal.blocks), NasNetCell(self.reduction.blocks))
