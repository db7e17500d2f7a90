"""A convolutional network as a triangle: who reads whom, for networks with many skips.

The image, the layers and the classifier stand on the diagonal. Along its row a layer shows
what it reads, down its column who reads it. What the marks mean stands above.
"""

from __future__ import annotations

from graphviz import Digraph

from nasedu.architectures import ConvNet, NetworkCost
from nasedu.viewing.drawings.columns import Cell, blank_graph, html_row, put_text_from
from nasedu.viewing.drawings.connections import Kind, connections, meanings
from nasedu.viewing.drawings.conv_net_graph import cell_widths, filter_text, volume
from nasedu.viewing.drawings.layer_table import Shape, headline
from nasedu.viewing.pictures import INK, OKABE_ITO, QUIET

CELL = 30  # from one row or column to the next, in points
SOLID = {"style": "filled", "penwidth": "0", "fixedsize": "true"}

MARKS: dict[Kind, dict[str, str]] = {
    "next": {"shape": "square", "width": "0.24", "fillcolor": INK},
    "skip": {"shape": "circle", "width": "0.25", "fillcolor": OKABE_ITO["blue"]},
    "image": {"shape": "triangle", "width": "0.32", "fillcolor": OKABE_ITO["orange"]},
    "classifier": {"shape": "diamond", "width": "0.33", "fillcolor": OKABE_ITO["vermillion"]},
}
POOL_MARK = {"shape": "box", "width": "0.3", "height": "0.0417", "fillcolor": QUIET}
POOLED = "below and left of it, outputs are read max-pooled 2×2"
HEAD = "filter, and output: filters × height × width"
UNREAD = "not read"
NOTHING = {"shape": "circle", "width": "0.04", "fillcolor": "#8793A0"}


def conv_net_matrix(net: ConvNet, cost: NetworkCost, shape: Shape) -> Digraph:
    """Return the triangular matrix of a network: a row reads, a column is read.

    Args:
        net: The network.
        cost: Its `cost` for an image of this shape.
        shape: ``(channels, height, width)`` of the image.
    """
    graph, last = blank_graph(), len(net) + 1
    names = ["image", *(f"layer{i}" for i in range(1, last)), "classifier"]
    kinds: dict[tuple[int, int], Kind] = {(e.target, e.source): e.kind for e in connections(net)}
    for row in range(1, last + 1):
        if row % 2:
            band(graph, row, length=min(row + 1, last))
        for column in range(row):
            kind = kinds.get((row, column))
            name = f"{names[row]} {'reads' if kind else 'without'} {names[column]}"
            look = MARKS[kind] if kind else NOTHING
            mark(graph, name, column * CELL, -row * CELL, look)
    for row in net.pool_after:
        _add_corner(graph, row, last)
    room = sum(cell_widths(net, cost, shape))
    put_text_from(graph, "head", HEAD, 18, 26, 8 * len(HEAD), fontsize="13", fontcolor=QUIET)
    for row, text in enumerate(_texts(net, cost, shape)):
        if row < last:
            badge = html_row(Cell(f"<B>{row}</B>", CELL - 2, INK if row else QUIET))
            graph.node(names[row], badge, pos=f"{row * CELL},{-row * CELL}", shape="none")
        start = row * CELL + (18 if row < last else -12)
        put_text_from(graph, f"text{row}", text, start, -row * CELL, room)
    key: dict[str, dict[str, str]] = {text: MARKS[kind] for kind, text in meanings(net).items()}
    key[UNREAD] = NOTHING
    if net.pool_after:
        key[POOLED] = POOL_MARK
    _caption(graph, headline(net, cost), key, CELL + 24 * (len(key) + 1) + 8)
    return graph


def band(graph: Digraph, row: int, length: int) -> None:
    """Lay a pale band under every other row, so that the eye keeps to it."""
    size = {"width": f"{length * CELL / 72:.4f}", "height": f"{CELL / 72:.4f}"}
    place = f"{(length - 1) * CELL / 2:g},{-row * CELL}"
    look = {"label": "", "shape": "box", "fillcolor": "#EEF1F4"}
    graph.node(f"band{row}", pos=place, **SOLID, **look, **size)


def _add_corner(graph: Digraph, row: int, last: int) -> None:
    """Set off the outputs up to this row, read below it: a pooling lies in between."""
    edge, depth = (row + 0.5) * CELL, (last - row) * CELL
    bars = {
        "above": (edge / 2 - CELL / 4, -edge, edge + CELL / 2, 3),
        "beside": (edge, -edge - depth / 2, 3, depth),
    }
    for side, (x, y, width, height) in bars.items():
        size = {"width": f"{width / 72:.4f}", "height": f"{height / 72:.4f}"}
        look = {"label": "", "shape": "box", "fillcolor": QUIET}
        graph.node(f"pooling{row}_{side}", pos=f"{x:g},{y:g}", **SOLID, **look, **size)


def mark(graph: Digraph, name: str, x: float, y: float, look: dict[str, str]) -> None:
    """Mark a place with the shape of its connection, or with a dot."""
    graph.node(name, "", pos=f"{x:g},{y:g}", **{"height": look["width"], **SOLID, **look})


def _texts(net: ConvNet, cost: NetworkCost, shape: Shape) -> list[str]:
    """Return what stands beside the diagonal, HTML-like."""
    layers = (
        f"{filter_text(layer)} &#160; {volume(c.out_channels, c.height, c.width)}"
        for layer, c in zip(net.layers, cost.layers, strict=True)
    )
    head = cost.classifier
    classes = f"{head.in_channels} → <B>{head.out_channels}</B>"
    return [f"image &#160; {volume(*shape)}", *layers, f"classifier &#160; {classes}"]


def _caption(graph: Digraph, text: str, key: dict[str, dict[str, str]], y: float) -> None:
    left, quiet = -CELL / 2, {"fontsize": "14", "fontcolor": QUIET}
    put_text_from(graph, "caption", f"<B>{text}</B>", left, y, 9 * len(text), fontsize="15")
    rule = "a row shows what a layer reads, a column who reads it"
    put_text_from(graph, "rule", rule, left, y - 24, 7 * len(rule), **quiet)
    for k, (meaning, look) in enumerate(key.items(), start=2):
        mark(graph, f"key{k}", 0, y - 24 * k, look)
        put_text_from(graph, f"meaning{k}", meaning, 20, y - 24 * k + 2, 380, **quiet)
