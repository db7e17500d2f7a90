"""A recurrent cell as in figures 5 and 8: the tree of decisions, and beside it the computation.

Both grow upwards, from x_t and h_{t-1} below to h_t on top.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphviz import Digraph

from nasedu.architectures import CellNode, RecurrentCell
from nasedu.viewing.drawings.cell_flow import CellFlow, line
from nasedu.viewing.drawings.cell_words import cell_headline
from nasedu.viewing.drawings.columns import blank_graph, put_text
from nasedu.viewing.pictures import OKABE_ITO

TREE_PITCH, GAP = 76, 80  # from leaf to leaf; between the two pictures
ROW = 92  # from level to level
WIDE = 8  # leaves, from which on a page has no room for both pictures


def cell_graph(cell: RecurrentCell) -> Digraph:
    """Return the graph of a cell: its tree on the left, its computation on the right.

    From base 8 on a page has no room for both: only the computation, as in figure 8.
    """
    graph = blank_graph()
    flow = CellFlow(cell, x=0)
    if cell.base < WIDE:
        tree = CellTree(cell, TREE_PITCH)
        tree.draw(graph)
        flow = replace(flow, x=tree.width + GAP)
        for name, x, text in (
            ("tree_title", tree.width / 2, "decisions"),
            ("flow_title", flow.x + flow.width / 2, "computation"),
        ):
            put_text(
                graph, name, f"<<B>{text}</B>>", x, max(tree.top, flow.top) + 34, fontsize="20"
            )
    flow.draw(graph)
    middle, below = (flow.x + flow.width) / 2, -112 if cell.base < WIDE else -60
    put_text(graph, "caption", f"<<B>{cell_headline(cell)}</B>>", middle, below, fontsize="15")
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
        other: A cell of the same base; of a marked node only what that one has otherwise is
            set on yellow.
    """

    cell: RecurrentCell
    pitch: int
    x: float = 0
    prefix: str = "tree"
    marked: frozenset[int | str] = frozenset()
    other: RecurrentCell | None = None

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
            self._box(graph, f"{k}", k, x, y, self._rows(k, node), box)
        middle = self.x + self.width / 2
        # in one weight: an SVG places bold words by Arial's widths, and another font is wider
        inject = f"cell inject: {self.cell.cell_inject}"
        indices = f"cell indices: {self.cell.cell_output}, {self.cell.cell_input}"
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
            look |= {"penwidth": "3"}
            if key in ("inject", "indices"):
                text, look["fillcolor"] = f"<U>{text}</U>", OKABE_ITO["yellow"]
        place = f"{x:g},{y:g}"
        graph.node(
            self.prefix + name, f"<{text}>", pos=place, fixedsize="true", margin="0", **look, **size
        )

    def _rows(self, k: int, node: CellNode) -> str:
        """Return a node's number and decisions, what the other cell decides otherwise marked."""
        theirs = self.other.nodes[k] if self.other else node
        rows = [f"<TR><TD><B>{k}</B></TD></TR>"]
        for mine, other in (
            (node.combine, theirs.combine),
            (node.activation, theirs.activation),
        ):
            look = f' BGCOLOR="{OKABE_ITO["yellow"]}"' if mine != other else ""
            text = f"<U>{mine}</U>" if mine != other else mine
            rows.append(f'<TR><TD FIXEDSIZE="TRUE" WIDTH="60" HEIGHT="16"{look}>{text}</TD></TR>')
        return f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="0">{"".join(rows)}</TABLE>'
