"""The view of NASNet cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasedu.architectures.nas_net import INPUTS, NasNet
from nasedu.spaces import Decision
from nasedu.spaces.nas_net_space import CELLS, NasNetSpace
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape, comma
from nasedu.viewing.drawings.nas_net_graph import nas_net_graph
from nasedu.viewing.drawings.nas_net_scene import nas_net_scene
from nasedu.viewing.drawings.view import View
from nasedu.viewing.explorer.scene import Scene
from nasedu.viewing.words import align, count, either


class NasNetView(View):
    """Words and drawings for pairs of a normal and a reduction cell."""

    title = "NASNet"
    thing = "network"
    things = "networks"
    example = "image"
    valid_part = "these validation images"
    test_part = "The test images were"
    reward_words = "its best validation accuracy of the last 5 epochs, cubed"
    counted = "best of the last 5 epochs"
    reading_key = "(state = operation(state it reads); 0 and 1 are the outputs of the cells before)"
    kept_fields = ("image_size", "whitening", "augmentation", "cells", "filters")
    width = 44

    def searched(self, space: NasNetSpace) -> str:
        """Return e.g. ``"NASNet cells of 5 blocks"``."""
        return f"NASNet cells of {count(space.num_blocks, 'block')}"

    def every(self, space: NasNetSpace) -> str:
        """Return the blocks, and what every operation is chosen from."""
        operations = either([name.replace("_", " ") for name in space.operations])
        return f"{self.searched(space)}, each of two operations: {operations}"

    def place_of(self, decision: Decision, space: NasNetSpace) -> str:
        """Return ``"normal block 2"`` or ``"reduction block 0"``: the first block is 0."""
        cell, block = divmod(decision.layer - 1, space.num_blocks)
        return f"{CELLS[cell]} block {block}"

    def panels(self, decisions: Sequence[Decision], space: NasNetSpace) -> list[tuple[int, int]]:
        """Return row and column of every decision's panel: blocks are rows."""
        seen: dict[int, int] = {}
        places = []
        for d in decisions:
            seen[d.layer] = seen.get(d.layer, -1) + 1
            places.append((d.layer - 1, seen[d.layer]))
        return places

    def fields(self, net: NasNet) -> dict[str, str]:
        """Return every block and what each cell concatenates, by name."""
        found = {}
        for name, cell in net.cells.items():
            blocks = enumerate(cell.blocks, start=INPUTS)
            found |= {f"{name} {state}": str(block) for state, block in blocks}
            found[f"{name} output"] = comma(cell.outputs)
        return found

    def draw(
        self,
        net: NasNet,
        *,
        shape: Shape = (3, 32, 32),
        num_classes: int = 10,
        style: str = "graph",
        alt: str | None = None,
    ) -> Drawing:
        """Draw both cells side by side; shape and classes are those of images, not of cells."""
        table = align([("state", "what"), *self.fields(net).items()])
        return Drawing(nas_net_graph(net).source, table, alt or _alt(net), self.name_of(net))

    def scene(self, net: NasNet, evaluator: Mapping[str, Any]) -> Scene:
        """Return both cells as parts: a block is two operations and what joins them."""
        return nas_net_scene(net)


def _alt(net: NasNet) -> str:
    """Return what the picture shows, for those who cannot see it."""
    cells = []
    for name, cell in net.cells.items():
        blocks = ", ".join(f"{k} is {block}" for k, block in enumerate(cell.blocks, start=INPUTS))
        cells.append(f"{name} cell: {blocks}; its output is states {comma(cell.outputs)}")
    return (
        "Two NASNet cells side by side. State 0 is the output of the cell before, 1 that of the "
        f"one before it. {'. '.join(cells).replace('|', 'beside')}."
    )


VIEW = NasNetView()
