"""Field words: the fields of a dataclass as options of a command line, written and read.

A name is that of the field, with dashes. A list has commas between its values, and ``none`` is
None or an empty list. What is read is not checked here: the class says better what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from nasedu.values import hints_of

NONE = "none"
MARKS = re.compile(r'``"?|"?``|`')  # of code in a docstring


def option_of(name: str) -> str:
    """Return the option of a field: ``"--num-layers"`` of ``"num_layers"``."""
    return f"--{name.replace('_', '-')}"


def text_of(value: Any) -> str:
    """Return what stands after the option, e.g. ``"1,3,5"``: `read_field` gives it back."""
    if isinstance(value, tuple):
        return ",".join(map(text_of, value)) or NONE
    return NONE if value is None else str(value)


def words_of(value: Any, base: Any) -> list[str]:
    """Return the options that make a value of another one of its class."""
    words = []
    for one in fields(value):
        kept = getattr(value, one.name)
        if kept == getattr(base, one.name):
            continue
        if isinstance(kept, bool):
            words.append(option_of(one.name if kept else f"no_{one.name}"))
        else:
            words += [option_of(one.name), text_of(kept)]
    return words


def read_field(text: str, hint: Any) -> Any:
    """Return what a text says for a field; the text itself where it says no such thing.

    Args:
        text: What stands after the option.
        hint: The annotation of the field.
    """
    kind, inner = _unwrapped(hint)
    if kind is tuple:
        any_length = len(inner) == 2 and inner[1] is ...
        parts = [] if text in ("", NONE) else text.split(",")
        hints = inner[:1] * len(parts) if any_length else inner
        if len(hints) != len(parts):
            return text
        return tuple(read_field(*pair) for pair in zip(parts, hints, strict=True))
    if kind is Union:
        if text == NONE and NoneType in inner:
            return None
        found = (read_field(text, one) for one in inner if one is not NoneType)
        return next((one for one in found if one != text), text)
    if kind is Literal:
        return next((one for one in inner if str(one) == text), text)
    if kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def kind_of_field(hint: Any) -> str:
    """Return what help says of a field's values: ``"int"``, ``"int,..."``, ``"sgd|adam"``."""
    kind, inner = _unwrapped(hint)
    if kind is tuple:
        any_length = len(inner) == 2 and inner[1] is ...
        parts = [kind_of_field(one) for one in (inner[:1] if any_length else inner)]
        return ",".join([*parts, "..."] if any_length else parts)
    if kind is Union:
        return "|".join(kind_of_field(one) for one in inner if one is not NoneType)
    if kind is Literal:
        return "|".join(map(str, inner))
    return {int: "int", float: "float"}.get(kind, "text")


def is_flag(hint: Any) -> bool:
    """Return whether a field is true or false."""
    return _unwrapped(hint)[0] is bool


def help_of(kind: type) -> dict[str, str]:
    """Return what the ``Args`` of a dataclass, and of its bases, say about each field."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        found |= _arguments(vars(one).get("__doc__") or "")
    return {name: found.get(name, "") for name in hints_of(kind)}


def _arguments(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield names and texts of the ``Args`` of a docstring in google's style."""
    _, _, rest = cleandoc(docstring).partition("Args:\n")
    block = re.split(r"\n(?=\S)", rest)[0]
    for entry in re.split(r"\n(?= {4}\w+: )", f"\n{block}")[1:]:
        name, _, text = entry.strip().partition(": ")
        yield name, re.sub(r"\bNone\b", NONE, MARKS.sub("", " ".join(text.split())))


def _unwrapped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the origin of an annotation and its arguments, without bounds and other marks."""
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if kind is Annotated:
        return _unwrapped(inner[0])
    return (Union if kind is UnionType else kind), inner
