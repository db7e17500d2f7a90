"""The summary of an import: what was taken, what was passed over, what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_LISTED = 10  # names in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What was imported; as text, the lines to print. A kind of data adds its own.

    Attributes:
        name: What ``--data`` calls it.
        title: What figures call it.
        num_bytes: Size of the file that was written.
        seconds: Wall time of the import.
        path: The file that was written.
        ignored: Paths of what else lay in the source and was not read.
        passed: How many files systems had left behind, by name, in one phrase; or "".
    """

    name: str
    title: str
    num_bytes: int
    seconds: float
    path: Path
    ignored: tuple[str, ...] = ()
    passed: str = ""

    def __str__(self) -> str:
        rows = [*self.facts()]
        rows.append(("file", f"{self.path} ({self.num_bytes / 1e6:.1f} MB, {self.seconds:.1f} s)"))
        if self.passed:
            rows.append(("skipped", self.passed))
        if self.ignored:
            rows.append(("not read", first_names(self.ignored)))
        rows += self.notes()
        lines = [f"  {about:<8} {words}" for about, words in rows]
        return "\n".join([f"imported {self.name}: {self.title}", *lines])

    def facts(self) -> Sequence[tuple[str, str]]:
        """Return what the data are: each fact, and what it is about in one word."""
        raise NotImplementedError

    def notes(self) -> Sequence[tuple[str, str]]:
        """Return what else is to be said, likewise."""
        return ()


def first_names(names: Sequence[str]) -> str:
    """Return e.g. ``"'a', 'b' and 7 more"``."""
    shown = ", ".join(map(repr, names[:MAX_LISTED]))
    return f"{shown} and {len(names) - MAX_LISTED:,} more" if names[MAX_LISTED:] else shown


def passed_over(litter: Counter[str]) -> str:
    """Return e.g. ``"files that systems leave behind: '.DS_Store' (2)"``, or ""."""
    if not litter:
        return ""
    names = ", ".join(f"{name!r} ({n:,})" for name, n in litter.most_common(MAX_LISTED))
    if (more := len(litter) - MAX_LISTED) > 0:
        names += f" and {more:,} more names"
    return f"files that systems leave behind: {names}"
