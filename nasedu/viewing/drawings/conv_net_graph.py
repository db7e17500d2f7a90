"""A convolutional network as a column of layers with arcs for its skip connections.

Figure 7 of the paper runs from bottom to top; we draw in reading order, the image on top.
"""

from __future__ import annotations

from graphviz import Digraph

from nasedu.architectures import ConvLayer, ConvNet, NetworkCost
from nasedu.viewing.drawings.columns import (
    Cell,
    Column,
    blank_graph,
    html_row,
    put_bold_text,
    put_text,
    put_text_from,
)
from nasedu.viewing.drawings.connections import Connection, connections, meanings
from nasedu.viewing.drawings.layer_table import Shape, filter_size, headline
from nasedu.viewing.pictures import INK, OKABE_ITO, QUIET

HUES = tuple(OKABE_ITO[name] for name in ("blue", "vermillion", "green", "purple"))
HUES += (INK, OKABE_ITO["orange"], OKABE_ITO["sky blue"])  # for the deeper layers
ROOMY, TIGHT = 54, 46  # from one row to the next: up to 8 layers, and beyond

POOL_LINE = {"penwidth": "3", "color": QUIET, "arrowhead": "none"}
POOLED = "2×2 max pooling of all outputs that cross it"

Widths = tuple[int, int, int]


def conv_net_graph(net: ConvNet, cost: NetworkCost, shape: Shape) -> Digraph:
    """Return the graph of a network: the image on top, the classifier below.

    Args:
        net: The network.
        cost: Its `cost` for an image of this shape.
        shape: ``(channels, height, width)`` of the image.
    """
    graph, edges = blank_graph(), connections(net)
    widths = cell_widths(net, cost, shape)
    column = Column(edges, len(net) + 1, pitch_of(len(net)), sum(widths) + 2)
    lines = {edge: edge_style(edge) for edge in edges}
    add_heads(graph, column, widths)
    for edge, line in lines.items():
        column.connect(graph, edge, **line)
    for row in net.pool_after:
        column.cut(graph, row, **POOL_LINE)
    hues = {e.source: hue_of(e.source) for e in edges if e.kind in ("skip", "classifier")}
    for row, cells in enumerate(box_cells(net, cost, shape, widths, hues)):
        column.box(graph, row, html_row(*cells))
    y = -column.last * column.pitch - 42
    put_bold_text(graph, "caption", headline(net, cost), 0, y, 15)
    samples = {e.kind: line for e, line in reversed(lines.items())}
    key = {k: text for k, text in meanings(net).items() if k != "next"}
    if "skip" in key:
        key["skip"] += ", in its layer's colour"
    pooling = {POOLED: POOL_LINE} if net.pool_after else {}
    add_key(graph, {text: samples[k] for k, text in key.items()} | pooling, y)
    return graph


def pitch_of(num_layers: int) -> int:
    """Distance from one row to the next: deep networks should still fit on a screen."""
    return ROOMY if num_layers <= 8 else TIGHT


def hue_of(source: int) -> str:
    """Colour of a layer that sends out arcs: with their side, one of fourteen."""
    return HUES[(source - 1) // 2 % len(HUES)]


def edge_style(edge: Connection) -> dict[str, str]:
    """Line of a connection: each kind has its own weight, dashes and arrow."""
    hue = {"color": hue_of(edge.source)}
    return {
        "next": {"penwidth": "3", "arrowsize": "0.6"},
        "skip": {"penwidth": "1.8", **hue},
        "image": {"penwidth": "2.6", "style": "dotted"},
        "classifier": {"penwidth": "1.8", "style": "dashed", "arrowhead": "diamond", **hue},
    }[edge.kind]


def cell_widths(net: ConvNet, cost: NetworkCost, shape: Shape) -> Widths:
    """Return the widths that the cells of a box need: number, filter, output."""
    filters = max(len(filter_size(layer)) + layer.is_pooling for layer in net.layers)  # a wide m
    volumes = [shape, *((c.out_channels, c.height, c.width) for c in cost.layers)]
    outputs = max(len("".join(map(str, lengths))) for lengths in volumes)
    classes = len(f"{cost.classifier.in_channels}{cost.classifier.out_channels}")
    return 32, max(62, 8 * filters + 8), max(94, 9 * outputs + 44, 9 * classes + 48)


def add_heads(graph: Digraph, column: Column, widths: Widths) -> None:
    """Write above the image what the cells of a box are."""
    x = column.x - sum(widths) / 2
    for text, width in zip(("layer", "filter", "output"), widths, strict=True):
        name, look = f"{column.prefix}{text}", {"fontsize": "13", "fontcolor": QUIET}
        put_text(graph, name, text, x + width / 2, 26, **look)
        x += width


def box_cells(
    net: ConvNet, cost: NetworkCost, shape: Shape, widths: Widths, hues: dict[int, str]
) -> list[list[Cell]]:
    """Return the cells of every box, from the image to the classifier."""
    number, kernel, output = widths
    classes = f"{cost.classifier.in_channels} → <B>{cost.classifier.out_channels}</B>"
    rows = [[Cell("image", number + kernel), Cell(volume(*shape), output)]]
    for i, (layer, c) in enumerate(zip(net.layers, cost.layers, strict=True), start=1):
        rows.append(
            [
                Cell(f"<B>{i}</B>", number, hues.get(i, INK)),
                Cell(filter_text(layer), kernel),
                Cell(volume(c.out_channels, c.height, c.width), output),
            ]
        )
    rows.append([Cell("classifier", number + kernel), Cell(classes, output)])
    return rows


def filter_text(layer: ConvLayer) -> str:
    """Height and width of the filters, kind of pooling and strides if any, HTML-like."""
    size = f"{layer.filter_height}×{layer.filter_width}"
    size = f"{layer.operation} {size}" if layer.is_pooling else size
    if layer.stride_height == layer.stride_width == 1:
        return size
    return f'{size}<FONT POINT-SIZE="12"> /{layer.stride_height}×{layer.stride_width}</FONT>'


def volume(channels: int, height: int, width: int) -> str:
    """Shape of an output, HTML-like: what the layer decides stands out."""
    return f'<B>{channels}</B><FONT POINT-SIZE="13"> × {height} × {width}</FONT>'


def add_key(graph: Digraph, samples: dict[str, dict[str, str]], y: float, x: float = -150) -> None:
    """Explain lines below the height y: a piece of each, and what it means."""
    for k, (meaning, line) in enumerate(samples.items(), start=1):
        level = y - 24 * k
        start, end = f"key{k}_start", f"key{k}_end"
        graph.node(start, "", pos=f"{x:g},{level:g}", shape="none", width="0", height="0")
        graph.node(end, "", pos=f"{x + 52:g},{level:g}", shape="none", width="0", height="0")
        path = " ".join(f"{x + dx:g},{level:g}" for dx in (52, 0, 15, 30, 44))
        graph.edge(start, end, pos=f"e,{path}", **line)
        put_text_from(
            graph, f"key{k}", meaning, x + 64, level + 2, 280, fontsize="14", fontcolor=QUIET
        )
