"""An architecture of any kind as a table of what describes it: the fields of its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from graphviz import Digraph

from nasedu.viewing.drawings.columns import HEIGHT, Cell, blank_graph, html_row, put_text
from nasedu.viewing.pictures import OKABE_ITO, QUIET

LETTER = 9  # points that a letter needs, with room for a font that is wider than Arial
LONG = 32  # letters of a line
MARGIN = 14

Row = tuple[str, ...]  # the name of a field, and its value in each architecture


def fields_of(net: Any) -> dict[str, str]:
    """Return what describes an architecture, by name: ``{"layers 1": "width 3, height 5"}``."""
    document = json.loads(net.to_json())
    fields: dict[str, str] = {}
    for name, value in document.items():
        words = printable(name.replace("_", " "))
        if name in ("kind", "schema"):
            continue
        if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
            fields |= {f"{words} {i}": said(one) for i, one in enumerate(value, start=1)}
        else:
            fields[words] = said(value)
    return fields


def said(value: object) -> str:
    """Return a value of a JSON document in words."""
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {said(one)}" for key, one in value.items())
    if isinstance(value, list):
        sign = "; " if any(isinstance(one, dict) for one in value) else ", "
        return sign.join(map(said, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else printable(value)


def printable(text: object) -> str:
    """Return a text on one line, without what is no letter and no sign."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(str(text).split()))


def rows_of_both(one: Mapping[str, str], other: Mapping[str, str]) -> list[Row]:
    """Return the fields of two architectures, those of the same name in one row."""
    names = dict.fromkeys((*one, *other))
    return [(name, one.get(name, "-"), other.get(name, "-")) for name in names]


def field_graph(rows: Sequence[Row], caption: str, heads: Row = ()) -> Digraph:
    """Return a table as a graph: a line for each field, on yellow what differs.

    Args:
        rows: The fields.
        caption: What stands below.
        heads: What stands above each column; none if empty.
    """
    columns = [[wrap(cell, LONG) or [""] for cell in column] for column in zip(*rows, strict=True)]
    longest = [max(len(line) for cell in column for line in cell) for column in columns]
    longest = [max(pair) for pair in zip_longest(longest, map(len, heads), fillvalue=0)]
    widths = [round(LETTER * letters) + MARGIN for letters in longest]
    graph, y = blank_graph(), 0.0
    if heads:
        texts = (f"<B>{escape(head)}</B>" if head else "" for head in heads)
        cells = (Cell(text, w, align="LEFT") for text, w in zip(texts, widths, strict=True))
        graph.node("heads", html_row(*cells), pos=f"0,{y:g}", shape="none", margin="0")
    for i, row in enumerate(zip(*columns, strict=True)):
        differs = len(set(rows[i][1:])) > 1
        for k, lines in enumerate(zip_longest(*row, fillvalue="")):
            y -= HEIGHT
            cells = [Cell(_quiet(lines[0]), widths[0], align="LEFT")]
            for text, width in zip(lines[1:], widths[1:], strict=True):
                marked = differs and text
                shown = f"<U>{escape(text)}</U>" if marked else escape(text)
                fill = OKABE_ITO["yellow"] if marked else ""
                cells.append(Cell(shown, width, fill, "LEFT"))
            graph.node(f"row{i}_{k}", html_row(*cells), pos=f"0,{y:g}", shape="none", margin="0")
    put_text(graph, "caption", f"<<B>{escape(caption)}</B>>", 0, y - 1.4 * HEIGHT, fontsize="15")
    return graph


def _quiet(text: str) -> str:
    return f'<FONT COLOR="{QUIET}">{escape(text)}</FONT>' if text else ""
