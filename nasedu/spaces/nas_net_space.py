"""The space of NASNet cells (Zoph et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from nasedu.architectures.nas_net import (
    INPUTS,
    NAS_COMBINES,
    NAS_OPERATIONS,
    NasCombine,
    NasNet,
    NasNetBlock,
    NasNetCell,
    NasOperation,
)
from nasedu.errors import SearchSpaceError
from nasedu.spaces.decision import Decision
from nasedu.spaces.space import Space
from nasedu.values import Count

CELLS = ("normal", "reduction")
MAX_BLOCKS = 30  # 300 decisions, which a controller takes one after the other


@dataclass(frozen=True)
class NasNetSpace(Space):
    """Which pairs of a normal and a reduction cell can be described, and in which words.

    A block is described in the paper's order: its two inputs, an operation for each, and how the
    two results become one. The normal cell's blocks come first. A decision's ``layer`` is its
    block, counted from 1 through both cells.

    Decisions of one name share a softmax of the controller, and those of one name have the same
    choices. A later block has more states to read, so its inputs have a name of their own:
    ``left_input_b3``. Both cells share all names, which is our choice.

    Args:
        num_blocks: Blocks of each cell, the paper's B; 30 at most.
        operations: Operations to choose from, of `NAS_OPERATIONS`.
        combines: Ways to join two results, ``"add"`` and ``"concatenate"``. If there is only one,
            it is not decided.
    """

    kind: ClassVar[str] = "nas_net_space"

    num_blocks: Count = 5
    operations: tuple[NasOperation, ...] = NAS_OPERATIONS
    combines: tuple[NasCombine, ...] = NAS_COMBINES

    def _check(self) -> None:
        if self.num_blocks > MAX_BLOCKS:
            raise SearchSpaceError(
                f"num_blocks is {self.num_blocks}; expected at most {MAX_BLOCKS}"
            )
        for name in ("operations", "combines"):
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise SearchSpaceError(f"{name} is {values}; expected one value or more, each once")

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Every step of the controller: of the normal cell, then of the reduction cell."""
        blocks = range(len(CELLS) * self.num_blocks)
        return tuple(
            Decision(name, number + 1, choices)
            for number in blocks
            for name, choices in self._choices(number % self.num_blocks).items()
        )

    def _choices(self, block: int) -> dict[str, tuple[int | str, ...]]:
        """Return what is decided of a block of a cell, from 0, by name."""
        states = tuple(range(block + INPUTS))
        choices: dict[str, tuple[int | str, ...]] = {
            f"left_input_b{block}": states,
            f"right_input_b{block}": states,
            "left_operation": self.operations,
            "right_operation": self.operations,
        }
        return choices | ({"combine": self.combines} if len(self.combines) > 1 else {})

    def check(self, tokens: Sequence[int]) -> None:
        """Raise `SearchSpaceError` unless the tokens describe two whole cells."""
        if len(tokens) != len(self.decisions):
            raise SearchSpaceError(
                f"{len(tokens)} tokens are not two cells of {self.num_blocks} blocks; expected "
                f"{len(self.decisions)}"
            )
        for decision, token in zip(self.decisions, tokens, strict=True):
            decision.check(token)

    def decode(self, tokens: Sequence[int]) -> NasNet:
        """Return the pair of cells that the tokens describe, one int a decision.

        A cell's output is the states that no block reads.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        tokens = [int(token) for token in tokens]
        self.check(tokens)
        said: list[list[Any]] = [[] for _ in range(len(CELLS) * self.num_blocks)]
        for decision, token in zip(self.decisions, tokens, strict=True):
            said[decision.layer - 1].append(decision.choices[token])
        fixed = self.combines if len(self.combines) == 1 else ()  # what is not decided
        blocks = tuple(NasNetBlock(*one, *fixed) for one in said)
        size = self.num_blocks
        return NasNet(NasNetCell(blocks[:size]), NasNetCell(blocks[size:]))

    def encode(self, net: NasNet, /) -> list[int]:
        """Return the tokens that describe a pair of cells: the inverse of `decode`.

        Raises:
            SearchSpaceError: The cells are not in this space.
        """
        tokens: list[int] = []
        for name, cell in net.cells.items():
            if len(cell.blocks) != self.num_blocks:
                raise SearchSpaceError(
                    f"the {name} cell has {len(cell.blocks)} blocks; this space has "
                    f"{self.num_blocks}"
                )
            if cell.outputs != cell.unread:
                raise SearchSpaceError(
                    f"the {name} cell gives states {cell.outputs}; cells of this space give those "
                    f"that no block reads, here {cell.unread}"
                )
            for number, block in enumerate(cell.blocks):
                tokens += self._tokens_of(number, block)
        return tokens

    def _tokens_of(self, number: int, block: NasNetBlock) -> list[int]:
        """Return the tokens of one block."""
        if block.combine not in self.combines:
            raise SearchSpaceError(f"a block would {block.combine}; this space has {self.combines}")
        said = (*block.inputs, block.left, block.right, block.combine)
        choices = self._choices(number)
        for (name, known), value in zip(choices.items(), said, strict=False):
            if value not in known:
                raise SearchSpaceError(f"{name} is {value}; this space has {known}")
        return [known.index(value) for known, value in zip(choices.values(), said, strict=False)]


FEW_OPERATIONS: tuple[NasOperation, ...] = (
    "identity",
    "average_3x3",
    "max_3x3",
    "conv_1x1",
    "conv_3x3",
    "separable_3x3",
)

SPACES: Mapping[str, NasNetSpace] = MappingProxyType(
    {"first": NasNetSpace(2, FEW_OPERATIONS), "paper": NasNetSpace()}
)
"""By name: two blocks of six operations, for a search of minutes (ours), and the paper's."""
