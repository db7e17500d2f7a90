"""The drawing: a picture for a notebook or a file, and text where there is no screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from nasedu.errors import DrawingError
from nasedu.viewing.drawings.renderer import render, writes_pdf
from nasedu.viewing.drawings.slides import slide
from nasedu.viewing.explorer.scene import Exhibit
from nasedu.viewing.pictures import (
    check_suffix,
    image_html,
    mime_bundle,
    small_png,
    with_alt,
    write_file,
)

if TYPE_CHECKING:
    from nasedu.viewing.explorer.explorer_page import Explorer

WIDE = 640  # points, from which on half a page is too narrow
FORMATS = (".svg", ".png", ".dot", ".html", ".pdf")


@dataclass(frozen=True)
class Drawing:
    """A picture that is text all the way: DOT for programs, a table for people.

    In a notebook it shows itself as an image, in a terminal `print` writes the table.

    Attributes:
        dot: The picture in the DOT language.
        text: The same as a table.
        alt: What the picture shows, for those who cannot see it.
        title: What it is a picture of.
        exhibits: The child, or the two that are compared, for a page that answers.
    """

    dot: str = field(repr=False)
    text: str = field(repr=False)
    alt: str
    title: str
    exhibits: tuple[Exhibit, ...] = field(default=(), repr=False)

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

        As .html it is the page that answers, see `explore`.

        Raises:
            DrawingError: Another suffix, no program that draws, or a file that cannot be
                written.
        """
        suffix = check_suffix(path, FORMATS if writes_pdf() else FORMATS[:-1])
        if suffix == ".html":
            return self.explore().save(path)
        if suffix == ".dot":
            content = self.dot.encode()
        elif suffix == ".svg":
            content = self.svg.encode()
        else:
            content = render(self.dot, "png" if suffix == ".png" else "pdf")
        return write_file(path, content)

    def explore(self) -> Explorer:
        """Return the drawing as a page that answers.

        Point at a layer or a node, or move to it by keyboard: what it reads and who reads it light
        up, with its shape and its cost. Of two children it marks what differs.

        Raises:
            DrawingError: The picture is of no child, as one that a lesson made by hand.
        """
        from nasedu.viewing.explorer.children_page import explorer_of_children

        if not self.exhibits:
            raise DrawingError(
                f"{self.title!r} is not a drawing of a child; expected one that `draw` or "
                "`compare` made"
            )
        return explorer_of_children(self.title, {self.title: self.exhibits}, alt=self.alt)

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
