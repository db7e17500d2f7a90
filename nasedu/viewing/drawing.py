"""Architectures as pictures: for a notebook, for a file, and as text where there is no screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Literal

from nasedu.architectures import Architecture, ConvNet, NetworkCost, RecurrentCell, cost
from nasedu.errors import DrawingError, SettingError
from nasedu.viewing.cell_graph import cell_graph
from nasedu.viewing.cell_words import cell_alt, cell_table
from nasedu.viewing.conv_net_graph import conv_net_graph
from nasedu.viewing.conv_net_matrix import conv_net_matrix
from nasedu.viewing.dot import render, writes_pdf
from nasedu.viewing.layer_table import Shape, alt_text, layer_table
from nasedu.viewing.pictures import (
    check_suffix,
    image_html,
    mime_bundle,
    small_png,
    with_alt,
    write_file,
)
from nasedu.viewing.slides import slide

STYLES = {"graph": conv_net_graph, "matrix": conv_net_matrix}
WIDE = 640  # points, from which on half a page is too narrow
FORMATS = (".svg", ".png", ".dot", ".pdf")


@dataclass(frozen=True)
class Drawing:
    """A picture that is text all the way: DOT for programs, a table for people.

    In a notebook it shows itself as an image, in a terminal `print` writes the table.

    Attributes:
        dot: The picture in the DOT language.
        text: The same as a table.
        alt: What the picture shows, for those who cannot see it.
        title: What it is a picture of.
    """

    dot: str = field(repr=False)
    text: str = field(repr=False)
    alt: str
    title: str

    def __str__(self) -> str:
        return self.text

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG element, to be put into a page.

        Raises:
            DrawingError: There is no program that draws DOT.
        """
        drawn = render(self.dot, "svg").decode()
        drawn = re.sub(r' id="\w+"', "", drawn)  # a page may hold several drawings
        drawn = re.sub(r"<!--.*?-->\n|<title>[^<]*</title>\n", "", drawn)  # DOT's own names
        drawn = drawn.replace('"Arial"', '"Arial, Helvetica, sans-serif"')
        return with_alt(drawn, self.alt, self.title)

    @property
    def is_wide(self) -> bool:
        """Whether it needs a page's whole width to be read."""
        size = re.search(r'width="(\d+)', self.svg) if self.html.startswith("<img") else None
        return size is not None and int(size[1]) > WIDE

    @property
    def html(self) -> str:
        """The picture as an ``<img>`` with its alt text; the table if nothing here can draw."""
        try:
            return image_html(self.svg.encode(), self.alt, "svg+xml")
        except DrawingError as error:
            return f"<pre>{escape(self.text)}\n\n{escape(str(error))}</pre>"

    def save(self, path: str | Path) -> Path:
        """Write the drawing as .svg, .png or .dot, and with a system's ``dot`` as .pdf.

        Raises:
            DrawingError: Another suffix, no program that draws, or a file that cannot be
                written.
        """
        suffix = check_suffix(path, FORMATS if writes_pdf() else FORMATS[:-1])
        if suffix == ".dot":
            content = self.dot.encode()
        elif suffix == ".svg":
            content = self.svg.encode()
        else:
            content = render(self.dot, "png" if suffix == ".png" else "pdf")
        return write_file(path, content)

    def slide(self, title: str | None = None) -> Drawing:
        """Return the drawing as a slide, 16:9, with a title above it.

        Args:
            title: Default: the drawing's own.

        Raises:
            DrawingError: The title is empty, the drawing is not of networks or cells, or no
                program draws DOT.
        """
        title = self.title if title is None else title
        return replace(self, dot=slide(self.dot, title), title=title)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        try:
            return mime_bundle(self.html, small_png(render(self.dot, "png", 96)), self.text)
        except DrawingError as error:
            return {"text/plain": f"{self.text}\n\n{error}"}


def draw(
    net: Architecture,
    *,
    shape: Shape = (3, 32, 32),
    num_classes: int = 10,
    style: Literal["graph", "matrix"] = "graph",
    alt: str | None = None,
) -> Drawing:
    """Draw a network with its connections, output shapes and number of parameters.

    A recurrent cell is drawn as in figure 5, the tree of its decisions and beside it what it
    computes; from base 8 on as in figure 8, what it computes alone.

    Args:
        net: The network, or a cell.
        shape: ``(channels, height, width)`` of the images it is meant for; not of a cell.
        num_classes: Number of classes it tells apart; not of a cell.
        style: ``"graph"`` for a column of layers with arcs, ``"matrix"`` for a triangle of
            marks, which stays readable with many skip connections. A cell has a graph only.
        alt: A text of your own for those who cannot see the picture.

    Raises:
        DrawingError: Something that is no network.
        SettingError: An unknown style, or a shape that is not one of an image.
    """
    if style not in STYLES:
        raise SettingError(f"style is {style!r}; expected one of {', '.join(map(repr, STYLES))}")
    if isinstance(net, RecurrentCell):
        if style != "graph":
            raise SettingError(f"style is {style!r}; a recurrent cell has the style 'graph' only")
        source = cell_graph(net).source
        return Drawing(source, cell_table(net), alt or cell_alt(net), name_of(net))
    costs = cost_of(net, shape, num_classes)
    graph = STYLES[style](net, costs, shape)
    table = layer_table(net, costs, shape)
    return Drawing(graph.source, table, alt or alt_text(net, costs), name_of(net))


def name_of(net: ConvNet | RecurrentCell) -> str:
    """Return what a picture of a network is called: no two networks share it."""
    kind = "Recurrent cell" if isinstance(net, RecurrentCell) else "Convolutional network"
    return f"{kind} {net.digest[:8]}"


def cost_of(net: Architecture, shape: Shape, num_classes: int) -> NetworkCost:
    """Return the cost of what is to be drawn, once it is clear that it can be."""
    if not isinstance(net, ConvNet):
        raise DrawingError(f"cannot draw a {type(net).__name__}; expected a ConvNet")
    whole = all(isinstance(n, int) and n >= 1 for n in shape) if isinstance(shape, tuple) else False
    if not whole or len(shape) != 3:
        raise SettingError(f"shape is {shape!r}; expected (channels, height, width), each above 0")
    if not isinstance(num_classes, int) or num_classes < 1:
        raise SettingError(f"num_classes is {num_classes!r}; expected an integer of at least 1")
    channels, height, width = shape
    return cost(net, in_channels=channels, height=height, width=width, num_classes=num_classes)
