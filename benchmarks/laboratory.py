"""The laboratory: a table, searches on it that are kept, curves that are recorded.

A search that was run once for a table is a job in ``runs/experiments`` and is read the next time,
so that an experiment that was interrupted goes on, and two can use the same searches. It is told
by everything that decides it: table, seeds, strategy with its settings, space, and the code.
"""

import argparse
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from experiment import TABLES
from record import HERE
from tqdm import tqdm

from nasedu import Controller, Reinforce
from nasedu.data.shipped import tables_folder
from nasedu.errors import StudyError
from nasedu.searching import do_job, search_many
from nasedu.tables import DIVERGED, NetworkTable, TabularEvaluator
from nasedu.viewing import view_of
from nasedu.whole_file import write_whole

DIGITS = 8  # of a table's SHA-256 that name it
CURVES = TABLES / "experiments.csv"
FOLDER = HERE.parent / "runs" / "experiments"
PLACES = "places.npy"  # beside a job's outcome
FIRST = "digits_3_layers"  # the table on which the settings of strategies were chosen
SHIPPED = (FIRST, "cells_base_2")  # those whose curves are recorded
BATCH = 8
SHARES = (0.005, 0.01, 0.05)  # of the space, after which searches are compared
STOPS = {FIRST: (96, 504, 2328)}  # the same of a table, in children, where it is not these
FEWEST = 20  # seeds of which an interval by bootstrap is worth showing
COLUMNS = ["experiment", "setting", "children", "mean", "low", "high", "seeds", "table"]
DECIDING = ("spaces", "controller", "searching/many.py", "tables/tabular.py")  # code


def options(description):
    """Read the command line: which table, how many seeds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--table", default=FIRST, help="name or file of the table")
    parser.add_argument("--seeds", type=int, default=50)
    chosen = parser.parse_args()
    if chosen.seeds < FEWEST:
        parser.error(f"seeds is {chosen.seeds}; expected at least {FEWEST}, for intervals")
    return chosen


@dataclass(frozen=True)
class ManySearches:
    """Searches by one strategy that differ in their seed; a job.

    Args:
        title: What they are called.
        make: Makes the strategy of a seed.
        evaluator: Knows the table.
        num_seeds: How many of them.
        trials: Children of each.
        batch: Children an update.
    """

    title: str
    make: Callable[[int], Any]
    evaluator: TabularEvaluator
    num_seeds: int
    trials: int
    batch: int

    @property
    def name(self):
        """Name of its folder: other settings or other code make another one."""
        key = hashlib.sha256(json.dumps(self.settings, sort_keys=True).encode()).hexdigest()
        return f"{self.title}-{self.num_seeds}x{self.trials}-{key[:12]}"

    @property
    def settings(self):
        """All that decides what is found."""
        one = self.make(0)
        return {
            "table": self.evaluator.table.digest,
            "space": json.loads(self.evaluator.space.to_json()),
            "strategy": one.settings,
            "baseline": getattr(one, "baseline", None),
            **{name: getattr(self, name) for name in ("num_seeds", "trials", "batch")},
            "code": code(),
        }

    @property
    def asked(self):
        return self.settings

    def prepare(self):
        """Load nothing: the table is here."""

    def work(self, folder, until):
        """Search with all seeds side by side, which takes seconds or minutes."""
        total, places = self.num_seeds * self.trials, io.BytesIO()
        how = {"seeds": range(self.num_seeds), "trials": self.trials, "batch": self.batch}
        with tqdm(total=total, desc=self.title, unit="child", disable=None) as bar:
            np.save(places, search_many(self.make, self.evaluator, on_update=bar.update, **how))
        write_whole(folder / PLACES, places.getvalue(), StudyError)
        return {"places": PLACES}


class Laboratory:
    """A table and the searches on it.

    Whatever the children are measured in, the higher of two scores is the better: lower measures
    are negated. What a search found that diverged, or is worse than knowing nothing where that is
    known, counts as the worst.

    Args:
        chosen: The command line's options.
    """

    def __init__(self, chosen):
        self.table = table = NetworkTable.load(chosen.table)
        if missing := int((table.repeats == 0).sum()):
            left = f"{missing:,} {self.things} without a result"
            raise SystemExit(f"{chosen.table} has {left}; finish it first")
        self.seeds = range(chosen.seeds)
        self.evaluator = TabularEvaluator(table)
        self.size = len(table)
        self.measure = table.measure
        self.sign = table.sign
        self.score = table.score[0]  # (N,)
        self.has_diverged = table.test[0, table.first] == DIVERGED  # (N,)
        self.tested = table.test_score  # (R, N); NaN: no such training
        default = tuple(int(share * self.size / BATCH) * BATCH for share in SHARES)
        self.stops = STOPS.get(table.name, default)
        self.trials = self.stops[-1]

    @property
    def things(self):
        """What the children are called."""
        return view_of(self.table.space).things

    def middle(self, scores, axis=None):
        """Return the mean in the table's measure, or the median where that tells more."""
        middle = {"mean": np.mean, "median": np.median}[self.measure.middle_name]
        return self.sign * middle(scores, axis)

    def minus(self, name, other):
        """Say of which the difference is taken so that above 0 the first one is better."""
        text = f"{name} minus {other}" if self.sign > 0 else f"{other} minus {name}"
        return text[0].upper() + text[1:]

    def record(self, script):
        """Return the record of a script on this table."""
        return record_of(script, self.table)

    def found(self, name, make, *, evaluator=None, trials=None, batch=BATCH):
        """Return ``(S, n)`` places that a strategy finds, from the record if it is there.

        Of descriptions that are one child, it is the place of the first.
        """
        own = evaluator or self.evaluator
        job = ManySearches(name, make, own, len(self.seeds), trials or self.trials, batch)
        folder = FOLDER / job.name
        return self.table.first[np.load(folder / do_job(job, folder)["places"])]

    def reinforce(self, name="reinforce", *, space=None, controller=None, baseline=None, **other):
        """Return what REINFORCE finds; ``other`` are settings of it and of `found`.

        ``baseline`` sets the first baseline, which is else the mean of the first batch.
        """
        decisions = (space or self.table.space).decisions
        settings = {key: other.pop(key) for key in ("lr", "baseline_decay") if key in other}

        def make(seed):
            learner = Reinforce(Controller(decisions, **(controller or {}), seed=seed), **settings)
            learner.baseline = baseline
            return learner

        evaluator = TabularEvaluator(self.table, space) if space else None
        return self.found(name, make, evaluator=evaluator, **other)


