"""The gallery: the published architectures, and the best child of every recorded search and table.

``python docs/gallery.py`` writes ``docs/gallery.html``, one file to open in a browser. A test says
when it is no longer what the tables say.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nasedu import ConvNetSpace, RecurrentCellSpace, published
from nasedu.architectures import ACTIVATIONS, COMBINES, Architecture
from nasedu.data.shipped import tables_folder
from nasedu.spaces import Space, sequences_at
from nasedu.tables import NetworkTable
from nasedu.training.measure import ACCURACY, PERPLEXITY, Measure
from nasedu.viewing import view_of
from nasedu.viewing.explorer.children_page import explorer_of_children
from nasedu.viewing.explorer.explorer_page import Explorer
from nasedu.viewing.explorer.scene import Exhibit

PAGE = Path(__file__).with_suffix(".html")
ON_DIGITS = {"shape": (1, 8, 8), "num_classes": 10}
ON_CIFAR = {"shape": (3, 16, 16), "num_classes": 10}
SMALL_MODEL = {"recipe": {"hidden_size": 64}}
FIGURES = {
    "NAS_CNN_V1": "Figure 7: found by 12,800 children on CIFAR-10; 5.50 % error (table 1).",
    "NAS_CNN_V1_DENSE": "The same layers, each reading all before it: 5.56 % error (section 4.1).",
    "NAS_CNN_V1_CHAIN": "The same layers without skip connections: 7.97 % error (section 4.1).",
    "NAS_CELL": "Figure 8, top right: 62.4 perplexity on the Penn Treebank (table 2).",
    "NAS_CELL_MAX_SIN": "Figure 8, bottom: found with max and sin among the choices.",
}
WHO = {"reinforce": "REINFORCE", "random": "Random search"}
TABLES = {"digits_3_layers": "Digits", "cells_base_2": "Characters"}  # what their children read


class Recorded(NamedTuple):
    """Searches of which a table in ``data/tables`` has every child."""

    title: str
    table: str
    space: Space
    measure: Measure
    evaluator: Mapping[str, Any]
    columns: Mapping[str, str] = {}


def _first(skips: bool) -> ConvNetSpace:
    return ConvNetSpace(4, num_filters=(8, 16, 24, 36), skip_connections=skips)


LARGER = RecurrentCellSpace(8, COMBINES, ACTIVATIONS)
ON_TREEBANK = "Found here on the Penn Treebank"
SEARCHES = (
    Recorded(
        "Found here on the digits, chains of 4 layers",
        "first_search",
        _first(False),
        ACCURACY,
        ON_DIGITS,
        {"space": "no skips"},
    ),
    Recorded(
        "Found here on the digits, 4 layers with skip connections",
        "first_search",
        _first(True),
        ACCURACY,
        ON_DIGITS,
        {"space": "skips"},
    ),
    Recorded(
        "Found here on CIFAR-10, 6 layers",
        "cifar10_search",
        ConvNetSpace(6, num_filters=(8, 16, 24, 36)),
        ACCURACY,
        ON_CIFAR,
    ),
    Recorded(ON_TREEBANK, "ptb_search", RecurrentCellSpace(8), PERPLEXITY, SMALL_MODEL),
    Recorded(f"{ON_TREEBANK}, with max and sin", "ptb_max_sin", LARGER, PERPLEXITY, SMALL_MODEL),
)


def groups() -> dict[str, list[Exhibit]]:
    """Return all exhibits by the title of their group."""
    printed = ((name, text, getattr(published, name), {}) for name, text in FIGURES.items())
    shown = {"Published by the paper": [_exhibit(*one) for one in printed]}
    for one in SEARCHES:
        shown[one.title] = list(_best_of(one))
    shown["Best of a table of every child"] = [_best_of_table(name) for name in TABLES]
    return shown


def gallery() -> Explorer:
    """Return the page."""
    lead = "Published by the paper, and found by the searches that this project recorded"
    return explorer_of_children("Gallery of architectures", groups(), lead)


def _best_of(one: Recorded) -> Iterator[Exhibit]:
    """Yield the best child of each strategy, over all of its seeds."""
    with (tables_folder() / f"{one.table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if one.columns.items() <= row.items()]
    name = one.measure.name
    for strategy in dict.fromkeys(row["strategy"] for row in rows):
        own = [row for row in rows if row["strategy"] == strategy and row[name]]
        best = (max if one.measure.higher_is_better else min)(own, key=lambda row: float(row[name]))
        net = one.space.decode([int(token) for token in best["tokens"].split()])
        value, size = one.measure.text(float(best[name])), int(best["parameters"])
        seeds = len({row["seed"] for row in own})
        text = (
            f"{one.measure.label.capitalize()} {value}, {size:,} parameters: child "
            f"{best['trial']} of seed {best['seed']}, the best of {len(own):,} children of "
            f"{seeds} searches, and so a little too good."
        )
        yield _exhibit(f"{WHO[strategy]}: {value}", text, net, one.evaluator)


def _best_of_table(name: str) -> Exhibit:
    """Return the child with the best mean over its trainings, of those trained most often."""
    table = NetworkTable.load(name)
    often = np.flatnonzero(table.repeats == table.repeats.max())  # the places
    means = table.best[:, often].mean(axis=0)  # NaN where one training diverged
    top = int(np.nanargmax(means) if table.measure.higher_is_better else np.nanargmin(means))
    [tokens] = sequences_at(table.space.decisions, often[top : top + 1])
    net = table.space.decode([int(token) for token in tokens])
    value, count = table.measure.text(float(means[top])), int(table.repeats.max())
    text = (
        f"{table.measure.label.capitalize()} {value}, the mean of {count} trainings: the best of "
        f"{len(often):,} descriptions in {name} that were trained so often."
    )
    return _exhibit(f"{TABLES[name]}: {value}", text, net, table.about["evaluator"])


def _exhibit(name: str, text: str, net: Architecture, evaluator: Mapping[str, Any]) -> Exhibit:
    text = text.replace(" %", "\u00a0%")  # which belong on one line
    return Exhibit(name, text, view_of(net).scene(net, evaluator))


if __name__ == "__main__":
    sys.stdout.write(f"{gallery().save(PAGE)}\n")
