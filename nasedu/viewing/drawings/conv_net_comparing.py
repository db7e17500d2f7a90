"""Two convolutional networks side by side: what differs in which layer, and which connections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import zip_longest

from graphviz import Digraph

from nasedu.architectures import ConvLayer, ConvNet, NetworkCost
from nasedu.viewing.drawings.columns import Cell, Column, blank_graph, html_row, put_text
from nasedu.viewing.drawings.connections import Connection, connections
from nasedu.viewing.drawings.conv_net_graph import (
    POOL_LINE,
    POOLED,
    add_heads,
    add_key,
    box_cells,
    cell_widths,
    pitch_of,
)
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape, comma, cost_of, filter_size, headline
from nasedu.viewing.drawings.pair_matrix import pair_matrix
from nasedu.viewing.pictures import OKABE_ITO, QUIET
from nasedu.viewing.words import MANY, align, count

GAP = 64  # between the two columns, in points
OWN_LINES = tuple(
    {"color": OKABE_ITO[hue], "penwidth": "2.6", "style": "dashed"}
    for hue in ("vermillion", "blue")
)
ALONE = ("only here",)

Edges = tuple[Connection, ...]


def compare_networks(
    a: ConvNet,
    b: ConvNet,
    names: tuple[str, str],
    *,
    shape: Shape,
    num_classes: int,
    style: str | None,
) -> Drawing:
    """Draw two networks as columns of layers or as one matrix, see `compare`."""
    costs = (cost_of(a, shape, num_classes), cost_of(b, shape, num_classes))
    pair = Pair((a, b), costs, names)
    dense = max(sum(e.kind != "next" for e in edges) for edges in pair.edges) > MANY
    style = style or ("matrix" if dense else "graph")
    graph = pair_matrix(pair) if style == "matrix" else _graph(pair, shape)
    return Drawing(graph.source, _table(pair), _alt(pair), "Two networks compared")


@dataclass(frozen=True)
class Pair:
    """Two networks with their names, and what tells them apart."""

    nets: tuple[ConvNet, ConvNet]
    costs: tuple[NetworkCost, NetworkCost]
    names: tuple[str, str]

    @cached_property
    def changes(self) -> list[tuple[str, ...]]:
        """For every layer what differs: filter, filters or inputs, or that it is alone."""
        return [_changes(*both) for both in self.layers]

    @property
    def layers(self) -> list[tuple[ConvLayer | None, ConvLayer | None]]:
        """Layers of the same number."""
        return list(zip_longest(self.nets[0].layers, self.nets[1].layers))

    @property
    def wholes(self) -> dict[str, tuple[str, str]]:
        """What is said of a network as a whole, in words: only what one of them has."""
        a, b = (
            {
                "pooling": f"after {comma(net.pool_after)}" if net.pool_after else "none",
                "learning rate": f"{net.learning_rate:g}" if net.learning_rate else "none",
            }
            for net in self.nets
        )
        return {name: (a[name], b[name]) for name in a if not a[name] == b[name] == "none"}

    @cached_property
    def edges(self) -> tuple[Edges, Edges]:
        """Connections of both, where the classifier has one number for both."""
        last = len(self.layers) + 1
        a, b = (
            tuple(replace(e, target=last) if e.target > len(net) else e for e in connections(net))
            for net in self.nets
        )
        return a, b

    @cached_property
    def own(self) -> tuple[Edges, Edges]:
        """Connections that the other one lacks."""
        a, b = ({(e.source, e.target) for e in edges} for edges in self.edges)
        return (
            tuple(e for e in self.edges[0] if (e.source, e.target) not in b),
            tuple(e for e in self.edges[1] if (e.source, e.target) not in a),
        )

    @property
    def score(self) -> str:
        """How many layers and connections differ, in a line."""
        layers, edges = sum(map(bool, self.changes)), sum(map(len, self.own))
        total = count(len(self.changes), "layer")
        words = [f"{layers} of {total} and {count(edges, 'connection')} differ"] if layers else []
        words += [f"{name}: {a} and {b}" for name, (a, b) in self.wholes.items() if a != b]
        return "; ".join(words) or "the two networks are the same"


def _changes(one: ConvLayer | None, other: ConvLayer | None) -> tuple[str, ...]:
    if one is None or other is None:
        return ALONE
    aspects = {
        "filter": filter_size(one) != filter_size(other),
        "filters": one.num_filters != other.num_filters,
        "inputs": one.inputs != other.inputs,
    }
    return tuple(name for name, differs in aspects.items() if differs)


def _sign(change: tuple[str, ...]) -> str:
    return "+" if change == ALONE else "≠" if change else "="


def _graph(pair: Pair, shape: Shape) -> Digraph:
    graph, last = blank_graph(), len(pair.changes) + 1
    needs = [cell_widths(net, c, shape) for net, c in zip(pair.nets, pair.costs, strict=True)]
    widths = (max(w[0] for w in needs), max(w[1] for w in needs), max(w[2] for w in needs))
    width, pitch = sum(widths) + 2, pitch_of(last - 1)
    for k, side in enumerate((-1, 1)):
        x = side * (width + GAP) / 2
        column = Column(pair.edges[k], last, pitch, width, 120, x, side, f"{'ab'[k]}_")
        cells = box_cells(pair.nets[k], pair.costs[k], shape, widths, hues={})
        add_heads(graph, column, widths)
        _add_edges(graph, column, pair.own[k], OWN_LINES[k])
        for row in pair.nets[k].pool_after:
            column.cut(graph, row, **POOL_LINE)
        _add_boxes(graph, column, cells, pair.changes)
        title = f"<<B>{escape(pair.names[k])}</B>>"
        put_text(graph, f"{column.prefix}name", title, x, 50, fontsize="20")
        total = f"{pair.costs[k].num_parameters:,} parameters"
        put_text(graph, f"{column.prefix}total", total, x, -last * pitch - 30, fontsize="14")
    for i, change in enumerate(pair.changes, start=1):
        look = {"fontsize": "26"} if change else {"fontsize": "18", "fontcolor": QUIET}
        put_text(graph, f"sign{i}", _sign(change), 0, -i * pitch, **look)
    y = -last * pitch - 66
    put_text(graph, "caption", pair.score, 0, y, fontsize="16")
    keys = {f"only in {escape(pair.names[k])}": OWN_LINES[k] for k in (0, 1) if pair.own[k]}
    if any(net.pool_after for net in pair.nets):
        keys[POOLED] = POOL_LINE
    add_key(graph, keys, y, x=-90)
    return graph


def _add_edges(graph: Digraph, column: Column, own: Edges, own_line: dict[str, str]) -> None:
    """Draw what both have in grey, and over it what only this one has."""
    for edge in column.edges:
        if edge not in own:
            weight = "3" if edge.kind == "next" else "1.4"
            column.connect(graph, edge, color="#7B8794", penwidth=weight)
    for edge in own:
        column.connect(graph, edge, **own_line)


def _add_boxes(
    graph: Digraph, column: Column, rows: list[list[Cell]], changes: list[tuple[str, ...]]
) -> None:
    """Draw the boxes, those that differ with a thick border, those alone with a dashed one."""
    column.box(graph, 0, html_row(*rows[0]))
    for i, cells in enumerate(rows[1:-1], start=1):
        change = changes[i - 1]
        parts = ("", "filter", "filters")
        marked = (_marked(c) if p in change else c for c, p in zip(cells, parts, strict=True))
        dashes = {"style": "filled,dashed"} if change == ALONE else {}
        weight = {"penwidth": "3"} if change else {}
        column.box(graph, i, html_row(*marked), **dashes, **weight)
    column.box(graph, column.last, html_row(*rows[-1]))


def _marked(cell: Cell) -> Cell:
    return cell._replace(text=f"<U>{cell.text}</U>", fill=OKABE_ITO["yellow"])


def _table(pair: Pair) -> str:
    """Return both networks as a table, with a sign at every line that differs."""
    rows: list[tuple[str, ...]] = [("", "layer", *pair.names, "differs")]
    for i, (both, change) in enumerate(zip(pair.layers, pair.changes, strict=True), start=1):
        sign = {"=": "", "≠": "*", "+": "+"}[_sign(change)]
        rows.append((sign, f"{i}", *map(_words, both), ", ".join(change)))
    a, b = (f"<- {comma(net.loose_ends)}" for net in pair.nets)
    rows.append(("" if a == b else "*", "classifier", a, b, "" if a == b else "inputs"))
    for name, (a, b) in pair.wholes.items():
        rows.append(("" if a == b else "*", name, a, b, "" if a == b else name))
    rows.append(("", "parameters", *(f"{c.num_parameters:,}" for c in pair.costs), ""))
    return f"{align(rows)}\n{pair.score}"


def _words(layer: ConvLayer | None) -> str:
    if layer is None:
        return "-"
    filters = "" if layer.is_pooling else f" {layer.num_filters}"
    return f"{filter_size(layer)}{filters} <- {comma(layer.inputs)}"


def _alt(pair: Pair) -> str:
    sizes = (
        f"{name} has {headline(net, c).replace(' · ', ', ')}"
        for name, net, c in zip(pair.names, pair.nets, pair.costs, strict=True)
    )
    text = f"Two networks side by side: {'; '.join(sizes)}. {pair.score.capitalize()}."
    if where := [f"{i} ({', '.join(c)})" for i, c in enumerate(pair.changes, start=1) if c]:
        text += f" Layers that differ: {'; '.join(where)}."
    ends = {0: "the image", len(pair.layers) + 1: "the classifier"}
    for name, own in zip(pair.names, pair.own, strict=True):
        if 0 < len(own) <= MANY:
            lines = (
                f"{ends.get(e.source, e.source)} to {ends.get(e.target, e.target)}" for e in own
            )
            text += f" Only in {name}: {', '.join(lines)}."
    return text
