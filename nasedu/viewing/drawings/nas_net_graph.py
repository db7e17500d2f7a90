"""The two cells of a NASNet side by side, as figure 4 of its paper draws them.

They grow upwards, from the outputs of the two cells before to the output of this one. A block
stands above all that it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from graphviz import Digraph

from nasedu.architectures.nas_net import INPUTS, NasNet, NasNetCell
from nasedu.viewing.drawings.columns import blank_graph, put_text
from nasedu.viewing.pictures import INK, OKABE_ITO, PALE

SLOT, ROW = 154, 124  # from block to block, from level to level
BOX, HEIGHT = 60, 36  # of an operation
JOIN, LOW = 84, 22  # of what joins two results
RISE = 52  # from an operation to that
APART = 32  # of an operation from the middle of its block
GAP = 70  # between the two cells
ENDS = 128  # between the two inputs
LOOKS = (  # of lines from h_i, from h_i-1 and from blocks
    {"color": OKABE_ITO["blue"]},
    {"color": OKABE_ITO["vermillion"], "style": "dashed"},
    {"color": INK},
)
SHORT = {"separable": "sep", "average": "avg", "dilated": "dilated"}

Point = tuple[float, float]


def nas_net_graph(net: NasNet) -> Digraph:
    """Return the graph of both cells, with their names above."""
    graph, x = blank_graph(), 0.0
    pictures = []
    for name, cell in net.cells.items():
        picture = CellPicture(cell, x, name)
        pictures.append(picture)
        x += picture.width + GAP
    top = max(picture.top for picture in pictures) + 48
    for picture in pictures:
        picture.draw(graph)
        title = f"<<B>{picture.name} cell</B>>"
        put_text(graph, f"{picture.name}_title", title, picture.middle, top, fontsize="20")
    return graph


@dataclass(frozen=True)
class CellPicture:
    """One cell: its inputs below, blocks level by level, and what is concatenated on top.

    Args:
        cell: The cell.
        x: Left end.
        name: Begins the names of its nodes.
    """

    cell: NasNetCell
    x: float
    name: str

    @cached_property
    def levels(self) -> list[list[int]]:
        """States level by level, see `NasNetCell.levels`."""
        return self.cell.levels

    @property
    def width(self) -> float:
        """From the left end to the right one."""
        return SLOT * max(2, *map(len, self.levels))

    @property
    def middle(self) -> float:
        """Centre from left to right."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Height of the cell's output."""
        return len(self.levels) * ROW

    def draw(self, graph: Digraph) -> None:
        """Put the cell on the sheet."""
        for state, time in enumerate(("i", "i−1")):
            self._box(graph, f"{state}", f"h {time}", self.exit(state), PALE, JOIN, LOW)
        for state, block in enumerate(self.cell.blocks, start=INPUTS):
            x, y = self.exit(state)
            self._box(graph, f"{state}", f"{state}: {block.combine[:6]}", (x, y), PALE, JOIN, LOW)
            for side, (source, name) in enumerate(
                zip(block.inputs, (block.left, block.right), strict=True)
            ):
                key, place = f"{state}_{side}", (x + (2 * side - 1) * APART, y - RISE)
                self._box(graph, key, short_words(name, "\n"), place, "white", BOX, HEIGHT)
                into = (x + (2 * side - 1) * JOIN / 6, y - LOW / 2)
                self._line(graph, key, f"{state}", [_up(place, HEIGHT), into])
                self._join(graph, source, key, place, HEIGHT)
        end = (self.middle, self.top)
        self._box(graph, "end", "concatenate: h i+1", end, PALE, 150, LOW + 4)
        spread = 120 / len(self.cell.outputs)
        first = end[0] - spread * (len(self.cell.outputs) - 1) / 2
        ordered = sorted(self.cell.outputs, key=lambda state: self.exit(state)[0])
        for k, state in enumerate(ordered):
            self._join(graph, state, "end", (first + k * spread, end[1]), LOW + 4)

    def exit(self, state: int) -> Point:
        """Return the centre of the box that a state comes out of."""
        row = next(k for k, states in enumerate(self.levels) if state in states)
        place, many = self.levels[row].index(state), len(self.levels[row])
        if row == 0:  # h_i-1 stands on the left, as in the paper
            return self.middle + (0.5 - place) * ENDS, 0.0
        return self.middle + (place - (many - 1) / 2) * SLOT, row * ROW

    def _join(self, graph: Digraph, source: int, target: str, place: Point, height: float) -> None:
        """Draw a line from a state to a box, between the blocks of the levels that it passes."""
        start, end = _up(self.exit(source), LOW), (place[0], place[1] - height / 2)
        points = [start]
        for row, states in enumerate(self.levels):
            low, high = row * ROW - RISE - HEIGHT / 2 - 6, row * ROW + LOW / 2 + 4
            if row == 0 or low <= start[1] or high >= end[1]:
                continue
            straight = points[-1][0] + (end[0] - points[-1][0]) * 0.5
            gaps = [self.middle + (k - len(states) / 2) * SLOT for k in range(len(states) + 1)]
            x = min(gaps, key=lambda gap: abs(gap - straight))
            x += max(-9, min(9, 6 * (source - 2)))  # lines through one gap stand apart
            points += [(x, low), (x, high)]
        self._line(graph, f"{source}", target, [*points, end], **LOOKS[min(source, 2)])

    def _line(self, graph: Digraph, tail: str, head: str, points: list[Point], **look: str) -> None:
        """Draw straight pieces, the last with an arrow."""
        (x, y), (tip_x, tip_y) = points[-2:]
        length = max(((tip_x - x) ** 2 + (tip_y - y) ** 2) ** 0.5, 8)
        back = (tip_x - 7 * (tip_x - x) / length, tip_y - 7 * (tip_y - y) / length)
        path, bends = [points[0]], [*points[:-1], back]
        for (x0, y0), (x1, y1) in pairwise(bends):
            path += [(x0 + (x1 - x0) * s, y0 + (y1 - y0) * s) for s in (1 / 3, 2 / 3, 1)]
        pos = f"e,{tip_x:g},{tip_y:g} " + " ".join(f"{px:g},{py:g}" for px, py in path)
        graph.edge(f"{self.name}{tail}", f"{self.name}{head}", pos=pos, **look)

    def _box(
        self, graph: Digraph, key: str, text: str, place: Point, fill: str, width: int, height: int
    ) -> None:
        look = {"shape": "box", "style": "filled", "fillcolor": fill, "fontsize": "13"}
        size = {"width": f"{width / 72:.4f}", "height": f"{height / 72:.4f}", "margin": "0"}
        at = f"{place[0]:g},{place[1]:g}"
        graph.node(f"{self.name}{key}", text, pos=at, fixedsize="true", **look, **size)


def _up(place: Point, height: float) -> Point:
    """Return the middle of a box's upper edge."""
    return place[0], place[1] + height / 2


def short_words(operation: str, between: str) -> str:
    """Return an operation as a box has room for it: ``"sep"``, what stands between, ``"5x5"``."""
    kind, _, size = operation.partition("_")
    return f"{SHORT.get(kind, kind)}{between}{size.replace('_', ' ')}" if size else kind
