"""A web page that needs nothing but itself: no other file, no script, no network.

It follows the reader's light or dark setting and prints well. What stands on it are values; how
they look is said in ``page.html``, a template that escapes every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from markupsafe import Markup

from nasedu.viewing.page_template import html_from

UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str
    macro: ClassVar = "paragraph"


@dataclass(frozen=True)
class Opening:
    """What the page is about, how it stands, and the few numbers that matter most.

    Attributes:
        facts: Name, value and remark of each number.
    """

    title: str
    lead: str
    status: str
    is_complete: bool
    facts: Sequence[tuple[str, str, str]]
    macro: ClassVar = "opening"


@dataclass(frozen=True)
class Figure:
    """A picture inside the page, with its finding in front of its caption.

    Attributes:
        image: An ``<img>``.
    """

    image: Markup
    alt: str
    caption: str
    macro: ClassVar = "figure"


@dataclass(frozen=True)
class Table:
    """A table of plain text, whose first column names the row.

    Attributes:
        caption: What the table holds.
        heads: Names of the columns.
        rows: A text a cell.
        words: Columns that hold words and not numbers, apart from the first.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: Sequence[int] = ()
    macro: ClassVar = "table"

    def look(self, column: int) -> Markup:
        """Return what the cells of a column have as an attribute."""
        return Markup("" if column in (0, *self.words) else ' class="number"')


@dataclass(frozen=True)
class SideBySide:
    """Tables beside each other where there is room."""

    tables: Sequence[Table]
    macro: ClassVar = "side_by_side"


@dataclass(frozen=True)
class ToType:
    """Commands to type, each with what it does."""

    rows: Sequence[tuple[str, str]]
    macro: ClassVar = "commands"


@dataclass(frozen=True)
class Care:
    """A paragraph that a reader should not miss."""

    text: str
    macro: ClassVar = "care"


@dataclass(frozen=True)
class FindingList:
    """What seems amiss: sentence, evidence and next experiment of each."""

    rows: Sequence[tuple[str, str, str]]
    macro: ClassVar = "findings"


@dataclass(frozen=True)
class Card:
    """A drawing, as HTML, under its title; a wide one takes the whole line."""

    title: str
    drawing: Markup
    is_wide: bool


@dataclass(frozen=True)
class Gallery:
    """Drawings beside each other."""

    cards: Sequence[Card]
    macro: ClassVar = "gallery"


Part = Paragraph | Opening | Figure | Table | SideBySide | ToType | Care | FindingList | Gallery


@dataclass(frozen=True)
class Section:
    """Parts under a heading of the second level."""

    title: str
    parts: Sequence[Part]
    macro: ClassVar = "section"


def page(title: str, parts: Iterable[Opening | Section | None]) -> str:
    """Return the whole page.

    Characters that no page may hold, as in the names of files or messages of programs, become
    U+FFFD.
    """
    shown = [part for part in parts if part is not None]
    html = html_from(Path(__file__).with_name("page.html"), title=title, parts=shown)
    return UNFIT.sub("\ufffd", html.lstrip())
