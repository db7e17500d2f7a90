"""The page of an explorer: its template, style and scripts, put together as one file.

The scripts are modules that import each other, so that each says what it needs and can be checked
alone. A page that is opened from a disk cannot load modules from other files, and so they are
joined: each becomes a function that returns what it exports, after those that it imports. The page
runs these scripts and no other, and loads nothing: its security policy names their hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

from nasedu.viewing.page_template import html_from
from nasedu.viewing.pictures import check_suffix, write_file

HERE = Path(__file__).parent
FIRST = "main"  # the script that imports the others
IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
HEIGHT = 640  # pixels of an explorer in a notebook


@dataclass(frozen=True)
class Explorer:
    """A page that shows children and answers; a notebook shows it in a frame.

    Attributes:
        html: The whole page, which needs nothing but itself.
        alt: What it shows, for where it cannot be shown.
    """

    html: str
    alt: str

    def __repr__(self) -> str:
        return f"Explorer({self.alt!r})"

    def save(self, path: str | Path) -> Path:
        """Write the page as .html, all of it or nothing.

        Raises:
            DrawingError: Another suffix, or a file that cannot be written.
        """
        check_suffix(path, (".html",))
        return write_file(path, self.html.encode())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # A frame of its own: the page's styles and scripts touch nothing of the notebook, nor it
        # theirs. Without "allow-same-origin" the page cannot reach the notebook's server either.
        frame = (
            f'<iframe sandbox="allow-scripts" title="{escape(self.alt)}" width="100%" '
            f'height="{HEIGHT}" style="border: 0" srcdoc="{escape(self.html)}"></iframe>'
        )
        return {"text/html": frame, "text/plain": self.alt}


def explorer_page(title: str, data: Mapping[str, Any]) -> str:
    """Return the whole page.

    Args:
        title: Of the window.
        data: What it shows, as JSON values: see `explored_run`, `children_page`.
    """
    script, style = joined_scripts(), (HERE / "explorer.css").read_text(encoding="utf-8")
    return html_from(
        HERE / "explorer.html",
        title=title,
        script=Markup(script),
        style=Markup(style),
        script_hash=_hash(script),
        style_hash=_hash(style),
        data=Markup(_json(data)),
    )


@cache
def joined_scripts() -> str:
    """Return all scripts as one, each after those that it imports."""
    done: dict[str, str] = {}

    def add(name: str) -> None:
        text = (HERE / f"{name}.js").read_text(encoding="utf-8")
        for _, needed in IMPORT.findall(text):
            if needed not in done:
                add(needed)
        done[name] = _as_function(name, text)

    add(FIRST)
    return "\n" + "\n".join(done.values())


def _as_function(name: str, text: str) -> str:
    """Return a module as a constant of what it exports, in a scope of its own."""
    exported = ", ".join(found for _, found in EXPORT.findall(text))
    body = EXPORT.sub(r"\1", IMPORT.sub(r"const \1 = \2_module;", text))
    return f"const {name}_module = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _json(data: Mapping[str, Any]) -> str:
    """Return JSON that no text in it can end: letters beyond ASCII and each < are escaped."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    """Return what a page's security policy calls a script or a style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
