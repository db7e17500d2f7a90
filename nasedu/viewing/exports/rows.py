"""The rows: a search as CSV, a line a child, for a spreadsheet or pandas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import zip_longest
from pathlib import Path

from nasedu.errors import StudyError
from nasedu.problems import read_space
from nasedu.runs import Study, Trial
from nasedu.spaces import Decision
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.units import measure_of, value_of
from nasedu.whole_file import write_whole

# What a spreadsheet takes for the beginning of a formula; one that splits cells at semicolons finds
# it behind each of these, too
FORMULA = re.compile(r'(?:^|;)[\s"]*(?=[-=+@\uff0d\uff1d\uff0b\uff20])')
Cell = str | int | float | None


def write_rows(study: Study, path: Path) -> Path:
    """Write a search as CSV in UTF-8, whole or not at all; return where.

    Raises:
        StudyError: The file cannot be written.
    """
    write_whole(path, csv_of(rows_of(study)), StudyError)
    return path


def csv_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV in UTF-8, in which no spreadsheet finds anything to compute."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue().encode()


def rows_of(study: Study) -> Iterator[list[Cell]]:
    """Yield the names of the columns, then a row a child, in the order of asking.

    Numbers are exact. A child has a column for each of its decisions and for each epoch.
    """
    space, of, trials = read_space(study.config.space), measure_of(study.config), study.trials()
    epochs = max((len(t.outcome.valid_curve) for t in trials if t.outcome), default=0)
    losses = max((len(t.outcome.train_curve) for t in trials if t.outcome), default=0)
    yield [
        *("child", "batch", "learner", "policy", "state", "reason", "reward", f"best {of.name}"),
        *("parameters", "flop", "seconds", "seed", "network", "tokens"),
        *map(column_of, space.decisions),
        *(f"valid {epoch}" for epoch in range(1, epochs + 1)),
        *(f"train loss {epoch}" for epoch in range(1, losses + 1)),
    ]
    for trial in trials:
        digest = space.decode(trial.tokens).digest[:16]
        choices = [choice_of(*pair) for pair in zip(space.decisions, trial.tokens, strict=False)]
        yield [
            *(trial.number, trial.batch, trial.learner, trial.policy, trial.state, trial.reason),
            *(trial.reward, value_of(trial, of), *_costs(trial), str(trial.seed), digest),
            " ".join(map(str, trial.tokens)),
            *_padded(choices, len(space.decisions)),
            *_padded(trial.outcome.valid_curve if trial.outcome else (), epochs),
            *_padded(trial.outcome.train_curve if trial.outcome else (), losses),
        ]


def column_of(decision: Decision) -> str:
    """Return what a decision is called, e.g. ``"filter_height 2"``."""
    return f"{decision.name} {decision.layer}"


def choice_of(decision: Decision, token: int) -> Cell:
    """Return what a token chose; of an anchor the earlier layers, e.g. ``"1 3"``."""
    if decision.choices:
        return decision.choices[token]
    return " ".join(str(i + 1) for i in range(decision.layer - 1) if token >> i & 1) or "none"


def _costs(trial: Trial) -> tuple[Cell, Cell, Cell]:
    if trial.outcome is None:
        return None, None, None
    return trial.outcome.num_parameters or None, trial.outcome.flop or None, trial.outcome.seconds


def _padded(cells: Sequence[Cell], length: int) -> list[Cell]:
    return [cell for cell, _ in zip_longest(cells, range(length))]


def _safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet computes: what begins as a formula gets a quote."""
    if not isinstance(cell, str):
        return cell
    return FORMULA.sub(r"\g<0>'", printable(cell))
