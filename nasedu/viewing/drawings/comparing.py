"""Two architectures of one kind side by side, with the differences marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nasedu.architectures import Architecture
from nasedu.errors import SettingError
from nasedu.problems import Problem, problem_of
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.drawings.layer_table import Shape
from nasedu.viewing.drawings.view import check_architecture, exhibit_of, view_of


def compare(
    a: Architecture,
    b: Architecture,
    *,
    shape: Shape = (3, 32, 32),
    num_classes: int = 10,
    names: tuple[str, str] = ("a", "b"),
    style: str | None = None,
) -> Drawing:
    """Draw two networks side by side, with the differences marked.

    Layers of the same number stand in the same row. Between them is = or ≠, or + where only
    one network has the layer. What a layer does differently is underlined on yellow, and a
    connection that only one of them has is dashed. Of two recurrent cells of one base, the
    trees stand side by side. Of other kinds it is a table of what describes them.

    Args:
        a: The network or cell on the left.
        b: The one on the right.
        shape: ``(channels, height, width)`` of the images they are meant for.
        num_classes: Number of classes they tell apart.
        names: What to call them.
        style: ``"graph"`` for two columns with arcs, ``"matrix"`` for one triangle that marks
            which connections both have and which one alone. By default a matrix if one of them
            has more than 12 connections past a layer. Cells have a graph only.

    Raises:
        DrawingError: Something that is no network.
        SettingError: Names that are not two, a style that they do not have, a network and a
            cell, or a shape that is not one of an image.
    """
    names = (printable(names[0]), printable(names[1])) if len(names) == 2 else names
    if len(names) != 2 or names[0] == names[1] or not all(names):
        raise SettingError(f"names is {names!r}; expected two names that differ")
    for net in (a, b):
        check_architecture(net)
    kinds = (_kind_of(a), _kind_of(b))
    if kinds[0] != kinds[1]:
        one, other = (k.title if isinstance(k, Problem) else f"a {k.__name__}" for k in kinds)
        raise SettingError(f"{one} and {other} have nothing in common; expected two of one kind")
    view = view_of(a)
    if style is not None:
        view.check_style(style)
    drawn = view.compare(a, b, names, shape=shape, num_classes=num_classes, style=style)
    both = zip((a, b), names, strict=True)
    return replace(
        drawn, exhibits=tuple(exhibit_of(net, name, shape, num_classes) for net, name in both)
    )


def _kind_of(net: Any) -> Problem | type:
    try:
        return problem_of(net)
    except TypeError:
        return type(net)
