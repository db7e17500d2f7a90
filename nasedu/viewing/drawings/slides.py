"""A drawing as a slide: 16:9, the drawing as large as it can be, a title above it.

It stays DOT: the sheet is two points at its corners, and the title is one more node.
"""

from __future__ import annotations

import re
from html import escape
from unicodedata import east_asian_width

from graphviz import Digraph

from nasedu.errors import DrawingError
from nasedu.viewing.drawings.columns import put_text
from nasedu.viewing.drawings.renderer import render

INCHES = 13.3333, 7.5  # what presentation programs call 16:9
BAND = 0.15  # of the height, for the title
MARGIN = 0.03  # of the height, below
LETTER = 0.66  # width of a bold letter, in sizes of the font, with room for a wide font
IN_PLACE = {"notranslate": "true", "pad": "0"}  # coordinates stay those of the drawing


def slide(dot: str, title: str) -> str:
    """Return a drawing's DOT with a title, on a sheet of 16:9.

    Args:
        dot: A drawing that brings its own positions, see `columns.blank_graph`.
        title: On one line, as large as has room.

    Raises:
        DrawingError: The title is empty, the drawing leaves its positions to DOT's program, or
            there is no such program.
    """
    words = " ".join(title.split())
    if not words:
        raise DrawingError("the title of the slide is empty; expected a few words")
    if "layout=nop2" not in dot:
        raise DrawingError("only drawings of networks and cells become slides, not other graphs")
    left, right, bottom, top = _extent(dot)
    shape = INCHES[0] / INCHES[1]
    height = max((top - bottom) / (1 - BAND - MARGIN), (right - left) / (shape - 2 * MARGIN))
    room = height * (1 - BAND - MARGIN)
    low = (bottom + top - room) / 2 - MARGIN * height
    middle, half = (left + right) / 2, height * shape / 2
    letters = sum(2 if east_asian_width(letter) in "FW" else 1 for letter in words)
    size = min(0.4 * BAND * height, 1.9 * half / (LETTER * letters))
    added = Digraph()
    added.attr("graph", **IN_PLACE, size=f"{INCHES[0]},{INCHES[1]}!")
    put_text(added, "slide_low", "", middle - half, low)
    put_text(added, "slide_high", "", middle + half, low + height)
    name, y = "slide_title", low + height * (1 - BAND / 2)
    put_text(added, name, f"<<B>{escape(words)}</B>>", middle, y, fontsize=f"{size:.1f}")
    return _with(dot, added)


def _extent(dot: str) -> tuple[float, float, float, float]:
    """Return the left, right, lower and upper end of a drawing, in its own coordinates."""
    added = Digraph()
    added.attr("graph", **IN_PLACE)
    drawn = render(_with(dot, added), "svg").decode()
    sheet = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', drawn)
    moved = re.search(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)", drawn)
    if sheet is None or moved is None:
        raise DrawingError("DOT's program wrote a picture of unknown size")
    (width, height), (x, y) = map(float, sheet.groups()), map(float, moved.groups())
    return -x, width - x, y - height, y


def _with(dot: str, added: Digraph) -> str:
    """Return a graph with the statements of another one added."""
    return dot.rstrip().removesuffix("}") + "".join(added.body) + "}\n"
