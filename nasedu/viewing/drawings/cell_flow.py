"""The computation of a recurrent cell, box by box, with the numbers if they are known.

It grows upwards, from x_t and h_{t-1} below to h_t on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphviz import Digraph

from nasedu.architectures import CellNode, RecurrentCell
from nasedu.viewing.drawings.columns import put_text
from nasedu.viewing.pictures import INK, OKABE_ITO, PALE, QUIET

FLOW_PITCH, BOX = 108, 26  # from leaf to leaf; height of a box
STEP = 40  # from a node's combination to its activation
INPUT, MEMORY = OKABE_ITO["blue"], OKABE_ITO["vermillion"]
SYMBOLS = {"add": "+ add", "mul": "× mul", "max": "max"}


@dataclass(frozen=True)
class CellFlow:
    """The computation: a combination and an activation a node, the memory in its colour.

    Args:
        cell: The cell.
        x: Left end.
        marked: Boxes to mark, and labels to set bold: of node 3 ``"combine3"`` and
            ``"activation3"``, at a leaf ``"x3"`` and ``"h3"``; of the memory ``"c_last"``,
            ``"inject"``, ``"injected"`` and ``"c_t"``; ``"h_t"``.
        values: What comes out of them, to be written where it comes out.
    """

    cell: RecurrentCell
    x: float
    marked: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def width(self) -> float:
        """From the left end to the right one."""
        return max(self.cell.base * FLOW_PITCH, 150) + 40

    @property
    def top(self) -> float:
        """Height of h_t."""
        return self.exit(len(self.cell) - 1)[1] + 46

    def place(self, node: int) -> tuple[float, float]:
        """Return the centre of a node's combination."""
        level = next(k for k, nodes in enumerate(self.cell.levels) if node in nodes)
        nodes = self.cell.levels[level]
        x = self.x + (self.width - 40) * (nodes.index(node) + 0.5) / len(nodes)
        injected = any(self.cell.cell_input in below for below in self.cell.levels[:level])
        return x, level * (2 * STEP + 30) + (2 * STEP if injected else 0) + 20

    def exit(self, node: int) -> tuple[float, float]:
        """Return the centre of a node's last box."""
        x, y = self.place(node)
        return x, y + (3 if node == self.cell.cell_input else 1) * STEP

    def draw(self, graph: Digraph) -> None:
        """Put the computation on the sheet."""
        for k, node in enumerate(self.cell.nodes):
            self._node(graph, k, node)
        for k in range(len(self.cell)):
            for i in self.cell.inputs(k):
                self._line(graph, self._last(i), f"combine{k}", self.exit(i), self.place(k))
        x, y = self.exit(len(self.cell) - 1)
        self._port(graph, "h_t", "h", "t", x, self.top, INK)
        self._value(graph, "h_t", x + 38, self.top)
        self._line(graph, self._last(len(self.cell) - 1), "h_t", (x, y), (x, self.top))

    def _node(self, graph: Digraph, k: int, node: CellNode) -> None:
        x, y = self.place(k)
        put_text(graph, f"number{k}", f"{k}", x - 38, y + 20, fontsize="12", fontcolor=QUIET)
        self._pair(graph, f"combine{k}", f"activation{k}", node, x, y, side=self._side(k))
        if k < self.cell.base:
            for weight, letter, time, side in (("W", "x", "t", -1), ("U", "h", "t−1", 1)):
                name, at = f"{letter}{k}", (x + 24 * side, y - 44)
                self._port(graph, name, letter, time, *at, INPUT, f"{weight}{k} ")
                self._line(graph, name, f"combine{k}", at, (x, y), color=INPUT)
                self._value(graph, name, x + 28 * side, y - 67)
        if k == self.cell.cell_output:
            self._port(graph, "c_t", "c", "t", x + 64, y, MEMORY)
            self._value(graph, "c_t", x + 62, y - 23)
            across(graph, f"combine{k}", "c_t", x + 31, x + 53, y)
        if k == self.cell.cell_input:
            inject, above = self.cell.cell_inject, y + 2 * STEP
            self._pair(graph, "inject", "injected", inject, x, above, MEMORY, self._side(k))
            self._line(graph, f"activation{k}", "inject", (x, y + STEP), (x, above))
            self._port(graph, "c_last", "c", "t−1", x - 67, above, MEMORY)
            self._value(graph, "c_last", x - 67, above + 19)
            across(graph, "c_last", "inject", x - 51, x - 31, above)

    def _pair(
        self,
        graph: Digraph,
        first: str,
        second: str,
        node: CellNode,
        x: float,
        y: float,
        color: str = INK,
        side: int = 1,
    ) -> None:
        look = {"shape": "box", "style": "filled", "fontsize": "14", "fixedsize": "true"}
        size = {"width": f"{62 / 72:.4f}", "height": f"{BOX / 72:.4f}", "margin": "0"}
        both = {**look, **size, "color": color}
        square = {**both, "fillcolor": PALE} | self._mark(first)
        graph.node(first, SYMBOLS[node.combine], pos=f"{x:g},{y:g}", **square)
        rounded = {**both, "fillcolor": "white", "style": "rounded,filled"} | self._mark(second)
        graph.node(second, node.activation, pos=f"{x:g},{y + STEP:g}", **rounded)
        self._line(graph, first, second, (x, y), (x, y + STEP), color=color)
        self._value(graph, first, x + 36, y + STEP / 2)
        self._value(graph, second, x + 38 * side, y + 1.5 * STEP)

    def _side(self, node: int) -> int:
        """Return on which side of a node's outgoing arrow there is room: -1 left, 1 right."""
        return 1 if node % 2 or node == len(self.cell) - 1 else -1

    def _mark(self, name: str) -> dict[str, str]:
        return {"fillcolor": OKABE_ITO["yellow"], "penwidth": "3"} if name in self.marked else {}

    def _value(self, graph: Digraph, name: str, x: float, y: float) -> None:
        """Write what comes out of a box or goes in, if it is known."""
        if name in self.values:
            label = f"<<B>{self.values[name]}</B>>"
            color = INK if name in self.marked else QUIET
            put_text(graph, f"value_{name}", label, x, y, fontsize="12", fontcolor=color)

    def _last(self, node: int) -> str:
        return "injected" if node == self.cell.cell_input else f"activation{node}"

    def _port(
        self,
        graph: Digraph,
        name: str,
        letter: str,
        time: str,
        x: float,
        y: float,
        color: str,
        weight: str = "",
    ) -> None:
        before = f'<FONT POINT-SIZE="11">{weight}</FONT>' if weight else ""
        # in a cell of its own below the letter: not every program lowers what stands in <SUB>
        cells = (
            f'<TD CELLPADDING="1">{before}<B>{letter}</B></TD>'
            f'<TD HEIGHT="24" VALIGN="BOTTOM"><FONT POINT-SIZE="11">{time}</FONT></TD>'
        )
        label = f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{cells}</TR></TABLE>>'
        put_text(graph, name, label, x, y, fontcolor=color, fontsize="16")

    def _line(
        self,
        graph: Digraph,
        tail: str,
        head: str,
        start: tuple[float, float],
        end: tuple[float, float],
        gap: tuple[float, float] = (BOX / 2, BOX / 2),
        **look: str,
    ) -> None:
        line(graph, tail, head, (start, end), gap, arrow=True, **look)


