"""What an explorer holds in bulk, packed: numbers as bytes, drawings as lines of short words.

A search of 12,800 children has some million numbers. As JSON they would be ten times as long as
they are here: bytes of the smallest type that holds them, deflated, in base64. A browser inflates
them itself (``DecompressionStream``, since 2023).
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nasedu.spaces import Decision
from nasedu.viewing.explorer.scene import Scene

Packed = dict[str, str]
KINDS = ("plain", "input", "output", "memory")
"""The kinds of parts, in the order in which the page counts them."""


def packed(values: ArrayLike, kind: str = "f8") -> Packed:
    """Return numbers packed.

    Args:
        values: Any shape; the page has them in a row. NaN stands for what is not known.
        kind: Their type: ``"u1"``, ``"u2"``, ``"u4"``, ``"f4"`` or ``"f8"``, little-endian.
    """
    return {"kind": kind, "data": deflated(np.asarray(values, f"<{kind}").tobytes())}


def deflated(content: bytes) -> str:
    """Return bytes deflated, in base64."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def packed_tokens(rows: Sequence[Sequence[int]], decisions: Sequence[Decision]) -> Packed:
    """Return tokens packed, one decision after the other: ``(T, n, width of the decision)``.

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


def packed_scenes(scenes: Iterable[Scene]) -> dict[str, Any]:
    """Return scenes packed: a line of JSON each, and the words that the numbers in it mean.

    A part is ``[name, label, note, kind, x, y, [inputs], fact, value, fact, value, ...]``; a value
    that is a text is the number of its word in a list of its own.
    """
    words: dict[str, int] = {}

    def word(text: str) -> int:
        return words.setdefault(text, len(words))

    lines = []
    for scene in scenes:
        parts = []
        for part in scene:
            row: list[Any] = [word(part.name), word(part.label), word(part.note)]
            row += [KINDS.index(part.kind), part.x, part.y, list(part.inputs)]
            for name, value in part.facts.items():
                row += [word(name), [word(value)] if isinstance(value, str) else value]
            parts.append(row)
        lines.append(json.dumps(parts, separators=(",", ":")))
    return {"words": list(words), "lines": deflated("\n".join(lines).encode())}
