"""The view of recurrent cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasedu.architectures import RecurrentCell
from nasedu.spaces import Decision, RecurrentCellSpace
from nasedu.viewing.drawings.cell_comparing import compare_cells
from nasedu.viewing.drawings.cell_graph import cell_graph
from nasedu.viewing.drawings.cell_scene import cell_scene
from nasedu.viewing.drawings.cell_words import cell_alt, cell_table
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape
from nasedu.viewing.drawings.view import View
from nasedu.viewing.explorer.scene import Scene
from nasedu.viewing.words import either

INDICES = {"cell_output": 0, "cell_input": 2}  # columns of the memory's panels


class CellView(View):
    """Words and drawings for recurrent cells on text."""

    title = "Recurrent cell"
    thing = "cell"
    things = "cells"
    example = "word"
    valid_part = "this validation text"
    test_part = "The test text was"
    reward_words = "80 / perplexity² of the validation text after its best epoch"
    kept_fields = ("hidden_size",)
    width = 44
    is_last_row_wide = True  # an index has many nodes to choose from

    def searched(self, space: RecurrentCellSpace) -> str:
        """Return e.g. ``"recurrent cells of base 8"``."""
        return f"recurrent cells of base {space.base}"

    def every(self, space: RecurrentCellSpace) -> str:
        """Return the base, and what every node chooses from."""
        return (
            f"{self.searched(space)}, {either(space.combines)}, {either(space.activations)} "
            "at every node"
        )

    def place_of(self, decision: Decision, space: RecurrentCellSpace) -> str:
        """Return ``"node 12"`` or ``"the memory"``."""
        is_index = decision.layer == 2 * space.base
        return "the memory" if is_index else f"node {decision.layer - 1}"

    def panels(
        self, decisions: Sequence[Decision], space: RecurrentCellSpace
    ) -> list[tuple[int, int]]:
        """Return row and column of every decision's panel.

        Leaves stand on the left, inner nodes and the injection on the right, the memory below.
        """
        base = space.base
        return [
            (base, INDICES[d.name])
            if d.name in INDICES
            else ((d.layer - 1) % base, (d.layer - 1) // base * 2 + (d.name == "activation"))
            for d in decisions
        ]

    def draw(
        self,
        net: RecurrentCell,
        *,
        shape: Shape = (3, 32, 32),
        num_classes: int = 10,
        style: str = "graph",
        alt: str | None = None,
    ) -> Drawing:
        """Draw a cell as in figure 5 or 8; shape and classes are those of images, not of it."""
        graph = cell_graph(net)
        return Drawing(graph.source, cell_table(net), alt or cell_alt(net), self.name_of(net))

    def scene(self, net: RecurrentCell, evaluator: Mapping[str, Any]) -> Scene:
        """Return its tree with the memory."""
        return cell_scene(net, evaluator.get("recipe", {}))

    def compare(
        self,
        a: RecurrentCell,
        b: RecurrentCell,
        names: tuple[str, str],
        *,
        shape: Shape,
        num_classes: int,
        style: str | None,
    ) -> Drawing:
        """Draw the trees of two cells side by side."""
        return compare_cells(a, b, names)


VIEW = CellView()
