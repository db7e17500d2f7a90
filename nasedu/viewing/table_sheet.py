"""The data sheet of a table of networks: how it was made, what is in it, what it is not for.

Everything is computed from the table, so that the sheet can be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from nasedu.runs.folder import write_text
from nasedu.tables import NetworkTable, random_tenth
from nasedu.tables.network_table import ARRAYS
from nasedu.viewing.table_facts import command, found, made, networks, noise, number

MEASURED = "nasedu.searching.measure(...)  # in Python, with the settings below"
QUANTILES = (0, 5, 25, 50, 75, 95, 99, 100)  # per cent
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
MEANINGS = {
    "valid": "validation images right after each of E epochs; -1: diverged, -2: no such training",
    "test": "test images right after the last epoch, likewise",
    "seconds": "seconds of one thread of the processor, training and validation; NaN: no training",
    "parameters": "trained numbers",
    "flop": "floating-point operations of one image, forward",
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
            f"Trained for real: {networks(table)}. Made by\n",
            f"    {command(table) or MEASURED}\n",
            _table(("how it was made", ""), [*made(table), *file]),
            "Training r, from 0, of the network at place p of N has the seed "
            "`child_seed(seed, 1 + p + r * N)`, which decides its weights and the order and "
            "augmentation of its images. Trained three times: a random tenth of all networks, and "
            "those that were best in their first training.\n",
            "## Arrays\n",
            _arrays(table),
            "`NetworkTable.load` reads them. The place of a network, from 0, is where its token "
            "sequence stands when the last token runs first: `table.places(tokens)` gives it, "
            "`sequences_at(table.space.decisions, places)` the tokens.\n",
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
    rows = []
    for name, dtype in ARRAYS.items():
        axes = {1: "(N,)", 2: "(R, N)", 3: "(R, N, E)"}[getattr(table, name).ndim]
        rows.append((f"`{name}`", axes, dtype, MEANINGS[name]))
    repeats, n, epochs = table.valid.shape
    rows.append(("`about`", "()", "str", "space, data, recipe, machines and seed, as JSON"))
    heads = ("array", f"N = {n:,}, R = {repeats}, E = {epochs}", "type", "what")
    return _table(heads, rows)


def _distribution(table: NetworkTable) -> str:
    values = {"validation": table.best_accuracy[0], "test": table.test_accuracy[0]}
    have = {name: v[np.isfinite(v)] for name, v in values.items()}
    if not all(v.size for v in have.values()):
        return ""
    quantiles = [
        (name, *(number(np.quantile(v, q / 100)) for q in QUANTILES)) for name, v in have.items()
    ]
    shares = [
        (name, *(f"{100 * (v >= least).mean():.2f} %" for least in THRESHOLDS))
        for name, v in have.items()
    ]
    return "\n".join(
        (
            "Accuracies: of validation the best of the last 5 epochs, of test after the last.\n",
            _table(("quantile", *(f"{q} %" for q in QUANTILES)), quantiles),
            _table(("networks of at least", *map(str, THRESHOLDS)), shares),
        )
    )


def _noise(table: NetworkTable) -> str:
    heads = (
        *("accuracy", "standard deviation", "in the better half"),
        *("rank correlation", "in the better half"),
    )
    return (
        "Of the random tenth: the standard deviation between trainings of one network, and "
        "Spearman's rank correlation between trainings, the mean over all pairs. The better half "
        "is chosen by the first training and judged by the others.\n\n"
        + _table(heads, noise(table))
    )


def _limits(table: NetworkTable) -> str:
    known = table.about["evaluator"]
    valid, test = known["num_valid"], known["num_test"]
    points = [
        f"No claim about other data than {known['title']}, about larger networks or longer "
        f"training than {known['recipe']['epochs']} epochs.",
        f"There are {test:,} test images: a test accuracy of 0.9 has a standard error of "
        f"{_error(test)} points, one of 0.5 of {_error(test, 0.5)}. There are {valid:,} validation "
        f"images: {_error(valid)} and {_error(valid, 0.5)} points. Networks that differ by less "
        "than that differ on these images, and perhaps on no others.",
        "One training is one draw: see the noise above before two networks are compared.",
        "The best were chosen by their first training, which is therefore too good"
        f"{_excess(table)}: compare them by the second and third.",
        "Seconds are for comparing networks of this table, not processors.",
        "The same seed on another processor or another torch gives nearly, but not exactly, these "
        "numbers.",
    ]
    return "".join(f"- {point}\n" for point in points)


def _error(images: int, accuracy: float = 0.9) -> str:
    """Return the binomial standard error of an accuracy, in points."""
    return f"{100 * np.sqrt(accuracy * (1 - accuracy) / images):.1f}"


def _excess(table: NetworkTable) -> str:
    """Say by how much the first training of the chosen exceeds the others."""
    tenth, _ = random_tenth(len(table), table.about["seed"])
    chosen = table.repeats > 1
    chosen[tenth] = False
    accuracies = table.best_accuracy[:, chosen]
    accuracies = accuracies[:, np.isfinite(accuracies).all(0)]
    if len(accuracies) < 2 or not accuracies.size:
        return ""
    excess = accuracies[0].mean() - accuracies[1:].mean()
    return f" (validation, by {100 * excess:.2f} points in the mean)"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table and an empty line."""
    lines = (heads, ["---"] * len(heads), *rows)
    text = "\n".join(f"| {' | '.join(c.replace('|', '·') for c in line)} |" for line in lines)
    return f"{text}\n"
