"""Two convolutional networks as one triangle: which connections both have, and which one alone.

With many skip connections, two columns of arcs are a tangle; here every connection is a mark.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from graphviz import Digraph

from nasedu.architectures import ConvLayer
from nasedu.viewing.drawings.columns import (
    Cell,
    blank_graph,
    html_row,
    put_bold_text,
    put_text_from,
)
from nasedu.viewing.drawings.conv_net_matrix import CELL, NOTHING, band, mark
from nasedu.viewing.drawings.layer_table import filter_size
from nasedu.viewing.pictures import INK, OKABE_ITO, QUIET

if TYPE_CHECKING:
    from nasedu.viewing.drawings.conv_net_comparing import Pair

BOTH = {"shape": "square", "width": "0.22", "fillcolor": INK}
ALONE = (
    {"shape": "triangle", "width": "0.32", "fillcolor": OKABE_ITO["vermillion"]},
    {"shape": "circle", "width": "0.26", "fillcolor": OKABE_ITO["blue"]},
)


def pair_matrix(pair: Pair) -> Digraph:
    """Return the matrix of both networks: a row reads, a column is read."""
    graph, last = blank_graph(), len(pair.layers) + 1
    first, second = ({(e.target, e.source) for e in edges} for edges in pair.edges)
    for row in range(1, last + 1):
        if row % 2:
            band(graph, row, length=min(row + 1, last))
        for column in range(row):
            place = (row, column)
            look = BOTH if place in first & second else NOTHING
            look = ALONE[0] if place in first - second else look
            look = ALONE[1] if place in second - first else look
            mark(graph, f"mark{row}_{column}", column * CELL, -row * CELL, look)
    head = " | ".join(map(escape, pair.names))
    put_text_from(graph, "head", f"{head}: filter and filters", 18, 26, 9 * len(head) + 160)
    for row in range(last):
        badge = html_row(Cell(f"<B>{row}</B>", CELL - 2, INK if row else QUIET))
        graph.node(f"badge{row}", badge, pos=f"{row * CELL},{-row * CELL}", shape="none")
    _write_layers(graph, pair, last)
    y = -last * CELL - 44
    put_bold_text(graph, "caption", pair.score, 4.5 * len(pair.score), y, 15)
    key = {"both": BOTH, "neither": NOTHING}
    key |= {f"only {escape(name)}": look for name, look in zip(pair.names, ALONE, strict=True)}
    for k, (meaning, look) in enumerate(key.items(), start=1):
        mark(graph, f"key{k}", 0, y - 26 * k, look)
        put_text_from(graph, f"meaning{k}", meaning, 20, y - 26 * k + 2, 380, fontsize="14")
    return graph


def _write_layers(graph: Digraph, pair: Pair, last: int) -> None:
    """Write beside the diagonal what each layer is, twice where the two differ."""
    texts = ["image", *(_words(a, b) for a, b in pair.layers), "classifier"]
    for row, text in enumerate(texts):
        x = row * CELL + (18 if row < last else -12)
        put_text_from(graph, f"text{row}", text, x, -row * CELL, 230, fontsize="14")


def _words(a: ConvLayer | None, b: ConvLayer | None) -> str:
    one, other = (_layer(layer) for layer in (a, b))
    return f"= {one}" if one == other else f"≠ <U>{one}</U> | <U>{other}</U>"


def _layer(layer: ConvLayer | None) -> str:
    if layer is None:
        return "–"
    return filter_size(layer) if layer.is_pooling else f"{filter_size(layer)} {layer.num_filters}"
