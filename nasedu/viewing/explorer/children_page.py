"""The page of children without a search: one that answers, two compared, or a gallery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasedu.viewing.explorer.explorer_page import Explorer, explorer_page
from nasedu.viewing.explorer.packing import compressed, compressed_scenes
from nasedu.viewing.explorer.scene import Exhibit


def explorer_of_children(
    title: str, groups: Mapping[str, Sequence[Exhibit]], lead: str = "", alt: str = ""
) -> Explorer:
    """Return an explorer of children in groups; two that are alone are compared at once.

    Args:
        title: Of the page.
        groups: What is in each group, by its title.
        lead: What the page holds, in a sentence.
        alt: What it shows, for where it cannot be shown; default the title.
    """
    shown = [one for group in groups.values() for one in group]
    run: dict[str, Any] = {
        "title": title,
        "lead": lead,
        "count": len(shown),
        "names": [one.name for one in shown],
        "remarks": [one.text for one in shown],
        "groups": [[name, len(group)] for name, group in groups.items()],
        "decisions": [],
        "columns": {"scene": compressed(range(len(shown)), "u4")},
        "scenes": compressed_scenes(one.scene for one in shown),
    }
    return Explorer(explorer_page(title, {"title": title, "runs": [run]}), alt or title)
