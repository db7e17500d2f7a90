"""What decisions are called in figures and controls."""

from __future__ import annotations

from html import escape

from nasedu.spaces import Decision

UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"


def decision_words(decision: Decision) -> str:
    """Return e.g. ``"filter height"``, ``"filters"`` or ``"cell output"``."""
    return decision.name.removeprefix("num_").replace("_", " ")


def name_for(place: str, words: str) -> dict[str, str | bool]:
    """Name a control that stands in a row: seen are the words, heard is the row's name, too.

    Args:
        place: Name of the row, such as ``"layer 3"``.
        words: What the control says.

    Returns:
        Arguments of the control.
    """
    heard = f'<i style="{UNSEEN}">{escape(place)} </i>'
    return {"description": heard + escape(words), "description_allow_html": True}
