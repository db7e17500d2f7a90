"""Sentences of the course as HTML: escaped, with `code` between backticks and *stress*."""

from __future__ import annotations

import re
from html import escape

CODE = re.compile(r"`([^`]+)`")
STRESS = re.compile(r"(?<![\w*])\*(?! )([^*]+)(?<! )\*(?![\w*])")


def html_of(text: str) -> str:
    """Return the text as HTML, safe to put anywhere.

    As in Markdown, backticks become ``<code>``, and stars around words, outside of code, ``<em>``.
    """
    parts = CODE.split(escape(text))  # words, code, words, ...
    parts[::2] = [STRESS.sub(r"<em>\1</em>", words) for words in parts[::2]]
    parts[1::2] = [f"<code>{code}</code>" for code in parts[1::2]]
    return "".join(parts)


def status_html(text: str) -> str:
    """Return the text as HTML that a screen reader reads out whenever it changes."""
    return f'<span role="status" aria-live="polite">{html_of(text)}</span>'