def across(graph: Digraph, tail: str, head: str, start: float, end: float, y: float) -> None:
    """Draw an arrow of the memory to the right, from edge to edge."""
    xs = (end, start, start + 4, end - 11, end - 7)
    path = " ".join(f"{x:g},{y:g}" for x in xs)
    graph.edge(tail, head, pos=f"e,{path}", color=MEMORY, penwidth="2")


def line(
    graph: Digraph,
    tail: str,
    head: str,
    ends: tuple[tuple[float, float], tuple[float, float]],
    gap: tuple[float, float],
    *,
    arrow: bool = False,
    **look: str,
) -> None:
    """Draw a straight line upwards between two boxes, given centres and half their heights."""
    (x, y), (x_end, y_end) = ends
    shift = max(-14.0, min(14.0, (x - x_end) / 2))  # two lines into a box end apart
    x_end, y, y_end = x_end + shift, y + gap[0], y_end - gap[1]
    points = [(x + (x_end - x) * s, y + (y_end - y) * s) for s in (0, 1 / 3, 2 / 3, 1)]
    start = ""
    if arrow:
        tip, length = points[-1], max(((x_end - x) ** 2 + (y_end - y) ** 2) ** 0.5, 8)
        back = 7 / length
        points[-1] = tuple(p - back * (p - q) for p, q in zip(tip, points[0], strict=True))
        start = f"e,{tip[0]:g},{tip[1]:g} "
    path = start + " ".join(f"{px:g},{py:g}" for px, py in points)
    look = look if arrow else {"arrowhead": "none", "color": QUIET, **look}
    graph.edge(tail, head, pos=path, **look)
