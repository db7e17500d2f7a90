"""Words: counts, choices and tables of text, as pictures, pages and the terminal write them."""

from __future__ import annotations

from collections.abc import Sequence

MANY = 12  # things, beyond which nobody wants to hear each of them


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 layer``, ``2 layers``, ``no layers``."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def either(choices: Sequence[object]) -> str:
    """Return choices in words: ``"1, 3 or 5"``."""
    *first, last = map(str, choices)
    return f"{', '.join(first)} or {last}" if first else last


def align(rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = ()) -> str:
    """Set rows of cells under each other, the columns ``right`` flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:{'>' if k in right else '<'}{widths[k]}}" for k, cell in enumerate(row)
        ).rstrip()
        for row in rows
    )
