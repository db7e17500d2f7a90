"""A pair of NASNet cells as a scene: side by side, from the two inputs below to the output."""

from __future__ import annotations

from nasedu.architectures.nas_net import INPUTS, NasNet, NasNetCell
from nasedu.viewing.drawings.nas_net_graph import short_words
from nasedu.viewing.explorer.scene import Scene, ScenePart

WIDE = 2.4  # columns of a block: two operations side by side, and a gap to the next block
GAP = 1.0  # between the two cells
INPUT_LABELS = ("cell before", "two before")
COMBINES = {"add": "add", "concatenate": "concat"}  # a box has room for nine letters
SIDES = ("a", "b")  # short, since a box shows its name


def nas_net_scene(net: NasNet) -> Scene:
    """Return the scene of a network: a block is two operations and, above them, their joint."""
    parts: list[ScenePart] = []
    left = 0.0
    bottom = 2 * max(len(cell.levels) for cell in net.cells.values()) - 1
    for name, cell in net.cells.items():
        wide = WIDE * max(2, *map(len, cell.levels))
        parts += _cell(name, cell, left + wide / 2, bottom, first=len(parts))
        left += wide + GAP
    return tuple(parts)


def _cell(name: str, cell: NasNetCell, middle: float, bottom: float, first: int) -> list[ScenePart]:
    """Return the parts of a cell around a middle column; the first of them has this place."""
    x_of, row_of = {}, {}  # of what every state comes out of
    for level, states in enumerate(cell.levels):
        for i, state in enumerate(states):
            x_of[state] = middle + (i - (len(states) - 1) / 2) * WIDE
            row_of[state] = bottom - 2 * level
    # States by place: the two inputs, then three parts a block, of which the last joins.
    at = [first + state for state in range(INPUTS)]
    at += [first + INPUTS + 3 * block + 2 for block in range(len(cell.blocks))]
    parts = [
        ScenePart(f"{name} {state}", label, "", (), x_of[state], bottom, "input")
        for state, label in enumerate(INPUT_LABELS)
    ]
    for state, block in enumerate(cell.blocks, start=INPUTS):
        x, row = x_of[state], row_of[state]
        operations = zip(SIDES, (block.left, block.right), block.inputs, (-0.55, 0.55), strict=True)
        for side, operation, source, shift in operations:
            label, read = short_words(operation, " "), (at[source],)
            parts.append(ScenePart(f"{name} {state}{side}", label, "", read, x + shift, row + 1))
        pair = (at[state] - 2, at[state] - 1)
        parts.append(ScenePart(f"{name} {state}", COMBINES[block.combine], "", pair, x, row))
    read = tuple(at[state] for state in cell.outputs)
    row = bottom - 2 * len(cell.levels) + 1
    parts.append(ScenePart(f"{name} out", COMBINES["concatenate"], "", read, middle, row, "output"))
    return parts
