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
from typing import Any

import numpy as np
import pandas as pd
from experiment import TABLES
from record import HERE
from tqdm import tqdm

from nasedu import Controller, Reinforce
from nasedu.errors import StudyError
from nasedu.searching import do_job, search_many
from nasedu.tables import NetworkTable, TabularEvaluator
from nasedu.whole_file import write_whole

CURVES = TABLES / "experiments.csv"
FOLDER = HERE.parent / "runs" / "experiments"
PLACES = "places.npy"  # beside a job's outcome
TRIALS = 2328  # 4.99 % of the space, in batches of 8
SHIPPED = "digits_3_layers"
FEWEST = 20  # seeds of which an interval by bootstrap is worth showing
COLUMNS = ["experiment", "setting", "children", "mean", "low", "high", "seeds", "table"]
DECIDING = ("spaces", "controller", "searching/many.py", "tables/tabular.py")  # code


def options(description):
    """Read the command line: which table, how many seeds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--table", default=SHIPPED, help="name or file of the table")
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

    Args:
        chosen: The command line's options.
    """

    def __init__(self, chosen):
        self.table = NetworkTable.load(chosen.table)
        self.seeds = range(chosen.seeds)
        self.evaluator = TabularEvaluator(self.table)
        self.accuracy = self.table.best[0]
        self.size = len(self.table)
        if not np.isfinite(self.accuracy).all():
            raise SystemExit(f"{chosen.table} has networks without a result; finish it first")

    def found(self, name, make, *, evaluator=None, trials=TRIALS, batch=8):
        """Return ``(S, n)`` places that a strategy finds, from the record if it is there."""
        own = evaluator or self.evaluator
        job = ManySearches(name, make, own, len(self.seeds), trials, batch)
        folder = FOLDER / job.name
        return np.load(folder / do_job(job, folder)["places"])

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


def points(trials=TRIALS, first=8):
    """Return numbers of children, evenly spaced on a log scale, at which curves are kept."""
    return np.unique(np.geomspace(first, trials, 60).round().astype(int))


def record_curves(lab, experiment, curves, children):
    """Put the curves of one experiment on the shipped table into the table of all.

    Older ones of it are replaced, and whatever came from another table is thrown out.
    """
    if lab.table.name != SHIPPED:
        return
    source = [len(lab.seeds), lab.table.digest[:8]]
    rows = [
        [experiment, setting, int(n), *(round(float(v), 5) for v in values), *source]
        for setting, curve in curves.items()
        for n, *values in zip(children, *curve, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    if CURVES.exists():
        before = pd.read_csv(CURVES)
        kept = (before["experiment"] != experiment) & (before["table"] == source[1])
        frame = pd.concat([before[kept], frame])
    frame = frame.sort_values("experiment", kind="stable")
    frame.to_csv(CURVES, index=False, lineterminator="\n")


def say(interval, i=None, digits=3, sign=False):
    """Write a mean with its interval."""
    form = f"{'+' if sign else ''}.{digits}f"
    mean, low, high = (v if i is None else v[i] for v in interval)
    return f"{mean:{form}} ({low:{form}} to {high:{form}})"
