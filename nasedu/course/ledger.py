"""The ledger: what of the paper is kept, scaled down, chosen by us or missing.

It is written in ``docs/fidelity.md``, for people, and read from there: no lesson has a copy.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

MARKS = ("Same", "Scaled", "Ours", "Missing")
COLUMNS = ("part", "what", "paper", "nasedu", "mark")


def load_ledger() -> DataFrame:
    """Return the ledger, a row for each number or choice of the paper.

    Its columns are the part of the document, what it is about, what the paper has, what nasedu
    has, and one of `MARKS`. Text is Markdown.
    """
    import pandas as pd

    text = _document().read_text("utf-8")
    return pd.DataFrame(_rows(text), columns=list(COLUMNS))


def _document() -> Path:
    """Return the document: in the checkout, else in the installed package."""
    checkout = Path(__file__).parents[2] / "docs" / "fidelity.md"
    return checkout if checkout.is_file() else Path(str(files("nasedu") / "course/fidelity.md"))


def _rows(text: str) -> list[list[str]]:
    """Return the rows of all tables of a document, each with the heading that it stands under."""
    rows = []
    for part in text.split("\n## ")[1:]:
        heading, *lines = part.splitlines()
        table = [line for line in lines if line.startswith("|")][2:]  # below head and rule
        for line in table:
            rows.append([heading, *(cell.strip() for cell in line.strip("|").split("|"))])
    return rows
