"""Sentences of the course as HTML: escaped, with `code` between backticks."""

from __future__ import annotations

import re
from html import escape


def html_of(text: str) -> str:
    """Return the text as HTML, safe to put anywhere; backticks become ``<code>``."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
