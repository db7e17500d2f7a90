"""Boxes in a column and arcs beside it, as DOT that brings its own positions.

DOT's program only draws them (``layout=nop2``), so a network looks the same wherever it is
drawn. Lengths are points, 1/72 inch; x grows to the right and y upwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from graphviz import Digraph

from nasedu.viewing.drawings.connections import Connection
from nasedu.viewing.pictures import INK, OKABE_ITO, PALE

HEIGHT = 30  # of a box
LIGHT = tuple(OKABE_ITO[name] for name in ("purple", "yellow", "orange", "sky blue"))
"""Backgrounds that want dark text."""


def blank_graph() -> Digraph:
    """Return an empty graph on white, whose nodes and edges will bring their positions."""
    return Digraph(
        graph_attr={"layout": "nop2", "bgcolor": "white", "pad": "0.2", "splines": "true"},
        node_attr={"fontname": "Arial", "fontsize": "16", "fontcolor": INK, "color": INK},
        edge_attr={"color": INK, "arrowsize": "0.7"},
    )


def put_text(graph: Digraph, name: str, text: str, x: float, y: float, **attributes: str) -> None:
    """Put text on the sheet, centred on x."""
    bare = {"shape": "none", "margin": "0", "width": "0", "height": "0"}
    graph.node(name, text, pos=f"{x:g},{y:g}", **bare, **attributes)


def put_text_from(
    graph: Digraph, name: str, text: str, x: float, y: float, width: int, **attributes: str
) -> None:
    """Put HTML-like text on the sheet, from x on; it must fit into the width."""
    put_text(graph, name, html_row(Cell(text, width, align="LEFT")), x + width / 2, y, **attributes)


def put_bold_text(graph: Digraph, name: str, text: str, x: float, y: float, size: int) -> None:
    """Put bold plain text on the sheet, with room for a font that is wider than Arial."""
    cell = Cell(f"<B>{escape(text)}</B>", round(0.66 * size * len(text)))
    put_text(graph, name, html_row(cell), x, y, fontsize=str(size))


class Cell(NamedTuple):
    """A part of a row: HTML-like text, its width, a background, how the text is set."""

    text: str
    width: int
    fill: str = ""
    align: str = "CENTER"


def html_row(*cells: Cell) -> str:
    """Return an HTML-like label whose cells share one base line."""
    return f'<<TABLE BORDER="0" CELLSPACING="0"><TR>{"".join(map(_html, cells))}</TR></TABLE>>'


def _html(cell: Cell) -> str:
    text, paint = cell.text, ""
    if cell.fill:
        ink = INK if cell.fill in LIGHT else "white"
        text, paint = f'<FONT COLOR="{ink}">{text}</FONT>', f'BGCOLOR="{cell.fill}" '
    # the tiny last word makes DOT's program set every cell in the same way
    return (
        f'<TD FIXEDSIZE="TRUE" WIDTH="{cell.width}" HEIGHT="{HEIGHT - 2}" VALIGN="BOTTOM" {paint}'
        f'BORDER="0" CELLPADDING="2" ALIGN="{cell.align}">{text}'
        '<FONT POINT-SIZE="1"> </FONT></TD>'
    )


@dataclass(frozen=True)
class Column:
    """Where the boxes of one network stand, and where its arcs run.

    Args:
        edges: All connections that are to be drawn.
        last: Row of the classifier; row 0 is the image.
        pitch: From one row to the next.
        width: Width of the boxes.
        reach: How far an arc past all rows goes out, about.
        x: Centre of the boxes.
        side: Side of all arcs, -1 left and 1 right; 0 puts those of odd layers on the right
            and those of even layers and of the image on the left.
        prefix: Start of the nodes' names, for more than one network on a sheet.
    """

    edges: tuple[Connection, ...]
    last: int
    pitch: int
    width: int
    reach: float = 200
    x: float = 0
    side: int = 0
    prefix: str = ""

    def name(self, row: int) -> str:
        """Name of the node in this row."""
        return self.prefix + {0: "image", self.last: "classifier"}.get(row, f"layer{row}")

    def box(self, graph: Digraph, row: int, label: str, **attributes: str) -> None:
        """Add the box of this row: the image and the classifier grey, layers white."""
        look = {
            "shape": "box",
            "style": "filled",
            "fillcolor": PALE if row in (0, self.last) else "white",
            "penwidth": "1.4",
            "fixedsize": "true",
            "width": f"{self.width / 72:.4f}",
            "height": f"{HEIGHT / 72:.4f}",
        }
        place = f"{self.x:g},{-row * self.pitch}"
        graph.node(self.name(row), label, pos=place, **{**look, **attributes})

    def connect(self, graph: Digraph, edge: Connection, **attributes: str) -> None:
        """Add the connection: straight down to the next row, in an arc past others."""
        tail, head = -edge.source * self.pitch, -edge.target * self.pitch
        if edge.kind == "next":
            tail, head = tail - HEIGHT / 2, head + HEIGHT / 2
            points = [(0, head), (0, tail), (0, tail - 2), (0, head + 8), (0, head + 6)]
        else:
            side, tail, head = self.side_of(edge), tail - 10, head + self._port(edge)
            rows = edge.target - edge.source
            wall, far = side * self.width / 2, self._far(side, rows)
            points = [(wall, head), (wall, tail), (far, tail), (far, head), (wall + 8 * side, head)]
        pos = " ".join(f"{self.x + x:g},{y:g}" for x, y in points)
        graph.edge(self.name(edge.source), self.name(edge.target), pos=f"e,{pos}", **attributes)

    def cut(self, graph: Digraph, row: int, **attributes: str) -> None:
        """Draw a line below this row, across the column and whatever runs beside it."""
        ends, y = [], -(row + 0.5) * self.pitch
        for side in (-1, 1):
            arcs = [e for e in self.edges if e.kind != "next" and self.side_of(e) == side]
            rows = max((e.target - e.source for e in arcs), default=0)
            x = self.x + self._far(side, rows)
            name = f"{self.prefix}cut{row}_{'left' if side < 0 else 'right'}"
            graph.node(name, "", pos=f"{x:g},{y:g}", shape="none", width="0", height="0")
            ends.append((name, x))
        (left, start), (right, end) = ends
        path = (start, start + (end - start) / 3, end - (end - start) / 3, end)
        pos = " ".join(f"{x:g},{y:g}" for x in path)
        graph.edge(left, right, pos=pos, **attributes)

    def _far(self, side: int, rows: int) -> float:
        """How far out from the column's centre an arc past so many rows runs."""
        return side * (self.width / 2 + 18 + rows * min(13.0, self.reach / self.last))

    def side_of(self, edge: Connection) -> int:
        """Side on which an arc runs."""
        return self.side or (1 if edge.source % 2 else -1)

    def _port(self, edge: Connection) -> float:
        """Height above the box's centre at which an arc ends: nested arcs do not cross."""
        arriving = [
            e.source
            for e in self.edges
            if (e.target, self.side_of(e)) == (edge.target, self.side_of(edge)) and e.kind != "next"
        ]
        nearer = sum(source > edge.source for source in arriving)
        return 11 - nearer * min(5.0, 19 / max(1, len(arriving) - 1))