@cache
def code():
    """Return a digest of the code that decides what a search finds."""
    package, digest = HERE.parent / "nasedu", hashlib.sha256()
    for part in DECIDING:
        for path in sorted((package / part).rglob("*.py")) or [package / part]:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def points(trials, first=BATCH):
    """Return numbers of children, evenly spaced on a log scale, at which curves are kept."""
    return np.unique(np.geomspace(first, trials, 60).round().astype(int))


def record_of(script, table):
    """Return the record of a script: beside it, by the table's name; else beside the table."""
    path, named = Path(script).resolve(), Path(table.name)
    if table.name == FIRST:
        return path.with_suffix(".md")
    folder = path.parent if table.name in SHIPPED else named.parent
    return folder / f"{path.stem}_{named.stem}.md"


def record_curves(lab, experiment, curves, children):
    """Put the curves of one experiment on a shipped table into the table of all.

    Older ones of it are replaced, and whatever came from no table of today is thrown out.
    """
    if lab.table.name not in SHIPPED:
        return
    own = lab.table.digest[:DIGITS]
    rows = [
        [experiment, setting, int(n), *(round(float(v), 5) for v in values), len(lab.seeds), own]
        for setting, curve in curves.items()
        for n, *values in zip(children, *curve, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    if CURVES.exists():
        before = pd.read_csv(CURVES)
        is_old = (before["experiment"] == experiment) & (before["table"] == own)
        frame = pd.concat([before[before["table"].isin(todays()) & ~is_old], frame])
    order = {digest: number for number, digest in enumerate(todays())}
    frame = frame.sort_values("experiment", kind="stable")
    frame = frame.sort_values("table", kind="stable", key=lambda column: column.map(order))
    frame.to_csv(CURVES, index=False, lineterminator="\n")


def todays():
    """Return the first digits of the SHA-256 of the shipped tables that there are."""
    paths = [tables_folder() / f"{name}.npz" for name in SHIPPED]
    there = [path.read_bytes() for path in paths if path.exists()]
    return [hashlib.sha256(packed).hexdigest()[:DIGITS] for packed in there]


def say(interval, i=None, digits=3, sign=False):
    """Write a mean with its interval."""
    form = f"{'+' if sign else ''}.{digits}f"
    mean, low, high = (v if i is None else v[i] for v in interval)
    return f"{mean:{form}} ({low:{form}} to {high:{form}})"
