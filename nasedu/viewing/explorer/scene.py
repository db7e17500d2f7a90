"""The scene: a child as parts with places and connections, for a drawing that answers.

A `Drawing` is a picture made here; a scene is what a page needs to draw the child itself, to
light up what a part reads and who reads it, and to say what differs between two children.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["plain", "input", "output", "memory"]


@dataclass(frozen=True, slots=True)
class ScenePart:
    """One box of a scene.

    Attributes:
        name: What it is, e.g. ``"layer 3"``; in another child the part of this name is its like.
        label: What was decided for it, e.g. ``"3×5"``.
        note: What follows from that, e.g. the shape of its output.
        inputs: Which parts it reads: places in the scene.
        x: Its column; where all parts have the same, skip connections are arcs beside them.
        y: Its row, from the top.
        kind: What the scene begins or ends with, and the memory of a cell, look different.
        facts: What is told of it when it is asked, by name: texts, or counts.
    """

    name: str
    label: str
    note: str = ""
    inputs: tuple[int, ...] = ()
    x: float = 0
    y: float = 0
    kind: Kind = "plain"
    facts: Mapping[str, str | int] = field(default_factory=dict)


Scene = tuple[ScenePart, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A child with what is said of it.

    Attributes:
        name: What it is called.
        text: What is said of it, in a sentence or two.
        scene: Its parts.
    """

    name: str
    text: str
    scene: Scene
