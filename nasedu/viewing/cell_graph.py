"""A recurrent cell as in figures 5 and 8: the tree of decisions, and beside it the computation.

Both grow upwards, from x_t and h_{t-1} below to h_t on top.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphviz import Digraph

from nasedu.architectures import CellNode, RecurrentCell
from nasedu.viewing.cell_words import cell_headline
from nasedu.viewing.columns import INK, PALE, QUIET, sheet, write
from nasedu.viewing.pictures import OKABE_ITO

TREE_PITCH, FLOW_PITCH, GAP = 76, 108, 80  # from leaf to leaf; between the two pictures
ROW, BOX = 92, 26  # from level to level of the tree; height of a box of the computation
STEP = 40  # from one box of the computation to the next
INPUT, MEMORY = OKABE_ITO["blue"], OKABE_ITO["vermillion"]
SYMBOLS = {"add": "+ add", "mul": "× mul", "max": "max"}


def cell_graph(cell: RecurrentCell) -> Digraph:
    """Return the graph of a cell: its tree on the left, its computation on the right."""
    graph = sheet()
    tree = CellTree(cell, TREE_PITCH)
    tree.draw(graph)
    flow = CellFlow(cell, x=tree.width + GAP)
    flow.draw(graph)
    for name, x, text in (
        ("tree_title", tree.width / 2, "decisions"),
        ("flow_title", flow.x + flow.width / 2, "computation"),
    ):
        write(graph, name, f"<<B>{text}</B>>", x, max(tree.top, flow.top) + 34, fontsize="20")
    middle = (flow.x + flow.width) / 2
    write(graph, "caption", f"<<B>{cell_headline(cell)}</B>>", middle, -112, fontsize="15")
    return graph


@dataclass(frozen=True)
class CellTree:
    """The tree of decisions: node numbers, combinations, activations, and the memory's.

    Args:
        cell: The cell.
        pitch: From leaf to leaf.
        x: Left end.
        prefix: Start of the nodes' names, for more than one tree on a sheet.
        marked: Nodes to mark; the injection is ``"inject"``, the indices ``"indices"``.
    """

    cell: RecurrentCell
    pitch: int
    x: float = 0
    prefix: str = "tree"
    marked: frozenset[int | str] = frozenset()

    @property
    def width(self) -> float:
        """From the left end to the right one: the memory's decisions need room, too."""
        return max(self.cell.base * self.pitch, 200)

    @property
    def top(self) -> float:
        """Height of the uppermost node."""
        return (len(self.cell.levels) - 1) * ROW

    def place(self, node: int) -> tuple[float, float]:
        """Return the centre of a node."""
        level = next(k for k, nodes in enumerate(self.cell.levels) if node in nodes)
        nodes = self.cell.levels[level]
        x = self.x + self.width * (nodes.index(node) + 0.5) / len(nodes)
        return x, level * ROW

    def draw(self, graph: Digraph) -> None:
        """Put the tree on the sheet."""
        for k, node in enumerate(self.cell.nodes):
            x, y = self.place(k)
            for i in self.cell.inputs(k):
                below = self.place(i)
                line(graph, f"{self.prefix}{i}", f"{self.prefix}{k}", (below, (x, y)), (28, 28))
            box = {"width": f"{(TREE_PITCH - 12) / 72:.4f}", "height": f"{56 / 72:.4f}"}
            self._box(graph, f"{k}", k, x, y, f"<B>{k}</B><BR/>{_lines(node)}", box)
        middle = self.x + self.width / 2
        inject = f"cell inject <B>{self.cell.cell_inject}</B>"
        indices = f"cell indices <B>{self.cell.cell_output}</B>, <B>{self.cell.cell_input}</B>"
        box = {"width": f"{196 / 72:.4f}", "height": f"{24 / 72:.4f}"}
        self._box(graph, "inject", "inject", middle, -50, inject, box)
        self._box(graph, "indices", "indices", middle, -80, indices, box)

    def _box(
        self,
        graph: Digraph,
        name: str,
        key: int | str,
        x: float,
        y: float,
        text: str,
        size: dict[str, str],
    ) -> None:
        look = {"shape": "box", "style": "rounded,filled", "fillcolor": "white", "fontsize": "13"}
        if key in self.marked:
            text = f"<U>{text}</U>" if key in ("inject", "indices") else text
            look |= {"fillcolor": OKABE_ITO["yellow"], "penwidth": "3"}
        place = f"{x:g},{y:g}"
        graph.node(
            self.prefix + name, f"<{text}>", pos=place, fixedsize="true", margin="0", **look, **size
        )


@dataclass(frozen=True)
class CellFlow:
    """The computation: a combination and an activation a node, the memory in its colour.

    Args:
        cell: The cell.
        x: Left end.
    """

    cell: RecurrentCell
    x: float

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
        self._line(graph, self._last(len(self.cell) - 1), "h_t", (x, y), (x, self.top))

    def _node(self, graph: Digraph, k: int, node: CellNode) -> None:
        x, y = self.place(k)
        write(graph, f"number{k}", f"{k}", x - 40, y + 8, fontsize="12", fontcolor=QUIET)
        self._pair(graph, f"combine{k}", f"activation{k}", node, x, y)
        if k < self.cell.base:
            for name, letter, time, shift in (("x", "x", "t", -20), ("h", "h", "t−1", 20)):
                at = (x + shift, y - 44)
                self._port(graph, f"{name}{k}", letter, time, *at, INPUT)
                self._line(graph, f"{name}{k}", f"combine{k}", at, (x, y), color=INPUT)
        if k == self.cell.cell_output:
            self._port(graph, "c_t", "c", "t", x + 64, y, MEMORY)
            across(graph, f"combine{k}", "c_t", x + 31, x + 53, y)
        if k == self.cell.cell_input:
            inject, above = self.cell.cell_inject, y + 2 * STEP
            self._pair(graph, "inject", "injected", inject, x, above, MEMORY)
            self._line(graph, f"activation{k}", "inject", (x, y + STEP), (x, above))
            self._port(graph, "c_last", "c", "t−1", x - 67, above, MEMORY)
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
    ) -> None:
        look = {"shape": "box", "style": "filled", "fontsize": "14", "fixedsize": "true"}
        size = {"width": f"{62 / 72:.4f}", "height": f"{BOX / 72:.4f}", "margin": "0"}
        both = {**look, **size, "color": color}
        graph.node(first, SYMBOLS[node.combine], pos=f"{x:g},{y:g}", fillcolor=PALE, **both)
        both["style"] = "rounded,filled"
        graph.node(second, node.activation, pos=f"{x:g},{y + STEP:g}", fillcolor="white", **both)
        self._line(graph, first, second, (x, y), (x, y + STEP), color=color)

    def _last(self, node: int) -> str:
        return "injected" if node == self.cell.cell_input else f"activation{node}"

    def _port(
        self, graph: Digraph, name: str, letter: str, time: str, x: float, y: float, color: str
    ) -> None:
        label = f'<<B>{letter}</B><FONT POINT-SIZE="11"><SUB>{time}</SUB></FONT>>'
        write(graph, name, label, x, y, fontcolor=color, fontsize="16")

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


def _lines(node: CellNode) -> str:
    return f"{node.combine}<BR/>{node.activation}"
