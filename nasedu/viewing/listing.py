"""The package's own source inside a lesson, so that text and code cannot drift apart."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nasedu
from nasedu.errors import SettingError

PACKAGE = Path(nasedu.__file__).parent


@dataclass(frozen=True)
class Listing:
    """Source text with where it is from; a notebook shows it highlighted.

    Attributes:
        code: The source.
        name: What it is the source of, e.g. ``Reinforce.tell``.
        file: Its file within the package, e.g. ``nasedu/controller/reinforce.py``, else "".
        line: Its first line in that file. Not shown, since any edit above would change it.
    """

    code: str
    name: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"# {self.place}\n{self.code}"

    def __repr__(self) -> str:
        return f"Listing({self.place!r})"

    @property
    def place(self) -> str:
        """File and name in a line."""
        return f"{self.file}: {self.name}" if self.file else self.name

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        fence = "`" * 3 if "```" not in self.code else "`" * 4
        place = f"`{self.file}` · `{self.name}`" if self.file else f"`{self.name}`"
        # Markdown and not HTML: GitHub, JupyterLab and VS Code highlight a fence by themselves
        markdown = f"{place}\n\n{fence}python\n{self.code}\n{fence}"
        return {"text/markdown": markdown, "text/plain": str(self)}


def show(thing: Any, *, doc: bool = False) -> Listing:
    """Show the source of a function, method or class.

    Args:
        thing: What to show, e.g. ``nasedu.Reinforce.tell``.
        doc: Whether to keep docstrings; they are left out, since `help` prints them.

    Raises:
        SettingError: It has no Python source.
    """
    thing = _unwrapped(thing)
    try:
        lines, first = inspect.getsourcelines(thing)
        path = Path(inspect.getfile(thing)).resolve()
    except (TypeError, OSError):
        raise SettingError(
            f"{thing!r} has no Python source to show; expected a function, method or class, "
            "e.g. show(nasedu.Controller.forward)"
        ) from None
    code = textwrap.dedent("".join(lines)).rstrip()
    inside = path.is_relative_to(PACKAGE.resolve())
    file = path.relative_to(PACKAGE.resolve().parent).as_posix() if inside else ""
    name = getattr(thing, "__qualname__", getattr(thing, "__name__", type(thing).__name__))
    return Listing(code if doc else without_docstrings(code), name, file, max(first, 1))


def without_docstrings(code: str) -> str:
    """Return the code without the docstrings of its functions and classes."""
    lines: list[str | None] = list(code.splitlines())
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        doc = node.body[0]
        if ast.get_docstring(node) is None or len(node.body) == 1 or doc.lineno == node.lineno:
            continue  # there is none, or nothing would be left
        end = doc.end_lineno or doc.lineno
        if end < len(lines) and not (lines[end] or "").strip():
            end += 1  # the blank line after it
        lines[doc.lineno - 1 : end] = [None] * (end - doc.lineno + 1)
    return "\n".join(line for line in lines if line is not None)


def _unwrapped(thing: Any) -> Any:
    """Return the function behind a property, a cached property or a decorator."""
    if isinstance(thing, property):
        thing = thing.fget
    elif isinstance(thing, cached_property):
        thing = thing.func
    return inspect.unwrap(thing) if callable(thing) else thing
