"""The bulk of an explorer, compressed: numbers as bytes, and the drawings made of them.

A search of 12,800 children has some million numbers. As JSON they would be ten times as long as
they are here: bytes of the smallest type that holds them, deflated, in base64. A browser inflates
them itself (``DecompressionStream``, since 2023).
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nasedu.spaces import Decision
from nasedu.viewing.explorer.scene import Scene

Compressed = dict[str, str]
KINDS = ("plain", "input", "output", "memory")
"""The kinds of parts, in the order in which the page counts them."""


def compressed(values: ArrayLike, kind: str = "f8") -> Compressed:
    """Return numbers compressed.

    The first bytes of all numbers come first, then the second ones: the upper bytes of numbers of
    one kind are much alike, and deflate well beside each other.

    Args:
        values: Any shape; the page has them in a row. NaN stands for what is not known.
        kind: Their type: ``"u1"``, ``"u2"``, ``"u4"`` or ``"f8"``, little-endian.
    """
    numbers = np.ascontiguousarray(values, f"<{kind}").reshape(-1)
    planes = numbers.view("u1").reshape(len(numbers), numbers.itemsize).T
    return {"kind": kind, "data": deflated(planes.tobytes())}


def deflated(content: bytes) -> str:
    """Return bytes deflated, in base64."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def compressed_tokens(rows: Sequence[Sequence[int]], decisions: Sequence[Decision]) -> Compressed:
    """Return tokens compressed, one decision after the other: ``(T, n, width of the decision)``.

    A choice is one byte, or two where there are more than 256; the mask of an anchor point has as
    many as its layers need, the lowest first. What a shallow child did not decide is 0.
    """
    columns = []
    for t, decision in enumerate(decisions):
        tokens = np.array([row[t] if t < len(row) else 0 for row in rows], dtype="<u8")
        columns.append(tokens.view("u1").reshape(len(rows), 8)[:, : width_of(decision)].tobytes())
    return {"kind": "u1", "data": deflated(b"".join(columns))}


def width_of(decision: Decision) -> int:
    """Return how many bytes a token of a decision takes."""
    bits = decision.layer - 1 if decision.is_anchor else (len(decision.choices) - 1).bit_length()
    return max(1, -(-bits // 8))


def compressed_scenes(scenes: Iterable[Scene]) -> dict[str, Any]:
    """Return scenes compressed, column by column: a value a part, and several of its inputs.

    What the parts of one place have in common is a *mould*, ``[name, kind, x, y, facts]``; a fact
    is a place in the list of facts, each of which has a column of its own, in the order of the
    parts that have it. Texts are places in the list of words.
    """
    words, moulds, facts = _Places(), _Places(), _Places()
    columns: dict[str, list[int]] = {name: [] for name in COLUMNS}
    values: list[list[int]] = []
    for scene in scenes:
        columns["size"].append(len(scene))
        for part in scene:
            told = []
            for name, value in part.facts.items():
                is_text = isinstance(value, str)
                told.append(facts.of((name, is_text)))
                if told[-1] == len(values):
                    values.append([])
                values[told[-1]].append(words.of(value) if is_text else value)
            mould = (part.name, KINDS.index(part.kind), part.x, part.y, tuple(told))
            columns["mould"].append(moulds.of(mould))
            columns["label"].append(words.of(part.label))
            columns["note"].append(words.of(part.note))
            columns["reads"].append(len(part.inputs))
            columns["inputs"] += part.inputs
    kept = zip(facts.known, values, strict=True)
    return {
        "words": list(words.known),
        "moulds": list(moulds.known),
        "facts": [[name, is_text, _narrow(column)] for (name, is_text), column in kept],
        "columns": {name: _narrow(column) for name, column in columns.items()},
    }


COLUMNS = ("size", "mould", "label", "note", "reads", "inputs")


class _Places:
    """Counts things as they are met for the first time."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def of(self, thing: Any) -> int:
        """Return the place of a thing, which may be a new one."""
        return self.known.setdefault(thing, len(self.known))


def _narrow(numbers: Sequence[int]) -> Compressed:
    """Return counts compressed, in the smallest type that holds them all."""
    most = max(numbers, default=0)
    kind = next((kind for kind in ("u1", "u2", "u4") if most < 256 ** int(kind[1])), "f8")
    return compressed(numbers, kind)
