"""The data sheet of a table of children: how it was made, what is in it, what it is not for.

Everything is computed from the table, so that the sheet can be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from nasedu.runs.folder import write_text
from nasedu.tables import NetworkTable, random_tenth
from nasedu.tables.network_table import ARRAYS, dtype_of
from nasedu.viewing.drawings.view import view_of
from nasedu.viewing.report.table_facts import (
    children,
    command_line_of,
    found,
    made,
    noise,
    rounded,
)
from nasedu.viewing.words import count

MEASURED = "nasedu.tables.make_table(...)  # in Python, with the settings below"
QUANTILES = (0, 5, 25, 50, 75, 95, 99, 100)  # per cent
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
MEANINGS = {
    "valid": "{point} after each of E epochs; -1: diverged, -2: no such training",
    "test": "the same of the test part, after training",
    "seconds": "seconds of one thread of the processor, training and validation; NaN: no training",
    "parameters": "number of parameters",
    "flop": "floating-point operations of one {unit}, forward",
}


def write_sheet(path: Path) -> Path:
    """Write the data sheet of a table beside it, as ``NAME.md``; return where."""
    sheet = path.with_suffix(".md")
    write_text(sheet, data_sheet(NetworkTable.load(path), path.name, path.stat().st_size))
    return sheet


def data_sheet(table: NetworkTable, name: str, size: int) -> str:
    """Return the data sheet of a table, as Markdown.

    Args:
        table: What was measured.
        name: Name of its file.
        size: Bytes of its file.
    """
    file = [("size", f"{size:,} bytes"), ("SHA-256", f"`{table.digest}`")]
    return "\n".join(
        (
            f"# {name}\n",
            f"Trained for real: {children(table)}. Made by\n",
            f"    {command_line_of(table) or MEASURED}\n",
            _table(("how it was made", ""), [*made(table), *file]),
            "Training r, from 0, of the child at place p of N has the seed "
            "`child_seed(seed, 1 + p + r * N)`, which decides all that is random in it. "
            f"{_shared(table)}Trained three times: a random tenth of all, and "
            "those that were best in their first training.\n",
            "## Arrays\n",
            _arrays(table),
            "`NetworkTable.load` reads them. The place of a description, from 0, is its position "
            "in the list of all token sequences, in which the last token changes fastest: "
            "`table.places(tokens)` gives it, and `sequences_at(table.space.decisions, places)` "
            "gives the tokens.\n",
            "## What is in it\n",
            _table(("what", "of first trainings"), found(table)),
            _distribution(table),
            "## Noise\n",
            _noise(table),
            "## What it must not be used for\n",
            _limits(table),
        )
    )


def _arrays(table: NetworkTable) -> str:
    unit = view_of(table.space).unit_of(table.about["evaluator"]).removesuffix("s")
    point = f"validation {unit}s right" if table.task.is_share else "a point of the curve"
    rows = []
    for name, dtype in ARRAYS.items():
        axes = {1: "(N,)", 2: "(R, N)", 3: "(R, N, E)"}[getattr(table, name).ndim]
        dtype = dtype or dtype_of(table.problem)
        rows.append((f"`{name}`", axes, dtype, MEANINGS[name].format(unit=unit, point=point)))
    repeats, n, epochs = table.valid.shape
    rows.append(("`about`", "()", "str", "space, data, recipe, machines and seed, as JSON"))
    heads = ("array", f"N = {n:,}, R = {repeats}, E = {epochs}", "type", "what")
    return _table(heads, rows)


def _distribution(table: NetworkTable) -> str:
    values = {"validation": table.best[0], "test": table.tested[0]}
    have = {name: v[np.isfinite(v)] for name, v in values.items()}
    if not all(v.size for v in have.values()):
        return ""
    quantiles = [
        (name, *(rounded(np.quantile(v, q / 100)) for q in QUANTILES)) for name, v in have.items()
    ]
    shares = [
        (name, *(f"{100 * (v >= least).mean():.2f} %" for least in THRESHOLDS))
        for name, v in have.items()
    ]
    counted, words = view_of(table.space).counted, table.measure.short
    told = [
        f"{words.capitalize()}: of validation the {counted}, of test after training.\n",
        _table(("quantile", *(f"{q} %" for q in QUANTILES)), quantiles),
    ]
    if table.task.is_share:
        told.append(_table(("children of at least", *map(str, THRESHOLDS)), shares))
    return "\n".join(told)


def _noise(table: NetworkTable) -> str:
    heads = (
        *(table.measure.short, "standard deviation", "in the better half"),
        *("rank correlation", "in the better half"),
    )
    return (
        f"Of the random tenth: the standard deviation between trainings of one child (from the "
        f"{table.measure.middle_name} variance), and "
        "Spearman's rank correlation between trainings, the mean over all pairs. The better half "
        "is chosen by the first training and judged by the others.\n\n"
        + _table(heads, noise(table))
    )


def _shared(table: NetworkTable) -> str:
    """Say which descriptions share a training, if any do."""
    if (trained := len(np.unique(table.first))) == len(table):
        return ""
    return (
        f"Of the {len(table):,} descriptions {trained:,} are different children: the others differ "
        "from one of them in nothing but the names of its parts (`Space.representatives`). Of "
        "descriptions that share a child, the first is trained, the arrays have -2 for the others, "
        "and `NetworkTable` gives its result to all. "
    )


def _limits(table: NetworkTable) -> str:
    known = table.about["evaluator"]
    epochs = known["recipe"]["epochs"]
    points = [
        f"No claim about other data than {known['title']}, about larger children or longer "
        f"training than {count(epochs, 'epoch')}.",
        *_precision(table),
        "One training is one draw: see the noise above before two children are compared.",
        "The best were chosen by their first training, which is therefore too good"
        f"{_excess(table)}: compare them by the second and third.",
        "Seconds are for comparing children of this table, not processors.",
        "The same seed on another processor or another torch gives nearly, but not exactly, these "
        "numbers.",
    ]
    return "".join(f"- {point}\n" for point in points)


def _precision(table: NetworkTable) -> list[str]:
    """Say how exact a share of so few examples can be."""
    if not table.task.is_share:
        return []
    known, unit = table.about["evaluator"], view_of(table.space).unit_of(table.about["evaluator"])
    valid, test, word = known["num_valid"], known["num_test"], table.measure.short
    return [
        f"There are {test:,} test {unit}: a test {word} of 0.9 has a standard error of "
        f"{_error(test)} points, one of 0.5 of {_error(test, 0.5)}. There are {valid:,} validation "
        f"{unit}: {_error(valid)} and {_error(valid, 0.5)} points. Children that differ by less "
        f"than that differ on these {unit}, and perhaps on no others."
    ]


def _error(number: int, share: float = 0.9) -> str:
    """Return the binomial standard error of a share, in points."""
    return f"{100 * np.sqrt(share * (1 - share) / number):.1f}"


def _excess(table: NetworkTable) -> str:
    """Say by how much the first training of the chosen exceeds the others."""
    tenth, _ = random_tenth(np.unique(table.first), table.about["seed"])
    chosen = table.repeats > 1
    chosen[table.first != np.arange(len(table))] = False
    chosen[tenth] = False
    values = table.best[:, chosen]
    values = values[:, np.isfinite(values).all(0)]
    if len(values) < 2 or not values.size:
        return ""
    excess = abs(values[0].mean() - values[1:].mean())
    if table.task.is_share:
        return f" (validation, by {100 * excess:.2f} points in the mean)"
    return f" (validation, by {excess:.4f} {table.measure.name} in the mean)"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table and an empty line."""
    lines = (heads, ["---"] * len(heads), *rows)
    text = "\n".join(f"| {' | '.join(c.replace('|', '·') for c in line)} |" for line in lines)
    return f"{text}\n"
