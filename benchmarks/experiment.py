"""What the experiments on the table share: searches that are kept, curves that are recorded.

A search that was run once for a table lies in ``runs/experiments`` and is read the next time,
so that an experiment that was interrupted goes on, and two can use the same searches. It is told
by everything that decides it: table, seeds, strategy with its settings, space, and the code.
"""

import argparse
import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from record import HERE
from tqdm import tqdm

from nasedu import Controller, Reinforce
from nasedu.data import NetworkTable
from nasedu.searching import TabularEvaluator, search_many
from nasedu.viewing.sheets import png_of

CURVES = HERE.parent / "data" / "tables" / "experiments.csv"
FOLDER = HERE.parent / "runs" / "experiments"
TRIALS = 2328  # 4.99 % of the space, in batches of 8
SHIPPED = "digits_3_layers"
FEWEST = 20  # seeds of which an interval by bootstrap is worth showing
COLUMNS = ["experiment", "setting", "children", "mean", "low", "high", "seeds", "table"]
DECIDING = ("spaces", "controller", "searching/many.py", "searching/tabular.py")  # code


def options(description):
    """Read the command line: which table, how many seeds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--table", default=SHIPPED, help="name or file of the table")
    parser.add_argument("--seeds", type=int, default=50)
    chosen = parser.parse_args()
    if chosen.seeds < FEWEST:
        parser.error(f"seeds is {chosen.seeds}; expected at least {FEWEST}, for intervals")
    return chosen


class Laboratory:
    """A table and the searches on it.

    Args:
        chosen: The command line's options.
    """

    def __init__(self, chosen):
        self.table = NetworkTable.load(chosen.table)
        self.seeds = range(chosen.seeds)
        self.evaluator = TabularEvaluator(self.table)
        self.accuracy = self.table.best_accuracy[0]
        self.size = len(self.table)
        if not np.isfinite(self.accuracy).all():
            raise SystemExit(f"{chosen.table} has networks without a result; finish it first")

    def found(self, name, make, *, evaluator=None, trials=TRIALS, batch=8):
        """Return ``(S, n)`` places that a strategy finds, from the record if it is there."""
        one, space = make(0), (evaluator or self.evaluator).space
        decides = [one.settings, getattr(one, "baseline", None), batch, space.to_json(), code()]
        key = hashlib.sha256(json.dumps([self.table.digest, *decides]).encode()).hexdigest()
        path = FOLDER / f"{name}-{len(self.seeds)}x{trials}-{key[:12]}.npy"
        if path.exists():
            return np.load(path)
        with tqdm(total=len(self.seeds) * trials, desc=name, unit="child", disable=None) as bar:
            places = search_many(
                make,
                evaluator or self.evaluator,
                seeds=self.seeds,
                trials=trials,
                batch=batch,
                on_update=bar.update,
            )
        FOLDER.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".part.npy")
        np.save(fresh, places)
        fresh.replace(path)
        return places

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


def save_figure(figure, script, part=""):
    """Save a figure beside its script and return the name of its file."""
    path = Path(script).with_suffix("")
    path = path.with_name(path.name + (f"_{part}" if part else "") + ".png")
    path.write_bytes(png_of(figure, dpi=100))
    return path.name
